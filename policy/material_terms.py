"""The material terms of a register: what it allows, without the words that explain it.

Two registers of the same terms collect the same, from the same people, for as long, for the
same purposes. A visitor agreed to the terms, so a change of it needs a new version and a new
question; a better sentence does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

from policy.register import Cookie, Part, Register, Storage, Table
from policy.sentences import ENGLISH, speaking

Terms = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Kind of entry, then its name, then each thing that it allows, in words."""


def material_terms(register: Register) -> Terms:
    """What the register allows. In English, whatever is spoken: its digest names the terms."""
    with speaking(ENGLISH):
        return _terms(register)


def _terms(register: Register) -> Terms:
    return {
        "purpose": {
            each.name: {"use": each.use, "legal basis": each.basis} for each in register.purposes
        },
        "cookie": {each.cookie: _cookie(each) for each in register.cookies},
        "storage key": {each.key: _storage(each) for each in register.storages},
        "table": {_plain(each.name): _table(each) for each in register.tables},
        "field": {name: facts for table in register.tables for name, facts in _fields(table)},
        "thing that is read and forgotten": {
            each.name: {"purpose": each.purpose, "time kept": each.keep}
            for each in register.transients
        },
        "thing that files tell for a while": {
            each.name: {"purpose": each.purpose, "time kept": each.keep_words}
            for each in register.windows
        },
        "address of the service": {
            f"{each.method} {each.path}": {"purposes": _list(each.purposes)}
            for each in register.endpoints
        },
        "thing that is counted": {
            each.name: {
                "purpose": each.purpose,
                "address": each.sent_by,
                "measures": _list(each.adds),
                "dimensions": _list(each.to),
            }
            for each in register.events
        },
        "line of the log": {
            each.name: {"purpose": each.purpose, **{f.name: f.kind for f in each.fields}}
            for each in register.logs
        },
        "browser feature": {
            each.name: {"purpose": each.purpose} for each in register.browser_features
        },
        "exception for a page": {
            each.name: {
                "page": each.page,
                "purpose": each.purpose,
                "what it may": _list(each.allows),
                "what it asks": _list(each.asks),
            }
            for each in register.exceptions
        },
        "copy": _backups(register),
        "connection": {each.name: {"purpose": each.purpose} for each in register.connections},
        "recipient": {
            each.name: {"address": each.origin, "purpose": each.purpose}
            for each in register.recipients
        },
    }


def digest(register: Register) -> str:
    """SHA-256 of the material terms, in hexadecimal digits."""
    text = json.dumps(material_terms(register), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _backups(register: Register) -> dict[str, dict[str, str]]:
    backup = register.backup
    if backup is None:
        return {}
    return {"the backups": {"purpose": backup.purpose, "time kept": str(backup.keep)}}


def _cookie(cookie: Cookie) -> dict[str, str]:
    return {
        "purpose": cookie.purpose,
        "lifetime": cookie.lifetime_words,
        "path": cookie.path,
        "reach": f"SameSite={cookie.same_site}",
        "signature": "signed" if cookie.signed else "not signed",
        "setter": _list(cookie.set_by),
        **dict(_parts(cookie.parts)),
    }


def _storage(storage: Storage) -> dict[str, str]:
    return {
        "purpose": storage.purpose,
        "place": storage.where,
        "lifetime": storage.lifetime_words,
        **dict(_parts(storage.parts)),
    }


def _parts(parts: tuple[Part, ...]) -> Iterator[tuple[str, str]]:
    for part in parts:
        yield f"part “{part.name}”", part.possible


def _table(table: Table) -> dict[str, str]:
    return {
        "database": table.database,
        "purpose": table.purpose,
        "time kept": table.keep_words,
        "readers": _list(table.readers),
    }


def _fields(table: Table) -> Iterator[tuple[str, dict[str, str]]]:
    for column in table.columns:
        yield (
            f"{column.label or _plain(column.name)} of {_plain(table.name)}",
            {
                "giver": column.given_by,
                "category": column.category or "not personal",
                **({"values": _list(column.options)} if column.options else {}),
            },
        )


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(sorted(words))
