"""The register: all that a site declares, as frozen values.

It is the sum of what the features of the engine declare (`policy/features/`) and of what is the
site's own (`site/policy.toml`); `policy.sum` adds it up. Everything that is set, stored, sent or
shown about privacy is derived from these values. The attribute names are the keys of the files,
with lists in the plural.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import Field

from policy.durations import Duration, Keep, Length, Lifetime
from policy.register_entries import (
    BrowserFeature,
    Connection,
    Endpoint,
    Event,
    Header,
    LogLine,
    PageException,
    Recipient,
    Window,
)
from policy.sentences import sentence
from policy.toml_source import Declared

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
Kind = Literal[
    "version", "number", "page", "section", "source", "campaign", "audience", "random",
    "one of", "month", "goals", "funnels",
]  # fmt: skip


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
        return {
            "version": sentence("A version number of this register"),
            "number": sentence(
                "A whole number from %(least)s to %(most)s", least=self.least, most=self.most
            ),
            "page": sentence("The address of a page on this site"),
            "section": sentence("The first folder in the address of a page on this site"),
            "source": sentence("One name of a fixed list, such as “Direct”"),
            "campaign": sentence("One name of a fixed list, such as “None”"),
            "audience": sentence("One name of a fixed list of groups"),
            "random": sentence("A random value of %(bits)s bits", bits=self.bits),
            "one of": f" {sentence('or')} ".join(f"“{option}”" for option in self.options),
            "month": sentence("A year and a month"),
            "goals": sentence("Some names of a fixed list, or none"),
            "funnels": sentence("Some names of a fixed list, each with a number, or none"),
        }[self.kind]


MOST_BITS = 40
"""No cookie of a visitor may carry more, whatever the register says."""


class Cookie(Declared):
    """A cookie. `name` is our word for it, `cookie` its name in the browser.

    `most_bits`: what its parts can hold together must stay under it, or the site is not built.
    `valid_days`: signed with a key of its day (UTC), it is taken for so many days from that one on.
    """

    name: str
    cookie: str
    purpose: str
    holds: str
    set_when: str
    set_by: tuple[str, ...]
    lifetime: Lifetime
    path: str
    same_site: Literal["Strict", "Lax"]
    signed: bool
    parts: tuple[Part, ...]
    idle_minutes: int | None = None
    most_hours: int | None = None
    most_bits: Annotated[int, Field(ge=1, le=MOST_BITS)] | None = None
    valid_days: Annotated[int, Field(ge=1)] | None = None

    def part(self, name: str) -> Part:
        """The part of that name. Raises `KeyError`."""
        return {part.name: part for part in self.parts}[name]

    @property
    def lifetime_seconds(self) -> int | None:
        """Seconds until the browser forgets the cookie; None when it forgets it on closing."""
        return self.lifetime.seconds if isinstance(self.lifetime, Duration) else None

    @property
    def lifetime_words(self) -> str:
        """The lifetime as the privacy page says it."""
        if isinstance(self.lifetime, Duration):
            return sentence("%(time)s, not extended by visits", time=self.lifetime)
        words = sentence("Until the browser closes")
        if self.idle_minutes is not None:
            words += sentence(", or after %(number)s minutes without use", number=self.idle_minutes)
        if self.most_hours is not None:
            words += sentence(", and never longer than %(number)s hours", number=self.most_hours)
        if self.valid_days is not None:
            words += sentence(
                "; our service takes it for %(number)s days at most", number=self.valid_days
            )
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
        return sentence("%(number)s months at most, then asked again", number=self.months)


class Column(Declared):
    """A column of a table. Only columns that are declared can exist.

    "hour" and "second" are whole numbers of them since 1970 (UTC). Where there are `options`, no
    other value can be stored. What is `listed` stands in the staff's list of contacts.
    """

    name: str
    type: Literal["text", "integer", "date", "hour", "second"]
    given_by: Literal["visitor", "service", "staff"]
    holds: str
    category: Category | None = None
    label: str = ""
    optional: bool = False
    unique: bool = False
    refers: str = ""
    options: tuple[str, ...] = ()
    listed: bool = False
    formerly: str = ""
    """The name that it had before: a database that has that one is made to follow."""


class Sooner(Declared):
    """Rows that end before the others of their table: where `dated_by` is filled, after `keep`.
    `where` says which they are, as visitors read it."""

    dated_by: str
    keep: Length
    where: str


class Table(Declared):
    """A table of one of the two databases.

    `dated_by` is the column that says from when `keep` counts. Without one, a row is kept for as
    long as another table refers to it, or, where `keep` says so, until somebody removes it.

    What is kept `coarsens` with its age, as visitors read it: what was counted fewer than `least`
    times in a day or month that has ended is told apart no more.
    """

    database: Literal["counters", "records"]
    name: str
    purpose: str
    keep: Keep
    dated_by: str = ""
    sooner: Sooner | None = None
    least: Annotated[int, Field(ge=2)] | None = None
    coarsens: str = ""
    readers: tuple[Role, ...]
    holds: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def keep_words(self) -> str:
        """How long a row is kept, as the privacy page says it."""
        return (
            f"{_kept(self.keep)}; {self.sooner.keep} {self.sooner.where}"
            if self.sooner
            else _kept(self.keep)
        )

    def column(self, name: str) -> Column | None:
        """The column of that name, if it is declared."""
        return next((column for column in self.columns if column.name == name), None)


def _kept(keep: Keep) -> str:
    if isinstance(keep, Duration):
        return str(keep)
    return sentence("until the account is removed")


class Transient(Declared):
    """Something that is read and used, but not stored."""

    name: str
    purpose: str
    keep: str
    holds: str


class Backup(Declared):
    """Copies of the databases, and how long each is kept."""

    purpose: str
    keep: Length
    holds: str


class Register(Declared):
    """The whole register. `features` are those of the engine that are on."""

    version: Annotated[int, Field(ge=1)]
    date: datetime.date
    features: tuple[str, ...] = ()
    notice: Notice | None = None
    purposes: Annotated[tuple[Purpose, ...], Field(alias="purpose")] = ()
    cookies: Annotated[tuple[Cookie, ...], Field(alias="cookie")] = ()
    storages: Annotated[tuple[Storage, ...], Field(alias="storage")] = ()
    tables: Annotated[tuple[Table, ...], Field(alias="table")] = ()
    transients: Annotated[tuple[Transient, ...], Field(alias="transient")] = ()
    windows: Annotated[tuple[Window, ...], Field(alias="window")] = ()
    endpoints: Annotated[tuple[Endpoint, ...], Field(alias="endpoint")] = ()
    events: Annotated[tuple[Event, ...], Field(alias="event")] = ()
    headers: Annotated[tuple[Header, ...], Field(alias="header")] = ()
    logs: Annotated[tuple[LogLine, ...], Field(alias="log")] = ()
    browser_features: Annotated[tuple[BrowserFeature, ...], Field(alias="browser_feature")] = ()
    exceptions: Annotated[tuple[PageException, ...], Field(alias="exception")] = ()
    connections: Annotated[tuple[Connection, ...], Field(alias="connection")] = ()
    recipients: Annotated[tuple[Recipient, ...], Field(alias="recipient")] = ()
    backup: Backup | None = None

    def has(self, feature: str) -> bool:
        """Whether a feature of the engine is on."""
        return feature in self.features

    @property
    def databases(self) -> tuple[str, ...]:
        """Those that a table is in: none where no feature that is on keeps anything."""
        found = {str(table.database) for table in self.tables}
        return tuple(name for name in ("records", "counters") if name in found)

    @property
    def question(self) -> Notice:
        """The words of the notice. Raises LookupError where nothing on this site is asked."""
        if self.notice is None:
            raise LookupError("nothing on this site needs consent")
        return self.notice

    def purpose(self, name: str) -> Purpose:
        """The purpose of that name. Raises `KeyError`."""
        return {purpose.name: purpose for purpose in self.purposes}[name]

    def cookie(self, name: str) -> Cookie:
        """The cookie of that name (ours, not the browser's). Raises `KeyError`."""
        return {cookie.name: cookie for cookie in self.cookies}[name]

    def storage(self, name: str) -> Storage:
        """The storage key of that name. Raises `KeyError`."""
        return {storage.name: storage for storage in self.storages}[name]

    def window(self, database: str) -> Window:
        """What the files of a database tell for a while. Raises `KeyError`."""
        return {str(window.database): window for window in self.windows}[database]

    def table(self, database: str, name: str) -> Table:
        """The table of that name. Raises `KeyError`."""
        named = {(str(table.database), table.name): table for table in self.tables}
        return named[database, name]
