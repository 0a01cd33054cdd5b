"""What a service keeps: its tables with their rows, traces of a visitor, what it did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["MachineDeed", "Sent", "Stored", "Table", "Trace"]


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as a visitor sent it: its name, what was answered, and when, in seconds since 1970 by
    the service's clock."""

    form: str
    answers: tuple[tuple[str, str], ...]
    at: float


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands in a database: its columns, and how many rows have each filled in.

    `oldest` is the least value of the column that dates its rows, where there is one; `latest` the
    greatest of each column that holds a time; `contents` the rows themselves, where there are few
    of them and they are of the records.
    """

    database: str
    name: str
    columns: tuple[tuple[str, int], ...]
    rows: int
    oldest: str | int | None = None
    latest: tuple[tuple[str, str | int], ...] = ()
    contents: tuple[tuple[object, ...], ...] = ()

    def cells(self) -> Iterator[Mapping[str, object]]:
        """Each row, by the names of its columns."""
        names = [name for name, _ in self.columns]
        return (dict(zip(names, row, strict=True)) for row in self.contents)


@dataclass(frozen=True, slots=True)
class Trace:
    """Something of a visitor that was found where the server keeps things."""

    what: str
    where: str
    form: str = ""
    """How it was changed before; empty where it is as it was given."""


@dataclass(frozen=True, slots=True)
class MachineDeed:
    """Something that the service did to its machine, and by which module and line. What it was
    about, as a file's name, may tell of a visitor, and is not kept."""

    what: str
    place: str
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """What the server kept at the end of a journey, or on its way."""

    tables: tuple[Table, ...] = ()
    traces: tuple[Trace, ...] = ()
    logs: tuple[str, ...] = ()
    now: float = 0
    """The service's clock then, in seconds since 1970."""
    deeds: tuple[MachineDeed, ...] = ()
    """What it did to its machine beside writing what is its own."""
    then_erased: bool = False
    """Whether all of it that is about the visitor was erased afterwards, as they asked."""
    only_time: bool = False
    """Whether nothing but time passed since it was looked at before."""
