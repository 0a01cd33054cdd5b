"""The journeys: what visitors and staff do, step by step. What it shows is judged elsewhere."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from analytics.visits.agent_patterns import AUDIT
from audit.browsers.errors import CannotGoOn, NoAnswer, PageDoesNotOpen
from audit.browsers.visitor import BrowserProfile, Tab
from audit.journeys.conditions import arriving, coming_back, missing, offline, staying
from audit.journeys.consent import accept, reject
from audit.journeys.deeds import days_that_end, doing
from audit.journeys.every_address import asking_for_all
from audit.journeys.form_routes import being_recognized, plain_forms, wrong_forms
from audit.journeys.journey_run import JourneyRun
from audit.journeys.local_routes import (
    forms_with_permission,
    growing_old,
    personal_data,
    staff,
    wordings,
)
from audit.journeys.signing_in import fewer_roles, wrong_password
from policy import Register

MONTH = 31 * 86_400

Steps = Callable[[JourneyRun], Awaitable[None]]

OF_A_COUNTRY = "193.0.0.78"
"""Of a network that somebody has (the RIPE NCC), so that what follows from the country of an
address shows. All other visitors come from one that is nobody's."""


@dataclass(frozen=True)
class Route:
    """A journey that can be made. `local` ones need a service that is our own."""

    name: str
    steps: Steps
    profile: BrowserProfile = field(default_factory=BrowserProfile)
    local: bool = False
    needs: tuple[str, ...] = ()
    """The features of the engine that a site must have on."""
    needs_one_of: tuple[str, ...] = ()
    """Features of which a site must have one on, if there are any."""
    stopped_clock: float | None = None
    address: str = "198.51.100.23"
    """From where the visitor comes, as a service of our own is told: of RFC 5737, for nobody."""
    paired_with: str = ""
    table: str = ""
    """A table that a site must have declared."""


async def first_visit(run: JourneyRun) -> None:
    """Read every page to its end, and leave it open for a while. Raises CannotGoOn where none of
    them opens."""
    tabs: list[tuple[Tab, str]] = []
    for page in run.pages:
        tab = await run.open_tab()
        try:
            await run.go(page)
            await run.tab.scroll()
            await run.keep(f"read {page}", picture=not tabs)
        except (PageDoesNotOpen, NoAnswer) as error:  # The other pages can be read all the same.
            run.missed.append(str(error))
        else:
            tabs.append((tab, page))
    if not tabs:
        raise CannotGoOn("no page opens")
    await asyncio.sleep(run.idle_seconds)
    for tab, page in tabs:
        run.use(tab)
        await run.keep(f"wait on {page}")


async def _some_pages(run: JourneyRun) -> None:
    for page in run.pages[:4]:
        await run.go(page)


async def rejecting(run: JourneyRun) -> None:
    """Say no on the first page, and read on."""
    await run.open_tab()
    await run.go("/")
    await reject(run)
    await _some_pages(run)
    await run.go("/cookies/")


async def accepting(run: JourneyRun) -> None:
    """Say yes on the first page, and read on."""
    await run.open_tab()
    await run.go("/")
    await accept(run)
    await _some_pages(run)
    await run.go("/cookies/")
    await run.keep("see the choices", picture=True)
    await run.tab.evaluate("() => fetch('/visit/receipt').then(answer => answer.text())")
    await run.keep("take a receipt")
    await asyncio.to_thread(run.instance.strike)
    await asyncio.to_thread(run.instance.take_over)
    await asyncio.to_thread(run.instance.change_pages)


async def withdrawing(run: JourneyRun) -> None:
    """Say yes, then no, in one click from any page's foot; and read on."""
    await run.open_tab()
    await run.go("/")
    await accept(run)
    await run.go("/about/" if "/about/" in run.pages else run.pages[-1])
    await run.tab.submit(run.register.question.more)
    await run.keep("follow the link to the choices")
    await reject(run)
    await _some_pages(run)


async def changing_ones_mind(run: JourneyRun) -> None:
    """Say no, then yes."""
    await run.open_tab()
    await run.go("/")
    await reject(run)
    await run.go("/cookies/")
    await accept(run)
    await _some_pages(run)


async def signalling(run: JourneyRun) -> None:
    """Say no by the browser's own signal, which is an answer."""
    await run.open_tab()
    await _some_pages(run)
    await run.go("/cookies/")
    await run.keep("see the choices", picture=True)


async def expired_choice(run: JourneyRun) -> None:
    """Come back when the answer is older than the register keeps it."""
    await run.open_tab()
    await run.go("/")
    await reject(run)
    months = max((storage.months for storage in run.register.storages), default=6)
    await run.visitor.ahead((months + 1) * MONTH)
    run.instance.clock.ahead = (months + 1) * MONTH
    run.withdraw(run.agreed)
    await run.open_tab()
    await run.go("/")
    await _some_pages(run)


async def outdated_choice(run: JourneyRun) -> None:
    """Come back with an answer to an earlier version of the register."""
    await run.open_tab()
    await run.go("/")
    await accept(run)
    version = run.register.version
    for storage in run.register.storages:
        older = f"(value) => value && value.replace(' {version} ', ' {version - 1} ')"
        await run.tab.evaluate(
            f"(key) => localStorage.setItem(key, ({older})(localStorage.getItem(key)))", storage.key
        )
    await run.visitor.forget_cookies()
    await run.tab.settle()  # Chromium tells a little later what was written.
    await run.visitor.gather()
    run.withdraw(run.agreed)
    await run.go("/")
    await _some_pages(run)


async def two_tabs(run: JourneyRun) -> None:
    """Say yes in one tab and no in the other, then use the first again."""
    first = await run.open_tab()
    await run.go("/")
    await accept(run)
    await run.open_tab()
    await run.go("/cookies/")
    await reject(run)
    run.use(first)
    await run.keep("look at the first tab")
    await run.go(run.pages[-1])


async def back_and_forward(run: JourneyRun) -> None:
    """Use the browser's own buttons, with counting on."""
    await run.open_tab()
    await run.go("/")
    await accept(run)
    await run.go(run.pages[-1])
    await run.tab.history(-1)
    await run.keep("go back")
    await run.tab.history(1)
    await run.keep("go forward")


async def without_scripts(run: JourneyRun) -> None:
    """Read with scripts off."""
    await run.open_tab()
    await _some_pages(run)
    if "/cookies/" in run.pages:
        await run.go("/cookies/")


MONDAY = 1_772_438_400.0
"""2 March 2026, 08:00 UTC: the beginning of one of the visit's steps of five minutes."""

TOKEN = secrets.token_hex(8)
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    f"Chrome/140.0.0.0 Safari/537.36 {AUDIT}/1 audit/{TOKEN}"
)
"""A browser description that can be searched for: it must be read and forgotten. The service counts
it, or its visitor would be told that it does not."""

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
"""What many people come with, as it calls itself."""

TELEPHONE = BrowserProfile(width=390, height=844, agent=PHONE, language="es-MX")

FAR_AWAY = "America/New_York"
"""Where sites may ask nobody, as its law does not have them ask."""

ASKED, FORMS, STAFF = ("visits",), ("forms",), ("staff",)

ROUTES = (
    Route("first visit", first_visit, BrowserProfile(person=True)),
    Route("reject", rejecting, needs=ASKED),
    Route("accept", accepting, needs=ASKED),
    Route("withdraw", withdrawing, needs=ASKED),
    Route("change of mind", changing_ones_mind, needs=ASKED),
    Route("Sec-GPC", signalling, BrowserProfile(signals=("Sec-GPC",)), needs=ASKED),
    Route("DNT", signalling, BrowserProfile(signals=("DNT",)), needs=ASKED),
    Route("expired choice", expired_choice, needs=ASKED),
    Route("outdated register", outdated_choice, needs=ASKED),
    Route("two tabs", two_tabs, needs=ASKED),
    Route("back and forward", back_and_forward, needs=ASKED),
    Route("offline", offline, needs=ASKED),
    Route("scripts off", without_scripts, BrowserProfile(scripts=False)),
    Route("narrow window", changing_ones_mind, TELEPHONE, needs=ASKED),
    Route("a while", staying, BrowserProfile(timed=True, person=True), needs=ASKED),
    Route("nothing there", missing),
    Route("every address", asking_for_all, local=True),
    Route("from elsewhere", arriving, BrowserProfile(person=True, timezone=FAR_AWAY)),
    Route("days later", coming_back, BrowserProfile(person=True), needs=ASKED),
    Route("deeds", doing, local=True, needs=ASKED),
    Route("days that end", days_that_end, local=True, needs=ASKED),
    Route("browser description", accepting, BrowserProfile(agent=AGENT), local=True, needs=ASKED),
    Route("paired run", accepting, local=True, needs=ASKED, stopped_clock=MONDAY + 10),
    Route(
        "other paired run",
        accepting,
        local=True,
        needs=ASKED,
        stopped_clock=MONDAY + 47,
        paired_with="paired run",
    ),
    Route(
        "another visitor",
        accepting,
        BrowserProfile(agent=AGENT),
        local=True,
        needs=ASKED,
        stopped_clock=MONDAY + 10,
        address=OF_A_COUNTRY,
        paired_with="paired run",
    ),
    Route("forms", plain_forms, local=True, needs=FORMS),
    Route("forms with permission", forms_with_permission, local=True, needs=FORMS),
    Route("forms with mistakes", wrong_forms, local=True, needs=FORMS),
    Route("pages for a role", being_recognized, local=True, needs=("audiences",)),
    Route("own data", personal_data, local=True, needs=FORMS),
    Route("wordings", wordings, local=True, needs=ASKED, table="experiments"),
    Route("retention", growing_old, local=True, needs_one_of=(*ASKED, *FORMS, *STAFF)),
    Route("staff", staff, local=True, needs=STAFF),
    Route("fewer roles", fewer_roles, local=True, needs=(*STAFF, *FORMS, *ASKED)),
    Route("wrong password", wrong_password, local=True, needs=STAFF),
)


def routes_of(register: Register, *, local: bool, routes: tuple[Route, ...]) -> tuple[Route, ...]:
    """Those of `routes` that a site with these features has, at an address or `local`."""
    on = set(register.features)
    return tuple(
        route
        for route in routes
        if on.issuperset(route.needs)
        and (not route.needs_one_of or on.intersection(route.needs_one_of))
        and (local or not route.local)
        and (not route.table or any(route.table == each.name for each in register.tables))
    )
