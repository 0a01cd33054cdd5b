"""The answers to the question: what a yes and a no allow, and the button that says so."""

from __future__ import annotations

from audit.journeys.journey_run import JourneyRun

__all__ = ["accept", "reject"]


async def accept(run: JourneyRun) -> None:
    """Accept on the page that is open."""
    run.agree(run.agreements.answering | run.agreements.accepting)
    await run.tab.press(run.register.question.accept)
    await run.keep("accept", picture=True)


async def reject(run: JourneyRun) -> None:
    """Reject on the page that is open."""
    run.agree(run.agreements.answering)
    run.withdraw(run.agreements.accepting)
    await run.tab.press(run.register.question.reject)
    await run.keep("reject", picture=True)
