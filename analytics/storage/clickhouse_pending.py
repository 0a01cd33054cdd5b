"""What a transaction on ClickHouse has not written yet: differences, and where it reads them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from analytics.storage.clickhouse_errors import IntegrityError
from analytics.storage.clickhouse_layout import BATCH, TABLE, THERE, Layout, Place, type_of
from analytics.storage.clickhouse_words import Value

__all__ = ["Asked", "Pending", "Row", "empty_row", "row_of", "summed"]

Row = tuple[Any, ...]


class Pending:
    """What a transaction does: by declared table, rows that it adds; the keys of those that it put
    whole; tables that it took rows out of, and those that were empty when it began."""

    def __init__(self) -> None:
        self.rows: dict[str, list[list[Any]]] = defaultdict(list)
        self.put: dict[str, set[Row]] = defaultdict(set)
        self.changed: set[str] = set()
        self.empty: set[str] = set()


DEFAULTS: dict[str, Any] = {"Int64": 0, "String": "", "Date": datetime.date(1970, 1, 1)}


def _date(value: Any) -> datetime.date:
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)


def empty_row(layout: Layout) -> list[Any]:
    """A row of `CELLS` that holds nothing."""
    return [DEFAULTS[type_of(each)] for each in layout.columns]


def row_of(layout: Layout, place: Place, values: Mapping[str, Value], there: int) -> list[Any]:
    """A row of `CELLS`. Raises IntegrityError."""
    row = empty_row(layout)
    at = layout.at
    row[at[TABLE]], row[at[THERE]] = place.table, there
    for name, value in values.items():
        column = place.columns.get(name)
        if column is None or value is None:
            raise IntegrityError(f"a row of {place.table} without its {name}")
        if value not in place.options.get(name, (value,)):
            raise IntegrityError(f"{place.table} has another {name} than is declared")
        row[at[column]] = _date(value) if type_of(column) == "Date" else value
    return row


class Asked:
    """Where a question reads: what meets the condition of a moment, and `beside` it what is to be
    written."""

    def __init__(
        self,
        layout: Layout,
        rows: Mapping[str, Sequence[Sequence[Any]]],
        moment: str = "",
        cells: str = "",
    ) -> None:
        self.layout, self._rows, self._moment = layout, rows, moment
        self._cells = cells
        self.beside: dict[str, Any] = {}

    def source(self, place: Place, where: list[str]) -> str:
        """What stands behind FROM, with the conditions."""
        pending = self._rows.get(place.table)
        if not pending:
            moment = [self._moment] if self._moment else []
            return self.layout.source(place, [*where, *moment], cells=self._cells)
        name = f"beside_{place.table}"
        columns = [TABLE, *place.columns.values(), THERE]
        at = [self.layout.at[each] for each in columns]
        rows = [[row[each] for each in at] for row in pending]
        self.beside[name] = [(each, type_of(each)) for each in columns], rows
        return self.layout.source(place, where, name)


def summed(layout: Layout, pending: Pending, batch: int = 0) -> list[Row]:
    """Differences of one row once, in the order of their keys; those that came to nothing, not. On
    several servers they are of a `batch`."""
    split = len(layout.key)
    at_batch = layout.at.get(BATCH)
    sums: dict[Row, list[int]] = {}
    for rows in pending.rows.values():
        for row in rows:
            if at_batch is not None:
                row[at_batch] = batch
            key = tuple(row[:split])
            before = sums.get(key)
            sums[key] = (
                [a + b for a, b in zip(before, row[split:], strict=True)]
                if before
                else [*row[split:]]
            )
    return [(*key, *of) for key, of in sorted(sums.items()) if any(of)]
