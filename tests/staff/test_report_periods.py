"""Which hours a report covers: local days of the site's zone, counted from hours kept in UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.staff.reports.periods import CHOICES, Period, PeriodError, choose, custom

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
ZONES = ["America/Los_Angeles", "UTC", "Asia/Kolkata", "Africa/Cairo", "Australia/Lord_Howe"]
TODAY = date(2026, 11, 24)

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])


def hour_of(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) // 3600


def test_a_day_begins_at_local_midnight() -> None:
    """In Los Angeles in winter a day begins at 8:00 UTC."""
    day = Period("custom", date(2026, 1, 5), date(2026, 1, 5))
    assert day.hours(LOS_ANGELES) == range(hour_of(2026, 1, 5, 8), hour_of(2026, 1, 6, 8))


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
def test_a_day_with_a_clock_change_is_shorter_or_longer(day: date, length: int) -> None:
    """When the clocks change, the day has 23 or 25 hours."""
    assert len(Period("custom", day, day).hours(LOS_ANGELES)) == length


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    """On the day with 25 hours both "1 am" say which they are."""
    day = date(2026, 11, 1)
    titles = [step.title for step in Period("custom", day, day).steps(LOS_ANGELES)]
    assert titles[:4] == ["12 am", "1 am PDT", "1 am PST", "2 am"]


def test_the_choices_end_today() -> None:
    """Every period to choose ends today; twelve months begin with a whole month."""
    periods = {choice: choose(choice, TODAY) for choice in CHOICES}
    assert {period.last for period in periods.values()} == {TODAY}
    assert {choice: period.first for choice, period in periods.items()} == {
        "today": TODAY,
        "7-days": date(2026, 11, 18),
        "30-days": date(2026, 10, 26),
        "12-months": date(2025, 12, 1),
    }


@given(days)
def test_twelve_months_are_twelve_bars(today: date) -> None:
    """Twelve months are always twelve bars, compared with the year before."""
    period = choose("12-months", today)
    assert len(period.steps(LOS_ANGELES)) == 12
    assert period.before.first == date(period.first.year - 1, period.first.month, 1)


@given(days, st.integers(0, 800), zones)
def test_the_steps_partition_the_period(first: date, more: int, zone: ZoneInfo) -> None:
    """The bars of a chart cover each hour of the period once, whatever the zone."""
    period = Period("custom", first, first + timedelta(days=more))
    hours = [hour for step in period.steps(zone) for hour in step.hours]
    assert hours == list(period.hours(zone))


@given(days, st.integers(0, 60), zones)
def test_the_period_before_ends_where_the_period_begins(
    first: date, more: int, zone: ZoneInfo
) -> None:
    """Two periods that follow each other share no hour and leave none out."""
    period = Period("custom", first, first + timedelta(days=more))
    assert period.before.hours(zone).stop == period.hours(zone).start
    assert period.before.days == period.days


def test_an_unfinished_day_is_compared_with_as_much_of_the_day_before() -> None:
    """At 10:30 am, today is compared with yesterday up to 11 am."""
    now_hour = hour_of(2026, 11, 24, 18)
    before = choose("today", TODAY).hours_before(LOS_ANGELES, now_hour)
    assert before == range(hour_of(2026, 11, 23, 8), hour_of(2026, 11, 23, 19))


def test_a_finished_period_is_compared_with_all_of_the_one_before() -> None:
    """A period that ended is compared whole, even when the days before were longer."""
    after_the_change = Period("custom", date(2026, 11, 2), date(2026, 11, 2))
    before = after_the_change.hours_before(LOS_ANGELES, hour_of(2026, 11, 24, 18))
    assert len(before) == 25


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-11-10", "2026-11-09", "The first day comes after the last day."),
        ("2026-11-10", "2026-11-25", "The last day is still to come. Today is Nov 24, 2026."),
        ("2024-01-01", "2026-11-09", "Nothing is kept from before Nov 1, 2024."),
        ("yesterday", "2026-11-09", "Give the “from” day as a date, such as 2026-11-03."),
        ("2026-11-01", "", "Give the “to” day as a date, such as 2026-11-03."),
    ],
)
def test_days_that_are_no_period_are_explained(first: str, last: str, words: str) -> None:
    """A sentence says what is wrong with the two days."""
    with pytest.raises(PeriodError) as error:
        custom(first, last, today=TODAY, earliest=date(2024, 11, 1))
    assert str(error.value) == words


def test_steps_are_hours_then_days_then_months() -> None:
    """One day is drawn by hour, up to 92 days by day, a longer time by month."""
    first = date(2026, 1, 15)
    lasts = [first, date(2026, 1, 16), date(2026, 4, 16), date(2026, 4, 17)]
    names = [Period("custom", first, last).step_name for last in lasts]
    assert names == ["hour", "day", "day", "month"]


def test_a_part_of_a_month_says_so() -> None:
    """A month that the period cuts off is named by its days."""
    period = Period("custom", date(2026, 1, 15), date(2026, 4, 30))
    titles = [step.title for step in period.steps(LOS_ANGELES)]
    assert titles == ["Jan 15 – Jan 31, 2026", "February 2026", "March 2026", "April 2026"]
