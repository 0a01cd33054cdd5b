"""When a digest is due: once its week or month has ended, from the morning after on."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.staff.by_mail.due import (
    closed,
    closed_by,
    days_due,
    month_due,
    month_of,
    week_due,
    week_of,
)
from analytics.staff.by_mail.model import Sent

ZONE = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("today", "week", "month"),
    [
        (date(2026, 3, 2), date(2026, 2, 23), date(2026, 2, 1)),  # a Monday
        (date(2026, 3, 1), date(2026, 2, 16), date(2026, 2, 1)),  # a Sunday: its week runs
        (date(2026, 1, 1), date(2025, 12, 22), date(2025, 12, 1)),
        (date(2024, 2, 29), date(2024, 2, 19), date(2024, 1, 1)),
    ],
)
def test_what_ended_last(today, week, month):
    found = closed(today)
    assert (found.week, found.month) == (week, month)
    assert week.weekday() == 0
    assert (today - found.day).days == 1
    assert week_of(week).last < today
    assert month_of(month).is_month
    assert (today - month_of(month).last).days == today.day


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ((2026, 3, 9, 6, 59), date(2026, 3, 7)),  # The clocks were set on the day before.
        ((2026, 3, 9, 7, 0), date(2026, 3, 8)),
        ((2026, 11, 2, 6, 59), date(2026, 10, 31)),
        ((2026, 11, 2, 7, 0), date(2026, 11, 1)),
        ((2026, 3, 10, 0, 0), date(2026, 3, 8)),
    ],
)
def test_it_is_morning_where_the_site_is(local, day):
    now = int(datetime(*local, tzinfo=ZONE).timestamp())
    assert closed_by(now, ZONE).day == day


def test_what_was_sent_is_due_no_more_unless_a_clock_ran_ahead():
    """By more than the one week, month or day that another service may be ahead."""
    first, day = date(2026, 3, 2), timedelta(days=1)
    assert week_due(first, date(2026, 2, 23))
    assert not week_due(first, first)
    assert not week_due(first, date(2026, 3, 9))  # Another service is ahead by a moment.
    assert week_due(first, date(2026, 3, 16))
    month = date(2026, 7, 1)
    assert month_due(month, date(2026, 6, 1))
    assert not month_due(month, date(2026, 8, 1))
    assert month_due(month, date(2026, 9, 1))
    assert not days_due(first, first)
    assert not days_due(first, first + day)
    assert days_due(first, first + 2 * day) == (first,)
    assert closed(date(2026, 3, 9)) == Sent(first, date(2026, 2, 1), date(2026, 3, 8))


def test_days_that_were_missed_are_due_each_for_itself():
    last = date(2026, 3, 20)
    assert days_due(last, date(2026, 3, 18)) == [date(2026, 3, 19), last]
    assert days_due(last, date(2025, 3, 18))[0] == date(2026, 3, 14)
