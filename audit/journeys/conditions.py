"""Journeys to where few visitors come by, and for longer than they stay."""

from __future__ import annotations

from contextlib import suppress

from audit.browsers.errors import PageDoesNotOpen
from audit.journeys.consent import accept
from audit.journeys.journey_run import JourneyRun

__all__ = ["missing", "offline", "staying"]

NOWHERE = "/nothing-is-here/"
A_WHILE_SECONDS = 90


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
