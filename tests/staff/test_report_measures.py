"""What a report makes of counters: sums, shares, changes and panels."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.staff.reports.headline import figures
from analytics.staff.reports.naming import Naming
from analytics.staff.reports.panels import Making, Panel, make_panel
from analytics.staff.reports.periods import Period
from analytics.staff.reports.reading import Told
from analytics.staff.reports.report import KINDS, Change, Kind, change, points
from analytics.visits.model import LISTED, MEASURES, Counts, Dimension, Hour, Total
from analytics.visits.store.query import Row
from analytics.visits.store.site_hours import SiteHours

PAGES, ENTRIES = KINDS[0], KINDS[1]
counts = st.integers(0, 10_000)


amounts = dict.fromkeys(MEASURES, counts)
rows = st.lists(st.builds(Hour, st.integers(0, 99), **amounts))
cells = st.lists(
    st.builds(Row, cell=st.text(min_size=1), **amounts), unique_by=lambda row: row.cell
)


def panel(kind: Kind, rows: list[Row]) -> Panel:
    told = Told(Period("custom", date(2026, 3, 1), date(2026, 3, 1)), tuple(rows))
    return make_panel(kind, told, Making(Naming({}, {}), least=10))


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
    added = SiteHours.of(rows)
    whole = added.between(range(100))
    assert sum(map(added.between, parts), Counts()) == whole
    assert whole == sum(rows, Counts())


def test_hours_without_a_row_are_zero() -> None:
    """Every part has its place in the answer, counted or not."""
    parts = [range(hour, hour + 1) for hour in range(3)]
    added = SiteHours.of([Hour(hour=1, views=7)])
    assert [added.between(part).views for part in parts] == [0, 7, 0]


@given(cells)
def test_a_panel_adds_up_and_stands_in_order(rows: list[Row]) -> None:
    """A panel's total is the sum of its lines, in falling order; the first bar is the longest."""
    shown = panel(PAGES, rows)
    assert sum(line.count for line in shown.lines) == sum(row.views for row in rows)
    assert [line.count for line in shown.lines] == sorted(
        (row.views for row in rows if row.views), reverse=True
    )
    if shown.lines:
        assert shown.lines[0].length == 1


def test_a_panel_leaves_out_what_was_not_counted() -> None:
    """A page that was viewed, but by which nobody came in, is no entry page."""
    shown = panel(ENTRIES, [Row(cell="/", visits=3), Row(cell="/about/", views=9)])
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
    fell = points(0.25, 0.5)
    assert fell == Change(-0.25, better=True)


def test_shares_are_of_all_that_was_counted() -> None:
    """What is not told apart counts too: three visits of ten are 30 %."""
    devices = next(kind for kind in KINDS if kind.dimension == Dimension.DEVICE)
    period = Period("custom", date(2026, 3, 1), date(2026, 3, 1))
    told = Told(period, (Row(cell="Phone", visits=3),), rest=Counts(visits=7))
    shown = make_panel(devices, told, Making(Naming({}, {}), least=10))
    assert [line.detail for line in shown.lines] == [0.3]
    assert shown.rest == 7


WHOLE = LISTED[Dimension.ALL].measures


def test_a_change_too_small_to_be_written_is_none() -> None:
    """No figure is "down 0 points"."""
    now = Total("", visits=1_000, views=1_500, continued=501)
    before = Total("", visits=1_000, views=1_500, continued=500)
    (bounce,) = (each for each in figures(now, WHOLE, (now, before)) if "Bounce" in each.label)
    assert bounce.change.startswith("no change from 50")
    assert bounce.direction == ""
    assert bounce.better is None


def test_figures_are_of_the_measures_that_are_kept() -> None:
    """A goal has no views, bounce or time; a page has no visits."""
    goal = LISTED[Dimension.GOAL].measures
    found = figures(Total("", visits=5, times=6), goal, None)
    assert [(each.label, each.value) for each in found] == [("Visits", "5"), ("Times", "6")]
    page = LISTED[Dimension.PAGE].measures
    found = figures(Total("", views=4, engaged_ms=8_000), page, None)
    assert [each.label for each in found] == ["Views", "Engaged time a view"]
    assert found[1].value == "2 s"


def test_what_was_rare_on_all_its_days_has_no_noughts() -> None:
    """Only how often it was counted is kept: there are no views to tell, and not none."""
    found = figures(Total("", 5, visits=5), WHOLE, None)
    assert [(each.label, each.value) for each in found] == [("Visits", "5"), ("Views", "–")]
