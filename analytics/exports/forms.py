"""Rows -> bytes of a CSV or of a Parquet file, part by part: the table is never whole in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from analytics.exports.table import COLUMNS, Row
from analytics.staff.csv_text import csv_text
from analytics.visits.model import MEASURES

__all__ = ["CONTENT", "FORMS", "MISSING", "as_csv", "as_parquet", "is_there"]

MISSING = "to write Parquet: .venv/bin/python -m pip install pyarrow"
CONTENT = {
    "csv": "text/csv; charset=utf-8; header=present",
    "parquet": "application/vnd.apache.parquet",
}
"""The kind of each form. That of Parquet is registered with IANA."""

ROWS_A_GROUP = 100_000


def is_there(form: str) -> bool:
    """Whether a form can be written here: pyarrow is installed by who wants Parquet."""
    return form == "csv" or find_spec("pyarrow") is not None


def as_csv(parts: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """Lines, the headings first; empty for None."""
    head = csv_text(COLUMNS, ())
    yield head.encode()
    for rows in parts:
        lines = csv_text(COLUMNS, ([_plain(value) for value in row] for row in rows))
        yield lines.removeprefix(head).encode()


def _plain(value: object) -> str | int | None:
    if isinstance(value, date):  # A datetime is one too.
        return value.isoformat()
    return value if isinstance(value, str | int) else None


def as_parquet(parts: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """A file with the types of `docs/figures.md`. Raises ModuleNotFoundError without pyarrow."""
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    schema, sink = _schema(arrow), _Sink()
    with parquet.ParquetWriter(arrow.PythonFile(sink, "w"), schema, compression="zstd") as writer:
        waiting: list[Row] = []
        for rows in parts:
            waiting += rows
            if len(waiting) >= ROWS_A_GROUP:
                writer.write_table(_table(arrow, schema, waiting))
                waiting = []
                yield sink.taken()
        if waiting:
            writer.write_table(_table(arrow, schema, waiting))
    yield sink.taken()


def _schema(arrow: Any) -> Any:
    names = arrow.dictionary(arrow.int32(), arrow.string())
    kinds = dict.fromkeys(COLUMNS, names) | {
        "day": arrow.date32(),
        "hour": arrow.timestamp("s", tz="UTC"),
        **dict.fromkeys(MEASURES, arrow.int64()),
    }
    return arrow.schema([(name, kinds[name]) for name in COLUMNS])


def _table(arrow: Any, schema: Any, rows: Sequence[Row]) -> Any:
    columns = zip(*rows, strict=True)
    arrays = [arrow.array(each, kind.type) for each, kind in zip(columns, schema, strict=True)]
    return arrow.Table.from_arrays(arrays, schema=schema)


class _Sink:
    """What a writer of files needs, and what it wrote since it was last asked."""

    closed = False

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._written = 0

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self._waiting.append(bytes(data))
        self._written += len(self._waiting[-1])
        return len(self._waiting[-1])

    def tell(self) -> int:
        """How many bytes were written."""
        return self._written

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """What was written stays, to be taken."""

    def taken(self) -> bytes:
        """What was written since."""
        taken, self._waiting = b"".join(self._waiting), []
        return taken


FORMS: Mapping[str, Callable[[Iterable[Sequence[Row]]], Iterator[bytes]]] = {
    "csv": as_csv,
    "parquet": as_parquet,
}
