"""Where the bars of a chart stand, in per cent of the drawing: it fits any width unscaled. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from analytics.staff.reports.steps import Step
from analytics.visits.model import Counts

__all__ = ["Bar", "Chart", "Measured", "draw"]

GRID_LINES = 4
MOST_LABELS = 12
MOST_LABELS_NARROW = 4
EDGE = 7
"""Per cent of the width at each side in which a label that is centered would leave the drawing."""


@dataclass(frozen=True)
class Measured:
    """A step with what was counted in it, and in the step that it is compared with, if there is
    one. It is `open` while its time is not over, and `to_come` before it began; `left_out` says
    hours that were struck."""

    step: Step
    counts: Counts
    before: Counts | None = None
    before_title: str = ""
    open: bool = False
    to_come: bool = False
    left_out: int = 0
    imported: Counts | None = None
    """What other tools had counted in it, if they did."""

    imported_from: str = ""


@dataclass(frozen=True)
class Bar:
    """One step. x, width and heights are per cent; `before_height` is None without comparison;
    `label` is "", "wide" or "always" shown, and stands at its `anchor`."""

    of: Measured
    x: float
    width: float
    height: float
    behind: float
    before_height: float | None
    label_shown: str
    imported: float = 0
    imported_behind: float = 0

    @property
    def is_shared(self) -> bool:
        """Whether our own counts and those of other tools are both in it: each has a half."""
        own = self.height or self.behind or self.before_height
        return bool(own and self.of.imported)

    @property
    def own_width(self) -> float:
        """Of the bar of our own counts, which begins where the step does."""
        return self.width / 2 if self.is_shared else self.width

    @property
    def imported_x(self) -> float:
        """Where the bar of what was imported begins."""
        return self.x + self.width - self.own_width if self.is_shared else self.x

    @property
    def middle(self) -> float:
        """In per cent of the width."""
        return self.x + self.width / 2

    @property
    def anchor(self) -> str:
        """Which part of its label stands at the middle, so that all of it is in the drawing."""
        if self.middle < EDGE:
            return "start"
        return "end" if self.middle > 100 - EDGE else "middle"

    @property
    def label_x(self) -> float:
        """Where the anchor of its label is."""
        return {"start": self.x, "middle": self.middle, "end": self.x + self.width}[self.anchor]


@dataclass(frozen=True)
class Chart:
    """Bars of one measure, `main`, and one `behind` it or "". `scale` holds the figures beside the
    grid lines, from the top down to 0."""

    bars: tuple[Bar, ...]
    scale: tuple[int, ...]
    main: str
    behind: str = ""
    compared: bool = False

    @property
    def has_imported(self) -> bool:
        """Whether a bar has what was imported."""
        return any(bar.of.imported for bar in self.bars)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        return not self.has_imported and not any(
            bar.height or bar.behind or bar.before_height for bar in self.bars
        )


def draw(steps: Sequence[Measured], main: str = "visits", behind: str = "views") -> Chart:
    """Bars of a measure, within those of another, on a scale of round numbers from 0."""
    most = max(_highest(each, main, behind) for each in steps)
    grid = _round_grid(most)
    top = grid * GRID_LINES
    slot = 100 / len(steps)
    bars = tuple(
        Bar(
            of=each,
            x=slot * position,
            width=slot,
            height=100 * _amount(each.counts, main) / top,
            behind=100 * _amount(each.counts, behind) / top,
            before_height=None if each.before is None else 100 * _amount(each.before, main) / top,
            label_shown=_label_shown(position, len(steps)),
            imported=100 * _amount(each.imported or Counts(), main) / top,
            imported_behind=100 * _amount(each.imported or Counts(), behind) / top,
        )
        for position, each in enumerate(steps)
    )
    scale = tuple(grid * line for line in range(GRID_LINES, -1, -1))
    return Chart(bars, scale, main, behind, any(each.before is not None for each in steps))


def _amount(counts: Counts, measure: str) -> int:
    return getattr(counts, measure) if measure else 0


def _highest(each: Measured, main: str, behind: str) -> int:
    before = _amount(each.before, main) if each.before else 0
    both = (each.counts, each.imported or Counts())
    return max(before, *(_amount(counts, name) for counts in both for name in (main, behind)))


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
