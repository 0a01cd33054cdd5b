"""A register of the form of version 0.1, which held everything, as the site's own part of a sum.

What the engine of then declared is in `version_0_1.toml`, beside this module. Only what a site had
otherwise, or besides, is its own.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from policy.addresses import PARTS, Address, addressed, written
from policy.changes import LIMITS, WORDS
from policy.consequences import entry_at
from policy.declaration import REGISTER, Declaration, OwnField, OwnPurpose
from policy.faults import Fault, Faults
from policy.features import FEATURES, read_features
from policy.old_form import old_kinds
from policy.sum import add_up
from policy.toml_lines import Lines
from policy.toml_source import read_text, read_toml_text

__all__ = ["KEPT", "Migration", "migrate", "write"]

KEPT = f"{REGISTER}.old"
"""Where the old file stays."""

BASELINE = Path(__file__).with_name("version_0_1.toml")
HEAD = """\
# What this site collects and keeps. The features of the engine declare what they do in
# policy/features/; here stands which of them are on, and what is our own. docs/register.md explains
# each key; `build.py policy show` prints the whole register, with where each entry comes from.

"""
TOLD_BY = {
    "visits": ("cookie", "visit"),
    "audiences": ("cookie", "audience"),
    "forms": ("table", "submissions"),
    "staff": ("table", "staff"),
}
"""The entry by which a register of then shows that it has what is a feature now."""

RENAMED: Mapping[Address, Address] = {
    ("table", "removals"): ("table", "retention_runs"),
    ("table", "submissions", "doubt"): ("table", "submissions", "suspected_spam"),
    ("table", "access_log", "ground"): ("table", "access_log", "legal_basis"),
    ("table", "outbox", "ground"): ("table", "outbox", "legal_basis"),
    ("table", "outbox", "ground_row"): ("table", "outbox", "legal_basis_row"),
}
LISTED = ("name", "organisation")
"""The fields that stood in the staff's list of contacts, whatever a register said."""

DROPPABLE = ("notice", "words", "limits")
"""What the site goes on without: its entries then are as the features have them."""


@dataclass
class _Own:
    """What is the site's own: lines of each table of the new file, by the table's header."""

    tables: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def add(self, table: str, *lines: str) -> None:
        self.tables.setdefault(table, []).extend(lines)


@dataclass(frozen=True)
class Migration:
    """The new file; what of the old one is not in it, a sentence each; and what is still wrong in
    the new one."""

    text: str
    left_out: tuple[str, ...]
    to_mend: tuple[Fault, ...] = ()


def migrate(root: Path) -> Migration:
    """What `site/policy.toml` is in the form of now. Raises `Faults`, also where it is that."""
    text = read_text(root, REGISTER)
    if not old_kinds(text):
        read_toml_text(REGISTER, text, Declaration)  # What else is wrong is told first.
        message = "this register is of the new form already"
        raise Faults([Fault(REGISTER, 1, message, "leave it as it is: there is nothing to do")])
    old = tomllib.loads(text)
    if faults := [*_unlike(old, Lines(text))]:
        raise Faults(faults)
    then = tomllib.loads(BASELINE.read_text(encoding="utf-8"))
    head: dict[str, Any] = {key: old[key] for key in ("version", "date") if key in old}
    return _tried({**head, "features": _features(old)}, _own(old, then), _missing(old, then))


def _unlike(old: Mapping[str, Any], lines: Lines) -> Iterator[Fault]:
    """What no register of the old form has: keys of the new one, and entries without a name."""
    new = {field.alias or name for name, field in Declaration.model_fields.items()}
    for key in sorted(new.intersection(old) - {"version", "date", "notice"}):
        hint = "put the old file back as it was, or finish the new one by hand: docs/register.md"
        yield Fault(REGISTER, lines.of((key,)), f'"{key}" is of the new form, among the old', hint)
    for kind, entries in old.items():
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            parts = entry.get(PARTS.get(kind, ""), ()) if isinstance(entry, dict) else ()
            named = isinstance(entry, dict) and isinstance(
                entry.get("name", entry.get("path")), str
            )
            if not named or not all(isinstance(part.get("name"), str) for part in parts):
                message, hint = f"a [[{kind}]] or a part of it has no name", 'write name = "…"'
                yield Fault(REGISTER, lines.of((kind, index)), message, hint)


def write(root: Path, migration: Migration) -> None:
    """Put the new file in the place of the old one, which stays beside it. Raises `Faults` where
    one is kept there already, and OSError where the files cannot be written: then all is as it was.
    """
    kept, register = root / KEPT, root / REGISTER
    new = register.with_suffix(".new")
    try:
        new.write_text(migration.text, encoding="utf-8")
        with _made(kept) as file:
            file.write(register.read_bytes())
        new.replace(register)
    except FileExistsError:
        hint = "move it away: it may be the only copy of what it was"
        raise Faults([Fault(KEPT, None, "an old register is kept here already", hint)]) from None
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def _made(path: Path) -> Iterator[BinaryIO]:
    """A file that was not there, and is not there where it cannot be written whole."""
    with path.open("xb") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            path.unlink()
            raise


def _features(old: Mapping[str, Any]) -> list[str]:
    known = {address for address, _ in addressed(old)}
    return [name for name in FEATURES if TOLD_BY.get(name) in known]


def _own(old: Mapping[str, Any], then: Mapping[str, Any]) -> _Own:
    own, declared = _Own(), dict(addressed(then))
    found = dict(addressed(old))
    for address, location in found.items():
        entry = entry_at(old, location)
        if address in declared:
            _compare(own, address, entry, entry_at(then, declared[address]))
        elif address[:-1] not in found or address[:-1] in declared:
            _add(own, address, entry)
    return own


def _compare(
    own: _Own, address: Address, entry: Mapping[str, Any], then: Mapping[str, Any]
) -> None:
    """What an entry that the engine declared has otherwise."""
    kind, now = address[0], RENAMED.get(address[:2], address[:2]) + address[2:]
    now = RENAMED.get(address, now)
    for key, value in entry.items():
        if key in PARTS.values() or then.get(key) == value:
            continue
        line = f"{'.'.join(map(_key, (*now, key)))} = {_value(value)}"
        if kind == "notice":
            own.add("notice", f"{_key(key)} = {_value(value)}")
        elif key in WORDS.get(kind, ()):
            own.add("words", line)
        elif key in LIMITS.get(kind, ()):
            own.add("limits", line)
        else:
            own.left_out.append(f"{written((*address, key))} = {_value(value)}: features decide it")


def _add(own: _Own, address: Address, entry: Mapping[str, Any]) -> None:
    """An entry that the engine did not declare."""
    match address:
        case ("table", "submissions", name) if entry.get("given_by") == "visitor":
            kept = {key: entry[key] for key in OwnField.model_fields if key in entry}
            if name in LISTED:
                kept["listed"] = True
            own.add("fields", f"{_key(entry['name'])} = {_inline(kept)}")
        case ("purpose", _):
            lines = (f"{key} = {_value(entry.get(key, ''))}" for key in OwnPurpose.model_fields)
            own.add(f"purposes.{_key(entry['name'])}", *lines)
        case ("recipient", _):
            keys = ("origin", "purpose", "receives")
            lines = (f"{key} = {_value(entry.get(key, ''))}" for key in keys)
            own.add(f"recipients.{_key(entry['name'])}", *lines)
        case ("feature", _):
            own.add(
                "browser_features", f"{_key(entry['name'])} = {_value(entry.get('purpose', ''))}"
            )
        case _:
            own.left_out.append(f"{written(address)} is of no feature: write a feature that has it")


def _missing(old: Mapping[str, Any], then: Mapping[str, Any]) -> list[Address]:
    """The entries that the engine declared and the site did not, by their names of now."""
    found = {address for address, _ in addressed(old)}
    missing = [address for address, _ in addressed(then) if address not in found]
    whole = [address for address in missing if len(address) == 1 or address[:-1] not in missing]
    return [RENAMED.get(address, address) for address in whole]


def _tried(head: Mapping[str, Any], own: _Own, missing: Iterable[Address]) -> Migration:
    """The file, without what cannot stand in it. What else is wrong is left for the site to mend.

    Of what is `missing` in the old file, what a feature that is on declares is told.
    """
    while True:
        text = _text(head, own.tables)
        try:
            declared, lines = read_toml_text(REGISTER, text, Declaration)
            summed = add_up(declared, lines, read_features())
        except Faults as error:
            wrong = {
                (fault.line or 0) - 1: fault for fault in error.faults if fault.path == REGISTER
            }
            if not _drop(own, text.splitlines(), wrong):
                return Migration(text, tuple(own.left_out), error.faults)
        else:
            now = {
                address
                for address, _ in addressed(summed.register.model_dump(mode="json", by_alias=True))
            }
            back = (f"{written(each)} is declared again" for each in missing if each in now)
            return Migration(text, (*own.left_out, *back))


def _drop(own: _Own, lines: list[str], wrong: Mapping[int, Fault]) -> bool:
    """Take out the lines that are at fault, of those that can be; whether there was any."""
    gone = {lines[number]: fault for number, fault in wrong.items()}
    dropped = False
    for table in DROPPABLE:
        for line in [line for line in own.tables.get(table, ()) if line in gone]:
            own.tables[table].remove(line)
            own.left_out.append(f"{line}: {gone[line].message}")
            dropped = True
    return dropped


def _text(head: Mapping[str, Any], tables: Mapping[str, list[str]]) -> str:
    order = ("notice", "fields", "purposes", "recipients", "browser_features", *DROPPABLE[1:])
    named = sorted(tables, key=lambda header: order.index(header.partition(".")[0]))
    blocks = ["".join(f"{key} = {_value(value)}\n" for key, value in head.items())]
    blocks += [
        f"[{header}]\n" + "".join(f"{line}\n" for line in tables[header])
        for header in named
        if tables[header]
    ]
    return HEAD + "\n".join(blocks)


def _inline(values: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{key} = {_value(value)}" for key, value in values.items()) + " }"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # A basic string of TOML is one of JSON, but for DEL (TOML 1.0.0, "String").
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return f"[{', '.join(map(_value, value))}]"
    return _inline(value) if isinstance(value, Mapping) else str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)
