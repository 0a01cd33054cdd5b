"""Nothing that a report tells of two things says how often a rarer two came together: not its other
panels, not the unfiltered ones, and not another period, while the days run, close and are months.

The attacker asks for every panel with every filter, as files, and for the sums of each dimension.
All of that is linear, so linear programming finds whatever follows from it.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import pytest
from werkzeug.test import Client

from analytics.visits.model import Dimension, pair_of
from analytics.visits.store import running
from analytics.visits.store.cells import number_of
from analytics.visits.store.groups import GROUPS, Group
from tests.fixtures.counter_stores import Lived
from tests.fixtures.linear_attack import Sum, could_be
from tests.fixtures.linked_visits import VALUES, Visit, blocks_of, linked_visits
from tests.fixtures.small_site import SmallSite
from tests.fixtures.staff import signed_in

DAY = timedelta(days=1)
LEAST = 10
Cell = tuple[tuple[Dimension, str], tuple[Dimension, str]]
"""A value of a dimension of the one family, and one of the other."""


def hours_of(day: date) -> range:
    start = (day - date(1970, 1, 1)).days * 24
    return range(start, start + 24)


def live(site: SmallSite, visits: Mapping[date, Sequence[Visit]], today: date) -> Client:
    """Have visits come, and the store close what has ended by the afternoon of a day."""
    for day, of in visits.items():
        for visit in of:
            hour = hours_of(day)[8]
            site.service.counters.add(hour, [*Lived(hour, visit, ms=1_000).increments])
    site.clock.now = hours_of(today)[15] * 3_600
    while site.service.counters.coarsen(hours_of(today)[15]):
        pass
    return signed_in(site, "rita")


def group_of(one: Dimension, other: Dimension) -> Group:
    pair = pair_of(one, other)
    assert pair
    return next(each for each in GROUPS if number_of(*pair) in each.tables)


@dataclass(frozen=True)
class Attacker:
    """Who reads the reports on two families of dimensions."""

    client: Client
    group: Group

    def told(self, first: date, last: date) -> dict[Cell, int]:
        """Each line of each panel with each filter, over some days. Both ways tell the same."""
        found: dict[Cell, set[int]] = {}
        for one, other in product(self.group.ones, self.group.others):
            for by, panel in ((one, other), (other, one)):
                for value in VALUES[by]:
                    for cell, count in self._lines(first, last, f"{by}:{value}", panel):
                        key = (by, value), (panel, cell)
                        found.setdefault(key if by == one else key[::-1], set()).add(count)
        assert all(len(counts) == 1 for counts in found.values())
        return {cell: counts.pop() for cell, counts in found.items()}

    def _lines(
        self, first: date, last: date, by: str, panel: Dimension
    ) -> Iterator[tuple[str, int]]:
        days = {"from": first.isoformat(), "to": last.isoformat(), "filter": by}
        answer = self.client.get(f"/staff/reports/{panel}.json", query_string=days)
        told = json.loads(answer.text)["rows"] if answer.status_code != 404 else ()
        for row in told:  # None of a name that was never counted.
            assert row["visits"], "a line without a number tells that somebody had it"
            yield row["cell"], row["visits"]

    def works_out(self, visits: Sequence[Visit], told: Mapping[Cell, int]) -> list[Cell]:
        """The small cells of which no visit less can be, by what is told of some visits and the
        sums of each dimension; and not by those alone."""
        ones, others = blocks_of(self.group)
        places = [*product(ones, others)]

        def in_cell(cell: Cell) -> list[int]:
            (one, a), (other, b) = cell
            return [
                at for at, (mine, its) in enumerate(places) if mine[one] == a and its[other] == b
            ]

        alone: list[Sum] = []
        for dimension in (*self.group.ones, *self.group.others):
            counts = Counter(visit[dimension] for visit in visits)
            for value in VALUES[dimension]:
                have = [at for at, (a, b) in enumerate(places) if (a | b)[dimension] == value]
                alone.append((have, counts[value]))
        known = [*alone, *((in_cell(cell), count) for cell, count in told.items())]
        assert could_be(len(places), known), "what is told is not true"
        found = []
        for cell, count in cells_of(visits, self.group).items():
            less = (in_cell(cell), count - 1)
            if count < LEAST and not could_be(len(places), [*known, less]):
                found += [cell] if could_be(len(places), [*alone, less]) else []
        return found


def cells_of(visits: Sequence[Visit], group: Group) -> Counter[Cell]:
    pairs = [*product(group.ones, group.others)]
    return Counter(
        ((one, visit[one]), (other, visit[other])) for visit in visits for one, other in pairs
    )


def less(more: Mapping[Cell, int], *others: Mapping[Cell, int]) -> dict[Cell, int]:
    """What the lines of a period have that those of its parts do not."""
    left = Counter(more)
    for other in others:
        left.subtract(other)
    assert min(left.values(), default=0) >= 0
    return {cell: count for cell, count in left.items() if count}


FAMILIES = [(Dimension.SOURCE, Dimension.BROWSER), (Dimension.SYSTEM, Dimension.BROWSER)]
DAYS = [date(2026, 3, 12), date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)]
"""Within a month, on its last day, on the first of the next, and when it has been folded."""


@pytest.mark.parametrize("today", DAYS, ids=str)
@pytest.mark.parametrize("families", FAMILIES, ids=lambda two: f"{two[0]}-{two[1]}")
def test_no_small_cell_of_what_runs_can_be_worked_out(
    site: SmallSite, families: tuple[Dimension, Dimension], today: date
) -> None:
    """Today, yesterday, and what a month has of its closed days, each by all panels together; and
    longer periods tell what these tell, and no more."""
    chance = random.Random(f"{today} {families}")
    days = [today - count * DAY for count in range(3, -1, -1)]
    visits = {day: linked_visits(chance, 50) for day in days}
    attacker = Attacker(live(site, visits, today), group_of(*families))
    of_day = {day: attacker.told(day, day) for day in days}
    for day in days[2:]:
        assert attacker.works_out(visits[day], of_day[day]) == []
    for first, last in ((days[2], today), (days[1], today), (days[1], days[2])):
        whole = [of_day[day] for day in days if first <= day <= last]
        assert less(attacker.told(first, last), *whole) == {}
    month = days[1].replace(day=1)
    end = min(today, (month + 31 * DAY).replace(day=1) - DAY)
    closed = [day for day in days[:2] if day.month == month.month]
    told = attacker.told(month, end)
    rest = less(told, *(of_day[day] for day in days if day.month == month.month))
    # What its days do not tell of themselves, of the cells that the month has beside them.
    beside = {cell for cell in rest if not any(cell in of_day[day] for day in closed)}
    of_closed = {cell: rest[cell] for cell in beside}
    assert attacker.works_out([each for day in closed for each in visits[day]], of_closed) == []


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_what_ends_on_a_day_is_told_as_it_was_the_day_before(site: SmallSite, today: date) -> None:
    """A lone phone by a partner is in no line of the month, though nothing of it has been folded
    before the second of the next."""
    usual = linked_visits(random.Random(1), 1)[0]
    phone = {**usual, Dimension.DEVICE: "Phone", Dimension.SOURCE: "A partner"}
    desktop = {**usual, Dimension.DEVICE: "Desktop", Dimension.SOURCE: "A partner"}
    end = date(2026, 3, 31)
    days = [min(today, end) - count * DAY for count in (3, 2, 1, 0)]
    visits = {day: [*[desktop] * 12, phone] for day in days[:1] + days[3:]}
    attacker = Attacker(live(site, visits, today), group_of(Dimension.SOURCE, Dimension.SYSTEM))
    told = attacker.told(date(2026, 3, 1), min(today, end))
    assert all(count >= LEAST for count in told.values())
    assert not [cell for cell in told if "Phone" in {value for _, value in cell}]


def test_a_day_with_few_visits_tells_nothing_of_two_things(site: SmallSite) -> None:
    """It goes to its week, and with that to the month: both tell it when they are over."""
    tuesday = date(2026, 3, 10)
    visit = linked_visits(random.Random(2), 1)[0]
    visits = {tuesday + count * DAY: [visit] * 9 for count in range(6)}
    group = group_of(Dimension.SOURCE, Dimension.SYSTEM)
    attacker = Attacker(live(site, visits, tuesday + 5 * DAY), group)
    assert attacker.told(date(2026, 3, 1), tuesday + 5 * DAY) == {}
    assert attacker.told(tuesday - DAY, tuesday + 5 * DAY) == {}
    attacker = Attacker(live(site, {}, tuesday + 7 * DAY), group)
    assert {*attacker.told(date(2026, 3, 1), tuesday + 7 * DAY).values()} == {54}


@pytest.mark.parametrize(("bound", "so_many"), [("MOST_CELLS", 20), ("MOST_TRIED", 40)])
def test_a_group_that_is_too_large_for_a_request_tells_less(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch, bound: str, so_many: int
) -> None:
    """Its largest tables tell nothing until they are closed, and nothing small can be worked out of
    the others."""
    today = date(2026, 3, 12)
    group = group_of(Dimension.SOURCE, Dimension.SYSTEM)
    visits = {today: linked_visits(random.Random(3), 90)}
    attacker = Attacker(live(site, visits, today), group)
    with monkeypatch.context() as small:
        small.setattr(running, bound, so_many)
        fewer = attacker.told(today, today)
    assert attacker.works_out(visits[today], fewer) == []
    live(site, {today: visits[today][:1]}, today)
    told = attacker.told(today, today)
    largest = (Dimension.SOURCE, Dimension.SYSTEM)
    assert fewer
    assert largest not in {(one, other) for (one, _), (other, _) in fewer}
    assert largest in {(one, other) for (one, _), (other, _) in told}


def test_what_took_long_is_told_for_a_minute_as_it_was(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy site each hit would have it worked out anew. What took no time is told as it is."""
    today = date(2026, 3, 12)
    visits = linked_visits(random.Random(3), 90)
    attacker = Attacker(
        live(site, {today: visits}, today), group_of(Dimension.SOURCE, Dimension.SYSTEM)
    )
    monkeypatch.setattr(running, "COSTLY", 0)
    before = attacker.told(today, today)
    live(site, {today: visits}, today)
    assert attacker.told(today, today) == before
    monkeypatch.setattr(running, "SECONDS_TOLD_AGAIN", 0.0)
    after = attacker.told(today, today)
    assert all(count == 2 * before[cell] for cell, count in after.items() if cell in before)
    assert after != before


def test_while_it_is_folded_what_comes_is_counted(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that reads would keep SQLite from committing, for as long as that takes."""
    today = date(2026, 3, 12)
    visits = linked_visits(random.Random(3), 90)
    client = live(site, {today: visits}, today)
    added = linked_visits(random.Random(4), 1)[0]

    def fold_and_count(*given: object) -> object:
        hour = hours_of(today)[9]
        site.service.counters.add(hour, [*Lived(hour, added, ms=1_000).increments])
        counted.append(hour)
        return fold(*given)

    counted: list[int] = []
    fold = running.fold
    monkeypatch.setattr(running, "fold", fold_and_count)
    days = {"from": today.isoformat(), "to": today.isoformat()}
    value = visits[0][Dimension.SOURCE]
    query = {**days, "filter": f"{Dimension.SOURCE}:{value}"}
    assert client.get("/staff/reports/system.json", query_string=query).status_code == 200
    assert counted
