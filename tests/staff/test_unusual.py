"""What is far from usual: false alarms are rare, and what was planted is found."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from math import sqrt

import pytest

from analytics.staff.by_mail.usual import DAYS_READ, LEAST, far, newly_far, same_days

FIRST = date(2025, 1, 6)
DAYS = 365 + DAYS_READ
WEEK = (1.1, 1.2, 1.15, 1.1, 1.0, 0.5, 0.45)
"""Weekends are half as busy."""


def lived(seed: int, level: float, noise: float) -> dict[date, int]:
    """The numbers of a year: a level by weekday, by the chance of counting and so much more noise
    (as a share of the level, from day to day)."""
    chance = random.Random(seed)
    found = {}
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        mean = level * WEEK[day.weekday()] * chance.lognormvariate(0, noise)
        found[day] = max(0, round(chance.gauss(mean, sqrt(mean))))
    return found


def alarms(numbers: Mapping[date, int]) -> int:
    of_day: Callable[[date], int | None] = numbers.get
    judged = (FIRST + timedelta(days=number) for number in range(DAYS_READ, DAYS))
    return sum(newly_far(day, of_day) is not None for day in judged)


@pytest.mark.parametrize("level", [3, 30, 300, 3_000])
def test_false_alarms_are_rare(level):
    """Twenty pages for a year, each 20 % up and down from day to day by itself."""
    assert sum(alarms(lived(seed, level, 0.2)) for seed in range(20)) <= 3


@pytest.mark.parametrize("level", [60, 600, 6_000])
@pytest.mark.parametrize(("times", "is_more"), [(4, True), (0.1, False)])
def test_what_was_planted_is_found_and_what_lasts_is_told_once(level, times, is_more):
    """Some of it hides behind an odd day of its own week, or, on a small site's weekends, behind
    the least that is told."""
    found = 0
    for seed in range(10):
        numbers = lived(seed, level, 0.15)
        planted = FIRST + timedelta(days=DAYS_READ + 100 + seed)
        for number in range(5):
            day = planted + timedelta(days=number)
            numbers[day] = round(numbers[day] * times)
        days = [planted + timedelta(days=each) for each in range(5)]
        first, *after = [newly_far(day, numbers.get) for day in days]
        if first is not None:
            found += 1
            assert (first.count, first.is_more) == (numbers[planted], is_more)
            assert after == [None] * 4
    assert found >= (7 if level == 60 else 9)


def test_one_odd_day_does_not_hide_the_next():
    usual = [100, 104, 96, 5_000, 99, 101, 103, 98]
    assert far(400, usual) is not None
    assert far(140, usual) is None


@pytest.mark.parametrize(
    ("count", "earlier"),
    [
        (500, [10, 10, 10]),  # Nobody knows yet what is usual.
        (LEAST - 1, [0] * 8),
        (199, [100] * 8),  # Less than twice.
        (51, [100] * 8),
        (100, [100] * 8),
    ],
)
def test_what_is_not_far(count, earlier):
    assert far(count, earlier) is None


def test_days_that_differ_much_by_themselves_must_differ_more():
    assert far(300, [100] * 8, spread=0.1) is not None
    assert far(300, [100] * 8, spread=0.3) is None
    assert far(10, [100] * 8, spread=0.3) is not None


def test_a_day_is_compared_with_the_same_weekday():
    assert {day.weekday() for day in same_days(date(2026, 3, 2))} == {0}
    assert next(iter(same_days(date(2026, 3, 2)))) == date(2026, 2, 23)
