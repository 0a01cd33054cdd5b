"""How numbers and times are written on the staff pages."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from analytics.staff import format as formats

THIN = formats.NARROW_SPACE


def test_numbers_have_thousands() -> None:
    """1234 is written 1,234."""
    assert formats.number(1234) == "1,234"
    assert formats.counted(1, "visit", "visits") == "1 visit"
    assert formats.counted(1234, "visit", "visits") == "1,234 visits"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.426, f"43{THIN}%"), (0, f"0{THIN}%"), (0.001, f"<{THIN}1{THIN}%"), (None, "–")],
)
def test_shares_are_whole_per_cents(share: float | None, text: str) -> None:
    """A share is rounded, but a little is never written as nothing."""
    assert formats.percent(share) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 s"),
        (59_400, "59 s"),
        (59_600, "1 min 0 s"),
        (125_000, "2 min 5 s"),
        (3_725_000, "1 h 2 min"),
        (None, "–"),
    ],
)
def test_durations_have_two_units_at_most(ms: float | None, text: str) -> None:
    """125 seconds are written 2 min 5 s."""
    assert formats.duration(ms) == text


def test_limits_are_said_in_the_unit_that_fits() -> None:
    """Limits are told in minutes, or in hours where they are whole hours."""
    assert formats.whole_minutes(30) == "30 minutes"
    assert formats.whole_minutes(720) == "12 hours"


def test_a_range_of_days_says_nothing_twice() -> None:
    """The year is written once, and a single day is one day."""
    assert formats.days(date(2026, 11, 3), date(2026, 11, 9)) == "Nov 3 – Nov 9, 2026"
    assert formats.days(date(2025, 12, 1), date(2026, 1, 2)) == "Dec 1, 2025 – Jan 2, 2026"
    assert formats.days(date(2026, 11, 3), date(2026, 11, 3)) == "Nov 3, 2026"


def test_moments_are_local() -> None:
    """A time is written in the site's zone."""
    at = 1_795_500_000
    assert formats.moment(at, ZoneInfo("America/Los_Angeles")) == "Nov 23, 2026, 10:00 pm"
    assert formats.moment(at, ZoneInfo("UTC")) == "Nov 24, 2026, 6:00 am"
