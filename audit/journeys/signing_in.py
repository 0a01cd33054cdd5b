"""Journeys of staff who sign in: with every role, with few, and with a wrong password."""

from __future__ import annotations

from analytics.staff.roles import CONTACTS, known
from audit.instance import PASSWORD
from audit.journeys.journey_run import JourneyRun
from audit.journeys.sending import send
from audit.traces import in_lines

__all__ = ["enter", "fewer_roles", "sign_in", "wrong_password"]

SOURCE = "() => document.documentElement.outerHTML"


async def enter(run: JourneyRun) -> None:
    """Sign in for the first time, as somebody with every role."""
    run.instance.add_staff("audit", *sorted(known(run.register)))
    run.agree(run.agreements.signing_in | run.agreements.protecting)
    await run.go("/staff/")
    await sign_in(run)


async def wrong_password(run: JourneyRun) -> None:
    """Try to sign in with a password that is not the account's, and with an account of nobody."""
    run.instance.add_staff("audit", *sorted(known(run.register)))
    await run.open_tab()
    run.agree(run.agreements.signing_in | run.agreements.protecting)
    for name in ("audit", "nobody"):
        await run.go("/staff/")
        await run.tab.fill("User name", name)
        await run.tab.fill("Password", "not this one")
        await run.tab.submit("Sign in")
        await run.keep(f"be refused as {name}")


async def fewer_roles(run: JourneyRun) -> None:
    """Sign in as somebody who may not read what people sent, once somebody sent something, and
    look for it in the source of every page."""
    readers = {
        role
        for table in run.register.tables
        if (str(table.database), table.name) in CONTACTS
        for role in table.readers
    }
    await run.open_tab()
    await send(run, next(iter(run.forms)))
    answers = dict(run.sent[-1].answers)
    run.instance.add_staff("audit", *sorted(known(run.register) - readers))
    run.agree(run.agreements.signing_in | run.agreements.protecting)
    await run.go("/staff/")
    await sign_in(run)
    typed = {name: text for name, text in answers.items() if text == run.given.get(name)}
    for page in run.instance.staff_pages:
        await run.go(page)
        source = str(await run.tab.evaluate(SOURCE))
        run.shown.extend(in_lines([source], f"the source of {page}", typed))


async def sign_in(run: JourneyRun) -> None:
    """Type the name and password where they are asked for."""
    await run.tab.fill("User name", "audit")
    await run.tab.fill("Password", PASSWORD)
    await run.tab.submit("Sign in")
    await run.keep("sign in", picture=True)
