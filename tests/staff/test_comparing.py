"""The comparison of two variants: exact by how the order is drawn, and tried by simulation."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest

from analytics.staff.experiments.comparing import ALARMS, Counted, compare
from policy.slots import GROUPS
from tests.fixtures.made_up_experiments import Planted, named_found, share_found


def parts(differences: list[float], visits: int = 1_000) -> list[tuple[Counted, Counted]]:
    return [
        (Counted(visits, 100), Counted(visits, 100 + round(each * visits))) for each in differences
    ]


def test_a_difference_that_all_parts_show_is_found() -> None:
    found = compare(parts([0.03, 0.05, 0.04, 0.06, 0.05, 0.04, 0.05, 0.03, 0.06, 0.05]))
    assert found.is_shown
    assert found.low < 0.046 < found.high
    assert math.isclose(found.difference, 0.046)


def test_a_difference_of_one_part_alone_is_none() -> None:
    """However large it is: one day in ten may have been a strange one."""
    assert not compare(parts([0.9, *([0.0] * 9)])).is_shown


def test_the_bounds_turn_with_the_variants() -> None:
    given = parts([0.01, 0.04, -0.02, 0.03, 0.0, 0.05, 0.02, -0.01, 0.03, 0.02])
    one, other = compare(given), compare([(b, a) for a, b in given])
    assert math.isclose(one.low, -other.high)
    assert math.isclose(one.high, -other.low)


def test_more_variants_have_wider_bounds() -> None:
    """So that all of them together raise a false alarm no more often."""
    given = parts([0.01, 0.04, -0.02, 0.03, 0.0, 0.05, 0.02, -0.01, 0.03, 0.02])
    widths = [compare(given, several).high - compare(given, several).low for several in (1, 2, 3)]
    assert all(narrow < wide for narrow, wide in pairwise(widths))


def test_fewer_parts_than_can_tell_are_refused() -> None:
    with pytest.raises(ValueError, match="5 parts are too few"):
        compare(parts([0.01] * 5))


def test_every_sign_that_chance_could_have_drawn_is_alarming_in_one_of_twenty() -> None:
    """All 2^10 of them, for one set of differences: the share is exact, and not estimated."""
    seen = [0.031, 0.042, -0.023, 0.034, 0.009, 0.055, 0.026, -0.017, 0.038, 0.021]
    alarms = 0
    for signs in range(2**GROUPS):
        turned = [each if signs >> at & 1 else -each for at, each in enumerate(seen)]
        alarms += compare(parts(turned)).is_shown
    assert alarms / 2**GROUPS <= ALARMS


@pytest.mark.parametrize(("variants", "seed"), [(2, 1), (2, 2), (4, 3)])
def test_without_a_difference_there_are_at_most_five_false_alarms_in_a_hundred(
    variants: int, seed: int
) -> None:
    """With days and hours that differ much, and visits that come in crowds."""
    trials = 300
    shares = share_found(Planted(variants=variants), trials, random.Random(seed))
    # 5 % of 300, and two standard errors of that.
    assert shares.found <= ALARMS + 2 * math.sqrt(ALARMS * (1 - ALARMS) / trials)


@pytest.mark.parametrize("visits_a_day", [100, 400])
def test_a_difference_is_found_as_often_as_the_page_promises(visits_a_day: int) -> None:
    """In four of five cases at least, one of the size that this page names where it finds none:
    pages name larger ones and smaller ones, and the smaller ones are found less often."""
    trials = 500
    _, found = named_found(Planted(visits_a_day=visits_a_day), trials, random.Random(4))
    assert found >= 0.8 - math.sqrt(0.8 * 0.2 / trials)


def test_the_interval_holds_a_planted_difference() -> None:
    shares = share_found(Planted(difference=0.02), 300, random.Random(4))
    assert shares.covered >= 0.95 - 2 * math.sqrt(0.95 * 0.05 / 300)
