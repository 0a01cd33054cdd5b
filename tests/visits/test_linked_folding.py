"""What is folded in one table does not come back from another that is linked to it.

The attacker knows of a closed period what is published: how often each value of each dimension was
counted, however rare; the cells that are told of each table; and which values can come together at
all, such as a source and its channel. All of that is linear, so linear programming finds whatever
follows from it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analytics.visits.model import FAMILIES, Dimension, pair_of
from analytics.visits.store.cells import TABLES, number_of
from analytics.visits.store.groups import GROUPS, WITHIN, Folded, Group, fold, kept_singles
from tests.fixtures.linear_attack import Sum, could_be
from tests.fixtures.linked_visits import VALUES, Blocks, blocks_of, kept_in_pairs, linked_visits

LEAST = 4
Visit = Mapping[Dimension, str]
Told = dict[int, set[tuple[str, str]]]


def dimensions(number: int) -> tuple[Dimension, Dimension]:
    table = TABLES[number]
    assert table.other
    return table.one, table.other


def tables_of(visits: list[Visit], numbers: tuple[int, ...]) -> dict[int, Counter[tuple[str, str]]]:
    return {
        number: Counter((visit[one], visit[other]) for visit in visits)
        for number in numbers
        for one, other in [dimensions(number)]
        if one in visits[0] and other in visits[0]
    }


def numbered(
    tables: Mapping[int, Counter[tuple[str, str]]],
) -> dict[int, dict[tuple[int, int], int]]:
    """With numbers for names, as the store has them."""
    return {
        number: {(VALUES[one].index(a), VALUES[other].index(b)): n for (a, b), n in cells.items()}
        for number, cells in tables.items()
        for one, other in [dimensions(number)]
    }


def folded(visits: list[Visit], group: Group) -> Told:
    given = Folded(
        numbered(tables_of(visits, group.tables)),
        links=numbered(tables_of(visits, tuple(WITHIN))),
    )
    return {
        number: {(VALUES[one][a], VALUES[other][b]) for a, b in cells}
        for number, cells in fold(group, given, LEAST).items()
        for one, other in [dimensions(number)]
    }


def folded_one_by_one(visits: list[Visit], group: Group) -> Told:
    """Each table by itself."""
    return {
        number: {(VALUES[one][a], VALUES[other][b]) for a, b in kept_in_pairs(cells, LEAST)}
        for number, cells in numbered(tables_of(visits, group.tables)).items()
        for one, other in [dimensions(number)]
    }


def known(visits: list[Visit], group: Group, told: Told, blocks: Blocks) -> Iterator[Sum]:
    """What is published, as sums over the unknown numbers of visits of each two blocks."""
    ones, others = blocks
    at = {pair: place for place, pair in enumerate(product(range(len(ones)), range(len(others))))}
    for dimension in {*ones[0], *others[0]}:
        alone = Counter(visit[dimension] for visit in visits)
        for value in VALUES[dimension]:
            have = [at[a, b] for a, b in at if (ones[a] | others[b])[dimension] == value]
            yield have, alone[value]
    for number, cells in told.items():
        one, other = dimensions(number)
        counts = Counter((visit[one], visit[other]) for visit in visits)
        for cell in cells:
            yield in_cell(at, blocks, one, other, cell), counts[cell]


def in_cell(
    at: Mapping[tuple[int, int], int],
    blocks: Blocks,
    one: Dimension,
    other: Dimension,
    cell: tuple[str, str],
) -> list[int]:
    both = {pair: blocks[0][pair[0]] | blocks[1][pair[1]] for pair in at}
    return [at[pair] for pair, has in both.items() if (has[one], has[other]) == cell]


def worked_out(
    visits: list[Visit], group: Group, told: Told, least: int = LEAST
) -> list[tuple[object, ...]]:
    """The small cells of which the attacker knows that no visit less can be in them, and would not
    know it from the dimensions by themselves."""
    blocks = blocks_of(group)
    unknowns = len(blocks[0]) * len(blocks[1])
    at = {
        pair: place
        for place, pair in enumerate(product(range(len(blocks[0])), range(len(blocks[1]))))
    }
    sums, alone = [*known(visits, group, told, blocks)], [*known(visits, group, {}, blocks)]
    found: list[tuple[object, ...]] = []
    for number, cells in tables_of(visits, group.tables).items():
        one, other = dimensions(number)
        for cell, count in cells.items():
            if count < least:
                less = (in_cell(at, blocks, one, other, cell), count - 1)
                if not could_be(unknowns, [*sums, less]) and could_be(unknowns, [*alone, less]):
                    found.append((one, other, cell, count))
    return found


def group_of(one: Dimension, other: Dimension) -> Group:
    pair = pair_of(one, other)
    assert pair
    return next(each for each in GROUPS if number_of(*pair) in each.tables)


ACROSS = [
    group_of(Dimension.SOURCE, Dimension.SYSTEM),
    group_of(Dimension.SOURCE, Dimension.BROWSER),
    group_of(Dimension.ENTRY, Dimension.SOURCE),
    group_of(Dimension.ENTRY, Dimension.SYSTEM),
    group_of(Dimension.SYSTEM, Dimension.BROWSER),
    group_of(Dimension.BROWSER, Dimension.LANGUAGE),
]
QUICKLY = (Phase.explicit, Phase.reuse, Phase.generate)


def firefox() -> list[Visit]:
    """A lone visit by Bing, with Firefox, beside thirty by Google and many others."""
    visit = {each: values[0] for each, values in VALUES.items()}
    visit |= {Dimension.CAMPAIGN: "None"}
    search = visit | {Dimension.CHANNEL: "search", Dimension.BROWSER: "Firefox"}
    referral = visit | {Dimension.SOURCE: "A partner", Dimension.CHANNEL: "referral"}
    return [
        search | {Dimension.SOURCE: "Bing"},
        *[search | {Dimension.SOURCE: "Google"}] * 30,
        *[search | {Dimension.SOURCE: "Google", Dimension.BROWSER: "Chrome"}] * 30,
        *[referral | {Dimension.BROWSER: browser} for browser in ("Chrome", "Firefox")] * 5,
        *[referral | {Dimension.SOURCE: "Another", Dimension.BROWSER: "Firefox"}] * 5,
    ]


def test_the_channel_less_its_sources_is_no_lone_visit() -> None:
    group, visits = group_of(Dimension.SOURCE, Dimension.BROWSER), firefox()
    one_by_one = folded_one_by_one(visits, group)
    bing = (Dimension.SOURCE, Dimension.BROWSER, ("Bing", "Firefox"))
    firefoxes = (Dimension.BROWSER, Dimension.SOURCE, ("Firefox", "Bing"))
    found = {each[:3] for each in worked_out(visits, group, one_by_one)}
    assert found & {bing, firefoxes}, "the attacker is blind"
    assert worked_out(visits, group, folded(visits, group)) == []


@pytest.mark.parametrize("group", ACROSS, ids=lambda group: f"{group.ones[0]}-{group.others[0]}")
@settings(max_examples=40, deadline=None, phases=QUICKLY)
@given(seed=st.integers(0, 10**9))
def test_no_small_cell_can_be_worked_out_from_all_tables(group: Group, seed: int) -> None:
    chance = random.Random(seed)
    visits = linked_visits(chance, chance.choice((12, 30, 60, 120)))
    assert worked_out(visits, group, folded(visits, group)) == []


def test_the_attacker_sees_what_each_table_by_itself_gives_away() -> None:
    group, found = ACROSS[0], 0
    for seed in range(10):
        visits = linked_visits(random.Random(seed), 60)
        found += bool(worked_out(visits, group, folded_one_by_one(visits, group)))
    assert found >= 3


ASKED_OF_A_PROCESS = """
import random
from tests.visits.test_linked_folding import ACROSS, folded, linked_visits
for seed in range(6):
    told = folded(linked_visits(random.Random(seed), 60), ACROSS[0])
    print(sorted((number, sorted(cells)) for number, cells in told.items()))
"""


def test_every_process_tells_the_same() -> None:
    """Else two workers of the service, or one before and after it starts again, would tell together
    what each keeps back."""
    found = set()
    for seed in "123":
        done = subprocess.run(
            [sys.executable, "-c", ASKED_OF_A_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found.add(done.stdout)
    assert len(found) == 1


def test_what_is_looked_at_is_not_all_kept_in_mind() -> None:
    """Of a visit whose channel, campaign and device nobody knows there are many ways to hide it: a
    gigabyte of them was kept, for a table of 884 cells."""
    chance = random.Random(7)
    group = group_of(Dimension.SOURCE, Dimension.BROWSER)
    sizes = dict.fromkeys((*group.ones, *group.others), 6)
    sizes |= {Dimension.SOURCE: 60, Dimension.BROWSER: 9}
    visits = [
        {each: min(int(chance.expovariate(4 / many)), many - 1) for each, many in sizes.items()}
        for _ in range(6_000)
    ]
    counts = {
        number: Counter((visit[one], visit[other]) for visit in visits)
        for number in (*group.tables, *WITHIN)
        for one, other in [dimensions(number)]
        if {one, other} <= sizes.keys()
    }
    of_group = {each: counts[each] for each in group.tables}
    links = {each: counts[each] for each in WITHIN if each in counts}
    tracemalloc.start()
    told = fold(group, Folded(of_group, of_group, links), LEAST)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert any(told.values())
    assert most < 25_000_000


def test_tables_without_small_cells_are_told_whole() -> None:
    visits = [each for each in linked_visits(random.Random(1), 20) for _ in range(LEAST)]
    for group in GROUPS:
        tables = tables_of(visits, group.tables)
        assert folded(visits, group) == {number: {*cells} for number, cells in tables.items()}


def test_every_pair_is_folded_once() -> None:
    """Each table in one group, so none is told beside what it is linked to."""
    numbers = sorted(number for group in GROUPS for number in group.tables)
    assert numbers == sorted(number for number, table in TABLES.items() if table.other)
    for group in GROUPS:
        if group.tables[0] not in WITHIN:
            for family in FAMILIES:
                for side in (group.ones, group.others):
                    assert not {*family} & {*side} or {*family} <= {*side}


counted = st.dictionaries(st.integers(0, 7), st.integers(0, 12), max_size=8)


@given(counted, st.lists(st.integers(0, 2), min_size=8, max_size=8), st.sets(st.integers(0, 2)))
def test_a_value_less_its_parts_is_nothing_or_enough(
    counts: dict[int, int], wholes: list[int], before: set[int]
) -> None:
    """Of the other measures, which only what is kept has: those of a few would be left."""
    fine, coarse = Dimension.SOURCE, Dimension.CHANNEL
    whole: Counter[int] = Counter()
    for value, count in counts.items():
        whole[wholes[value]] += count
    left = {value: count for value, count in whole.items() if value not in before}
    parts = {value: [part for part in counts if wholes[part] == value] for value in whole}
    kept = kept_singles(
        {fine: counts, coarse: left}, {(fine, coarse): parts}, {coarse: before}, LEAST
    )
    for dimension, found in ((fine, counts), (coarse, left)):
        assert all(found[value] >= LEAST for value in kept[dimension])
        lacking = [count for value, count in found.items() if value not in kept[dimension]]
        assert not lacking or not kept[dimension] or (sum(lacking) >= LEAST and len(lacking) > 1)
    for value in kept[coarse]:
        lacking = [counts[part] for part in parts[value] if part not in kept[fine] and counts[part]]
        assert not lacking or (sum(lacking) >= LEAST and len(lacking) > 1)
