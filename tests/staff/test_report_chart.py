"""The chart: bars in per cent of the drawing, on a scale of round numbers."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.staff.reports.chart import Measured, draw
from analytics.staff.reports.periods import Period
from analytics.staff.reports.steps import Step, steps_of
from analytics.visits.model import Counts

ZONE = ZoneInfo("America/Los_Angeles")


def steps(*views: int) -> list[Measured]:
    return [
        Measured(Step(range(n, n + 1), "", ""), Counts(views=count))
        for n, count in enumerate(views)
    ]


@pytest.mark.parametrize(
    ("most", "scale"),
    [
        (0, (4, 3, 2, 1, 0)),
        (5, (8, 6, 4, 2, 0)),
        (81, (100, 75, 50, 25, 0)),
        (2_001, (4_000, 3_000, 2_000, 1_000, 0)),
    ],
)
def test_the_scale_is_of_round_whole_numbers(most: int, scale: tuple[int, ...]) -> None:
    """Four steps of 1, 2, 5, 10, 20, 25, 50 and so on reach the highest bar."""
    assert draw(steps(most)).scale == scale


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=92))
def test_bars_stay_inside_and_follow_each_other(views: list[int]) -> None:
    """Bars fill the width in order, without overlap, and none is higher than the drawing."""
    chart = draw(steps(*views))
    assert all(0 <= bar.behind <= 100 for bar in chart.bars)
    assert chart.bars[-1].x + chart.bars[-1].width == pytest.approx(100)
    assert [bar.x for bar in chart.bars] == sorted(bar.x for bar in chart.bars)


@given(st.integers(0, 120))
def test_labels_never_crowd(more: int) -> None:
    """At most twelve labels stand under the bars, and at most four on a narrow screen."""
    first = date(2026, 1, 1)
    period = Period("custom", first, first + timedelta(days=more))
    chart = draw([Measured(step, Counts()) for step in steps_of(period, "day", ZONE)])
    shown = [bar.label_shown for bar in chart.bars if bar.label_shown]
    assert len(shown) <= 12
    assert shown.count("always") <= 4
    assert shown[0] == "always"


@given(st.integers(0, 120))
def test_labels_stay_in_the_drawing(more: int) -> None:
    """Those at the edges are set from the edge, all others over the middle of their bar."""
    chart = draw(steps(*range(more + 1)))
    for bar in chart.bars:
        assert 0 <= bar.label_x <= 100.001
        if bar.anchor == "middle":
            assert 7 <= bar.label_x <= 93


def test_what_is_compared_has_room_on_the_scale() -> None:
    made = draw([Measured(each.step, each.counts, Counts(visits=99)) for each in steps(3, 5)])
    assert made.scale[0] == 100
    assert made.compared
    assert [bar.before_height for bar in made.bars] == [99, 99]
