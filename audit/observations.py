"""What was seen: frozen values that any browser and any site can fill in.

A journey is a list of snapshots. A snapshot is what one browser kept, and what it had done since
the snapshot before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.banners import Banner
from audit.stored import Sent, Stored, Trace


@dataclass(frozen=True, slots=True)
class KeptCookie:
    """A cookie in the browser. `expires` is in seconds since 1970; None ends with the browser."""

    name: str
    value: str
    domain: str
    path: str
    secure: bool
    http_only: bool
    same_site: str
    expires: float | None


@dataclass(frozen=True, slots=True)
class KeptItem:
    """What else a browser kept for the site. `where` is localStorage, IndexedDB and so on.

    `origin` is that of the frame, where frames of several are looked into.
    """

    where: str
    key: str
    value: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request that a page, a worker or a beacon made. `cookies` are names, `body` is bytes."""

    method: str
    origin: str
    path: str
    query: str = ""
    kind: str = ""
    cookies: tuple[str, ...] = ()
    body: int = 0


@dataclass(frozen=True, slots=True)
class SetCookie:
    """A `Set-Cookie` header: what a server asked a browser to keep, kept or not."""

    header: str
    path: str
    """Of the request that it answered."""
    origin: str = ""
    at: float = 0
    """When it came, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of an answer, by name in lower case. `page` says whether it shows a page."""

    origin: str
    path: str
    values: tuple[tuple[str, str], ...]
    page: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of our own service as it left, whatever a browser says of it. Names of headers are
    in lower case; `digest` is the SHA-256 of its bytes, and `at` what its clock said, in seconds
    since 1970."""

    method: str
    path: str
    status: int
    headers: tuple[tuple[str, str], ...]
    digest: str
    at: float = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it came to our own service. Names of headers are in lower case."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a page did by script: wrote, opened, listened, drew to read back.

    `what` is the interface, as "localStorage.setItem" or "canvas.toDataURL"; `where` the script
    that did it, with line and column, as far as the browser tells.
    """

    what: str
    detail: str = ""
    where: str = ""
    at: float = 0
    """When, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that the relay got, and the legal basis that it names.

    `allowed` are the purposes that the visitor allowed with that address; None where they never
    gave it.
    """

    legal_basis: str
    allowed: frozenset[str] | None
    others: tuple[str, ...] = ()
    """Who else gets it, by whichever header."""
    extras: tuple[str, ...] = ()
    """What is in it beside text and links to this site, and headers that letters have."""
    kind: tuple[str, ...] = ()
    """All that have this in common must say the same; empty where it has figures."""
    says: str = ""
    """Its headers and text, without what is its receiver's own."""
    number: str = ""
    """What stands for it in its Message-ID."""


@dataclass(frozen=True, slots=True)
class Button:
    """How a button of the notice looks; colours as the browser computes them."""

    name: str
    tag: str
    shown: bool
    x: float
    y: float
    width: float
    height: float
    weight: str
    size: str
    colours: tuple[str, ...]
    parent: int


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page shows that a promise depends on."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    ticked: tuple[str, ...] = ()
    """Names of boxes that were ticked when the page came."""
    links: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    """Names of the fields of its forms that a person can fill in."""
    notice: bool = False
    """Whether the question is shown."""
    hints: tuple[str, ...] = ()
    """Addresses that the page tells the browser to connect to or fetch beforehand."""
    width: float = 0
    """How many pixels the page is wider than its window."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One step of a journey. `agreed` are the purposes that the visitor's acts allow by now."""

    step: str
    page: str
    at: float
    """Seconds since 1970 by the browser's machine, to which a cookie's `expires` is relative."""
    agreed: frozenset[str]
    cookies: tuple[KeptCookie, ...] = ()
    items: tuple[KeptItem, ...] = ()
    requests: tuple[SentRequest, ...] = ()
    set_cookies: tuple[SetCookie, ...] = ()
    headers: tuple[Headers, ...] = ()
    acts: tuple[Act, ...] = ()
    console: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    arrived: tuple[Arrival, ...] = ()
    letters: tuple[Letter, ...] = ()
    facts: PageFacts | None = None
    """None where the page was an error's, somebody else's, or could not be looked at."""
    picture: str = ""
    """The file name of a screenshot, where one was taken."""
    banner: Banner | None = None
    """What asks for consent then, where banners are looked for."""
    clicks: int = 0
    """How many clicks the visitor's answer took, where this step gave one."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a journey ended before its end.

    `lacking` says that the site does not give what its visitors need, which is a difference, too;
    `unable` that this browser has no such feature, and another may make the journey.
    """

    why: str
    lacking: bool = False
    unable: bool = False


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey by one browser. `missed` is what could not be looked at on its way."""

    name: str
    browser: str
    snapshots: tuple[Snapshot, ...] = ()
    stored: Stored | None = None
    stop: Stop | None = None
    missed: tuple[str, ...] = ()
    origin: str = ""
    seconds: float = 0
    """How long it took."""
    paired_with: str = ""
    """The journey that did the same things in another browser profile, at another second."""
    language: str = ""
    """What its browser was told to speak; empty where it spoke its own."""
    brought: str = ""
    """What the address had after a question mark by which the visitor came from elsewhere."""
    looks: tuple[Stored, ...] = ()
    """What the server kept on the way, where a journey looked."""
    sent: tuple[Sent, ...] = ()
    """Every form that was sent."""
    shown: tuple[Trace, ...] = ()
    """What was shown to who may not see it."""

    @property
    def kept(self) -> tuple[Stored, ...]:
        """What the server kept whenever it was looked at, the end last."""
        return (*self.looks, *([self.stored] if self.stored else ()))

    @property
    def stopped(self) -> str:
        """Why it ended before its end; empty where it did not."""
        return self.stop.why if self.stop else ""


@dataclass(frozen=True, slots=True)
class Untold:
    """Something of which it could not be told whether it differs, and why."""

    why: str
    browser: str = ""
    journey: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, (", ".join(filter(None, self.place)), self.why)))

    @property
    def place(self) -> tuple[str, str]:
        """The browser and the journey, either of which may be empty."""
        return self.browser, self.journey


@dataclass(frozen=True, slots=True)
class Observed:
    """Everything that an audit saw. `local` says whether it could look into the server."""

    origin: str
    journeys: tuple[Journey, ...]
    browsers: tuple[tuple[str, str], ...] = ()
    """Names and versions."""
    local: bool = True
    pages: tuple[str, ...] = ()
    missed: tuple[Untold, ...] = ()
    """What could not be looked at, beside the journeys' own."""
    published: frozenset[str] = frozenset()
    """The digests of all that is published, where that is known."""
    variants: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """Of pages that stand in several wordings: which ones the bytes with a digest are, by the
    page's address and the digest."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What each page says as it was published, where that is known."""
    styled: tuple[tuple[str, str], ...] = ()
    """What style sheets load only in a state of a visitor: the name of each, and the state."""
    personal: frozenset[tuple[str, str]] = frozenset()
    """The address and digest of what is only for groups of visitors."""
