"""When which variant is served: a function of the clock and of what was declared beforehand."""

from __future__ import annotations

import datetime
from collections import Counter
from itertools import groupby, permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.experiments import Experiment
from policy.slots import GROUPS, Slots

VARIANTS = ("plain", "question", "number", "quote")
SEEDS = st.text("0123456789abcdef", min_size=16, max_size=16)


def slots(seed: str = "3f9c0a7e51d2b864", *, variants: int = 2, hours: int = 4) -> Slots:
    block_hours = hours * variants
    return Slots("x", "/", "asked", VARIANTS[:variants], seed, 1000, hours, 40 * 24 // block_hours)


@given(SEEDS, st.integers(2, 4), st.sampled_from([1, 2, 3, 4, 6, 8, 12, 24]))
def test_each_block_has_every_variant_once_and_each_hour_one_slot(
    seed: str, variants: int, hours: int
) -> None:
    made = slots(seed, variants=variants, hours=hours)
    for _, block in groupby(made, key=lambda slot: slot.block):
        assert sorted(slot.variant for slot in block) == sorted(made.variants)
    for hour in range(made.first_hour, made.after):
        slot = made.at(hour)
        assert slot is not None
        assert slot.first <= hour < slot.after
        assert slot.after - slot.first == hours
    assert made.at(made.first_hour - 1) is None
    assert made.at(made.after) is None


def test_the_order_follows_from_the_seed_alone_for_good() -> None:
    """Written down here: whoever works it out in ten years must get the same."""
    order = "".join(slots().order(block)[0][0] for block in range(24))
    assert order == EXPECTED
    assert [slot.variant for slot in slots()] == [slot.variant for slot in slots()]


EXPECTED = "qppppqqqqqqpppqqqppqpqpp"


def test_every_order_comes_as_often_as_any_other() -> None:
    drawn = Counter(slots(f"{seed:016x}", variants=3).order(7) for seed in range(6_000))
    assert set(drawn) == set(permutations(VARIANTS[:3]))
    assert max(abs(number - 1_000) for number in drawn.values()) < 150


@pytest.mark.parametrize(("variants", "hours"), [(2, 1), (2, 4), (3, 4), (4, 6), (2, 24)])
def test_a_group_has_whole_days_and_every_variant_equally_long(variants: int, hours: int) -> None:
    """So a group and a day tell no slot of a visit."""
    made = slots(variants=variants, hours=hours)
    time = Counter((slot.group, slot.variant) for slot in made)
    assert {group for group, _ in time} == set(range(min(GROUPS, made.runs)))
    for group in range(GROUPS):
        assert len({time[group, name] for name in made.variants}) == 1
    for group, found in groupby(made, key=lambda slot: slot.group):
        stretch = list(found)
        if group != list(made)[-1].group:
            assert stretch[-1].after - stretch[0].first >= 24


def test_slots_begin_where_the_day_begins_at_the_sites_home() -> None:
    made = Experiment(
        name="x", label="X", page="/", variants=("a", "b"), goal="g", slot_hours=4,
        begins=datetime.date(2026, 3, 2), ends=datetime.date(2026, 3, 29), seed="0" * 32,
    ).slots(ZoneInfo("America/Los_Angeles"))  # fmt: skip
    first = datetime.datetime.fromtimestamp(made.first_hour * 3600, ZoneInfo("America/Los_Angeles"))
    assert (first.day, first.hour) == (2, 0)
    # One hour of the 28 days is lost as clocks go forward, and with it the last block.
    assert made.blocks == (28 * 24 - 1) // 8
