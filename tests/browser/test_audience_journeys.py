"""One journey for each audience, in Chromium and in Firefox: from the form to pages of their own,
and back to what everybody sees."""

from __future__ import annotations

import asyncio
import shutil
import time
from typing import Any

import pytest

from audit.browsers.chromium import Chromium
from audit.browsers.firefox import Firefox
from audit.browsers.visitor import Browser, BrowserProfile, Tab
from policy import read_site
from policy.audiences import Audience
from tests.fixtures.first_site import Served
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import ROOT

SITE = read_site(ROOT)
AUDIENCES = {audience.name: audience for audience in SITE.audiences.audiences}
QUESTIONS = {
    "district": ("How many schools do you plan for?", "What would you like to know about?"),
    "school": ("What would you like to know about?",),
    "teacher": ("What would you like to know about?",),
    "family": ("What is it about?",),
}
"""Of those that not everybody is asked."""

TEXT = "() => document.querySelector('main').innerText"
HOME = """() => ({
  hero: document.querySelector(".hero .summary").innerText,
  picture: document.querySelector(".hero img").getAttribute("src"),
  seen: document.querySelector(".hero img").naturalWidth > 0,
  action: [document.querySelector(".hero .action").innerText,
    document.querySelector(".hero .action").getAttribute("href")],
  articles: [...document.querySelectorAll(".latest .story a")].map((a) => a.getAttribute("href")),
  why: document.querySelectorAll(".chosen").length,
})"""
ASKED = """() => [...document.querySelectorAll(".form label, .form legend")]
  .map((each) => each.firstChild.textContent.trim())"""
STEP = """() => document.querySelector(".call > p > a")?.getAttribute("href")"""
LETTER = "() => document.querySelector('.letter').innerText"
WHY = """() => { document.querySelector(".chosen summary").click();
  return document.querySelector(".chosen").innerText; }"""


NOBODY = "() => document.querySelectorAll('.hero').length > 0 && !document.querySelector('.chosen')"


async def at_last(tab: Tab, script: str) -> Any:
    """What a page shows once it is there: where much else is done, a button that was pressed is
    answered while the page before is still shown."""
    until = time.monotonic() + PATIENCE
    while not (found := await tab.evaluate(script)) and time.monotonic() < until:
        await asyncio.sleep(0.1)
    return found


async def started(name: str) -> Browser:
    if name == "firefox":
        path = shutil.which("firefox-esr") or shutil.which("firefox")
        assert path, "no Firefox: apt install firefox-esr"
        return await Firefox.launch(path)
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert path, "no Chromium: apt install chromium"
    return await Chromium.launch(path)


async def recognized(tab: Tab, address: str, role: str) -> None:
    """Send the form with the box."""
    await tab.goto(f"{address}/request-information/")
    await tab.fill("Name", "Ada Byron")
    await tab.fill("Email address", "ada@example.org")
    await tab.choose("Your role", role)
    await tab.press("Recognize this browser to show me pages for my role.")
    await tab.submit("Send request")


async def journey(browser_name: str, address: str, audience: Audience) -> dict[str, Any]:
    """What is seen on the way."""
    seen: dict[str, Any] = {}
    browser = await started(browser_name)
    try:
        visitor = await browser.visitor(BrowserProfile())
        tab = await visitor.open()
        await tab.goto(f"{address}/")
        seen["everybody"] = await tab.evaluate(HOME)
        await recognized(tab, address, audience.when["role"][0])
        seen["step"] = await at_last(tab, STEP)
        await tab.goto(f"{address}/request-information/")
        seen["asked"] = await tab.evaluate(ASKED)
        seen["form"] = await tab.evaluate(TEXT)
        await tab.goto(f"{address}/resources/write-for-a-phone/")
        seen["letter"] = await tab.evaluate(LETTER)
        await tab.goto(f"{address}/")
        seen["home"] = await tab.evaluate(HOME)
        seen["why"] = await tab.evaluate(WHY)
        await tab.submit("Show what everybody sees")
        assert await at_last(tab, NOBODY)
        seen["after"] = await tab.evaluate(HOME)
        seen["where"] = await tab.evaluate("() => location.pathname")
        seen["cookies"] = await visitor.cookies()
        await visitor.close()
    finally:
        await browser.close()
    return seen


@pytest.mark.promise("P5")
@pytest.mark.parametrize("name", AUDIENCES)
@pytest.mark.parametrize("browser_name", ["chromium", "firefox"])
def test_an_audience_sees_its_own_and_undoes_it_in_one_click(
    served: Served, browser_name: str, name: str
) -> None:
    audience = AUDIENCES[name]
    sees = audience.sees
    assert sees.action
    assert sees.next_step
    seen = run_apart(journey(browser_name, served.address, audience))
    home = seen["home"]
    assert home["hero"] == sees.hero
    assert f"/{sees.picture}." in home["picture"]
    assert home["seen"]
    assert home["action"] == [sees.action.label, sees.action.page]
    assert home["articles"] == list(sees.articles)
    assert home["why"] >= 2
    assert audience.label in seen["why"]
    assert seen["step"] == sees.next_step.page
    assert sees.form in seen["form"]
    of_some = {question for asked in QUESTIONS.values() for question in asked}
    assert [each for each in seen["asked"] if each in of_some] == list(QUESTIONS[name])
    assert sees.newsletter in seen["letter"]
    assert seen["where"] == "/"
    assert seen["after"] == seen["everybody"]
    assert seen["after"]["why"] == 0
    assert seen["cookies"] == ()


def run_apart(work: Any) -> Any:
    """In a thread of its own: other tests drive browsers in this one."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  (only here)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result(timeout=300)
