"""Consents: totals by day and version of the register, and nothing that tells who gave one."""

from __future__ import annotations

import datetime
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from analytics.visits.store.base import Consents
from analytics.web.rate_limits import WITHDRAWALS
from tests.fixtures.small_site import SmallSite

FIRST, SECOND = datetime.date(2026, 3, 2), datetime.date(2026, 3, 3)
DAY_MINUTES = 24 * 60


@pytest.mark.promise("P4")
def test_each_yes_is_counted_on_its_day(site: SmallSite) -> None:
    """Two on Monday, one of them taken back on Tuesday, when there was a third."""
    one, two, three = (site.visitor() for _ in range(3))
    one.consent()
    two.consent()
    site.clock.forward(minutes=DAY_MINUTES)
    three.consent()
    one.post("/visit/withdraw")
    assert site.service.counters.consents() == [
        Consents(SECOND, 1, given=1, withdrawn=1),
        Consents(FIRST, 1, given=2, withdrawn=0),
    ]


def test_a_yes_of_an_earlier_day_is_not_counted_again(site: SmallSite) -> None:
    """A browser that was closed asks for its cookie anew; nobody pressed a button."""
    site.visitor().consent(given=False)
    assert site.service.counters.consents() == []


def test_pressing_the_button_again_counts_nothing(site: SmallSite) -> None:
    """Who holds the cookie has said yes already."""
    visitor = site.visitor()
    visitor.consent()
    visitor.view()
    visitor.consent()
    assert site.service.counters.consents() == [Consents(FIRST, 1, given=1, withdrawn=0)]


@pytest.mark.parametrize("cookie", [None, "version=1&seen=1&pages=0&entry=/&source=Direct.x"])
def test_only_a_valid_yes_can_be_taken_back(site: SmallSite, cookie: str | None) -> None:
    """No forged cookie adds to the withdrawals; the browser's is deleted all the same."""
    visitor = site.visitor()
    if cookie:
        visitor.cookie = cookie
    answer = visitor.post("/visit/withdraw")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert site.service.counters.consents() == []


def test_a_yes_that_was_not_stored_sets_no_cookie(site: SmallSite) -> None:
    """It is said, so that the page asks again."""
    site.service.counters.close()
    answer = site.visitor().consent()
    assert (answer.status_code, answer.headers["Plainsite-Refused"]) == (503, "store")
    assert "Set-Cookie" not in answer.headers


def test_a_withdrawal_is_honoured_even_if_it_cannot_be_counted(site: SmallSite) -> None:
    """The visitor's cookie goes, whatever becomes of our total."""
    visitor = site.visitor()
    visitor.consent()
    site.service.counters.close()
    answer = visitor.post("/visit/withdraw")
    assert answer.status_code == 204
    assert visitor.cookie is None


def test_many_at_once_are_all_counted(site: SmallSite) -> None:
    """They share commits with each other and with the views."""
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: site.visitor().consent(), range(200)))
    assert site.service.counters.consents() == [Consents(FIRST, 1, given=200, withdrawn=0)]
    with closing(sqlite3.connect(site.var / "counters.sqlite3")) as connection:
        assert connection.execute("SELECT given FROM consents").fetchall() == [(200,)]


@pytest.mark.promise("P4")
@pytest.mark.promise("P5")
def test_a_refusal_deletes_every_cookie_that_rests_on_consent(site: SmallSite) -> None:
    """As the register has them, whether they are there or not; the session of staff stays."""
    answer = site.visitor().post("/visit/withdraw")
    deleted = [header.partition("=")[0] for header in answer.headers.getlist("Set-Cookie")]
    register = site.service.site.register
    assert deleted == [
        cookie.cookie
        for cookie in register.cookies
        if register.purpose(cookie.purpose).basis == "consent"
    ]
    assert deleted == ["__Secure-visit", "__Host-audience"]


@pytest.mark.promise("P4")
def test_no_more_is_taken_back_than_was_given(site: SmallSite) -> None:
    """One cookie that is sent again and again, from one network or from many."""
    one, two = site.visitor(), site.visitor()
    one.consent()
    two.consent()
    held = one.cookie or ""
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda number: replayed(site, held, f"198.51.{number}.7"), range(200))
        )
    assert all("Max-Age=0" in answer for answer in answers), "a cookie is always deleted"
    assert site.service.counters.consents() == [Consents(FIRST, 1, given=2, withdrawn=2)]


def replayed(site: SmallSite, cookie: str, address: str) -> str:
    visitor = site.visitor()
    visitor.cookie = cookie
    answer = visitor.post("/visit/withdraw", X_Forwarded_For=address)
    assert answer.status_code == 204
    return answer.headers["Set-Cookie"]


def test_one_network_takes_back_so_many_in_a_quarter_of_an_hour(site: SmallSite) -> None:
    """A cookie is deleted all the same."""
    for _ in range(WITHDRAWALS.most + 20):
        site.visitor().consent()
    visitor = site.visitor()
    visitor.consent()
    held = visitor.cookie or ""
    for _ in range(WITHDRAWALS.most + 10):
        replayed(site, held, "198.51.100.7")
    (today,) = site.service.counters.consents()
    assert today.withdrawn == WITHDRAWALS.most


def test_a_yes_of_yesterday_can_be_taken_back_today(site: SmallSite) -> None:
    """The bound is over all days."""
    visitor = site.visitor()
    visitor.consent()
    site.clock.forward(minutes=DAY_MINUTES)
    visitor.post("/visit/withdraw")
    assert site.service.counters.consents() == [
        Consents(SECOND, 1, given=0, withdrawn=1),
        Consents(FIRST, 1, given=1, withdrawn=0),
    ]


def test_a_withdrawal_that_is_sent_again_counts_once(site: SmallSite) -> None:
    """Its answer was lost, so the browser still holds the cookie; all are deleted at last."""
    site.visitor().consent()
    visitor = site.visitor()
    visitor.consent()
    held = visitor.cookie or ""
    visitor.post("/visit/withdraw")
    visitor.cookie = held
    answer = visitor.post("/visit/withdraw?again")
    assert visitor.cookie is None
    assert len(answer.headers.getlist("Set-Cookie")) == 2
    assert site.service.counters.consents() == [Consents(FIRST, 1, given=2, withdrawn=1)]
