"""A journey while it is being made: one visitor, its tabs, and the snapshots that were kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from audit.browsers.errors import STOPS, CannotGoOn, PageDoesNotOpen
from audit.browsers.recorder import Recorder
from audit.browsers.visitor import LOOK, PATIENCE_SECONDS, READING, Tab, Visitor
from audit.instance import Instance
from audit.journeys.agreements import Agreements
from audit.journeys.opened_letters import Opening
from audit.journeys.page_facts import facts_of
from audit.languages import Languages
from audit.observations import (
    Answer,
    Arrival,
    Journey,
    KeptCookie,
    KeptItem,
    Letter,
    SentRequest,
    Snapshot,
    Stop,
)
from audit.stored import Sent, Stored, Trace
from policy import Register
from policy.forms import Form

STAFF = "/staff/"
ERRORS = 400
"""The least status of an answer that is an error."""
NOWHERE = "null"
"""The origin of a tab's empty page, before the next one comes."""
LAST = "what was there when it stopped"


@dataclass
class JourneyRun:
    """What a journey works with. `given` is what the visitor gives away, to be searched for."""

    name: str
    browser: str
    visitor: Visitor
    instance: Instance
    register: Register
    forms: dict[str, Form]
    agreements: Agreements
    languages: Languages
    pages: tuple[str, ...]
    pictures: Path | None
    idle_seconds: float
    agreed: frozenset[str] = frozenset()
    given: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, frozenset[str]] = field(default_factory=dict)
    """Every email address that the visitor gave, with the purposes allowed for it."""
    snapshots: list[Snapshot] = field(default_factory=list)
    looks: list[Stored] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    """Every form that was sent."""
    shown: list[Trace] = field(default_factory=list)
    """What was shown to who may not see it."""
    missed: list[str] = field(default_factory=list)
    """What could not be looked at on the way."""
    audience: str = ""
    """The group that the visitor's browser is known to belong to."""
    brought: str = ""
    """What the address has after a question mark by which the visitor comes from elsewhere."""
    _tab: Tab | None = None
    _known: int = 0
    _read: int = 0
    _answered: int = 0
    _came: int = 0

    @property
    def tab(self) -> Tab:
        """The tab that is being used. Raises CannotGoOn where none is open."""
        if self._tab is None:
            raise CannotGoOn("no tab is open")
        return self._tab

    async def open_tab(self) -> Tab:
        """Open another tab, and use it."""
        self._tab = await self.visitor.open()
        return self._tab

    def use(self, tab: Tab) -> None:
        """Go on in a tab that was opened before."""
        self._tab = tab

    def agree(self, purposes: Iterable[str]) -> None:
        """The visitor allowed these purposes."""
        self.agreed |= frozenset(purposes)

    def withdraw(self, purposes: Iterable[str]) -> None:
        """The visitor took these purposes back."""
        self.agreed -= frozenset(purposes)

    def be_unknown(self) -> None:
        """The browser was forgotten: its visitor is of the group of all whom the site does not
        know."""
        if self.instance.site:
            self.audience = self.instance.site.audiences.default

    def allow(self, email: str, purposes: Iterable[str]) -> None:
        """The visitor allowed these purposes for an address of theirs."""
        self.addresses[email] = self.addresses.get(email, frozenset()) | frozenset(purposes)

    async def go(self, page: str, *, referrer: str = "") -> None:
        """Open a page and keep the snapshot; by what is `brought`, from a `referrer` elsewhere.
        Raises PageDoesNotOpen, with what came kept."""
        address = f"{page}?{self.brought}" if referrer else page
        arrival = await self.tab.goto(self.instance.origin + address, referrer=referrer)
        if not arrival.loaded:
            self.missed.append(f"{page} had not come to its end after {PATIENCE_SECONDS:.0f} s")
        # Staff's pages ask whoever is not signed in to do so, with a status that says why.
        failed = arrival.status >= ERRORS and not page.startswith(STAFF)
        await self.keep(f"open {page}", shows_page=not failed)
        if failed:
            raise PageDoesNotOpen.answered(page, arrival.status)

    async def keep(self, step: str, *, picture: bool = False, shows_page: bool = True) -> None:
        """Keep what the browser holds now and did since the snapshot before.

        What a page shows is left out where it is an error's, or has not come to its end. Raises
        PageDoesNotOpen where it is somebody else's.
        """
        origin, page = await self._place()
        # What is not on a page that is still coming may come yet.
        shows_page = shows_page and not await self.tab.evaluate(READING)
        ours = origin == self.instance.origin
        # Where nothing is asked, no button and no title is looked for.
        words = self.languages.register(page).notice
        given = {name: getattr(words, name, "") for name in ("accept", "reject", "title")}
        seen = await self.tab.evaluate(LOOK, given) if ours else {"items": []}
        cookies = await self.visitor.cookies()
        file = await self._picture(step) if picture else ""
        # Nothing may fail from here on: what was gathered once is not told again.
        done = await self.visitor.gather()
        facts = facts_of(seen["facts"]) if ours and shows_page else None
        items = tuple(KeptItem(**item) for item in seen["items"])
        snapshot = self._snapshot(step, page, done)
        self.snapshots.append(
            replace(snapshot, cookies=cookies, items=items, facts=facts, picture=file)
        )
        if not ours:
            raise PageDoesNotOpen(step.removeprefix("open "), f"it leads to {origin}")

    async def _place(self) -> tuple[str, str]:
        """The origin and path of the page; on a busy machine a tab may be between two for long."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            origin, page = await self.tab.evaluate("() => [location.origin, location.pathname]")
            if origin != NOWHERE or time.monotonic() > end:
                return str(origin), str(page)
            await asyncio.sleep(0.1)

    async def keep_the_rest(self) -> None:
        """What was done and kept until the journey stopped: the page itself cannot be looked at."""
        cookies: tuple[KeptCookie, ...] = ()
        with suppress(*STOPS):
            cookies = await self.visitor.cookies()
        done = await self.visitor.gather()
        page = self.snapshots[-1].page if self.snapshots else ""
        self.snapshots.append(replace(self._snapshot(LAST, page, done), cookies=cookies))

    def _snapshot(self, step: str, page: str, done: Recorder) -> Snapshot:
        return Snapshot(
            step=step,
            page=page,
            at=time.time(),
            agreed=self.agreed,
            requests=(*done.requests, *self._unseen(done)),
            set_cookies=tuple(done.set_cookies),
            headers=tuple(done.headers),
            acts=tuple(done.acts),
            console=tuple(done.console),
            answers=self._answers(),
            arrived=self._arrived(),
            letters=self._letters(),
        )

    def _unseen(self, done: Recorder) -> list[SentRequest]:
        """Requests that the server got and no event of the browser told of: beacons, workers."""
        new = self.instance.arrived[self._known :]
        self._known += len(new)
        told = [(request.method, request.path) for request in done.requests]
        unseen = []
        for request in new:
            if (request.method, request.path) in told:
                told.remove((request.method, request.path))
            elif request.method != "GET" or request.query:
                unseen.append(request)
        return unseen

    def _answers(self) -> tuple[Answer, ...]:
        """Those that left the service since the snapshot before."""
        new = self.instance.answered[self._answered :]
        self._answered += len(new)
        return tuple(new)

    def _arrived(self) -> tuple[Arrival, ...]:
        """Those that came to the service since the snapshot before."""
        new = self.instance.came[self._came :]
        self._came += len(new)
        return tuple(new)

    def _letters(self) -> tuple[Letter, ...]:
        """Those that came since the snapshot before."""
        new = self.instance.mailbox.letters[self._read :]
        self._read += len(new)
        site = self.instance.site
        homes = (self.instance.origin, *([site.settings.url] if site else []))
        forms = {dict(each.answers).get("email", ""): each.form for each in self.sent}
        opening = Opening(self.addresses, forms, homes)
        return tuple(opening.letter_of(letter) for letter in new)

    async def _picture(self, step: str) -> str:
        if self.pictures is None:
            return ""
        words = f"{self.browser}-{self.name}-{step}".replace(" ", "-").replace("/", "_")
        name = "".join(letter for letter in words.lower() if letter.isalnum() or letter in "-_")
        try:
            picture = await self.tab.picture()
        except STOPS:  # It shows people what was looked at; the rules do without.
            return ""
        (self.pictures / f"{name}.jpg").write_bytes(picture)
        return f"{name}.jpg"

    async def look(self, *, then_erased: bool = False, only_time: bool = False) -> None:
        """Look at what the service keeps by now; `then_erased` says that it is to be erased, and
        `only_time` that nobody did anything since it was looked at before."""
        found = await asyncio.to_thread(self.instance.stored, dict(self.given))
        if found:
            self.looks.append(replace(found, then_erased=then_erased, only_time=only_time))

    def journey(self, stop: Stop | None, paired_with: str = "") -> Journey:
        """What there is of the journey."""
        return Journey(
            name=self.name,
            browser=self.browser,
            snapshots=tuple(self.snapshots),
            stored=self.instance.stored(self.given),
            stop=stop,
            missed=tuple(self.missed),
            origin=self.instance.origin,
            paired_with=paired_with,
            brought=self.brought,
            looks=tuple(self.looks),
            sent=tuple(self.sent),
            shown=tuple(self.shown),
        )
