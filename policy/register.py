"""The register: what `site/policy.toml` declares, as frozen values.

Everything that is set, stored, sent or shown about privacy is derived from these values. The
attribute names are the keys of the file, with lists in the plural.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from policy.faults import Fault, nearest
from policy.source import Declared, Lines

Use = Literal[
    "verify accounts",
    "correspond",
    "deliver the service",
    "solve problems",
    "improve the service",
]
"""What P2 allows, and nothing else."""

Basis = Literal["consent", "contract", "legal duty", "legitimate interest"]
Category = Literal[
    "contact details", "email", "session information", "account details", "correspondence"
]
Role = Literal["reports", "contacts", "admin"]
Kind = Literal["version", "number", "page", "source", "audience", "random", "one of", "month"]


class Change(Declared):
    """What a version of the register changed."""

    version: int
    date: datetime.date
    text: str


class Notice(Declared):
    """The words of the notice and of its answers."""

    title: str
    text: str
    accept: str
    reject: str
    more: str
    accepted: str
    rejected: str
    hide: str
    signal: str


class Purpose(Declared):
    """Why something is collected; `use` is one of the uses that P2 allows."""

    name: str
    text: str
    use: Use
    basis: Basis


class Part(Declared):
    """One part of the value of a cookie or storage key, and every kind of value it can have."""

    name: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    kind: Kind
    holds: str
    least: int = 0
    most: int = 0
    options: tuple[str, ...] = ()
    bits: int = 0

    @property
    def possible(self) -> str:
        """Every kind of value, in words."""
        match self.kind:
            case "version":
                return "A version number of this register"
            case "number":
                return f"A whole number from {self.least} to {self.most}"
            case "page":
                return "The address of a page on this site"
            case "source":
                return "One name of a fixed list, such as “Direct”"
            case "audience":
                return "One name of a fixed list of groups"
            case "random":
                return f"A random value of {self.bits} bits"
            case "one of":
                return " or ".join(f"“{option}”" for option in self.options)
            case "month":
                return "A year and a month"


class Cookie(Declared):
    """A cookie. `name` is our word for it, `cookie` its name in the browser."""

    name: str
    cookie: str
    purpose: str
    holds: str
    set_when: str
    set_by: tuple[str, ...]
    lifetime: Annotated[str, Field(pattern=r"^(session|[1-9][0-9]* days)$")]
    path: str
    same_site: Literal["Strict", "Lax"]
    signed: bool
    parts: tuple[Part, ...]
    idle_minutes: int | None = None
    most_hours: int | None = None

    @property
    def lifetime_seconds(self) -> int | None:
        """Seconds until the browser forgets the cookie; None when it forgets it on closing."""
        if self.lifetime == "session":
            return None
        return int(self.lifetime.split()[0]) * 86_400

    @property
    def lifetime_words(self) -> str:
        """The lifetime as the privacy page says it."""
        if self.lifetime != "session":
            return f"{self.lifetime}, not extended by visits"
        words = "Until the browser closes"
        if self.idle_minutes is not None:
            words += f", or after {self.idle_minutes} minutes without use"
        if self.most_hours is not None:
            words += f", and never longer than {self.most_hours} hours"
        return words


class Storage(Declared):
    """A key in the browser's storage, kept for at most `months`."""

    name: str
    key: str
    where: Literal["localStorage", "sessionStorage"]
    purpose: str
    holds: str
    set_when: str
    months: Annotated[int, Field(ge=1, le=6)]
    parts: tuple[Part, ...]

    @property
    def lifetime_words(self) -> str:
        """The lifetime as the privacy page says it."""
        return f"{self.months} months at most, then asked again"


class Column(Declared):
    """A column of a table. Only columns that are declared can exist."""

    name: str
    type: Literal["text", "integer", "date"]
    given_by: Literal["visitor", "service", "staff"]
    holds: str
    category: Category | None = None
    label: str = ""
    optional: bool = False
    unique: bool = False
    refers: str = ""


class Table(Declared):
    """A table of one of the two databases."""

    database: Literal["counters", "records"]
    name: str
    purpose: str
    keep: Annotated[
        str, Field(pattern=r"^([1-9][0-9]* (months|hours)|until the account is removed)$")
    ]
    readers: tuple[Role, ...]
    holds: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """The column of that name, if it is declared."""
        return next((column for column in self.columns if column.name == name), None)


class Transient(Declared):
    """Something that is read and used, but not stored."""

    name: str
    purpose: str
    keep: str
    holds: str


class Recipient(Declared):
    """Somebody else who receives something. P6 and P9 leave next to no room for any."""

    name: str
    origin: str
    purpose: str
    receives: str


class Register(Declared):
    """The whole register."""

    version: Annotated[int, Field(ge=1)]
    date: datetime.date
    notice: Notice
    changes: Annotated[tuple[Change, ...], Field(alias="change")]
    purposes: Annotated[tuple[Purpose, ...], Field(alias="purpose")]
    cookies: Annotated[tuple[Cookie, ...], Field(alias="cookie")] = ()
    storages: Annotated[tuple[Storage, ...], Field(alias="storage")] = ()
    tables: Annotated[tuple[Table, ...], Field(alias="table")] = ()
    transients: Annotated[tuple[Transient, ...], Field(alias="transient")] = ()
    recipients: Annotated[tuple[Recipient, ...], Field(alias="recipient")] = ()

    def purpose(self, name: str) -> Purpose:
        """The purpose of that name. Raises `KeyError`."""
        return {purpose.name: purpose for purpose in self.purposes}[name]

    def cookie(self, name: str) -> Cookie:
        """The cookie of that name (ours, not the browser's). Raises `KeyError`."""
        return {cookie.name: cookie for cookie in self.cookies}[name]

    def storage(self, name: str) -> Storage:
        """The storage key of that name. Raises `KeyError`."""
        return {storage.name: storage for storage in self.storages}[name]

    def table(self, database: str, name: str) -> Table:
        """The table of that name. Raises `KeyError`."""
        return {(table.database, table.name): table for table in self.tables}[database, name]


def contradictions(register: Register, path: str, lines: Lines) -> Iterator[Fault]:
    """What each entry allows by itself but the register as a whole does not."""
    yield from _purpose_faults(register, path, lines)
    yield from _name_faults(register, path, lines)
    for index, cookie in enumerate(register.cookies):
        for message, hint in _cookie_faults(cookie):
            yield Fault(
                path, lines.of(("cookie", index)), f'cookie "{cookie.name}" {message}', hint
            )
    for index, table in enumerate(register.tables):
        for message, hint in _table_faults(table):
            yield Fault(path, lines.of(("table", index)), f'table "{table.name}" {message}', hint)
    if register.version not in {change.version for change in register.changes}:
        line = lines.of(("version",))
        message = f"version {register.version} does not say what it changed"
        yield Fault(path, line, message, f"add a [[change]] with version = {register.version}")


def _purpose_faults(register: Register, path: str, lines: Lines) -> Iterator[Fault]:
    known = [purpose.name for purpose in register.purposes]
    kinds = {
        "cookie": register.cookies,
        "storage": register.storages,
        "table": register.tables,
        "transient": register.transients,
        "recipient": register.recipients,
    }
    for kind, entries in kinds.items():
        for index, entry in enumerate(entries):
            if entry.purpose not in known:
                line = lines.of((kind, index, "purpose"))
                message = f'unknown purpose "{entry.purpose}"'
                yield Fault(path, line, message, nearest(entry.purpose, known))


def _name_faults(register: Register, path: str, lines: Lines) -> Iterator[Fault]:
    named = {
        "purpose": [purpose.name for purpose in register.purposes],
        "cookie": [cookie.name for cookie in register.cookies],
        "storage": [storage.name for storage in register.storages],
        "table": [f"{table.database} {table.name}" for table in register.tables],
    }
    for kind, names in named.items():
        for index, name in enumerate(names):
            if name in names[:index]:
                line = lines.of((kind, index))
                yield Fault(path, line, f'{kind} "{name}" is declared twice', "remove one of them")


def _cookie_faults(cookie: Cookie) -> Iterator[tuple[str, str]]:
    if not cookie.cookie.startswith(("__Host-", "__Secure-")):
        yield "has no protective prefix", "begin its name with __Host- or __Secure-"
    if cookie.cookie.startswith("__Host-") and cookie.path != "/":
        yield "begins with __Host- but has a path", 'write path = "/", or begin with __Secure-'
    if cookie.signed and any(part.kind == "random" for part in cookie.parts):
        yield "would hold a random value, which is an identifier", "remove that part"
    if (cookie.lifetime_seconds or 0) > 180 * 86_400:
        yield "lives longer than 180 days", 'write lifetime = "180 days" or less'


def _table_faults(table: Table) -> Iterator[tuple[str, str]]:
    names = [column.name for column in table.columns]
    for name in table.key:
        if name not in names:
            yield f'has no column "{name}" for its key', nearest(name, names)
    for column in table.columns:
        if names.count(column.name) > 1:
            yield f'declares the column "{column.name}" twice', "remove one of them"
        if column.given_by == "visitor" and column.category is None:
            yield f'does not say what category "{column.name}" is', "add category = …"
