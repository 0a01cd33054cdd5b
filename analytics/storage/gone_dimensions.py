"""What was counted of a dimension goes with the feature that counts it: no register says any more
what it is for, or for how long it is kept. Its rows are deleted when the database follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, MetaData, delete, or_, select

from analytics.storage import catalog
from analytics.storage.clickhouse_layout import Place

__all__ = ["NAMES", "WITH_FEATURES", "GoneRows", "at", "forget_dimensions", "listed"]

WITH_FEATURES: Mapping[str, int] = {"audience": 24, "country": 27, "form": 13}
"""The dimensions that are counted only where a feature is on: their numbers."""

OF_A_PAIR = 100
"""A row's `pair` is the number of its dimension times this, and that of the second, if any."""

NAMES, DIMENSION, PAIR = "names", "dimension", "pair"
"""The table that says of which dimension a name is, and the column for it; and the one that says of
which one or two dimensions a row is, in all other tables of cells."""


def _numbers(options: Collection[str]) -> dict[str, int]:
    """By dimension that is none of the `options`: its number."""
    return {each: number for each, number in WITH_FEATURES.items() if each not in options}


def forget_dimensions(connection: Connection, tables: MetaData) -> None:
    """Delete the rows of dimensions that the tables do not have, in the caller's transaction."""
    names = tables.tables.get(NAMES)
    if names is None or DIMENSION not in catalog.columns(connection, NAMES):
        return
    dimension = names.c[DIMENSION]
    gone = _numbers(dimension.info["options"])
    of_gone = dimension.in_(gone)
    found = connection.scalars(select(dimension).distinct().where(of_gone)).all()
    if not (numbers := [gone[each] for each in found]):
        return
    connection.execute(delete(names).where(of_gone))
    for table in tables.sorted_tables:
        if PAIR in table.c and PAIR in catalog.columns(connection, table.name):
            pair = table.c[PAIR]
            either = or_((pair // OF_A_PAIR).in_(numbers), (pair % OF_A_PAIR).in_(numbers))
            connection.execute(delete(table).where(either))


@dataclass(frozen=True)
class GoneRows:
    """The same for ClickHouse, as conditions. `numbers` are those of the dimensions."""

    numbers: Mapping[str, int]

    @classmethod
    def of(cls, names: Place) -> GoneRows:
        """Of the dimensions that are no option of the table of names."""
        return cls(_numbers(names.options[DIMENSION]))

    def names(self, place: Place, sources: Mapping[str, str]) -> str:
        """Of the table of names; empty where no dimension is gone."""
        where = at(place, DIMENSION, sources[DIMENSION])
        return f"{where} IN {listed(self.numbers)}" if self.numbers else ""

    def rows(self, place: Place, sources: Mapping[str, str]) -> str:
        """Of any table; empty where none can have such rows."""
        if place.table == NAMES:
            return self.names(place, sources)
        if not self.numbers or not (source := sources.get(PAIR)):
            return ""
        where, numbers = at(place, PAIR, source), ", ".join(map(str, self.numbers.values()))
        one, other = f"intDiv({where}, {OF_A_PAIR})", f"modulo({where}, {OF_A_PAIR})"
        return f"{one} IN ({numbers}) OR {other} IN ({numbers})"


def at(place: Place, name: str, source: str) -> str:
    """Where a column stood under the name that it had."""
    return f"{source}_{place.columns[name].rpartition('_')[2]}"


def listed(texts: Iterable[str]) -> str:
    """Texts as a list of ClickHouse."""
    quoted = ("'{}'".format(each.replace("'", "\\'")) for each in sorted(texts))
    return f"({', '.join(quoted)})"
