"""What visits add up to, written from the definitions (docs/visits.md) alone.

It knows who did what, which the service never does. It shares no code with the service: a visit
here is a list of what one browser did, and not a state that is carried along.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

HALF_AN_HOUR = 1_800
DAY = 86_400
CHANNELS = {
    "Direct": "direct",
    "Google": "search",
    "Bing": "search",
    "Another site": "referral",
}


@dataclass(frozen=True)
class Deed:
    """What a browser did at a time of the service's clock: it opened a page, used it, or says for
    how long a page was in use. `came` is the source of a page that one of ours did not lead to,
    `by` its campaign."""

    at: float
    browser: str
    kind: str  # opened, used, lasted
    page: str = ""
    came: str = "Direct"
    ms: int = 0
    by: str = ""


@dataclass
class Visit:
    deeds: list[Deed] = field(default_factory=list)

    @property
    def opened(self) -> list[Deed]:
        return [deed for deed in self.deeds if deed.kind == "opened"]


Totals = dict[str, dict[str, dict[str, int]]]


def visits_of(deeds: list[Deed]) -> list[Visit]:
    """The deeds of one browser in order, parted where it did nothing for half an hour; a visit
    begins with a page that is opened."""
    visits = [Visit(deeds[:1])]
    signs = [deeds[0].at]
    for before, deed in pairwise(deeds):
        if before.kind != "lasted":
            signs.append(before.at)
        if deed.kind == "opened" and deed.at - signs[-1] >= HALF_AN_HOUR:
            visits.append(Visit())
        visits[-1].deeds.append(deed)
    return visits


def totals(by_visitor: dict[str, list[Deed]]) -> Totals:
    """By dimension and cell, each measure that is not nought."""
    sums: Totals = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for deeds in by_visitor.values():
        for visit in visits_of(deeds):
            first, pages = visit.opened[0], len(visit.opened)
            ms = sum(deed.ms for deed in visit.deeds)
            amounts = {"visits": 1, "views": pages, "continued": int(pages > 1), "engaged_ms": ms}
            cells = {"all": "", "entry": first.page, "source": first.came, "browser": first.browser}
            cells["campaign"] = first.by or "None"
            cells["channel"] = "campaign" if first.by else CHANNELS[first.came]
            for dimension, cell in cells.items():
                for measure, amount in amounts.items():
                    sums[dimension][cell][measure] += amount
            for deed in visit.deeds:
                if deed.kind != "used":
                    sums["page"][deed.page]["views"] += int(deed.kind == "opened")
                    sums["page"][deed.page]["engaged_ms"] += deed.ms
    return {
        dimension: {
            cell: {name: amount for name, amount in row.items() if amount}
            for cell, row in cells.items()
        }
        for dimension, cells in sums.items()
    }


def by_day(by_visitor: dict[str, list[Deed]]) -> dict[int, tuple[int, int]]:
    """Of each day (UTC, since 1970), the visits that began in it, and how many of them went on."""
    days: dict[int, tuple[int, int]] = {}
    for deeds in by_visitor.values():
        for visit in visits_of(deeds):
            day = int(visit.opened[0].at // DAY)
            visits, continued = days.get(day, (0, 0))
            days[day] = visits + 1, continued + int(len(visit.opened) > 1)
    return days
