"""What a report makes of counters: sums, shares, changes and panels."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.staff.reports.report import KINDS, Change, add_up, change, panel, points
from analytics.visits.model import MEASURES, Counts, Hour, Total

PAGES, ENTRIES = KINDS[0], KINDS[1]
counts = st.integers(0, 10_000)


amounts = dict.fromkeys(MEASURES, counts)
rows = st.lists(st.builds(Hour, st.integers(0, 99), **amounts))
cells = st.lists(
    st.builds(Total, st.text(min_size=1), **amounts), unique_by=lambda total: total.cell
)


def test_the_figures_follow_from_the_counts() -> None:
    """Of ten visits four went on: 60 % bounced; engaged time is shared out."""
    measures = Counts(visits=10, views=25, continued=4, engaged_ms=1_000_000)
    assert measures.bounce == pytest.approx(0.6)
    assert measures.engaged_ms_a_visit == 100_000
    assert measures.engaged_ms_a_view == 40_000


def test_nothing_counted_has_no_shares() -> None:
    """Without visits there is no bounce and no average, rather than a zero."""
    assert Counts().bounce is None
    assert Counts().engaged_ms_a_visit is None
    assert Counts().engaged_ms_a_view is None


@given(rows, st.lists(st.integers(1, 99), unique=True).map(sorted))
def test_parts_add_up_to_the_whole(rows: list[Hour], cuts: list[int]) -> None:
    """However a time is cut into parts, the parts' counts add up to the whole's."""
    edges = [0, *cuts, 100]
    parts = [range(start, end) for start, end in pairwise(edges)]
    (whole,) = add_up(rows, [range(100)])
    assert sum(add_up(rows, parts), Counts()) == whole
    assert whole == sum(rows, Counts())


def test_hours_without_a_row_are_zero() -> None:
    """Every part has its place in the answer, counted or not."""
    parts = [range(hour, hour + 1) for hour in range(3)]
    assert [each.views for each in add_up([Hour(hour=1, views=7)], parts)] == [0, 7, 0]


@given(cells)
def test_a_panel_adds_up_and_stands_in_order(rows: list[Total]) -> None:
    """A panel's total is the sum of its lines, in falling order; the first bar is the longest."""
    shown = panel(PAGES, rows)
    assert shown.total == sum(row.views for row in rows)
    assert [line.count for line in shown.lines] == sorted(
        (row.views for row in rows if row.views), reverse=True
    )
    if shown.lines:
        assert shown.lines[0].length == 1
        assert sum(line.share for line in shown.lines) == pytest.approx(1)


def test_a_panel_leaves_out_what_was_not_counted() -> None:
    """A page that was viewed, but by which nobody came in, is no entry page."""
    shown = panel(ENTRIES, [Total(cell="/", visits=3), Total(cell="/about/", views=9)])
    assert [line.cell for line in shown.lines] == ["/"]


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (150, 100, Change(0.5, better=True)),
        (50, 100, Change(-0.5, better=False)),
        (100, 100, Change(0, better=None)),
        (100, 0, Change(None, None)),
        (None, 100, Change(None, None)),
    ],
)
def test_a_change_is_a_share_of_what_was(
    now: float | None, before: float | None, expected: Change
) -> None:
    """A figure's change is told as a share; from nothing there is none to tell."""
    assert change(now, before) == expected


def test_a_falling_bounce_is_better() -> None:
    """Shares change by points, and fewer bounces are good news."""
    fell = points(0.25, 0.5, more_is_better=False)
    assert fell == Change(-0.25, better=True)
