"""Statements of SQL as lists of words and signs. Pure."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Sequence

__all__ = [
    "NotWritten",
    "Value",
    "Words",
    "closing",
    "conjuncts",
    "literal",
    "name_of",
    "split",
    "until",
    "words_of",
]

Value = str | int | datetime.date | None
Words = Sequence[str]

TOKEN = re.compile(r"""'(?:[^'\\]|\\.)*'|"[^"]*"|[A-Za-z_]\w*|\d+(?:\.\d+)?|<=|>=|<>|!=|\|\||\S""")
SPECIAL = re.compile(r"[\\'\0\b\f\r\n\t]")
ESCAPED = {"\\": r"\\", "'": r"\'", "\0": r"\0", "\b": r"\b", "\f": r"\f"}
ESCAPED |= {"\r": r"\r", "\n": r"\n", "\t": r"\t"}


class NotWritten(ValueError):
    """A statement of a form that nobody needed until now."""


def literal(value: Value) -> str:
    """A value as it stands in a statement (https://clickhouse.com/docs/sql-reference/syntax)."""
    match value:
        case None:
            return "NULL"
        case bool() | int():
            return str(int(value))
        case datetime.date():
            return f"'{value.isoformat()}'"
    return f"'{SPECIAL.sub(lambda found: ESCAPED[found[0]], value)}'"


def words_of(statement: str, values: Sequence[Value] | None = None) -> list[str]:
    """Those of a statement, with `values` for its question marks, if they are given."""
    if values is None:
        return TOKEN.findall(statement)
    given = iter(values)
    return [literal(next(given)) if each == "?" else each for each in TOKEN.findall(statement)]


def name_of(word: str) -> str:
    """A name, whether it is quoted or not."""
    return word.strip('"')


def closing(words: Words, at: int) -> int:
    """Where the bracket that opens at a place is closed. Raises NotWritten."""
    depth = 0
    for place in range(at, len(words)):
        depth += {"(": 1, ")": -1}.get(words[place], 0)
        if not depth:
            return place
    raise NotWritten("a bracket is not closed")


def until(words: Words, at: int, ends: Collection[str]) -> int:
    """Where the first of some words stands outside of further brackets, or the end."""
    while at < len(words):
        if words[at].upper() in ends or words[at] == ")":
            return at
        at = closing(words, at) + 1 if words[at] == "(" else at + 1
    return at


def split(words: Words, at_word: str = ",") -> list[Words]:
    """The parts between some commas, or other words."""
    found, start, at = [], 0, 0
    while at < len(words):
        at = until(words, at, {at_word})
        found.append(words[start:at])
        start = at = at + 1
    return found


def conjuncts(words: Words) -> Iterator[Words]:
    """The conditions that AND joins."""
    if len(split(words, "OR")) > 1:
        yield words
        return
    start = at = 0
    while at < len(words):
        at = until(words, at, {"AND", "BETWEEN"})
        if at < len(words) and words[at].upper() == "BETWEEN":
            at = until(words, at + 1, {"AND"}) + 1
            continue
        yield words[start:at]
        start = at = at + 1
