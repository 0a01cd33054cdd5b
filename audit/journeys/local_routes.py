"""Journeys that need a service of our own: its mail, its clock, its staff."""

from __future__ import annotations

import asyncio
import re

from audit.browsers.visitor import CannotGoOn
from audit.journeys.journey_run import JourneyRun
from audit.target import PASSWORD

__all__ = ["growing_old", "own_data", "staff"]

OWN_DATA = "/your-data/"


async def own_data(walk: JourneyRun) -> None:
    """See, correct and erase what is held; then ask once more while the relay is away."""
    await walk.open_tab()
    name = next(iter(walk.forms))
    await walk.send(name, permission=True)
    await _ask_for_data(walk)
    await walk.go(await _link(walk))
    await walk.keep("see what is held", picture=True)
    for words in ("Store corrections", "Do not email me any more"):
        await walk.tab.submit(words)
        await walk.keep(words.lower())
    await walk.tab.press("sure")
    await walk.tab.submit("Erase it")
    await walk.keep("erase it", picture=True)
    walk.instance.mailbox.away = True
    await walk.send(name)
    await _ask_for_data(walk)


async def _ask_for_data(walk: JourneyRun) -> None:
    await walk.go(OWN_DATA)
    walk.agree(walk.agreements.asking)
    walk.allow(walk.given["email"], walk.agreements.asking)
    await walk.tab.fill("Email address", walk.given["email"])
    await walk.tab.submit("Send me the link")
    await walk.keep("ask for one's data", picture=True)


async def _link(walk: JourneyRun) -> str:
    """The address in the newest letter, as a path of this site."""
    for _ in range(100):
        if walk.instance.mailbox.letters:
            text = walk.instance.mailbox.letters[-1].get_content()
            found = re.search(r"https?://[^/\s]+(/own/\S+)", text)
            if found:
                return found[1]
        await asyncio.sleep(0.05)
    raise CannotGoOn("no letter with a link came")


async def growing_old(walk: JourneyRun) -> None:
    """Send every form, and let the time pass for which anything may be kept."""
    await walk.open_tab()
    for name in walk.forms:
        await walk.send(name)
    walk.instance.clock.ahead += 10 * 366 * 86_400
    await asyncio.to_thread(walk.instance.purge)
    await walk.keep("be forgotten in time")


async def staff(walk: JourneyRun) -> None:
    """Sign in, read the report and contacts, give one out, be idle too long, sign in again, sign
    out."""
    walk.instance.add_staff("audit", "reports", "contacts", "admin")
    await walk.open_tab()
    await walk.send(next(iter(walk.forms)))
    walk.agree(walk.agreements.signing_in | walk.agreements.protecting)
    await walk.go("/staff/")
    await _sign_in(walk)
    for page in (
        "/staff/report/",
        "/staff/consent/",
        "/staff/contacts/",
        "/staff/access-log/",
        "/staff/accounts/",
    ):
        await walk.go(page)
    await _disclose(walk)
    cookies = [cookie for cookie in walk.register.cookies if cookie.idle_minutes]
    walk.instance.clock.ahead += 60 * max(cookie.idle_minutes or 0 for cookie in cookies)
    await walk.go("/staff/report/")
    await _sign_in(walk)
    await walk.tab.submit("Sign out")
    await walk.keep("sign out")
    await _sign_in(walk)


async def _disclose(walk: JourneyRun) -> None:
    """Record that the contact who wrote just now was told to somebody by telephone."""
    await walk.go("/staff/contacts/")
    try:
        await walk.tab.submit(walk.given["email"])
    except CannotGoOn:  # It was typed faster than a person could.
        await walk.go("/staff/contacts/?show=doubtful")
        await walk.tab.submit(walk.given["email"])
    await walk.keep("read a contact", picture=True)
    await walk.tab.choose("Legal ground", "Legal duty")
    await walk.tab.fill("Who gets it", "An authority")
    await walk.tab.fill("Why", "It asked")
    await walk.tab.submit("Record only")
    await walk.keep("record a disclosure")


async def _sign_in(walk: JourneyRun) -> None:
    await walk.tab.fill("User name", "audit")
    await walk.tab.fill("Password", PASSWORD)
    await walk.tab.submit("Sign in")
    await walk.keep("sign in", picture=True)
