"""Which hours a report covers: local days of the site's zone, counted from hours kept in UTC."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.staff.reports.periods import (
    CHOICES,
    Period,
    PeriodError,
    around,
    choose,
    compared,
    custom,
    without_last_day,
)
from analytics.staff.reports.reading import whole_months
from analytics.staff.reports.steps import MOST_BARS, drawn_as, steps_of

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
    titles = [step.title for step in steps_of(Period("custom", day, day), "hour", LOS_ANGELES)]
    assert titles[:4] == ["12 am", "1 am PDT", "1 am PST", "2 am"]


def test_the_choices_are_days_of_this_year_and_the_last() -> None:
    """Twelve months begin with a whole month; yesterday and last month are over."""
    assert {choice: str(choose(choice, TODAY).first) for choice in CHOICES} == {
        "today": "2026-11-24",
        "yesterday": "2026-11-23",
        "7-days": "2026-11-18",
        "30-days": "2026-10-26",
        "this-month": "2026-11-01",
        "last-month": "2026-10-01",
        "12-months": "2025-12-01",
        "24-months": "2024-12-01",
    }
    over = {"yesterday": date(2026, 11, 23), "last-month": date(2026, 10, 31)}
    assert {choose(choice, TODAY).last for choice in CHOICES if choice not in over} == {TODAY}
    assert {choice: choose(choice, TODAY).last for choice in over} == over


@given(days)
def test_twelve_months_are_twelve_bars(today: date) -> None:
    """Twelve months are always twelve bars, compared with the year before."""
    period = choose("12-months", today)
    assert len(steps_of(period, "month", LOS_ANGELES)) == 12
    assert period.before.first == date(period.first.year - 1, period.first.month, 1)


@given(days, st.integers(0, 800), zones, st.sampled_from(["", "hour", "day", "week", "month"]))
def test_the_steps_partition_the_period(first: date, more: int, zone: ZoneInfo, asked: str) -> None:
    """The bars of a chart cover each hour of the period once, whatever the zone."""
    period = Period("custom", first, first + timedelta(days=more))
    steps = steps_of(period, drawn_as(period, asked), zone)
    assert [hour for step in steps for hour in step.hours] == list(period.hours(zone))
    assert len(steps) <= MOST_BARS + 2


@given(days, st.integers(0, 60), zones)
def test_the_period_before_ends_where_the_period_begins(
    first: date, more: int, zone: ZoneInfo
) -> None:
    """Two periods that follow each other share no hour and leave none out."""
    period = Period("custom", first, first + timedelta(days=more))
    assert period.before.hours(zone).stop == period.hours(zone).start
    assert period.before.days == period.days or period.is_month


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), (date(2026, 2, 1), date(2026, 2, 28))),
        (date(2026, 2, 1), date(2026, 2, 28), (date(2026, 1, 1), date(2026, 1, 31))),
        (date(2026, 3, 1), date(2026, 3, 30), (date(2026, 1, 30), date(2026, 2, 28))),
        (date(2026, 2, 28), date(2026, 3, 27), (date(2026, 1, 31), date(2026, 2, 27))),
    ],
)
def test_days_that_are_a_month_are_compared_with_the_month_before(first, last, before) -> None:
    found = Period("custom", first, last).before
    assert (found.first, found.last) == before


def test_an_unfinished_day_is_compared_with_as_much_of_the_day_before() -> None:
    """At 10:30 am, today is compared with yesterday up to 11 am."""
    now_hour = hour_of(2026, 11, 24, 18)
    today = choose("today", TODAY)
    before = today.hours_as_far(today.before, LOS_ANGELES, now_hour)
    assert before == range(hour_of(2026, 11, 23, 8), hour_of(2026, 11, 23, 19))


def test_a_finished_period_is_compared_with_all_of_the_one_before() -> None:
    """A period that ended is compared whole, even when the days before were longer."""
    after_the_change = Period("custom", date(2026, 11, 2), date(2026, 11, 2))
    now = hour_of(2026, 11, 24, 18)
    before = after_the_change.hours_as_far(after_the_change.before, LOS_ANGELES, now)
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


@pytest.mark.parametrize(
    ("day", "length"),
    [
        (date(2026, 10, 1), 28),  # Weeks, as weekdays differ.
        (date(2026, 11, 5), 14),
        (date(2026, 11, 18), 5),  # Less than a week is better than nothing.
        (date(2026, 11, 22), 1),
        (date(2026, 11, 23), 0),
        (date(2026, 11, 24), 0),
        (date(2024, 11, 4), 3),
        (date(2024, 11, 1), 0),
    ],
)
def test_around_a_day_are_as_many_days_after_it_as_before(day: date, length: int) -> None:
    """Whole days, of which there are figures: not today, and not the day itself."""
    found = around(day, last=TODAY - timedelta(1), earliest=date(2024, 11, 1))
    if not length:
        assert found is None
        return
    assert found is not None
    after, before = found
    assert (after.days, before.days) == (length, length)
    assert (before.last, after.first) == (day - timedelta(1), day + timedelta(1))


def test_steps_are_hours_then_days_then_months() -> None:
    """One day is drawn by hour, up to 92 days by day, a longer time by month."""
    first = date(2026, 1, 15)
    lasts = [first, date(2026, 1, 16), date(2026, 4, 16), date(2026, 4, 17)]
    names = [drawn_as(Period("custom", first, last), "") for last in lasts]
    assert names == ["hour", "day", "day", "month"]


def test_a_part_of_a_month_says_so() -> None:
    """A month that the period cuts off is named by its days."""
    period = Period("custom", date(2026, 1, 15), date(2026, 4, 30))
    titles = [step.title for step in steps_of(period, "month", LOS_ANGELES)]
    assert titles == ["Jan 15 – Jan 31, 2026", "February 2026", "March 2026", "April 2026"]


@given(st.dates(date(2026, 1, 1), date(2026, 3, 1)), st.sets(st.integers(0, 40)))
def test_a_period_without_some_days_is_all_others_in_order(first: date, left_out: set[int]) -> None:
    period = Period("custom", first, first + timedelta(days=30))
    gone = {first + timedelta(days=each) for each in left_out}
    parts = list(period.without(gone))
    every = [part.first + timedelta(days=each) for part in parts for each in range(part.days)]
    assert every == [day for each in range(31) if (day := first + timedelta(days=each)) not in gone]
    for before, after in itertools.pairwise(parts):
        assert before.last + timedelta(days=1) < after.first


@pytest.mark.parametrize(
    ("choice", "how", "start", "expected"),
    [
        ("this-month", "before", "", ("2026-10-01", "2026-10-24")),
        ("last-month", "before", "", ("2026-09-01", "2026-09-30")),
        ("7-days", "before", "", ("2026-11-11", "2026-11-17")),
        ("7-days", "year", "", ("2025-11-18", "2025-11-24")),
        ("12-months", "before", "", ("2024-12-01", "2025-11-24")),
        ("7-days", "from", "2026-01-01", ("2026-01-01", "2026-01-07")),
        ("7-days", "none", "", None),
        ("24-months", "before", "", None),
    ],
)
def test_a_period_is_compared_with_what_was_asked(
    choice: str, how: str, start: str, expected: tuple[str, str] | None
) -> None:
    """Months with months; nothing where nothing is kept from then."""
    period, earliest = choose(choice, TODAY), date(2024, 6, 1)
    found = compared(period, how, start, today=TODAY, earliest=earliest)
    assert (found and (str(found.first), str(found.last))) == expected


def test_what_is_still_to_come_is_no_comparison() -> None:
    with pytest.raises(PeriodError, match="no 7 days from Nov 20, 2026 yet"):
        compared(choose("7-days", TODAY), "from", "2026-11-20", today=TODAY, earliest=date.min)


@given(days, st.sampled_from(["this-month", "last-month", "12-months", "24-months"]))
def test_months_are_compared_with_as_many_months(today: date, choice: str) -> None:
    """What is compared ends before the period begins, and is never longer than its months are."""
    period = choose(choice, today)
    assert period.before.last < period.first
    assert period.before.first.day == 1
    assert period.year_before.first.year == period.first.year - 1


@pytest.mark.parametrize(
    ("asked", "days", "drawn"),
    [("hour", 6, "day"), ("hour", 5, "hour"), ("day", 365, "week"), ("week", 731, "week")],
)
def test_too_many_bars_are_drawn_coarser(asked: str, days: int, drawn: str) -> None:
    period = Period("custom", TODAY - timedelta(days=days - 1), TODAY)
    assert drawn_as(period, asked) == drawn


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 10, 28), TODAY, (date(2026, 11, 1), TODAY)),
        (date(2026, 10, 1), date(2026, 11, 20), (date(2026, 10, 1), date(2026, 10, 31))),
        (date(2026, 10, 2), date(2026, 10, 31), None),
        (date(2026, 11, 2), TODAY, None),
    ],
)
def test_whole_months_of_a_period(
    first: date, last: date, expected: tuple[date, date] | None
) -> None:
    """The month that runs is whole if the period goes until today."""
    found = whole_months(Period("custom", first, last), TODAY)
    assert (found and (found.first, found.last)) == expected


@pytest.mark.parametrize(
    ("choice", "today", "how", "last_now", "then"),
    [
        ("this-month", (2026, 3, 29), "before", (2026, 3, 28), ((2026, 2, 1), (2026, 2, 28))),
        ("this-month", (2026, 3, 31), "before", (2026, 3, 30), ((2026, 2, 1), (2026, 2, 28))),
        ("this-month", (2026, 3, 15), "before", (2026, 3, 14), ((2026, 2, 1), (2026, 2, 14))),
        ("7-days", (2026, 3, 28), "before", (2026, 3, 27), ((2026, 3, 15), (2026, 3, 20))),
        ("12-months", (2028, 2, 29), "before", (2028, 2, 28), ((2026, 3, 1), (2027, 2, 28))),
        ("7-days", (2026, 3, 28), "year", (2026, 3, 27), ((2025, 3, 22), (2025, 3, 27))),
    ],
)
def test_without_its_last_day_a_period_is_compared_with_as_much(choice, today, how, last_now, then):
    """A month that is shorter loses no day for it."""
    day = date(*today)
    period = choose(choice, day)
    other = compared(period, how, "", today=day, earliest=date(2020, 1, 1))
    assert other is not None
    now, before = without_last_day(period, other, how)
    assert now.last == date(*last_now)
    assert [before.first, before.last] == [date(*each) for each in then]


def test_days_from_before_what_is_kept_are_refused_with_why() -> None:
    day = date(2026, 3, 28)
    with pytest.raises(PeriodError, match="Nothing is kept from before"):
        compared(choose("7-days", day), "from", "2001-01-01", today=day, earliest=date(2024, 1, 1))
