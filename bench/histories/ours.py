"""The counters of a history in each of our engines, asked as the report asks them."""

from __future__ import annotations

import datetime
import resource
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL

from analytics.storage.moving import move
from analytics.visits.model import Counts, Dimension
from analytics.visits.store.base import CounterStore
from analytics.visits.store.query import Interval, Query, Rows
from bench.histories.asking import EVERY, FILTER, PER_DAY, Answer, Question, of_day
from bench.histories.counters import DAY_ZERO, opened, source_name
from bench.histories.processes import seconds_of
from bench.stores import opened as opened_at
from tests.fixtures import clickhouse, postgresql

__all__ = ["Ours"]

Server = clickhouse.Server | postgresql.Server | None


class Ours:
    """The counters at an address, of a server or of none."""

    def __init__(self, name: str, place: Path | URL, server: Server = None) -> None:
        self.name, self.place, self._server = name, place, server
        self.store: CounterStore = opened_at(place)

    @classmethod
    def moved(cls, name: str, place: URL, server: Server, source: Path) -> Ours:
        """Fill one from a file, as `build.py data move` does, and say what that took."""
        made = cls(name, place, server)
        began, before = time.perf_counter(), made.processor()
        with closing(opened(source)) as old:
            sums = move(old.database, made.store.database)
        rows = sum(many for many, _ in sums.values())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print(
            f"  {name}: data move of {rows:,} rows in {time.perf_counter() - began:.1f} s"
            f" (processor {made.processor() - before:.1f}; ours had {memory:.0f} MB at most)",
            flush=True,
        )
        made.store.rewrite()
        return made

    def rows(self, question: Question) -> Rows:
        """What the store answers."""
        hour = 24 * (question.first - DAY_ZERO).days
        query = Query(
            first=hour,
            last=24 * (question.after - DAY_ZERO).days - 1,
            filters=((Dimension.SOURCE, source_name(FILTER)),) if question.filtered else (),
        )
        if question.kind == PER_DAY:
            query = replace(query, interval=Interval.DAY)
        else:
            limit = None if question.limit == EVERY else question.limit
            query = replace(query, dimension=Dimension(question.kind), limit=limit)
        found = self.store.rows(query)
        assert isinstance(found, Rows), found
        return found

    def ask(self, question: Question) -> Answer:
        """What it answers."""
        rows = self.rows(question).rows
        if question.kind == PER_DAY:
            days = ((DAY_ZERO + datetime.timedelta(row.start // 24), row) for row in rows)
            return [(of_day(day), row.visits, row.views) for day, row in days]
        return [(row.cell, getattr(row, _counted(question))) for row in rows]

    def bytes(self) -> int:
        """What the tables have on the disk, with their indexes; of ClickHouse, all merged."""
        if isinstance(self.place, Path):
            return self.place.stat().st_size
        if isinstance(self._server, clickhouse.Server):
            return self._server.bytes_of(self.place.database or "")
        assert self._server
        return self._server.bytes_of(str(self.place.query["options"]).rpartition("=")[2])

    def processor(self) -> float:
        """Seconds of processor of this process, and of the server."""
        of_server = seconds_of(self._server.process.pid) if self._server else 0
        return time.process_time() + of_server

    def close(self) -> None:
        """Let go of it."""
        self.store.close()


def _counted(question: Question) -> str:
    return "views" if question.kind == "page" else "visits"


def told(question: Question, found: Rows) -> tuple[int, int | None]:
    """How much the lines of an answer have together, and what no line has."""
    counted: Sequence[Counts] = (*found.rows, found.beyond)
    name = _counted(question)
    rest = getattr(found.rest, name) if found.rest else None
    return sum(getattr(each, name) for each in counted), rest
