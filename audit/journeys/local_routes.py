"""Journeys that need a service of our own: its mail, its clock, its staff."""

from __future__ import annotations

import asyncio
import re
import time
from email.message import EmailMessage

from analytics.web.rate_limits import MAILBOX
from audit.browsers.errors import NotGiven
from audit.browsers.visitor import PATIENCE_SECONDS
from audit.journeys.consent import accept
from audit.journeys.journey_run import JourneyRun
from audit.journeys.passing import moments
from audit.journeys.sending import send
from audit.journeys.signing_in import enter, sign_in

__all__ = ["forms_with_permission", "growing_old", "let_a_week_pass", "personal_data", "staff"]
__all__ += ["wordings"]

YOUR_DATA = "/your-data/"
TOO_OFTEN = MAILBOX.most
A_MINUTE = 60
TEN_YEARS_SECONDS = 10 * 366 * 86_400
LIKE_A_PERSON = 4.0
"""Seconds for a form: what is sent faster is taken for a program's, and nobody is asked."""


async def personal_data(run: JourneyRun) -> None:
    """See, correct and erase what is held; then send it from the same address, and ask again, while
    the relay is away, until that is too often."""
    await run.open_tab()
    name = next(iter(run.forms))
    await _send_and_confirm(run, name)
    await _ask_for_data(run)
    await run.go(await _link(run, "/own/"))
    await run.keep("see what is held", picture=True)
    for words in ("Store corrections", "Do not email me any more"):
        await run.tab.submit(words)
        await run.keep(words.lower())
    await run.tab.press("sure")
    await run.look(then_erased=True)
    await run.tab.submit("Erase it")
    await run.keep("erase it", picture=True)
    run.instance.mailbox.away = True
    await send(run, name, email=run.given["email"])
    for _ in range(TOO_OFTEN):
        await _ask_for_data(run)


async def forms_with_permission(run: JourneyRun) -> None:
    """Send every form, allow to be emailed, and confirm it by the link of the email."""
    await run.open_tab()
    for name, form in run.forms.items():
        if form.permission:
            await _send_and_confirm(run, name)


async def _send_and_confirm(run: JourneyRun, name: str) -> None:
    await send(run, name, permission=True, seconds=LIKE_A_PERSON)
    await run.go(await _link(run, "/permission/confirm/"))
    await run.keep("read what is to be confirmed", picture=True)
    await run.tab.submit("Yes, email me")
    await run.keep("confirm a permission")


async def _ask_for_data(run: JourneyRun) -> None:
    await run.go(YOUR_DATA)
    run.agree(run.agreements.asking)
    run.allow(run.given["email"], run.agreements.asking)
    await run.tab.fill("Email address", run.given["email"])
    await run.tab.submit("Send me the link")
    await run.keep("ask for one's data", picture=True)


async def _link(run: JourneyRun, begins: str) -> str:
    """The address in the visitor's newest letter that has one of these, as a path of this site."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        for letter in reversed(run.instance.mailbox.letters):
            if letter.to != run.given["email"]:
                continue
            found = re.search(rf"https?://[^/\s]+({begins}\S+)", _text(letter.message))
            if found:
                return found[1]
        await asyncio.sleep(0.05)
    raise NotGiven("no letter with a link came")


def _text(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    return str(body.get_content()) if body else ""


async def wordings(run: JourneyRun) -> None:
    """Read each page that is tried in every wording that is still to come, first without an answer
    and, from the first one on, after a yes."""
    site, clock = run.instance.site, run.instance.clock
    if site is None:
        return
    await run.open_tab()
    answered = False
    for each in site.experiments.experiments:
        seen: set[str] = set()
        for slot in each.slots(site.settings.zone):
            begins = slot.first * 3_600 + A_MINUTE
            if begins < clock() or slot.variant in seen:
                continue
            seen.add(slot.variant)
            clock.ahead += begins - clock()
            await run.go(each.page)
            if not answered:
                await accept(run)
                answered = True
            await run.go(each.page)


async def growing_old(run: JourneyRun) -> None:
    """Have everything stored that this site stores, and look at it shortly before and after the end
    of each time for which any of it may be kept, and ten years later."""
    await run.open_tab()
    if run.register.has("visits"):
        await run.go("/")
        await accept(run)
    for name in run.forms:
        await send(run, name)
    if run.register.has("staff"):
        await enter(run)
    await run.look()
    began = run.instance.clock()
    for moment in moments(run.register, began):
        run.instance.clock.ahead += moment - run.instance.clock()
        await asyncio.to_thread(run.instance.purge)
        await run.look(only_time=True)
    run.instance.clock.ahead += TEN_YEARS_SECONDS
    await asyncio.to_thread(run.instance.purge)
    await run.keep("be forgotten in time")


async def staff(run: JourneyRun) -> None:
    """Sign in, read the report and contacts, make a token, write a note, give a contact out, be
    idle too long, sign in again, sign out."""
    await run.open_tab()
    if run.forms:
        await send(run, next(iter(run.forms)))
    await enter(run)
    for page in run.instance.staff_pages:
        await run.go(page)
    if run.register.has("visits"):
        await _make_token(run)
        await _share(run)
        await _write_note(run)
    if run.forms:
        await _disclose(run)
    cookies = [cookie for cookie in run.register.cookies if cookie.idle_minutes]
    run.instance.clock.ahead += 60 * max(cookie.idle_minutes or 0 for cookie in cookies)
    await run.go("/staff/")
    await sign_in(run)
    await run.tab.submit("Sign out")
    await run.keep("sign out")
    await sign_in(run)
    if run.register.has("visits"):
        await _be_mailed(run)


async def _be_mailed(run: JourneyRun) -> None:
    """Ask for the figures of each week, follow the link, and be mailed those of the next week;
    those of the week after wait, while the relay is away, and so does another link."""
    await _ask_for_figures(run, run.given["email"])
    await run.go(await _link(run, "/staff/by-mail/"))
    await run.tab.submit("Yes, mail me figures")
    await run.keep("confirm an address for figures")
    await let_a_week_pass(run)
    await asyncio.to_thread(run.instance.send_what_waits)
    await run.keep("be mailed figures")
    run.instance.mailbox.away = True
    await let_a_week_pass(run)
    await run.go("/staff/")
    await sign_in(run)
    await _ask_for_figures(run, f"other-{run.given['email']}")


async def _ask_for_figures(run: JourneyRun, email: str) -> None:
    await run.go("/staff/reports/mail/")
    run.agree(run.agreements.mailed)
    run.allow(email, run.agreements.mailed)
    # An address that counts already stands in the field.
    await run.tab.evaluate("() => { document.querySelector('[name=email]').value = ''; }")
    await run.tab.fill("Your address", email)
    chosen = "() => document.querySelector('[name=wish][value=week]').checked"
    if not await run.tab.evaluate(chosen):
        await run.tab.press("Each week")
    is_kept = await run.tab.evaluate("() => document.body.textContent.includes('Mailed to')")
    await run.tab.submit("Keep it" if is_kept else "Send me the link")
    await run.keep("ask for figures by mail", picture=True)


async def let_a_week_pass(run: JourneyRun) -> None:
    """Long enough for a whole one to end; what is over is deleted meanwhile."""
    run.instance.clock.ahead += 8 * 86_400
    await asyncio.to_thread(run.instance.purge)
    if not await asyncio.to_thread(run.instance.mail_figures):
        run.missed.append("the figures that were asked for were not mailed")


async def _make_token(run: JourneyRun) -> None:
    """For a program that reads figures, which a site has that counts visits."""
    await run.go("/staff/tokens/")
    await run.tab.fill("Name", "audit")
    await run.tab.submit("Make the token")
    await run.keep("make a token")


async def _share(run: JourneyRun) -> None:
    """A part of the figures with somebody who has no account, and be that somebody."""
    await run.go("/staff/shared/")
    await run.tab.fill("Name", "audit")
    await run.tab.submit("Make the link")
    await run.keep("make a link to figures")
    await run.tab.submit("See what it shows")
    await run.keep("read figures by a link")


async def _write_note(run: JourneyRun) -> None:
    """Of what happened today, beside the figures."""
    await run.go("/staff/reports/notes/")
    await run.tab.fill("What happened", "An audit")
    await run.tab.submit("Keep the note")
    await run.keep("note what happened")


async def _disclose(run: JourneyRun) -> None:
    """Record that the contact who wrote just now was told to somebody by telephone."""
    await run.go("/staff/contacts/")
    try:
        await run.tab.submit(run.given["email"])
    except NotGiven:  # It was typed faster than a person could.
        await run.go("/staff/contacts/?show=suspected-spam")
        await run.tab.submit(run.given["email"])
    await run.keep("read a contact", picture=True)
    await run.tab.choose("Legal basis", "Legal duty")
    await run.tab.fill("Who gets it", "An authority")
    await run.tab.fill("Why", "It asked")
    await run.tab.submit("Record only")
    await run.keep("record a disclosure")
    await run.go("/staff/contacts/")
