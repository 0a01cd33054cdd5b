"""What was on its way when a visitor took the yes back: it leaves no cookie and no count."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.fixtures.small_site import SmallSite, Visitor

ABOUT = {"page": "/about/", "from": "/", "utm": {}, "version": 1, "given": False}


def sent(visitor: Visitor, address: str, body: object) -> TestResponse:
    """One request, and none that its answer asks for."""
    return visitor.client.post(address, json=body, headers=visitor.headers)


EARLY = ("/", "*")
"""What leads to a view whose cookie may be on its way."""


@pytest.mark.promise("P4")
@pytest.mark.parametrize(
    ("led_by", "times"),
    [(led_by, times) for led_by in EARLY for times in (5, 6)]
    + [(led_by, times) for led_by in ("", "www.google.com") for times in (1, 4, 5, 6)],
)
def test_a_view_that_is_sent_again_without_a_cookie_begins_no_visit(
    site: SmallSite, led_by: str, times: int
) -> None:
    """The cookie that it waited for never came, or was deleted."""
    body = {**ABOUT, "from": led_by}
    answer = sent(site.visitor(), f"/visit/view?again={times}", body)
    assert answer.headers["Plainsite-Refused"] == "no-cookie"
    assert "Set-Cookie" not in answer.headers
    assert site.total("all") == {}


@pytest.mark.parametrize("led_by", EARLY)
@pytest.mark.parametrize("times", range(5))
def test_a_view_waits_for_its_cookie_through_all_its_tries(
    site: SmallSite, led_by: str, times: int
) -> None:
    """On a slow line the cookie comes with the fifth, and the view continues its visit."""
    visitor, body = site.visitor(), {**ABOUT, "from": led_by}
    answer = sent(visitor, "/visit/view", body)
    for _ in range(times):
        answer = sent(visitor, answer.location, body)
    assert answer.status_code == 307
    visitor.view("/", "www.google.com", given=True)
    while answer.status_code == 307:
        answer = sent(visitor, answer.location, body)
    assert answer.status_code == 204
    assert site.total("all") == {"": {"visits": 1, "views": 2, "continued": 1}}


@pytest.mark.promise("P4")
def test_a_withdrawal_between_two_tries_ends_them(site: SmallSite) -> None:
    """The view of a page that is gone was told to come again; then the visitor says no."""
    visitor = site.visitor()
    answer = sent(visitor, "/visit/view", ABOUT)
    assert answer.status_code == 307
    visitor.view("/", "www.google.com", given=True)
    visitor.post("/visit/withdraw")
    before = site.total("all")
    while answer.status_code == 307:
        answer = sent(visitor, answer.location, ABOUT)
    assert answer.headers["Plainsite-Refused"] == "no-cookie"
    assert visitor.cookie is None
    assert site.total("all") == before == {"": {"visits": 1, "views": 1}}


@pytest.mark.promise("P4")
def test_what_carries_the_yes_itself_begins_a_visit(site: SmallSite) -> None:
    visitor = site.visitor()
    answer = sent(visitor, "/visit/view?again=2", {**ABOUT, "given": True})
    assert answer.status_code == 204
    assert visitor.cookie is not None


def test_a_cookie_of_a_day_that_is_over_is_no_withdrawal(site: SmallSite) -> None:
    """The browser was open for days: what it holds is worth nothing, and was not deleted."""
    visitor = site.visitor()
    visitor.view("/", "www.google.com", given=True)
    site.clock.forward(minutes=3 * 24 * 60)
    assert sent(visitor, "/visit/view?again=5", ABOUT).status_code == 204
    assert site.total("all")[""]["visits"] == 2


@pytest.mark.promise("P4")
def test_a_late_deletion_takes_the_visits_cookie_and_counts_nothing(site: SmallSite) -> None:
    """It comes after the withdrawal that was counted, for what an answer brought back since. What
    was allowed in a form since then stays."""
    visitor = site.visitor()
    visitor.view("/", "www.google.com", given=True)
    answer = visitor.post("/visit/withdraw?late")
    assert answer.status_code == 204
    assert [each.partition("=")[0] for each in answer.headers.getlist("Set-Cookie")] == [
        "__Secure-visit"
    ]
    assert visitor.cookie is None
    assert [(day.given, day.withdrawn) for day in site.service.counters.consents()] == [(1, 0)]


@pytest.mark.parametrize("led_by", ["/", "*"])
def test_who_agrees_on_the_second_page_is_counted_at_once(site: SmallSite, led_by: str) -> None:
    """Nothing was sent before, so no answer is on its way."""
    visitor = site.visitor()
    answer = sent(visitor, "/visit/view", {**ABOUT, "from": led_by, "given": True})
    assert answer.status_code == 204
    assert site.total("all") == {"": {"visits": 1, "views": 1}}


def test_a_page_that_is_not_counted_has_sent_no_view(site: SmallSite) -> None:
    """A link of a page that was not found leads to the first view, or to the second."""
    visitor = site.visitor()
    body = {**ABOUT, "from": "/gone/"}
    assert sent(visitor, "/visit/view", body).status_code == 204
    assert sent(visitor, "/visit/view", {**body, "page": "/"}).status_code == 204
    assert site.total("all") == {"": {"visits": 1, "views": 2, "continued": 1}}
