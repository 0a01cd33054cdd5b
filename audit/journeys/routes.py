"""The journeys: what visitors and staff do, step by step. What it shows is judged elsewhere."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from audit.browsers.visitor import BrowserProfile
from audit.journeys.journey_run import JourneyRun
from audit.journeys.local_routes import growing_old, own_data, staff

MONTH = 31 * 86_400

Steps = Callable[[JourneyRun], Awaitable[None]]


@dataclass(frozen=True)
class Route:
    """A journey that can be made. `local` ones need a service that is our own."""

    name: str
    steps: Steps
    disguise: BrowserProfile = field(default_factory=BrowserProfile)
    local: bool = False
    stopped_clock: float | None = None
    twin: str = ""


async def first_visit(walk: JourneyRun) -> None:
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


async def _answer(walk: JourneyRun, words: str) -> None:
    await walk.tab.press(words)


async def accept(walk: JourneyRun) -> None:
    """Accept on the page that is open."""
    walk.agree(walk.agreements.answering | walk.agreements.accepting)
    await _answer(walk, walk.register.notice.accept)
    await walk.keep("accept", picture=True)


async def reject(walk: JourneyRun) -> None:
    """Reject on the page that is open."""
    walk.agree(walk.agreements.answering)
    walk.withdraw(walk.agreements.accepting)
    await _answer(walk, walk.register.notice.reject)
    await walk.keep("reject", picture=True)


async def _some_pages(walk: JourneyRun) -> None:
    for page in walk.pages[:4]:
        await walk.go(page)


async def rejecting(walk: JourneyRun) -> None:
    """Say no on the first page, and read on."""
    await walk.open_tab()
    await walk.go("/")
    await reject(walk)
    await _some_pages(walk)
    await walk.go("/cookies/")


async def accepting(walk: JourneyRun) -> None:
    """Say yes on the first page, and read on."""
    await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    await _some_pages(walk)
    await walk.go("/cookies/")
    await walk.keep("see the choices", picture=True)
    await walk.tab.evaluate("() => fetch('/visit/receipt').then(answer => answer.text())")
    await walk.keep("take a receipt")


async def withdrawing(walk: JourneyRun) -> None:
    """Say yes, then no, in one click from any page's foot; and read on."""
    await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    await walk.go("/about/" if "/about/" in walk.pages else walk.pages[-1])
    await walk.tab.submit(walk.register.notice.more)
    await walk.keep("follow the link to the choices")
    await reject(walk)
    await _some_pages(walk)


async def changing_ones_mind(walk: JourneyRun) -> None:
    """Say no, then yes."""
    await walk.open_tab()
    await walk.go("/")
    await reject(walk)
    await walk.go("/cookies/")
    await accept(walk)
    await _some_pages(walk)


async def signalling(walk: JourneyRun) -> None:
    """Say no by the browser's own signal, which is an answer."""
    await walk.open_tab()
    await _some_pages(walk)
    await walk.go("/cookies/")
    await walk.keep("see the choices", picture=True)


async def expired_choice(walk: JourneyRun) -> None:
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


async def outdated_choice(walk: JourneyRun) -> None:
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


async def two_tabs(walk: JourneyRun) -> None:
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


async def back_and_forward(walk: JourneyRun) -> None:
    """Use the browser's own buttons, with counting on."""
    await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    await walk.go(walk.pages[-1])
    await walk.tab.history(-1)
    await walk.keep("go back")
    await walk.tab.history(1)
    await walk.keep("go forward")


async def offline(walk: JourneyRun) -> None:
    """Lose the network after saying yes."""
    await walk.open_tab()
    await walk.go("/")
    await accept(walk)
    await walk.visitor.offline(on=True)
    await walk.tab.scroll()
    await walk.keep("scroll without a network")
    await walk.visitor.offline(on=False)
    await walk.go("/")


async def without_scripts(walk: JourneyRun) -> None:
    """Read with scripts off."""
    await walk.open_tab()
    await _some_pages(walk)
    await walk.go("/cookies/")


async def plain_forms(walk: JourneyRun) -> None:
    """Send every form with no box but those that it cannot do without."""
    await walk.open_tab()
    for name in walk.forms:
        await walk.send(name)
    await walk.go("/")


async def forms_with_permission(walk: JourneyRun) -> None:
    """Send every form and allow to be emailed."""
    await walk.open_tab()
    for name in walk.forms:
        await walk.send(name, permission=True)


async def wrong_forms(walk: JourneyRun) -> None:
    """Send every form empty, which stores and sets nothing."""
    await walk.open_tab()
    for form in walk.forms.values():
        await walk.go(form.page)
        walk.agree({form.purpose, *walk.agreements.protecting})
        await walk.tab.submit(form.submit)
        await walk.keep(f"send {form.name} empty", picture=True)


async def being_recognized(walk: JourneyRun) -> None:
    """Send a form with the box for pages of one's role, read them, and be forgotten again."""
    await walk.open_tab()
    for name, form in walk.forms.items():
        if form.recognize:
            await walk.send(name, recognize=True)
            await _some_pages(walk)
            await walk.keep("read a page for my role", picture=True)
            await walk.go("/cookies/")
            await walk.tab.submit("Forget my role")
            await walk.keep("ask to be forgotten")
            walk.withdraw({form.recognize.purpose})
            await walk.keep("be forgotten")
            await _some_pages(walk)


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
    Route("Sec-GPC", signalling, BrowserProfile(signals=("Sec-GPC",))),
    Route("DNT", signalling, BrowserProfile(signals=("DNT",))),
    Route("expired choice", expired_choice),
    Route("outdated register", outdated_choice),
    Route("two tabs", two_tabs),
    Route("back and forward", back_and_forward),
    Route("offline", offline),
    Route("scripts off", without_scripts, BrowserProfile(scripts=False)),
    Route("browser description", accepting, BrowserProfile(agent=AGENT), local=True),
    Route("twin", accepting, stopped_clock=MONDAY + 10, local=True),
    Route("other twin", accepting, stopped_clock=MONDAY + 47, local=True, twin="twin"),
    Route("forms", plain_forms, local=True),
    Route("forms with permission", forms_with_permission, local=True),
    Route("forms with mistakes", wrong_forms, local=True),
    Route("pages for a role", being_recognized, local=True),
    Route("own data", own_data, local=True),
    Route("retention", growing_old, local=True),
    Route("staff", staff, local=True),
)
