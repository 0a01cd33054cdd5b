"""What visitors do at any site: read, accept, reject, take it back; later, by phone, elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from audit.any_site.answers import accept, reject, take_back
from audit.any_site.visit import Visit
from audit.browsers.errors import CannotGoOn
from audit.browsers.visitor import BrowserProfile

__all__ = ["FIRST", "JOURNEYS", "LATER", "AnyJourney"]

DAYS = 3
DAY = 86_400
A_WHILE_SECONDS = 90
SEARCH, NUMBERED = "https://www.google.com/", "gclid=Cj0KCQiA4711&fbclid=IwAR4711"
"""Where visitors come from, and what an advertisement there adds to the address."""
SOME = 4
"""How many pages are read after an answer."""

Steps = Callable[[Visit], Awaitable[None]]


@dataclass(frozen=True)
class AnyJourney:
    """A journey. `asked` ones are made only where the site asks for consent."""

    name: str
    steps: Steps
    profile: BrowserProfile = field(default_factory=BrowserProfile)
    asked: bool = False


async def first_visit(visit: Visit) -> None:
    """Read every page, and answer nothing."""
    await visit.open_tab()
    wait, opened = visit.consent.wait_seconds, 0
    for path in visit.known:  # It grows while the site is walked.
        try:
            await visit.go(path, wait=wait, picture=not opened)
        except CannotGoOn as error:  # The other pages can be read all the same.
            visit.told(error)
        else:
            opened += 1
            wait = 1  # Who did not ask on the first page hardly asks late on the next.
            if visit.found:
                await asyncio.to_thread(visit.found, await visit.links())
    if not opened:
        raise CannotGoOn("no page opens")


async def _arrive(visit: Visit) -> None:
    await visit.open_tab()
    await visit.go(visit.pages[0], wait=visit.consent.wait_seconds)


async def _read_on(visit: Visit) -> None:
    """Follow links to some pages, and come back."""
    for path in (*visit.pages[1:SOME], visit.pages[0]):
        try:
            await visit.follow(path)
        except CannotGoOn as error:
            visit.told(error)
    await visit.go(visit.pages[0], "come back", wait=1.5)


async def accepting(visit: Visit) -> None:
    """Say yes, and read on."""
    await _arrive(visit)
    await accept(visit)
    await _read_on(visit)


async def rejecting(visit: Visit) -> None:
    """Say no, and read on."""
    await _arrive(visit)
    await reject(visit)
    await _read_on(visit)


async def withdrawing(visit: Visit) -> None:
    """Say yes, read, take it back, and read on."""
    await _arrive(visit)
    await accept(visit)
    await visit.go(visit.pages[-1], "read with everything allowed", wait=1)
    await take_back(visit)
    await _read_on(visit)


async def looking(visit: Visit) -> None:
    """Open the first page, answer nothing, and read on."""
    await _arrive(visit)
    await _read_on(visit)


async def staying(visit: Visit) -> None:
    """Leave the first page open for a while."""
    await _arrive(visit)
    await visit.visitor.pass_time(A_WHILE_SECONDS)
    await visit.tab.settle()
    await visit.keep(f"stay for {A_WHILE_SECONDS} seconds")


async def coming_back(visit: Visit) -> None:
    """Say no where that is asked, and come back days later."""
    await _arrive(visit)
    if visit.banner and visit.banner.asks:
        await reject(visit)
    for day in (1, DAYS):
        visit.ahead = day * DAY
        await visit.visitor.ahead(visit.ahead)
        await visit.open_tab()
        await visit.go(visit.pages[0], f"come back on day {day + 1}", wait=1.5)


async def filling(visit: Visit) -> None:
    """Write into the fields of some pages, and send nothing."""
    await _arrive(visit)
    for path in visit.pages[:SOME]:
        await visit.go(path)
        await visit.write()


async def arriving(visit: Visit) -> None:
    """Come by an advertisement of a search engine, answer nothing, and read on."""
    await visit.open_tab()
    path = visit.pages[0]
    address = f"{path}{'&' if '?' in path else '?'}{NUMBERED}"
    wait = visit.consent.wait_seconds
    await visit.go(address, "come by an advertisement", wait=wait, referrer=SEARCH)
    await _read_on(visit)


PERSON = BrowserProfile(person=True)
PHONE = BrowserProfile(person=True, width=390, height=844, phone=True)
ELSEWHERE = BrowserProfile(person=True, language="es-ES")
FAR_AWAY = BrowserProfile(person=True, timezone="America/New_York")
TIMED = BrowserProfile(person=True, timed=True)

FIRST, LATER = "first visit", "days later"

JOURNEYS = (
    AnyJourney(FIRST, first_visit, PERSON),
    AnyJourney("accept", accepting, PERSON, asked=True),
    AnyJourney("reject", rejecting, PERSON, asked=True),
    AnyJourney("withdraw", withdrawing, PERSON, asked=True),
    AnyJourney("phone", looking, PHONE),
    AnyJourney("another language", looking, ELSEWHERE),
    AnyJourney("fields filled in", filling, PERSON),
    AnyJourney("from elsewhere", arriving, FAR_AWAY),
    AnyJourney("a minute later", staying, TIMED),
    AnyJourney(LATER, coming_back, PERSON),
)
