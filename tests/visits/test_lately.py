"""How many visits began just now: from memory, and never one alone."""

from __future__ import annotations

from analytics.visits.lately import Lately
from tests.fixtures.small_site import small_site
from tests.fixtures.staff import add, signed_in

MINUTE = 60.0


def test_it_tells_whole_minutes_and_never_few():
    """What begins in this minute is told in the next, for five minutes, and from five on."""
    lately = Lately()
    for _ in range(4):
        lately.began(10 * MINUTE + 5)
    assert lately.told(11 * MINUTE) is None
    lately.began(10 * MINUTE + 59)
    assert lately.told(10 * MINUTE + 59) is None
    assert lately.told(11 * MINUTE) == 5
    assert lately.told(15 * MINUTE + 59) == 5
    assert lately.told(16 * MINUTE) is None


def test_a_clock_that_is_set_back_forgets():
    lately = Lately()
    for _ in range(9):
        lately.began(100 * MINUTE)
    assert lately.told(50 * MINUTE) is None
    assert lately.told(101 * MINUTE) is None


def test_the_report_tells_it_and_no_file_does(tmp_path):
    """A visit counts once, when it begins; the next service knows nothing of it."""
    with small_site(tmp_path) as site:
        add(site, rita="reports")
        for _ in range(6):
            visitor = site.visitor()
            visitor.view("/", given=True)
            visitor.view("/about/", "/")
        site.clock.forward(minutes=1)
        rita = signed_in(site, "rita")
        assert "<strong>6 visits</strong> began" in rita.get("/staff/reports/").text
    with small_site(tmp_path) as site:
        site.clock.forward(minutes=1)
        rita = signed_in(site, "rita")
        assert "<strong>fewer than 5 visits</strong> began" in rita.get("/staff/reports/").text
