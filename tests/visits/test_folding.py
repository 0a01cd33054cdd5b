"""What is folded does not come back by subtraction, and nothing is folded without need."""

from __future__ import annotations

from itertools import product

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analytics.visits.store.folding import kept_alone
from tests.fixtures.linked_visits import kept_in_pairs

LEAST = 4
"""Small, so that every table with the same sums can be tried."""

alone = st.dictionaries(st.integers(1, 9), st.integers(0, 12), max_size=9)
pairs = st.dictionaries(
    st.tuples(st.integers(1, 3), st.integers(1, 3)), st.integers(0, 6), max_size=9
)
wide = st.dictionaries(
    st.tuples(st.integers(1, 12), st.integers(1, 9)), st.integers(1, 40), max_size=60
)
Cells = dict[tuple[int, int], int]


def line(cells: Cells, axis: int, value: int) -> Cells:
    return {cell: count for cell, count in cells.items() if cell[axis] == value}


@given(alone)
def test_what_a_dimension_lacks_is_nothing_or_enough(counts: dict[int, int]) -> None:
    """Never one value alone, unless nothing is told at all."""
    kept = kept_alone(counts, LEAST)
    folded = {value: count for value, count in counts.items() if value not in kept}
    assert all(counts[value] >= LEAST for value in kept)
    if folded and kept:
        assert sum(folded.values()) >= LEAST
        assert len(folded) >= 2


@given(wide)
def test_no_line_lacks_a_little(counts: Cells) -> None:
    """What a value's row or column lacks is nothing, or the least; or the value is less itself."""
    kept = kept_in_pairs(counts, LEAST)
    folded = {cell: count for cell, count in counts.items() if cell not in kept}
    assert all(counts[cell] >= LEAST for cell in kept)
    for axis in (0, 1):
        for value in {cell[axis] for cell in folded}:
            lacking = sum(line(folded, axis, value).values())
            assert lacking >= LEAST or not any(cell in kept for cell in line(counts, axis, value))


@given(wide)
def test_a_table_without_small_cells_is_told_whole(counts: Cells) -> None:
    large = {cell: count for cell, count in counts.items() if count >= LEAST}
    assert kept_in_pairs(large, LEAST) == set(large)


def same_sums(rows: dict[int, int], columns: dict[int, int], told: Cells) -> list[Cells]:
    """Every table that somebody who knows the sums, and what is told, must think possible."""
    left = dict(rows)
    for (row, _), count in told.items():
        left[row] -= count
    cells = [cell for cell in product(rows, columns) if cell not in told]
    found: list[Cells] = []

    def fill(at: int, left: dict[int, int], lacking: dict[int, int], so_far: Cells) -> None:
        if at == len(cells):
            if not any(left.values()) and not any(lacking.values()):
                found.append(so_far)
            return
        row, column = cells[at]
        for count in range(min(left[row], lacking[column]) + 1):
            fill(
                at + 1,
                left | {row: left[row] - count},
                lacking | {column: lacking[column] - count},
                so_far | {cells[at]: count},
            )

    lacking = dict(columns)
    for (_, column), count in told.items():
        lacking[column] -= count
    fill(0, left, lacking, {})
    return found


@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(pairs)
def test_no_small_cell_can_be_worked_out(counts: Cells) -> None:
    """Every table with the same sums of rows and columns is tried. A small cell has the same count
    in all of them only where its row and its column are all that there is."""
    counts = {cell: count for cell, count in counts.items() if count}
    kept = kept_in_pairs(counts, LEAST)
    rows = {value: sum(line(counts, 0, value).values()) for value in {cell[0] for cell in counts}}
    columns = {value: sum(line(counts, 1, value).values()) for value in {c[1] for c in counts}}
    possible = same_sums(rows, columns, {cell: counts[cell] for cell in kept})
    assert possible
    for cell, count in counts.items():
        if count < LEAST and {table[cell] for table in possible} == {count}:
            assert all_in_a_cross(counts, cell)


def all_in_a_cross(counts: Cells, cell: tuple[int, int]) -> bool:
    """Whether nothing was counted outside the cell's row and column: then the sums tell all."""
    return all(other[0] == cell[0] or other[1] == cell[1] for other in counts)
