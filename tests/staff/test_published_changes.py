"""What was changed of the site is marked in the chart by itself."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from werkzeug.test import Client

from analytics.staff.reports.marks import of_changes
from analytics.visits.model import Dimension
from analytics.visits.store.publications import LOOK, Change
from policy.manifest import BUILD_FILE, Page, read_build, to_json
from tests.fixtures.counter_stores import Lived
from tests.fixtures.small_site import MONDAY, SmallSite, small_site
from tests.fixtures.staff import add, signed_in

HOUR = int(MONDAY // 3600)
REPORT = "/staff/reports/?period=today"


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with small_site(tmp_path) as site:
        add(site, rita="reports", ada="admin")
        seen = {Dimension.ENTRY: "/", Dimension.PAGE: "/about/"}
        site.service.counters.add(HOUR, Lived(HOUR, seen).increments)
        publish(site, look="one", about="1", solutions="1")
        yield site


@pytest.fixture
def rita(site: SmallSite) -> Client:
    return signed_in(site, "rita")


def publish(site: SmallSite, look: str, **sources: str) -> None:
    """A build with these pages, and what the service makes of it."""
    build = read_build(site.public)
    pages = {f"/{name}/": Page(name.title(), source=each) for name, each in sources.items()}
    build = replace(build, look=look, pages={"/": Page("Home", source="0")} | pages)
    (site.public / BUILD_FILE).write_bytes(to_json(build))
    publishing = site.service.publishing
    assert publishing
    publishing.step()


def told(text: str) -> list[str]:
    found = re.search(r'<details class="published">(.*?)</details>', text, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", found[1]) if found else []
    said = [re.sub(r" <a .*?</a>", "", item) for item in items]
    return [re.sub(r"<[^>]+>", "", each).partition(": ")[2] for each in said]


def test_a_page_that_was_edited_is_told_in_the_report(site: SmallSite, rita: Client) -> None:
    """Nothing at first; then on its day, in the chart, in the list and in the file."""
    text = rita.get(REPORT).text
    assert told(text) == []
    publish(site, look="one", about="2", prices="1")
    text = rita.get(REPORT).text
    assert told(text) == ["“Prices” new; “About” changed; “/solutions/” removed"]
    assert "The site was changed on 1 day" in text
    assert text.count('<circle class="published"') == 1
    about = json.loads(rita.get("/staff/reports/over-time.json").text)
    assert [mark["text"] for mark in about["marks"]][-1].startswith("“Prices” new")
    publish(site, look="two", about="2", prices="1")
    assert told(rita.get(REPORT).text)[0].endswith("removed; templates or styles changed")


def test_what_was_before_and_after_is_one_click_away(site: SmallSite, rita: Client) -> None:
    """Once there is a whole day after it, and one before it on which anything was counted; with the
    same filters."""
    publish(site, look="one", about="2", solutions="1")
    assert "Before and after" not in rita.get(REPORT).text
    site.clock.forward(minutes=3 * 24 * 60)
    rita = signed_in(site, "rita")
    address = "/staff/reports/?period=7-days&filter=page:/about/"
    assert "Before and after" not in rita.get(address).text
    early = HOUR - 40
    site.service.counters.add(early, Lived(early, {Dimension.ENTRY: "/about/"}).increments)
    text = rita.get(address).text
    (link,) = re.findall(r'<a class="beside" href="(.*?)"', text)
    asked = dict(parse_qsl(html.unescape(link).removeprefix("?")))
    assert asked.items() >= {"from": "2026-03-03", "to": "2026-03-04", "compare": "from"}.items()
    assert (asked["start"], asked["filter"]) == ("2026-02-28", "page:/about/")
    assert "Feb 28 – Mar 1, 2026" in rita.get(f"/staff/reports/{html.unescape(link)}").text


def test_of_one_page_only_what_concerns_it_is_told(site: SmallSite, rita: Client) -> None:
    publish(site, look="two", about="2", solutions="2")
    only = rita.get(f"{REPORT}&filter=page:/about/").text
    assert told(only) == ["“About” changed; templates or styles changed"]


def test_what_is_published_again_as_it_was_is_no_change(site: SmallSite, rita: Client) -> None:
    """As after a restart, or where a build begins from nothing."""
    publish(site, look="one", about="1", solutions="1")
    assert told(rita.get(REPORT).text) == []


def test_many_pages_of_one_day_are_a_number() -> None:
    day = date(2026, 3, 2)
    changes = [Change(day, f"/{number}/", "changed") for number in range(12)]
    changes.append(Change(day, LOOK, "changed"))
    (mark,) = of_changes(changes, str)
    assert mark.text == "“/0/”, “/1/”, “/2/” and 9 more changed; templates or styles changed"
    (mark,) = of_changes([Change(day, LOOK, "changed")], str)
    assert mark.text == "Templates or styles changed"
