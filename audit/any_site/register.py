"""The register of a site that is not made by Plainsite: one TOML file, drafted or written by hand.

Its format is described in docs/audit.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from policy.durations import Duration, Lifetime
from policy.faults import Fault, Faults, nearest
from policy.origin_addresses import OriginAddress
from policy.origins import Origin
from policy.toml_lines import Lines
from policy.toml_source import Declared, read_toml_with_lines

__all__ = [
    "UNKNOWN",
    "Consent",
    "Cookie",
    "Entry",
    "Header",
    "Host",
    "Message",
    "Needs",
    "Purpose",
    "Register",
    "SiteRegister",
    "Storage",
    "read_register",
]

UNKNOWN = "?"
"""The purpose of what nobody has said yet what it is for."""

Needs = Literal["nothing", "choice", "consent"]
"""What a purpose waits for: nothing; any answer to the question; a yes."""


def _regular(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"it is no regular expression: {error}") from None
    return text


Pattern = Annotated[str, AfterValidator(_regular)]
Name = Annotated[str, Field(min_length=1)]


class Purpose(Declared):
    """What things are kept or sent for, and what that waits for."""

    name: Name
    text: str = ""
    needs: Needs


class Entry(Declared):
    """Something that is declared. What a draft noted of it is for people; nothing is held to it."""

    purpose: Name
    guessed: bool = False
    """Whether the purpose is a database's guess that nobody has confirmed."""
    first_seen: str = ""
    set_by: tuple[str, ...] = ()
    note: str = ""


class Cookie(Entry):
    """A cookie. In `name`, `*` stands for any characters. What is not said may be anything."""

    name: Name
    domain: str = ""
    """As the browser keeps it; the site's own host where it is empty."""
    path: str = ""
    lifetime: Lifetime | Literal["any"] = "any"
    secure: bool | None = None
    http_only: bool | None = None
    same_site: Literal["Strict", "Lax", "None", "any"] = "any"
    value: Pattern = ""
    """A regular expression of the whole value; empty for any."""


class Storage(Entry):
    """Anything else that a browser keeps. In `key`, `*` stands for any characters."""

    where: Literal[
        "localStorage", "sessionStorage", "IndexedDB", "Cache", "service worker", "window.name"
    ]
    key: str = "*"
    origin: str = ""
    """Of the frame that keeps it; the site's own where it is empty."""
    value: Pattern = ""


class Host(Entry):
    """Another origin that pages ask for something, or speak with."""

    origin: str


class Message(Entry):
    """What pages send to the site itself, beside asking it for something. In `path`, `*` stands for
    any characters."""

    path: Annotated[str, Field(pattern=r"^[/*]")]


class Header(Declared):
    """A header that pages must have, its value a regular expression of the whole."""

    name: Name
    value: Pattern = ""


class Consent(Declared):
    """How the site asks, in its own words. A list that is empty stands for the words that Plainsite
    knows in many languages; `css=…` is a selector in the place of words."""

    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    save: tuple[str, ...] = ()
    withdraw: tuple[str, ...] = ()
    wait_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """How late the question may come."""
    wall: bool = False
    """Whether the site may be used only once it is answered."""

    def words(self) -> dict[str, tuple[str, ...]]:
        """Each kind of control with the labels that are declared for it."""
        return {kind: getattr(self, kind) for kind in CONTROLS}


CONTROLS = ("accept", "reject", "settings", "save", "withdraw")


class Register(Declared):
    """The file."""

    url: OriginAddress
    version: Annotated[int, Field(ge=1)] = 1
    pages: tuple[str, ...] = ()
    """Paths. Where there are none, the site is walked."""
    reads: tuple[str, ...] = ()
    """What scripts may read that tells browsers apart, as the audit names it."""
    consent: Consent | None = None
    purposes: Annotated[tuple[Purpose, ...], Field(alias="purpose")] = ()
    cookies: Annotated[tuple[Cookie, ...], Field(alias="cookie")] = ()
    storages: Annotated[tuple[Storage, ...], Field(alias="storage")] = ()
    hosts: Annotated[tuple[Host, ...], Field(alias="host")] = ()
    messages: Annotated[tuple[Message, ...], Field(alias="message")] = ()
    headers: Annotated[tuple[Header, ...], Field(alias="header")] = ()


@dataclass(frozen=True)
class SiteRegister:
    """A register that was read, with where each entry stands. `file` is as it was named."""

    file: str
    register: Register
    lines: Lines
    digest: str

    @cached_property
    def needs(self) -> dict[str, Needs]:
        """What each purpose waits for."""
        return {purpose.name: purpose.needs for purpose in self.register.purposes}

    def entries(self) -> Iterator[tuple[Entry, Origin]]:
        """Every cookie, storage key, host and message, with its place in the file."""
        for kind in ("cookie", "storage", "host", "message"):
            for index, entry in enumerate(_list(self.register, kind)):
                yield entry, self.origin(kind, index)

    def origin(self, *location: int | str) -> Origin:
        """Where something is declared."""
        return Origin(self.file, self.lines.of(location))


def _list(register: Register, kind: str) -> tuple[Entry, ...]:
    found: tuple[Entry, ...] = getattr(register, f"{kind}s")
    return found


def read_register(path: Path) -> SiteRegister:
    """Read the file. Raises Faults."""
    register, lines = read_toml_with_lines(path.parent, path.name, Register)
    made = SiteRegister(str(path), register, lines, sha256(path.read_bytes()).hexdigest())
    if faults := list(_faults(path.name, made)):
        raise Faults(faults)
    return made


def _faults(name: str, read: SiteRegister) -> Iterator[Fault]:
    known = set(read.needs)
    if len(known) < len(read.register.purposes):
        hint = "leave one of each name"
        yield Fault(name, read.lines.of(("purpose",)), "two purposes have the same name", hint)
    for entry, origin in read.entries():
        if entry.purpose != UNKNOWN and entry.purpose not in known:
            message = f'the purpose "{entry.purpose}" is not declared'
            yield Fault(name, origin.line, message, nearest(entry.purpose, known))
    for path in read.register.pages:
        if not path.startswith("/"):
            message = f'the page "{path}" is no path of this site'
            yield Fault(name, read.lines.of(("pages",)), message, 'write it like "/about/"')


def seconds(lifetime: Duration | str) -> int | None:
    """How long a lifetime is; None where it ends with the browser."""
    return lifetime.seconds if isinstance(lifetime, Duration) else None
