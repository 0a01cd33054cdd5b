"""A clock that cannot be used: what needs the time is refused in declared words, pages go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics.app import create_app
from analytics.staff.accounts import add_staff
from analytics.web.clock import Clock, UnusableClock
from policy import Faults
from tests.fixtures.form_site import NEWSLETTER, REQUEST, form_site, rows, send
from tests.fixtures.small_site import HOST, MONDAY, ROOT, SmallSite
from tests.fixtures.small_site import Clock as Turned

YEAR_10000 = 253_402_300_800.0
NEVER = (0.0, -1.0, YEAR_10000 - 3_600, YEAR_10000, 1e12, 1e30, float("inf"), float("nan"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        yield site


@pytest.mark.parametrize("seconds", NEVER)
def test_a_time_that_nobody_can_count_with_is_refused(seconds: float) -> None:
    """One before this software, or one for which there is no day; also in a zone that is ahead."""
    clock = Clock(lambda: seconds, ZoneInfo("Pacific/Kiritimati"))
    for read in (clock, clock.moment, clock.today):
        with pytest.raises(UnusableClock, match="clock"):
            read()


def test_any_other_time_is_taken() -> None:
    for seconds in (MONDAY, 1e9, YEAR_10000 - 366 * 86_400):
        clock = Clock(lambda seconds=seconds: seconds, ZoneInfo("Pacific/Kiritimati"))
        assert clock() == seconds
        assert clock.moment().timestamp() == seconds


@pytest.mark.parametrize("seconds", [0.0, YEAR_10000, float("nan")])
def test_whatever_needs_the_time_is_refused_and_pages_are_served(
    site: SmallSite, seconds: float
) -> None:
    """Nothing is counted, stored or sent; what was typed is kept; it is told to operators."""
    visitor, client = site.visitor(), site.app.test_client()
    assert visitor.consent().status_code == visitor.view("/").status_code == 204
    before, own = site.total("page"), site.service.links.to_data("somebody")
    site.clock.now = seconds
    for refused in (visitor.view("/about/"), visitor.engaged("/", 5), site.visitor().consent()):
        assert refused.status_code == 503
        assert refused.headers["Plainsite-Refused"] == "clock"
    assert visitor.client.get("/visit/receipt").status_code in (403, 503)
    answer = send(client, REQUEST)
    assert (answer.status_code, REQUEST["message"] in answer.text) == (503, True)
    asked = client.post("/own/ask", data={"email": "a@example.org"}, headers={"Origin": HOST})
    assert (asked.status_code, "a@example.org" in asked.text) == (503, True)
    assert client.get(own).status_code == 503
    sign_in = {"username": "anna", "password": "x" * 12}
    staff = client.post("/staff/sign-in/", data=sign_in, headers={"Origin": HOST})
    assert staff.status_code in (422, 503)
    assert client.get("/about/", buffered=True).status_code == 200
    told = json.loads(client.get("/healthz").data)["parts"]["clock"]
    assert not told["works"]
    assert "clock" in told["why"]
    assert site.total("page") == before
    assert rows(site, "SELECT * FROM submissions") == rows(site, "SELECT * FROM outbox") == []


def test_it_is_taken_up_once_the_clock_was_set(site: SmallSite) -> None:
    """No thread ended of it."""
    site.clock.now = YEAR_10000
    site.service.mail_sender.call()
    assert send(site.app.test_client(), REQUEST).status_code == 503
    site.clock.now = MONDAY
    assert send(site.app.test_client(), NEWSLETTER, "newsletter").status_code == 303
    assert site.visitor().consent().status_code == 204
    parts = json.loads(site.app.test_client().get("/healthz").data)["parts"]
    assert parts["clock"] == {"works": True}
    assert all("thread has ended" not in part.get("why", "") for part in parts.values())


def test_staff_are_told_on_a_page(site: SmallSite) -> None:
    password, service = "four words nobody guesses", site.service
    register = service.site.register
    add_staff(service.records, register, "anna", password, ("admin",), service.clock.today())
    client = site.app.test_client()
    sign_in = {"username": "anna", "password": password}
    client.post("/staff/sign-in/", data=sign_in, headers={"Origin": HOST})
    site.clock.now = YEAR_10000
    page = client.get("/staff/retention/")
    assert page.status_code == 503
    assert "clock" in page.text


def test_a_start_says_what_is_wrong(tmp_path: Path) -> None:
    """Only pages are then served (`analytics.wsgi`)."""
    with form_site(tmp_path):
        pass
    with pytest.raises(Faults, match="clock"):
        create_app(ROOT, tmp_path / "public", tmp_path / "var", clock=Turned(YEAR_10000))
