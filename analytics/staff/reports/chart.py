"""Where the bars of a chart stand, in per cent of the drawing: it fits any width unscaled."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from analytics.staff.reports.periods import Step
from analytics.visits.model import Counts

__all__ = ["Bar", "Chart", "draw"]

GRID_LINES = 4
MOST_LABELS = 12
MOST_LABELS_NARROW = 4


@dataclass(frozen=True)
class Bar:
    """One step. x, width and heights are per cent; `label` is "", "wide" or "always" shown."""

    step: Step
    measures: Counts
    x: float
    width: float
    visits_height: float
    views_height: float
    label_shown: str

    @property
    def middle(self) -> float:
        """Where its label is centered, in per cent of the width."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class Chart:
    """`scale` holds the figures beside the grid lines, from the top down to 0."""

    bars: tuple[Bar, ...]
    scale: tuple[int, ...]


def draw(steps: Sequence[tuple[Step, Counts]]) -> Chart:
    """Bars of visits within bars of views for each step, on a scale of round numbers from 0."""
    grid = _round_grid(max(max(measures.views, measures.visits) for _, measures in steps))
    top = grid * GRID_LINES
    slot = 100 / len(steps)
    bars = tuple(
        Bar(
            step=step,
            measures=measures,
            x=slot * position,
            width=slot,
            visits_height=100 * measures.visits / top,
            views_height=100 * measures.views / top,
            label_shown=_label_shown(position, len(steps)),
        )
        for position, (step, measures) in enumerate(steps)
    )
    return Chart(bars, tuple(grid * line for line in range(GRID_LINES, -1, -1)))


def _round_grid(most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 25, 50, 100 … that reaches `most` in GRID_LINES lines."""
    power = 1
    while True:
        for first in (1, 2, 2.5, 5) if power > 1 else (1, 2, 5):
            grid = int(first * power)
            if grid * GRID_LINES >= most:
                return grid
        power *= 10


def _label_shown(position: int, count: int) -> str:
    every = ceil(count / MOST_LABELS)
    every_narrow = every * ceil(count / every / MOST_LABELS_NARROW)
    if position % every_narrow == 0:
        return "always"
    return "wide" if position % every == 0 else ""
