"""Journeys to where few visitors come by, from where few come, and for longer than they stay."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress

from audit.browsers.errors import PageDoesNotOpen
from audit.journeys.consent import accept, reject
from audit.journeys.journey_run import JourneyRun

__all__ = ["arriving", "coming_back", "missing", "offline", "staying"]

NOWHERE = "/nothing-is-here/"
A_WHILE_SECONDS = 90
DAY, DAYS, YEARS = 86_400, 3, 5 * 365
NUMBERED = ("gclid", "fbclid", "msclkid", "mc_eid")
"""What advertisements, other sites and letters add to an address: a number for who followed it."""
SEARCH = "https://www.google.com/"


async def missing(run: JourneyRun) -> None:
    """Ask for a page that there is not, without an answer and after a yes."""
    await run.open_tab()
    await _ask_in_vain(run)
    if run.register.has("visits"):
        await run.go("/")
        await accept(run)
        await _ask_in_vain(run)
    await run.go("/")


async def _ask_in_vain(run: JourneyRun) -> None:
    with suppress(PageDoesNotOpen):
        await run.go(NOWHERE)


async def staying(run: JourneyRun) -> None:
    """Leave a page open for a minute and a half, without an answer and after a yes."""
    await run.open_tab()
    await run.go("/")
    await run.visitor.pass_time(A_WHILE_SECONDS)
    await run.keep("stay for a while")
    await accept(run)
    await run.visitor.pass_time(A_WHILE_SECONDS)
    await run.keep("stay for a while longer")


async def offline(run: JourneyRun) -> None:
    """Lose the network after saying yes."""
    await run.open_tab()
    await run.go("/")
    await accept(run)
    await run.visitor.offline(on=True)
    await run.tab.scroll()
    await run.keep("scroll without a network")
    await run.visitor.offline(on=False)
    await run.go("/")


async def arriving(run: JourneyRun) -> None:
    """Come by an advertisement, with a number in the address; say no, and read on."""
    number = secrets.token_hex(8)
    run.given["number in the address"] = number
    run.brought = "&".join(f"{name}={number}" for name in NUMBERED)
    await run.open_tab()
    await run.go("/", referrer=SEARCH)
    await run.tab.scroll()
    await run.keep("read on")
    if run.register.has("visits"):
        await reject(run)
    await run.go(run.pages[-1])


async def coming_back(run: JourneyRun) -> None:
    """Say no, and come back the next day, on the fourth, and after years, in a tab of its own each
    time."""
    await run.open_tab()
    await run.go("/")
    await reject(run)
    for day in (1, DAYS, YEARS):
        if day == YEARS:
            run.withdraw(run.agreed)  # No answer holds for so long.
        await run.visitor.ahead(day * DAY)
        run.instance.clock.ahead = day * DAY
        await asyncio.to_thread(run.instance.purge)
        await run.open_tab()
        await run.go("/")
        await run.go(run.pages[-1])
