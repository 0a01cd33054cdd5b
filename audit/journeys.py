"""The journeys: what visitors and staff do, step by step. What it shows is judged elsewhere."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from audit.target import PASSWORD
from audit.visitor import CannotGoOn, Disguise
from audit.walk import Walk

MONTH = 31 * 86_400

Steps = Callable[[Walk], Awaitable[None]]


@dataclass(frozen=True)
class Route:
    """A journey that can be made. `local` ones need a service that is our own."""

    name: str
    steps: Steps
    disguise: Disguise = field(default_factory=Disguise)
    local: bool = False
    stopped_clock: float | None = None
    twin: str = ""


async def first_visit(walk: Walk) -> None:
    """Read every page to its end, and leave it open for a while."""
    tabs = []
    for number, page in enumerate(walk.pages):
        tabs.append(await walk.open_tab())
        await walk.go(page)
        await walk.tab.scroll()
        await walk.keep(f"read {page}", picture=number == 0)
    await asyncio.sleep(walk.idle_seconds)
    for tab, page in zip(tabs, walk.pages, strict=True):
        walk.use(tab)
        await walk.keep(f"wait on {page}")


async def _answer(walk: Walk, words: str) -> None:
    await walk.tab.press(words)


async def accept(walk: Walk) -> None:
    """Accept on the page that is open."""
    walk.agree(walk.agreements.answering | walk.agreements.accepting)
    await _answer(walk, walk.register.notice.accept)
    await walk.keep("accept", picture=True)


async def reject(walk: Walk) -> None:
    """Reject on the page that is open."""
    walk.agree(walk.agreements.answering)
    walk.withdraw(walk.agreements.accepting)
    await _answer(walk, walk.register.notice.reject)
    await walk.keep("reject", picture=True)


async def _some_pages(walk: Walk) -> None:
    for page in walk.pages[:4]:
        await walk.go(page)


async def rejecting(walk: Walk) -> None:
    """Say no on the first page, and read on."""
    await walk.open_tab()
    await walk.go("/")
    await reject(walk)
    await _some_pages(walk)
    await walk.go("/cookies/")


async def accepting(walk: Walk) -> None:
    """Say yes on the first page, and read on."""
    await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    await _some_pages(walk)
    await walk.go("/cookies/")
    await walk.keep("see the choices", picture=True)
    await walk.tab.evaluate("() => fetch('/visit/receipt').then(answer => answer.text())")
    await walk.keep("take a receipt")


async def withdrawing(walk: Walk) -> None:
    """Say yes, then no, in one click from any page's foot; and read on."""
    await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    await walk.go("/about/" if "/about/" in walk.pages else walk.pages[-1])
    await walk.tab.press(walk.register.notice.more)
    await walk.keep("follow the link to the choices")
    await reject(walk)
    await _some_pages(walk)


async def changing_ones_mind(walk: Walk) -> None:
    """Say no, then yes."""
    await walk.open_tab()
    await walk.go("/")
    await reject(walk)
    await walk.go("/cookies/")
    await accept(walk)
    await _some_pages(walk)


async def signalling(walk: Walk) -> None:
    """Say no by the browser's own signal, which is an answer."""
    await walk.open_tab()
    await _some_pages(walk)
    await walk.go("/cookies/")
    await walk.keep("see the choices", picture=True)


async def expired_choice(walk: Walk) -> None:
    """Come back when the answer is older than the register keeps it."""
    await walk.open_tab()
    await walk.go("/")
    await reject(walk)
    months = max((storage.months for storage in walk.register.storages), default=6)
    await walk.visitor.ahead((months + 1) * MONTH)
    walk.instance.clock.ahead = (months + 1) * MONTH
    walk.withdraw(walk.agreed)
    await walk.open_tab()
    await walk.go("/")
    await _some_pages(walk)


async def outdated_choice(walk: Walk) -> None:
    """Come back with an answer to an earlier version of the register."""
    await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    version = walk.register.version
    for storage in walk.register.storages:
        older = f"(value) => value && value.replace(' {version} ', ' {version - 1} ')"
        await walk.tab.evaluate(
            f"(key) => localStorage.setItem(key, ({older})(localStorage.getItem(key)))", storage.key
        )
    await walk.visitor.forget_cookies()
    await walk.visitor.gather()
    walk.withdraw(walk.agreed)
    await walk.go("/")
    await _some_pages(walk)


async def two_tabs(walk: Walk) -> None:
    """Say yes in one tab and no in the other, then use the first again."""
    first = await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    await walk.open_tab()
    await walk.go("/cookies/")
    await reject(walk)
    walk.use(first)
    await walk.keep("look at the first tab")
    await walk.go(walk.pages[-1])


async def back_and_forward(walk: Walk) -> None:
    """Use the browser's own buttons, with counting on."""
    await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    await walk.go(walk.pages[-1])
    await walk.tab.history(-1)
    await walk.keep("go back")
    await walk.tab.history(1)
    await walk.keep("go forward")


async def offline(walk: Walk) -> None:
    """Lose the network after saying yes."""
    await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    await walk.visitor.offline(on=True)
    await walk.tab.scroll()
    await walk.keep("scroll without a network")
    await walk.visitor.offline(on=False)
    await walk.go("/")


async def without_scripts(walk: Walk) -> None:
    """Read with scripts off."""
    await walk.open_tab()
    await _some_pages(walk)
    await walk.go("/cookies/")


async def plain_forms(walk: Walk) -> None:
    """Send every form with no box but those that it cannot do without."""
    await walk.open_tab()
    for name in walk.forms:
        await walk.send(name)
    await walk.go("/")


async def forms_with_permission(walk: Walk) -> None:
    """Send every form and allow to be emailed."""
    await walk.open_tab()
    for name in walk.forms:
        await walk.send(name, permission=True)


async def wrong_forms(walk: Walk) -> None:
    """Send every form empty, which stores and sets nothing."""
    await walk.open_tab()
    for form in walk.forms.values():
        await walk.go(form.page)
        walk.agree({form.purpose, *walk.agreements.protecting})
        await walk.tab.press(form.submit)
        await walk.keep(f"send {form.name} empty", picture=True)


async def being_recognised(walk: Walk) -> None:
    """Send a form with the box for pages of one's role, read them, and be forgotten again."""
    await walk.open_tab()
    for name, form in walk.forms.items():
        if form.recognise:
            await walk.send(name, recognise=True)
            await _some_pages(walk)
            await walk.keep("read a page for my role", picture=True)
            await walk.go("/cookies/")
            await walk.tab.press("Forget my role")
            await walk.keep("ask to be forgotten")
            walk.withdraw({form.recognise.purpose})
            await walk.keep("be forgotten")
            await _some_pages(walk)


OWN_DATA = "/your-data/"


async def own_data(walk: Walk) -> None:
    """See, correct and erase what is held; then ask once more while the relay is away."""
    await walk.open_tab()
    name = next(iter(walk.forms))
    await walk.send(name, permission=True)
    await _ask_for_data(walk)
    await walk.go(await _link(walk))
    await walk.keep("see what is held", picture=True)
    for words in ("Store corrections", "Do not email me any more"):
        await walk.tab.press(words)
        await walk.keep(words.lower())
    await walk.tab.press("sure")
    await walk.tab.press("Erase it")
    await walk.keep("erase it", picture=True)
    walk.instance.mailbox.away = True
    await walk.send(name)
    await _ask_for_data(walk)


async def _ask_for_data(walk: Walk) -> None:
    await walk.go(OWN_DATA)
    walk.agree(walk.agreements.asking)
    await walk.tab.fill("Email address", walk.given["email"])
    await walk.tab.press("Send me the link")
    await walk.keep("ask for one's data", picture=True)


async def _link(walk: Walk) -> str:
    """The address in the newest letter, as a path of this site."""
    for _ in range(100):
        if walk.instance.mailbox.letters:
            text = walk.instance.mailbox.letters[-1].get_content()
            found = re.search(r"https?://[^/\s]+(/own/\S+)", text)
            if found:
                return found[1]
        await asyncio.sleep(0.05)
    raise CannotGoOn("no letter with a link came")


async def growing_old(walk: Walk) -> None:
    """Send every form, and let the time pass for which anything may be kept."""
    await plain_forms(walk)
    walk.instance.clock.ahead += 10 * 366 * 86_400
    await asyncio.to_thread(walk.instance.purge)
    await walk.keep("be forgotten in time")


async def staff(walk: Walk) -> None:
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
    await walk.tab.press("Sign out")
    await walk.keep("sign out")
    await _sign_in(walk)


async def _disclose(walk: Walk) -> None:
    """Record that the contact who wrote just now was told to somebody by telephone."""
    await walk.go("/staff/contacts/")
    try:
        await walk.tab.press(walk.given["email"])
    except CannotGoOn:  # It was typed faster than a person could.
        await walk.go("/staff/contacts/?show=doubtful")
        await walk.tab.press(walk.given["email"])
    await walk.keep("read a contact", picture=True)
    await walk.tab.choose("Legal ground", "Legal duty")
    await walk.tab.fill("Who gets it", "An authority")
    await walk.tab.fill("Why", "It asked")
    await walk.tab.press("Record only")
    await walk.keep("record a disclosure")


async def _sign_in(walk: Walk) -> None:
    await walk.tab.fill("User name", "audit")
    await walk.tab.fill("Password", PASSWORD)
    await walk.tab.press("Sign in")
    await walk.keep("sign in", picture=True)


MONDAY = 1_772_438_400.0
"""2 March 2026, 08:00 UTC: the beginning of one of the visit's steps of five minutes."""

TOKEN = secrets.token_hex(8)
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    f"Chrome/140.0.0.0 Safari/537.36 audit/{TOKEN}"
)
"""A browser description that can be searched for: it must be read and forgotten."""

ROUTES = (
    Route("first visit", first_visit),
    Route("reject", rejecting),
    Route("accept", accepting),
    Route("withdraw", withdrawing),
    Route("change of mind", changing_ones_mind),
    Route("Sec-GPC", signalling, Disguise(signals=("Sec-GPC",))),
    Route("DNT", signalling, Disguise(signals=("DNT",))),
    Route("expired choice", expired_choice),
    Route("outdated register", outdated_choice),
    Route("two tabs", two_tabs),
    Route("back and forward", back_and_forward),
    Route("offline", offline),
    Route("scripts off", without_scripts, Disguise(scripts=False)),
    Route("browser description", accepting, Disguise(agent=AGENT), local=True),
    Route("twin", accepting, stopped_clock=MONDAY + 10, local=True),
    Route("other twin", accepting, stopped_clock=MONDAY + 47, local=True, twin="twin"),
    Route("forms", plain_forms, local=True),
    Route("forms with permission", forms_with_permission, local=True),
    Route("forms with mistakes", wrong_forms, local=True),
    Route("pages for a role", being_recognised, local=True),
    Route("own data", own_data, local=True),
    Route("retention", growing_old, local=True),
    Route("staff", staff, local=True),
)
