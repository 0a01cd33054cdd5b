"""What each entry of the register allows by itself, but the register as a whole does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from policy.faults import Fault, closest, nearest
from policy.origins import Location, Origins
from policy.register import Cookie, Register, Table
from policy.register_entries import Event, LogLine

Found = tuple[Location, str, str]
"""Where in the register, what is wrong, and a hint."""


class _Purposeful(Protocol):
    @property
    def purpose(self) -> str: ...


def register_faults(register: Register, origins: Origins) -> Iterator[Fault]:
    """Every fault of the register as a whole; `origins` finds the places."""
    for place, message, hint in _found(register):
        origin = origins.of(place)
        yield Fault(origin.path, origin.line, message, hint)


def _found(register: Register) -> Iterator[Found]:
    yield from _purpose_faults(register)
    yield from _name_faults(register)
    for index, cookie in enumerate(register.cookies):
        for message, hint in _cookie_faults(cookie):
            yield ("cookie", index), f'cookie "{cookie.name}" {message}', hint
    for index, table in enumerate(register.tables):
        for message, hint in _table_faults(table):
            yield ("table", index), f'table "{table.name}" {message}', hint
        for number, message, hint in _column_faults(table):
            yield ("table", index, "columns", number), f'table "{table.name}" {message}', hint
    for index, event in enumerate(register.events):
        for message, hint in _event_faults(register, event):
            yield ("event", index), f'event "{event.name}" {message}', hint
    for index, log in enumerate(register.logs):
        for message, hint in _log_faults(log):
            yield ("log", index), f'log "{log.name}" {message}', hint


def _purpose_faults(register: Register) -> Iterator[Found]:
    known = [purpose.name for purpose in register.purposes]
    kinds: dict[str, Sequence[_Purposeful]] = {
        "cookie": register.cookies,
        "storage": register.storages,
        "table": register.tables,
        "transient": register.transients,
        "window": register.windows,
        "event": register.events,
        "log": register.logs,
        "browser_feature": register.browser_features,
        "exception": register.exceptions,
        "connection": register.connections,
        "recipient": register.recipients,
    }
    for kind, entries in kinds.items():
        for index, entry in enumerate(entries):
            if entry.purpose not in known:
                message = f'unknown purpose "{entry.purpose}"'
                yield (kind, index, "purpose"), message, nearest(entry.purpose, known)
    if register.backup and register.backup.purpose not in known:
        message = f'unknown purpose "{register.backup.purpose}"'
        yield ("backup", "purpose"), message, nearest(register.backup.purpose, known)
    for index, endpoint in enumerate(register.endpoints):
        for purpose in endpoint.purposes:
            if purpose not in known:
                message = f'unknown purpose "{purpose}"'
                yield ("endpoint", index, "purposes"), message, nearest(purpose, known)


def _name_faults(register: Register) -> Iterator[Found]:
    named = {
        "purpose": [purpose.name for purpose in register.purposes],
        "cookie": [cookie.name for cookie in register.cookies],
        "storage": [storage.name for storage in register.storages],
        "table": [f"{table.database} {table.name}" for table in register.tables],
        "window": [window.name for window in register.windows],
        "event": [event.name for event in register.events],
        "header": [header.name.lower() for header in register.headers],
        "log": [log.name for log in register.logs],
    }
    for kind, names in named.items():
        for index, name in enumerate(names):
            if name in names[:index]:
                yield (kind, index), f'{kind} "{name}" is declared twice', "remove one of them"


def _cookie_faults(cookie: Cookie) -> Iterator[tuple[str, str]]:
    if not cookie.cookie.startswith(("__Host-", "__Secure-")):
        yield "has no protective prefix", "begin its name with __Host- or __Secure-"
    if cookie.cookie.startswith("__Host-") and cookie.path != "/":
        yield "begins with __Host- but has a path", 'write path = "/", or begin with __Secure-'
    if cookie.signed and any(part.kind == "random" for part in cookie.parts):
        yield "would hold a random value, which is an identifier", "remove that part"
    if cookie.signed and cookie.most_bits is None:
        yield "does not say how many bits it may carry", "add a line: most_bits = 20"
    if (cookie.lifetime_seconds or 0) > 180 * 86_400:
        yield "lives longer than 180 days", 'write lifetime = "180 days" or less'


def _table_faults(table: Table) -> Iterator[tuple[str, str]]:
    names = [column.name for column in table.columns]
    for name in table.key:
        if name not in names:
            yield f'has no column "{name}" for its key', nearest(name, names)
    if bool(table.coarsens) != (table.least is not None):
        yield "says but half of how it coarsens", "give both: coarsens = …, least = 10"
    dated = table.column(table.dated_by)
    if table.dated_by and (dated is None or dated.type not in ("date", "hour", "second")):
        hint = "name one of its columns of the type date, hour or second"
        yield f'is dated by "{table.dated_by}", which is no time', hint
    sooner = table.column(table.sooner.dated_by) if table.sooner else None
    if table.sooner and (sooner is None or sooner.type != "date" or not sooner.optional):
        hint = "name one of its columns of the type date that is optional"
        yield f'ends sooner by "{table.sooner.dated_by}", which is no such time', hint


def _column_faults(table: Table) -> Iterator[tuple[int, str, str]]:
    """Each with the number of the column."""
    names = [column.name for column in table.columns]
    known = [*names, *(column.formerly for column in table.columns)]
    for number, column in enumerate(table.columns):
        if column.formerly and known.count(column.formerly) > 1:
            was = f'"{column.name}" was formerly "{column.formerly}"'
            yield (
                number,
                f"says that {was}, which another column is or was",
                "remove one of the two",
            )
        if names.index(column.name) < number:
            yield number, f'declares the column "{column.name}" twice', "remove one of them"
        if column.given_by == "visitor" and column.category is None:
            yield number, f'does not say what category "{column.name}" is', "add category = …"
        if column.options and column.type != "text":
            yield number, f'gives options to "{column.name}", which is no text', "remove them"


def _event_faults(register: Register, event: Event) -> Iterator[tuple[str, str]]:
    paths = [endpoint.path for endpoint in register.endpoints]
    if event.sent_by not in paths:
        yield (
            f'is sent by "{event.sent_by}", which is no [[endpoint]]',
            f"{closest(event.sent_by, paths)}name one, or declare it",
        )
    columns = [
        column
        for table in register.tables
        if table.database == "counters" and table.purpose == event.purpose
        for column in table.columns
    ]
    measures = [column.name for column in columns if column.type == "integer"]
    dimensions = [option for column in columns for option in column.options]
    for name in event.adds:
        if name not in measures:
            yield f'adds to "{name}", which no table of its purpose has', nearest(name, measures)
    for name in event.to:
        if name not in dimensions:
            yield (
                f'counts by "{name}", which no table of its purpose has',
                nearest(name, dimensions),
            )


def _log_faults(log: LogLine) -> Iterator[tuple[str, str]]:
    names = [field.name for field in log.fields]
    for name in log.placed:
        if name not in names:
            yield f'says "{name}" in braces, which is none of its fields', nearest(name, names)
    for name in names:
        if name not in log.placed:
            yield f'declares the field "{name}" and does not say it', f"write {{{name}}} in says"
