"""What a marketing lead wants to know in the morning is three clicks away, on a telephone too.

Every figure that is looked at follows from the script of events that was played to the service.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from analytics.app import create_app
from analytics.service import Service
from analytics.staff.accounts import add_staff
from analytics.visits.store.publications import LOOK, Publications
from tests.fixtures.a_month import CAMPAIGNS, ZONE, Clock, Expected, play, spread, the_month
from tests.fixtures.browsers import PATIENCE, follow
from tests.fixtures.first_site import ROOT
from tests.fixtures.serving import serving

from .test_axe import violations
from .test_staff import PASSWORD, sign_in

EXPECTED = Expected(the_month())
NEXT_MONTH = datetime.datetime(2026, 11, 16, 9, 30, tzinfo=ZONE).timestamp()
NEW_HOME = datetime.date(2026, 10, 16)
MOST_CLICKS = 3
BY_DEVICE = [(360, False), (360, True), (1280, False), (1280, True)]


def publish_home(service: Service) -> None:
    """The home page was another one before that day."""
    assert service.publishing
    service.publishing.step()  # What it is since the first of the month.
    pages = service.build.pages.items()
    sources = {url: page.source for url, page in pages if page.source} | {LOOK: service.build.look}
    Publications(service.counters).take_up(sources | {"/": "another"}, NEW_HOME)


@pytest.fixture(scope="module")
def october(public: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site in the middle of November, after October was played to it."""
    root = tmp_path_factory.mktemp("october")
    for name in ("site", "templates", "content"):
        shutil.copytree(ROOT / name, root / name)
    (root / "site" / "campaigns.toml").write_text(CAMPAIGNS, encoding="utf-8")
    clock = Clock()
    app = create_app(root, public, root / "var", clock=clock)
    service = app.extensions["plainsite"]
    try:
        play(app, clock, spread(the_month()))
        clock.now = NEXT_MONTH
        while service.counters.coarsen(int(clock.now // 3600)):
            pass
        publish_home(service)
        register, day = service.site.register, datetime.date(2026, 3, 1)
        add_staff(service.records, register, "lea", PASSWORD, ("reports",), day)
        with serving(app) as address:
            yield address
    finally:
        service.close()


@dataclass
class Lead:
    """Somebody in front of the report, who counts their clicks."""

    page: Page
    script: bool
    clicks: int = 0

    def click(self, name: str) -> None:
        self.clicks += 1
        follow(self.page.get_by_role("link", name=name, exact=True))

    def lines(self, panel: str) -> dict[str, list[str]]:
        """The figures of each line of a panel, by its name."""
        rows = self.page.get_by_role("region", name=panel, exact=True).locator("tbody tr")
        found = {}
        for row in rows.all():
            figures = [cell.strip() for cell in row.locator("td").all_inner_texts()]
            found[row.locator("th > span").inner_text().strip()] = figures
        return found

    @property
    def figures(self) -> dict[str, str]:
        """The headline."""
        boxes = self.page.locator(".figures > div").all()
        return {box.locator("dt").inner_text(): box.locator(".value").inner_text() for box in boxes}

    def done(self, name: str) -> None:
        """Few clicks, nothing wider than the window, and nothing that axe finds."""
        assert self.clicks <= MOST_CLICKS
        width = self.page.viewport_size["width"]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width
        if self.script:
            assert violations(self.page) == ""
        if folder := os.environ.get("PLAINSITE_PICTURES"):
            self.page.screenshot(path=f"{folder}/lead-{name}-{width}.png", full_page=True)


@pytest.fixture(params=BY_DEVICE, ids=lambda each: f"{each[0]}-{'script' if each[1] else 'plain'}")
def lead(request, browser: Browser, october: str) -> Iterator[Lead]:
    width, script = request.param
    context = browser.new_context(
        base_url=october,
        viewport={"width": width, "height": 800},
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    sign_in(page, "lea")
    page.get_by_role("heading", name="Reports").wait_for()
    yield Lead(page, script)
    context.close()


def percent(share: float) -> str:
    return f"{round(100 * share)}\u202f%"


def test_which_campaign_brought_enquiries_last_month(lead: Lead) -> None:
    lead.click("Last month")
    lead.click("Asked for information")
    for name in ("Open day", "October newsletter"):
        campaign = EXPECTED.of(campaign=name)
        share = percent(campaign.enquiries / campaign.number)
        assert lead.lines("Campaigns")[name] == [str(campaign.enquiries), share]
    assert next(iter(lead.lines("Campaigns"))) == "Open day"
    assert lead.figures["Visits"] == str(EXPECTED.enquiries)
    lead.done("campaigns")


def test_where_phone_readers_leave_the_request_form(lead: Lead) -> None:
    lead.click("Last month")
    lead.click("Phone")
    lead.click("Goals and forms")
    phones = EXPECTED.of(device="Phone")
    assert lead.lines("Forms") == {
        "Phone": [str(phones.left["phone"])],
        "Email address": [str(phones.left["email"])],
    }
    form = lead.page.get_by_role("region", name="Forms", exact=True)
    steps = form.locator(".way").last.locator(".step").all_inner_texts()
    assert [re.sub(r"\s+", " ", step).partition(" ·")[0] for step in steps] == [
        f"Seen {phones.seen}",
        f"Begun {phones.left.total() + phones.enquiries}",
        f"Sent {phones.enquiries}",
    ]
    lead.done("form")


def test_what_the_october_newsletter_did(lead: Lead) -> None:
    lead.click("Last month")
    lead.click("October newsletter")
    letter = EXPECTED.of(campaign="October newsletter")
    assert lead.figures == {
        "Visits": str(letter.number),
        "Views": str(letter.views),
        "Bounce rate": percent(letter.bounce),
        "Engaged time a visit": f"{round(letter.seconds_a_visit)} s",
    }
    share = percent(letter.enquiries / letter.number)
    assert lead.lines("Goals")["Asked for information"] == [str(letter.enquiries), share]
    lead.done("newsletter")


def test_whether_the_new_home_page_helped(lead: Lead) -> None:
    """Two weeks after it beside two before it: no more whole weeks were counted before."""
    days = [
        (datetime.datetime.fromtimestamp(start, ZONE).date(), visit)
        for start, visit in spread(the_month())
    ]
    after = Expected([visit for day, visit in days if 17 <= day.day <= 30])
    before = Expected([visit for day, visit in days if 2 <= day.day <= 15])
    lead.click("Last month")
    lead.clicks += 1
    lead.page.get_by_text("The site was changed on 1 day").click()
    change = lead.page.locator(
        "li", has_text="“Bring your school’s communications together” changed"
    )
    expect(change).to_be_visible()
    lead.click("Before and after Oct 16, 2026")
    assert lead.figures["Visits"] == str(after.number)
    assert lead.figures["Bounce rate"] == percent(after.bounce)
    assert len({day for day, _ in days if day > NEW_HOME}) == 15
    changes = lead.page.locator(".figures .change").all_inner_texts()
    fewer = round(100 * (1 - after.number / before.number))
    assert f"{fewer}\u202f%" in changes[0]
    expect(lead.page.get_by_role("main")).to_contain_text("Oct 2 – Oct 15, 2026")
    lead.done("home")


def test_the_whole_month_adds_up(lead: Lead) -> None:
    """The headline, the table of the chart and the panels say what was done."""
    lead.click("Last month")
    assert lead.figures["Visits"] == str(EXPECTED.number)
    assert lead.figures["Views"] == str(EXPECTED.views)
    assert lead.figures["Bounce rate"] == percent(EXPECTED.bounce)
    devices = {name: figures[0] for name, figures in lead.lines("Devices").items()}
    assert devices == {name: str(EXPECTED.of(device=name).number) for name in ("Desktop", "Phone")}
    lead.page.get_by_text("The same as a table").click()
    rows = lead.page.locator(".over-time tbody tr").all()
    table = [row.locator("td").all_inner_texts() for row in rows]
    assert sum(int(row[0]) for row in table) == EXPECTED.number
    assert sum(int(row[1]) for row in table) == EXPECTED.views
    lead.done("month")
