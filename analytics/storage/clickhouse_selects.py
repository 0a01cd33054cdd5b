"""Questions as the store puts them -> what ClickHouse is asked. Pure.

What is read of a declared table is read of its rows among all (`clickhouse_layout`), which are
summed first. Most questions sum them anyway, or ask for rows by conditions on their keys: these are
put to the rows as they stand, in one question. An old server takes three times as long for one in
another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from analytics.storage.clickhouse_layout import Layout, Place
from analytics.storage.clickhouse_words import (
    Words,
    closing,
    conjuncts,
    name_of,
    split,
    until,
)

__all__ = ["Sources", "select_of"]

CLAUSES = ("WHERE", "GROUP", "HAVING", "ORDER", "LIMIT")
ENDS = {*CLAUSES, "UNION", ")"}
KEYWORDS = {"AND", "OR", "NOT", "IN", "BETWEEN", "NULL", "IS", "AS", "ASC", "DESC", "BY"}
PLAIN = {"SUM", "COALESCE", "CAST", "BIGINT", "TOSTRING"}
"""What may stand in a question that is put to rows that are not summed yet."""


class Sources(Protocol):
    """Where the rows of declared tables are read now."""

    layout: Layout

    def source(self, place: Place, where: list[str]) -> str:
        """What stands behind FROM, with the conditions."""


class _NotFlat(Exception):
    """It needs rows that are summed."""


def select_of(words: Words, sources: Sources, *, whole: bool = False) -> str:
    """What is asked; with `whole`, of rows of which is known whether they were put there whole.
    What has no row has no least and no most."""
    made: list[str] = []
    at = 0
    while at < len(words):
        word = words[at].upper()
        if word == "SELECT" and not whole and (flat := _flat(words, at, sources)):
            made.append(flat[0])
            at = flat[1]
            continue
        made.append(words[at])
        at += 1
        places = sources.layout.places
        if word in {"FROM", "JOIN"} and at < len(words) and name_of(words[at]) in places:
            place = places[name_of(words[at])]
            called, after = _alias(words, at + 1, place.table)
            alone = word == "FROM" and not _is_joined(words, after)
            start = until(words, after, ENDS)
            where = _where(words, start, place, called, alone=alone, sources=sources)
            source = sources.source(place, where)
            made.append(f"{sources.layout.relation(place, source, there=whole)} AS {called}")
            at = after
        elif word in {"MIN", "MAX"} and at < len(words) and words[at] == "(":
            end = closing(words, at)
            made += ["(", "toNullable", "(", *words[at + 1 : end], ")", ")"]
            at = end + 1
    return " ".join(made)


def _alias(words: Words, at: int, otherwise: str) -> tuple[str, int]:
    if at + 1 < len(words) and words[at].upper() == "AS":
        return name_of(words[at + 1]), at + 2
    return otherwise, at


def _is_joined(words: Words, at: int) -> bool:
    return any(each.upper() in {"JOIN", ","} for each in words[at : until(words, at, ENDS)])


def _where(  # noqa: PLR0913  (what decides of a condition)
    words: Words, at: int, place: Place, called: str, *, alone: bool, sources: Sources
) -> list[str]:
    """The conditions on the key of a table that all rows of a question must meet."""
    found = []
    if at < len(words) and words[at].upper() == "WHERE":
        for each in conjuncts(words[at + 1 : until(words, at + 1, ENDS)]):
            try:
                found.append(_Reading(place, called, sources, alone).of_key(each))
            except _NotFlat:
                continue
    return found


@dataclass(frozen=True, slots=True)
class _Reading:
    """Words that are said of one declared table, which a question calls `called`. Where it is not
    `alone`, they must name it."""

    place: Place
    called: str
    sources: Sources
    alone: bool = True

    def of_key(self, words: Words) -> str:
        """As a condition on the columns of a key. Raises _NotFlat."""
        return self._said(words, {})

    def of_sums(self, words: Words) -> str:
        """As an expression of columns of a key, and of sums. Raises _NotFlat."""
        sums = {name: f"sum({self.place.columns[name]})" for name in self.place.sums}
        return self._said(words, sums)

    def of_aggregates(self, words: Words) -> str:
        """As one in which all that adds up stands in a sum. Raises _NotFlat."""
        flat: list[str] = []
        at = 0
        while at < len(words):
            if words[at].upper() == "SUM" and words[at + 1 : at + 2] == ["("]:
                end = closing(words, at + 1)
                column = self._bare(words[at + 2 : end])
                if column not in self.place.sums:
                    raise _NotFlat
                flat.append(f"sum({self.place.columns[column]})")
                at = end + 1
                continue
            end = at + 1
            while end < len(words) and words[end].upper() != "SUM":
                end += 1
            flat.append(self._said(words[at:end], {}, is_part=True))
            at = end
        return " ".join(flat)

    def _bare(self, words: Words) -> str:
        """The column that some words name by themselves."""
        if len(words) == 3 and words[1] == "." and name_of(words[0]) == self.called:
            words = words[2:]
        if len(words) != 1:
            raise _NotFlat
        return name_of(words[0])

    def _said(self, words: Words, sums: Mapping[str, str], *, is_part: bool = False) -> str:
        made, at = [], 0
        while at < len(words):
            word = words[at]
            at += 1
            if word == "(" and words[at : at + 1] and words[at].upper() == "SELECT":
                end = closing(words, at - 1)
                made.append(f"({select_of(words[at:end], self.sources)})")
                at = end + 1
            elif self._is_said(word, words[at : at + 1], is_part=is_part):
                made.append(word)
            else:
                column, at = self._column(words, at - 1)
                if column in sums:
                    made.append(sums[column])
                elif column in self.place.keys:
                    made.append(self.place.columns[column])
                else:
                    raise _NotFlat
        return " ".join(made)

    @staticmethod
    def _is_said(word: str, after: Words, *, is_part: bool) -> bool:
        """Whether it is no name of a column."""
        is_function = word.upper() in PLAIN and (is_part or list(after) == ["("])
        return not re.match(r'["A-Za-z_]', word) or word.upper() in KEYWORDS or is_function

    def _column(self, words: Words, at: int) -> tuple[str, int]:
        if words[at + 1 : at + 2] == ["."]:
            if name_of(words[at]) != self.called:
                raise _NotFlat
            return name_of(words[at + 2]), at + 3
        if not self.alone:
            raise _NotFlat
        return name_of(words[at]), at + 1


def _flat(words: Words, at: int, sources: Sources) -> tuple[str, int] | None:
    """A question of one declared table, put to its rows as they stand, and where it ends; None
    where it cannot be."""
    of = until(words, at + 1, {"FROM", "UNION"})
    places = sources.layout.places
    if of + 1 >= len(words) or words[of].upper() != "FROM" or name_of(words[of + 1]) not in places:
        return None
    place = places[name_of(words[of + 1])]
    called, after = _alias(words, of + 2, place.table)
    if after < len(words) and words[after].upper() not in ENDS:
        return None
    clauses, end = _clauses(words, after)
    try:
        return _put(_Reading(place, called, sources), words[at + 1 : of], clauses), end
    except _NotFlat:
        return None


def _clauses(words: Words, at: int) -> tuple[dict[str, Words], int]:
    """What stands in each clause, and where the question ends."""
    found: dict[str, Words] = {}
    while at < len(words) and words[at].upper() in CLAUSES:
        clause = words[at].upper()
        start = at + (2 if clause in {"GROUP", "ORDER"} else 1)
        at = until(words, start, ENDS)
        found[clause] = words[start:at]
    return found, at


def _put(reading: _Reading, told: Words, clauses: Mapping[str, Words]) -> str:
    place = reading.place
    if "HAVING" in clauses or "*" in told:
        raise _NotFlat
    where = [reading.of_key(each) for each in conjuncts(clauses.get("WHERE", ()))]
    is_distinct = told[0].upper() == "DISTINCT"
    items = split(told[1:] if is_distinct else told)
    sums = "GROUP" in clauses or any(each.upper() == "SUM" for each in told)
    say = reading.of_aggregates if sums else reading.of_sums
    if is_distinct:
        say, groups = reading.of_key, [reading.of_key(_unnamed(each)[0]) for each in items]
    elif sums:
        groups = [reading.of_key(each) for each in split(clauses.get("GROUP", ()))]
    else:
        groups = [*place.keys.values()]
    said = ", ".join(_named(say, each) for each in items)
    made = f"SELECT {said} FROM {reading.sources.source(place, where)}"
    if groups:
        made += f" GROUP BY {', '.join(groups)} HAVING {reading.sources.layout.is_there(place)}"
    if "ORDER" in clauses:
        made += f" ORDER BY {reading.of_sums(clauses['ORDER'])}"
    return made + (f" LIMIT {' '.join(clauses['LIMIT'])}" if "LIMIT" in clauses else "")


def _unnamed(words: Words) -> tuple[Words, str]:
    """An expression, and what it is called."""
    if len(words) > 2 and words[-2].upper() == "AS":
        return words[:-2], words[-1]
    return words, words[-1] if re.match(r'["A-Za-z_]', words[-1]) else ""


def _named(say: Callable[[Words], str], words: Words) -> str:
    expression, name = _unnamed(words)
    said = say(expression)
    return f"{said} AS {name}" if name else said
