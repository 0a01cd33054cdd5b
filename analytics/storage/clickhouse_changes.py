"""Statements that write, taken apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.storage.clickhouse_words import (
    NotWritten,
    Value,
    Words,
    closing,
    name_of,
    split,
    until,
)

__all__ = ["Change", "Written", "change_of", "filled"]


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of a table that go, or are changed: those that meet `where`, and what then stands in
    their columns, as expressions."""

    table: str
    where: Words
    sets: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Written:
    """Rows that are put into a table whole, or, where it `adds`, added to those that are there. Of
    its columns none where all are meant. `values` stand for its signs; "?" for what is given."""

    table: str
    columns: Sequence[str]
    values: Sequence[str]
    adds: bool


def change_of(words: Words) -> Change | Written | None:
    """What a statement changes; None where it changes nothing. Raises NotWritten."""
    first = [each.upper() for each in words[:2]]
    if first == ["DELETE", "FROM"]:
        return Change(name_of(words[2]), words[4:], {})
    if first[:1] == ["UPDATE"]:
        end = until(words, 3, {"WHERE"})
        sets = {name_of(each[0]): each[2:] for each in split(words[3:end])}
        return Change(name_of(words[1]), words[end + 1 :], sets)
    if first in (["INSERT", "INTO"], ["ADD", "TO"]):
        return _written(words, adds=first[0] == "ADD")
    return None


def _written(words: Words, *, adds: bool) -> Written:
    at, columns = 3, []
    if words[at] == "(":
        end = closing(words, at)
        columns, at = [name_of(each[0]) for each in split(words[at + 1 : end])], end + 1
    if words[at].upper() != "VALUES":
        raise NotWritten("rows are written with their values alone")
    values = split(words[at + 2 : closing(words, at + 1)])
    return Written(name_of(words[2]), columns, ["".join(each) for each in values], adds)


def filled(values: Sequence[str], given: Sequence[Value]) -> list[Value]:
    """The values of a row: what is given for question marks, and what stands there."""
    rest = iter(given)
    return [next(rest) if each == "?" else _said(each) for each in values]


def _said(word: str) -> Value:
    return word[1:-1] if word.startswith("'") else int(word)
