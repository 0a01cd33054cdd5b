"""The one list of dimensions: what the register, the store and the report make of it."""

from __future__ import annotations

from analytics.staff.reports.report import KINDS
from analytics.visits.model import (
    DIMENSIONS,
    LISTED,
    MOST_PAIRED,
    PAIRS,
    Dimension,
    pair_of,
)
from policy.features import read_features

EVENTS = [each for each in read_features()["visits"].entries["event"] if each["purpose"] == "usage"]
"""Of every site: some are declared only where a site has goals, funnels or events."""
COUNTED = {dimension for event in EVENTS for dimension in event["to"]}


def test_each_dimension_is_listed_once_with_a_number_of_its_own() -> None:
    assert {str(dimension) for dimension in LISTED} == set(DIMENSIONS)
    assert len({listed.number for listed in LISTED.values()}) == len(DIMENSIONS)


def test_the_register_says_what_is_counted_and_what_it_adds() -> None:
    assert {str(each) for each in LISTED} == COUNTED
    for dimension, listed in LISTED.items():
        adds = {name for event in EVENTS if dimension in event["to"] for name in event["adds"]}
        assert set(listed.measures) <= adds


def test_each_dimension_but_the_whole_site_has_a_panel() -> None:
    assert [kind.dimension for kind in KINDS] == [each for each in LISTED if each != Dimension.ALL]
    for kind in KINDS:
        assert kind.heading, kind.dimension


def test_at_most_fourteen_dimensions_are_paired_by_themselves() -> None:
    paired = [each for each, listed in LISTED.items() if listed.paired]
    assert len(paired) <= MOST_PAIRED
    assert len(PAIRS) == len(paired) * (len(paired) - 1) // 2
    assert len(set(PAIRS)) == len(PAIRS)
    for one, other in PAIRS:
        assert pair_of(one, other) == pair_of(other, one) == (one, other)
