"""Bytes -> tables of rows, with the line at which each stands. One row is held at a time."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from analytics.imports.files import File
from policy import Fault, Faults

__all__ = ["MOST_JSON", "Line", "Sheet", "sheets_of"]

MOST_JSON = 64 << 20
"""Bytes: JSON is read whole."""

MOST_LINE = 1 << 20
"""Characters of a line; more is no table of figures."""

PARTING = (",", ";", "\t")
COMMENT = "#"
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row, by the name of its columns in lower case. `number` counts from 1; None in JSON, where
    `place` says which entry it is. What has more or fewer fields than the header is `uneven`."""

    file: str
    number: int | None
    fields: Sequence[str]
    columns: Mapping[str, int]
    place: str = ""

    @property
    def uneven(self) -> bool:
        """Whether it has not as many fields as the header."""
        return len(self.fields) != len(self.columns)

    def __getitem__(self, column: str) -> str:
        """The field of a column, which must be there, without spaces around it."""
        at = self.columns[column]
        return self.fields[at].strip() if at < len(self.fields) else ""

    def get(self, column: str) -> str:
        """As an item; empty where there is no such column."""
        return self[column] if column in self.columns else ""

    def fault(self, message: str, hint: str, column: str = "") -> Fault:
        """One at this line, and at the field of a column."""
        where = f'field {self.columns[column] + 1} ("{column}"): ' if column else ""
        where = f"{self.place}: {where}" if self.place else where
        return Fault(self.file, self.number, f"{where}{message}", hint)


@dataclass(frozen=True)
class Sheet:
    """A table: what stands before it, its columns in lower case, and its rows, read once."""

    file: str
    comments: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Iterator[Line]


def sheets_of(file: File) -> Generator[Sheet, None, None]:
    """The tables of a file, each read before the next. Raises Faults."""
    stream = file.stream
    beginning = _beginning(stream)
    encoding = next((name for mark, name in MARKS if beginning.startswith(mark)), "utf-8")
    if beginning.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        yield from _of_json(file, encoding)
        return
    text = io.TextIOWrapper(stream, encoding, newline="")
    try:
        yield from _Reading(file.name, text).sheets()
    finally:
        text.detach()  # The stream is closed by who opened it.


def _beginning(stream: BinaryIO) -> bytes:
    peek = getattr(stream, "peek", None)
    return bytes(peek(64)[:64]) if peek else b""


class _Reading:
    """The lines of a text, as far as they were read."""

    def __init__(self, name: str, text: io.TextIOWrapper) -> None:
        self._name, self._text = name, text
        self._number = 0
        self._next: str | None = None
        self._has_comments = False

    def sheets(self) -> Iterator[Sheet]:
        while True:
            comments, header = self._before()
            if header is None:
                return
            parting = max(PARTING, key=header.count)
            rows = csv.reader(self._of_table(header), delimiter=parting, strict=True)
            names = tuple(each.strip().lower() for each in self._row(rows) or ())
            if len(set(names)) < len(names):
                message = "two columns have the same name"
                raise self._fault(message, "export one thing at a time")
            columns = {name: at for at, name in enumerate(names)}
            yield Sheet(self._name, comments, names, self._lines(rows, columns))

    def _before(self) -> tuple[tuple[str, ...], str | None]:
        comments = []
        while (line := self._line()) is not None:
            words = line.strip()
            if words.startswith(COMMENT):
                comments.append(words.lstrip("# "))
                self._has_comments = True
            elif words and not words.lower().startswith("sep="):
                return tuple(comments), line
        return tuple(comments), None

    def _of_table(self, header: str) -> Iterator[str]:
        """The lines of a table; where a file has comments, one ends it."""
        line: str | None = header
        quoted = False
        while line is not None:
            if self._has_comments and not quoted and line.startswith(COMMENT):
                self._next = line
                return
            quoted ^= line.count('"') % 2 == 1
            yield line
            line = self._line()

    def _line(self) -> str | None:
        if self._next is not None:
            line, self._next = self._next, None
            return line
        self._number += 1
        try:
            line = self._text.readline(MOST_LINE)
        except UnicodeError:
            message = "what follows is no text in UTF-8"
            raise self._fault(message, "export it again, as UTF-8") from None
        if len(line) >= MOST_LINE or "\0" in line:
            message = "this is no line of a table" if line.strip("\0") else "only noughts are here"
            raise self._fault(message, "name a file that your tool exported as CSV")
        return line or None

    def _row(self, rows: Iterator[list[str]]) -> list[str] | None:
        try:
            return next(rows, None)
        except csv.Error as error:
            hint = "look for a quotation mark that is not closed or doubled, or export it again"
            raise self._fault(f"this is no row of a table ({error})", hint) from None

    def _lines(self, rows: Iterator[list[str]], columns: Mapping[str, int]) -> Iterator[Line]:
        while True:
            begins = self._number + 1
            fields = self._row(rows)
            if fields is None:
                return
            if any(field.strip() for field in fields):
                yield Line(self._name, begins, fields, columns)

    def _fault(self, message: str, hint: str) -> Faults:
        return Faults([Fault(self._name, self._number, message, hint)])


def _of_json(file: File, encoding: str) -> Iterator[Sheet]:
    """What Matomo gives: an entry for each day, which has values, or a list of them."""
    data = file.stream.read(MOST_JSON + 1)
    if len(data) > MOST_JSON:
        message = f"JSON is read whole, and this has more than {MOST_JSON >> 20} MB"
        raise Faults([Fault(file.name, None, message, "export CSV, or fewer days at once")])
    try:
        told = json.loads(data.decode(encoding))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        message = "this is no JSON"
        raise Faults([Fault(file.name, line, message, "export it again")]) from None
    if not isinstance(told, dict):
        message = "no day is named: one entry for each day is read"
        raise Faults([Fault(file.name, None, message, "export with period=day&date=…,…")])
    entries = [
        (str(day), each)
        for day, found in told.items()
        for each in (found if isinstance(found, list) else [found])
        if isinstance(each, dict)
    ]
    names = dict.fromkeys(str(name).lower() for _, each in entries for name in each)
    columns = {name: at for at, name in enumerate(["date", *(n for n in names if n != "date")])}
    rows = (_json_line(file.name, columns, day, each) for day, each in entries)
    yield Sheet(file.name, (), tuple(columns), rows)


def _json_line(file: str, columns: Mapping[str, int], day: str, each: Mapping[str, Any]) -> Line:
    fields = [""] * len(columns)
    for name, value in each.items():
        if isinstance(value, str | int | float):
            fields[columns[str(name).lower()]] = str(value)
    fields[columns["date"]] = day
    return Line(file, None, fields, columns, f'"{day}"')
