"""What is counted: the one list of dimensions and measures.

The state machine fills them, the store adds them up, the report reads them. `LISTED` says of each
dimension what follows from it; the store's pairs and the report's panels are made of that, and what
the register declares is held to it by a test. Adding one touches this list, what counts it, and the
register's entry for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import combinations
from typing import Literal

__all__ = ["DIMENSIONS", "LISTED", "MEASURES", "MOST_PAIRED", "PAIRS", "Counts", "Dimension"]
__all__ += [
    "FAMILIES",
    "FINER",
    "TIMES",
    "Begun",
    "Hour",
    "Increment",
    "Listed",
    "Total",
    "count_of",
    "pair_of",
]


class Dimension(StrEnum):
    """What is counted. `all` has one cell, the empty text; `missing` has what led to a page that
    there is not; `funnel` has its steps, such as "request:2"; `event` has events, and each property
    of one with its value; `form` what became of each form. `depth` and `attention` have how far,
    and for how many seconds, each page was read; `speed` the bands of how fast pages were; `flow`
    two pages, of which the first led to the second. `language` is the browser's, `page_language`
    and `audience` are what a page was served in. `country` is that of the address."""

    ALL = "all"
    PAGE = "page"
    ENTRY = "entry"
    SOURCE = "source"
    CHANNEL = "channel"
    CAMPAIGN = "campaign"
    MISSING = "missing"
    GOAL = "goal"
    FUNNEL = "funnel"
    EVENT = "event"
    OUTBOUND = "outbound"
    DOWNLOAD = "download"
    FORM = "form"
    DEPTH = "depth"
    ATTENTION = "attention"
    SPEED = "speed"
    BROWSER = "browser"
    BROWSER_VERSION = "browser_version"
    SYSTEM = "system"
    SYSTEM_VERSION = "system_version"
    DEVICE = "device"
    SCREEN = "screen"
    LANGUAGE = "language"
    PAGE_LANGUAGE = "page_language"
    AUDIENCE = "audience"
    FLOW = "flow"
    SEGMENT = "segment"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The measures of one cell. They add up, over hours as over services that count apart.

    `continued` is how many visits went on to a second page, counted in the hour in which they
    began: no cell has more of them than visits. `engaged_ms` is in milliseconds. `times` is how
    often something was done that is no view: a goal reached, for one.
    """

    visits: int = 0
    views: int = 0
    continued: int = 0
    engaged_ms: int = 0
    times: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in MEASURES})

    @property
    def bounce(self) -> float | None:
        """The share of visits that ended on their first page; None without visits."""
        if not self.visits:
            return None
        return (self.visits - self.continued) / self.visits

    @property
    def engaged_ms_a_visit(self) -> float | None:
        """Milliseconds; None without visits."""
        return self.engaged_ms / self.visits if self.visits else None

    @property
    def engaged_ms_a_view(self) -> float | None:
        """Milliseconds; None without views."""
        return self.engaged_ms / self.views if self.views else None


@dataclass(frozen=True, slots=True)
class Increment(Counts):
    """What a hit adds to one cell of one dimension. One that adds nothing says which cell of the
    visit's others come together with: a goal that is reached with no view."""

    dimension: Dimension
    cell: str


@dataclass(frozen=True, slots=True)
class Begun(Increment):
    """One of the beginning of the visit, which comes together with what is of that as well."""


MEASURES: tuple[str, ...] = tuple(field.name for field in fields(Counts))


@dataclass(frozen=True, slots=True)
class Total(Counts):
    """What a cell adds up to over a period. Only its `measures` are kept: any other is 0 here, and
    says nothing. Of so many of its visits (of what it is counted by, where it has none) all other
    measures are `untold`, as the cell was rare on their days: shares and means are made of the
    others, where these are at least half."""

    cell: str
    untold: int = 0
    measures: tuple[str, ...] = MEASURES

    def measure(self, name: str) -> int | None:
        """How much is told of one measure; None where nothing of it is kept."""
        if name not in self.measures:
            return None
        count = self._count
        is_all_untold = self.untold and self.untold == getattr(self, count)
        return None if is_all_untold and name != count else int(getattr(self, name))

    @property
    def _count(self) -> str:
        counted = tuple(name for name in self.measures if getattr(self, name))
        return count_of(counted or self.measures)

    @property
    def told(self) -> Counts:
        """The measures of what is told whole."""
        amounts = {name: getattr(self, name) for name in MEASURES}
        amounts[self._count] -= self.untold
        return Counts(**amounts)

    @property
    def is_mostly_untold(self) -> bool:
        """Whether shares and means would be those of the smaller part of what was counted."""
        return 2 * self.untold > int(getattr(self, self._count))

    def _speaks_for_all(self, measure: str) -> bool:
        return measure in self.measures and not self.is_mostly_untold

    @property
    def bounce(self) -> float | None:
        """As that of what is told; None without visits, where it is not kept, and where less than
        half is told."""
        return self.told.bounce if self._speaks_for_all("continued") else None

    @property
    def engaged_ms_a_visit(self) -> float | None:
        """As that of what is told, in milliseconds; None as `bounce`."""
        return self.told.engaged_ms_a_visit if self._speaks_for_all("engaged_ms") else None

    @property
    def engaged_ms_a_view(self) -> float | None:
        """As that of what is told, in milliseconds; None as `bounce`, or without views."""
        return self.told.engaged_ms_a_view if self._speaks_for_all("engaged_ms") else None


@dataclass(frozen=True, slots=True)
class Hour(Counts):
    """What the whole site adds up to in one hour, counted in hours since 1970 (UTC)."""

    hour: int


DIMENSIONS = tuple(str(dimension) for dimension in Dimension)

MOST_PAIRED = 14
"""So many dimensions make 91 pairs, each of which a hit may add to."""

A_VISIT = ("visits", "views", "continued", "engaged_ms")

TIMES = ("times",)

A_PAGE = ("views", "engaged_ms")
"""What a page has by itself: the state does not say which pages a visit has already seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What follows from a dimension.

    `number` stands for it in databases: never change one, never use one again. `measures` are
    those that it has; those that are `of_its_visit` are counted in the hour in which the visit
    began, and all others in that of the hit; `count` orders its panel, and says how often a value
    was counted. `one` is what one value is called away from its panel, where `heading` would not
    say it. One that `adds_up` has a value for each visit or view, so that its values add up to
    the whole site.

    One that is `paired` is counted with each other one that is, so that a filter by one of its
    values moves their panels. `by_month`: its pairs are never told apart by day, as a day and a
    contact would meet in them. `by_day`: it is never told apart by the hour, as that would be the
    hour of somebody's submission. What `joins` several others is told of them all at once, so how
    often it was counted is not told where it was rare.
    """

    number: int
    title: str = ""
    heading: str = ""
    one: str = ""
    count_heading: str = "Visits"
    detail: Literal["bounce", "conversion", "engaged", "share", "view"] = "share"
    measures: tuple[str, ...] = A_VISIT
    of_its_visit: tuple[str, ...] = ("continued",)
    adds_up: bool = True
    paired: bool = True
    by_month: bool = False
    by_day: bool = False
    joins: bool = False

    @property
    def count(self) -> str:
        """The measure that says how often a value was counted."""
        return count_of(self.measures)


def count_of(measures: Collection[str]) -> str:
    """Which of some measures says how often: visits; views where there are none; else times."""
    return next((each for each in ("visits", "views") if each in measures), "times")


LISTED: Mapping[Dimension, Listed] = {
    Dimension.ALL: Listed(number=0, paired=False),
    Dimension.PAGE: Listed(
        number=1, title="Top pages", heading="Page", count_heading="Views", detail="engaged",
        measures=A_PAGE,
    ),
    Dimension.ENTRY: Listed(
        number=2, title="Entry pages", heading="Page", one="Entry page", detail="bounce"
    ),
    Dimension.SOURCE: Listed(number=3, title="Sources", heading="Source", detail="bounce"),
    Dimension.CHANNEL: Listed(number=4, title="Channels", heading="Channel", detail="bounce"),
    Dimension.CAMPAIGN: Listed(number=5, title="Campaigns", heading="Campaign", detail="bounce"),
    Dimension.GOAL: Listed(
        number=10, title="Goals", heading="Goal", detail="conversion",
        measures=("visits", "times"), of_its_visit=("visits",), adds_up=False, by_month=True,
        by_day=True,
    ),
    Dimension.FUNNEL: Listed(
        number=11, title="Funnels", heading="Step", detail="conversion",
        measures=("visits",), of_its_visit=("visits",), adds_up=False, paired=False,
        by_day=True,
    ),
    Dimension.EVENT: Listed(
        number=12, title="Events", heading="Event", count_heading="Times",
        measures=TIMES, adds_up=False, paired=False,
    ),
    Dimension.FORM: Listed(
        number=13, title="Forms", heading="What became of them", count_heading="Times",
        measures=TIMES, adds_up=False, by_month=True, by_day=True,
    ),
    Dimension.OUTBOUND: Listed(
        number=14, title="Links to other sites", heading="Address", count_heading="Times",
        measures=TIMES, adds_up=False, paired=False,
    ),
    Dimension.DOWNLOAD: Listed(
        number=15, title="Downloads", heading="File", count_heading="Times",
        measures=TIMES, adds_up=False, paired=False,
    ),
    Dimension.DEPTH: Listed(
        number=16, title="Scroll depth", heading="Part of the page, in %", count_heading="Views",
        measures=TIMES, adds_up=False, paired=False, detail="view",
    ),
    Dimension.ATTENTION: Listed(
        number=17, title="Read for at least", heading="Seconds", count_heading="Views",
        measures=TIMES, adds_up=False, paired=False, detail="view",
    ),
    Dimension.SPEED: Listed(
        number=18, title="Page speed", heading="Measure and band", count_heading="Views",
        measures=TIMES, adds_up=False, paired=False,
    ),
    Dimension.MISSING: Listed(
        number=6, title="Pages not found", heading="What led there", count_heading="Times",
        measures=("views",), adds_up=False, paired=False,
    ),
    Dimension.BROWSER: Listed(number=7, title="Browsers", heading="Browser"),
    Dimension.SYSTEM: Listed(number=8, title="Systems", heading="System"),
    Dimension.DEVICE: Listed(number=9, title="Devices", heading="Device"),
    Dimension.BROWSER_VERSION: Listed(
        number=19, title="Browser versions", heading="Browser", paired=False
    ),
    Dimension.SYSTEM_VERSION: Listed(
        number=20, title="System versions", heading="System", paired=False
    ),
    Dimension.SCREEN: Listed(number=21, title="Screens", heading="Width"),
    Dimension.LANGUAGE: Listed(
        number=22, title="Languages of browsers", heading="Language", one="Language of the browser"
    ),
    Dimension.PAGE_LANGUAGE: Listed(
        number=23, title="Languages of pages", heading="Language", one="Language of the page"
    ),
    Dimension.AUDIENCE: Listed(
        number=24, title="Audiences", heading="Audience", by_month=True, by_day=True
    ),
    Dimension.FLOW: Listed(
        number=25, title="From page to page", heading="From and to", count_heading="Times",
        measures=TIMES, adds_up=False, paired=False,
    ),
    Dimension.SEGMENT: Listed(
        number=26, title="Segments", heading="Segment", detail="bounce", adds_up=False,
        paired=False, joins=True,
    ),
    Dimension.COUNTRY: Listed(number=27, title="Countries", heading="Country", paired=False),
}  # fmt: skip
"""By dimension, in the order of the report's panels."""


def pair_of(one: Dimension, other: Dimension) -> tuple[Dimension, Dimension] | None:
    """The pair that two dimensions are counted as, in its own order; None where they are not."""
    if one == other or not (LISTED[one].paired and LISTED[other].paired):
        return None
    return (one, other) if LISTED[one].number < LISTED[other].number else (other, one)


PAIRS: tuple[tuple[Dimension, Dimension], ...] = tuple(
    sorted(
        (pair for each in combinations(LISTED, 2) if (pair := pair_of(*each))),
        key=lambda pair: tuple(LISTED[one].number for one in pair),
    )
)
"""Those that are counted."""

FAMILIES: tuple[tuple[Dimension, ...], ...] = (
    (Dimension.SOURCE, Dimension.CHANNEL, Dimension.CAMPAIGN),
    (Dimension.SYSTEM, Dimension.DEVICE),
    (Dimension.ENTRY, Dimension.PAGE_LANGUAGE),
)
"""Dimensions of which one follows from another, wholly or in part: what is told of one with any
other dimension tells of the whole family. All others stand alone."""

FINER: Mapping[Dimension, Dimension] = {
    Dimension.SOURCE: Dimension.CHANNEL,
    Dimension.CAMPAIGN: Dimension.CHANNEL,
    Dimension.ENTRY: Dimension.PAGE_LANGUAGE,
    Dimension.PAGE: Dimension.PAGE_LANGUAGE,
    Dimension.SYSTEM: Dimension.DEVICE,
    Dimension.BROWSER_VERSION: Dimension.BROWSER,
    Dimension.SYSTEM_VERSION: Dimension.SYSTEM,
}
"""By dimension: the one of which its values are parts."""
