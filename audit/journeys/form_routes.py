"""Journeys by the forms of a site, with and without their boxes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from audit.browsers.errors import NotGiven
from audit.journeys.journey_run import JourneyRun
from audit.journeys.sending import send
from policy.audiences import Audience
from policy.forms import Form

__all__ = ["being_recognized", "plain_forms", "wrong_forms"]

AWAY = "away"
"""What a table is called meanwhile that takes nothing."""


async def plain_forms(run: JourneyRun) -> None:
    """Send every form with no box and no answer but those that it cannot do without."""
    await run.open_tab()
    for name in run.forms:
        await send(run, name, needed_only=True)
    await run.go("/")


async def wrong_forms(run: JourneyRun) -> None:
    """Send every form empty, which stores and sets nothing; and one while the database refuses."""
    await run.open_tab()
    for form in run.forms.values():
        await run.go(form.page)
        run.agree({form.purpose, *run.agreements.protecting})
        await run.tab.submit(form.submit)
        await run.keep(f"send {form.name} empty", picture=True)
    # What is ticked comes back ticked, and looks as if the page had come so.
    free = [name for name, form in run.forms.items() if not _must_tick(form)]
    for name in free[:1]:
        async with _refusing(run, "submissions"):
            await send(run, name, needed_only=True, refused=True)


@asynccontextmanager
async def _refusing(run: JourneyRun, table: str) -> AsyncIterator[None]:
    """Have the database take nothing for a table meanwhile."""
    await asyncio.to_thread(run.instance.rename, table, AWAY)
    try:
        yield
    finally:
        await asyncio.to_thread(run.instance.rename, AWAY, table)


def _must_tick(form: Form) -> bool:
    """Whether it cannot be sent with no box and no button ticked."""
    radios = any(question.kind == "radio" and question.required for question in form.fields)
    return radios or bool(form.permission and form.permission.required)


async def being_recognized(run: JourneyRun) -> None:
    """Send a form with the box for pages of one's role, read them, and be forgotten again; then
    answer what only some are asked, as each of these."""
    await run.open_tab()
    for name, form in run.forms.items():
        if form.recognize:
            await send(run, name, recognize=True)
            for page in run.pages[:4]:
                await run.go(page)
            await run.keep("read a page for my role", picture=True)
            await _be_forgotten(run, form)
            for page in run.pages[:4]:
                await run.go(page)
    for audience in _asked_more(run):
        await _answer_as(run, audience)


def _asked_more(run: JourneyRun) -> Iterator[Audience]:
    """The groups that are asked what visitors are not whom the site does not know."""
    site = run.instance.site
    if site is None:
        return
    fields = [field for form in run.forms.values() for field in form.fields]
    default = site.audiences.default
    asked = {name for each in fields if default not in each.audiences for name in each.audiences}
    yield from (each for each in site.audiences.audiences if each.name in asked)


async def _answer_as(run: JourneyRun, audience: Audience) -> None:
    name = next(
        (
            name
            for name, form in run.forms.items()
            if form.recognize and audience.when.keys() <= {field.name for field in form.fields}
        ),
        None,
    )
    if name is None:
        raise NotGiven(f"no form makes anybody one of {audience.name}")
    choices = {field: wanted[0] for field, wanted in audience.when.items()}
    await send(run, name, recognize=True, choices=choices)
    for other, form in run.forms.items():
        if any(audience.name in field.audiences for field in form.fields):
            await send(run, other, choices=choices)
    await _be_forgotten(run, run.forms[name])


async def _be_forgotten(run: JourneyRun, form: Form) -> None:
    await run.go("/cookies/")
    await run.tab.submit("Forget my role")
    await run.keep("ask to be forgotten")
    if form.recognize:
        run.withdraw({form.recognize.purpose})
    run.be_unknown()
    await run.keep("be forgotten")
