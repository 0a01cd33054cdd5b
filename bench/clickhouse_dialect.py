"""The statements that the store sends to ClickHouse, on its current dialect, in process (chdb).

    python3 -m venv /srv/chdb && /srv/chdb/bin/pip install chdb   (900 MB)
    python -m bench.clickhouse_dialect /srv/chdb [TESTS ...]

No server is started: whatever the code asks of one, and each INSERT, is carried out by chdb, which
has the dialect of a current ClickHouse. The contract suite of the counters, or other TESTS of
ClickHouse on one server, are run on that. Then all statements that were sent are counted by what
they do, and those that were refused are told.
"""

from __future__ import annotations

import datetime
import json
import re
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from clickhouse_driver.errors import ServerException
from sqlalchemy import URL

from analytics.storage import clickhouse, clickhouse_client
from analytics.storage.clickhouse_client import Answer, Busy
from analytics.visits.store import shared_commits
from tests.fixtures import clickhouse as fixture
from tests.fixtures import counter_stores

TESTS = ["tests/visits/test_counter_store.py"]
ONE_AT_A_TIME = threading.RLock()
WRITERS: dict[str, threading.Lock] = {}
SENT: Counter[str] = Counter()
REFUSED: Counter[tuple[str, str]] = Counter()


class InProcess:
    """The database that all sessions of this process share."""

    engine: Any = None

    @classmethod
    def run(cls, statement: str, database: str) -> Answer:
        """What it answers, with the values as the driver of a server gives them."""
        with ONE_AT_A_TIME:
            SENT[_shape(statement)] += 1
            try:
                cls.engine.query(f"USE {database}")
                told = str(cls.engine.query(statement, "JSONCompact"))
            except RuntimeError as error:
                found = re.search(r"Code: (\d+)", str(error))
                code = int(found[1]) if found else 0
                REFUSED[_shape(statement), str(error)[:300]] += 1
                raise ServerException(str(error), code) from None
        if not told.strip():
            return [], []
        answer = json.loads(told)
        columns = [(each["name"], each["type"]) for each in answer["meta"]]
        rows = [tuple(map(_value, row, (kind for _, kind in columns))) for row in answer["data"]]
        return rows, columns


class Session(clickhouse_client.Session):
    """One that asks it. Whoever writes has the lock that a server has for a query's name."""

    def __init__(self, url: URL, seconds_to_answer: float | None = None) -> None:
        super().__init__(url, seconds_to_answer)
        self._held: threading.Lock | None = None
        self._into = ""

    def ask(
        self,
        statement: str,
        beside: Mapping[str, Sequence[Any]] | None = None,
        called: str | None = None,
    ) -> Answer:
        with ONE_AT_A_TIME:
            for name, (columns, rows) in (beside or {}).items():
                told = ", ".join(f"{column} {kind}" for column, kind in columns)
                InProcess.run(f"CREATE TABLE {name} ({told}) ENGINE = Memory", self.database)
                _insert(name, [column for column, _ in columns], rows, self.database)
            try:
                return InProcess.run(statement, self.database)
            finally:
                for name in beside or {}:
                    InProcess.run(f"DROP TABLE {name}", self.database)

    def ask_patiently(self, statement: str) -> Answer:
        return self.ask(statement)

    @property
    def is_writing(self) -> bool:
        return self._held is not None

    def begin(
        self, table: str = "turn", columns: Sequence[str] = ("nothing",), *, settles: bool = False
    ) -> None:
        lock = WRITERS.setdefault(f"{self._name}{settles}", threading.Lock())
        if not lock.acquire(timeout=clickhouse_client.BUSY_SECONDS):
            raise Busy
        self._held, self._into, self._columns = lock, table, columns

    def end(self, rows: Sequence[Sequence[Any]] = ()) -> None:
        held, self._held = self._held, None
        try:
            _insert(self._into, self._columns, rows, self.database)
        finally:
            if held:
                held.release()

    def close(self) -> None:
        if self._held:
            self._held.release()
        self._held = None


class Server:
    """What the tests ask for as one server."""

    port = 0

    def address(self, folder: Path) -> URL:
        """A database that stands for a folder."""
        name = fixture._name_for(folder)
        InProcess.run(f"CREATE DATABASE IF NOT EXISTS {name}", "default")
        return URL.create("clickhouse", "plainsite", host="127.0.0.1", database=name)

    servers: Sequence[Any] = ()

    def stop(self) -> None:
        """It ends with the process."""

    def ask(self, statement: str, database: str = "default") -> list[tuple[Any, ...]]:
        """What it answers."""
        return InProcess.run(statement, database)[0]


def _insert(table: str, columns: Sequence[str], rows: Sequence[Any], database: str) -> None:
    if not rows:
        return
    lines = [json.dumps(dict(zip(columns, row, strict=True)), default=str) for row in rows]
    head = f"INSERT INTO {table} ({', '.join(columns)}) FORMAT JSONEachRow"
    InProcess.run("\n".join([head, *lines]), database)


def _value(value: Any, kind: str) -> Any:
    if kind == "Date":
        return datetime.date.fromisoformat(value)
    return int(value) if isinstance(value, str) and "Int" in kind else value


def _shape(statement: str) -> str:
    """A statement without its values."""
    text = statement.partition("FORMAT JSONEachRow")[0]
    text = re.sub(r"'(?:[^'\\]|\\.)*'", "'…'", text)
    text = re.sub(r"\b\d+\b", "0", text)
    return re.sub(r"\(0(?:, 0)+\)", "(0)", text)


def main(venv: Path, tests: list[str]) -> int:
    """Run the tests; print what was sent. Nought where all passed."""
    sys.path += [str(each) for each in venv.glob("lib/python3*/site-packages")]
    import chdb.session  # noqa: PLC0415  (it is not among our dependencies)

    with tempfile.TemporaryDirectory(prefix="plainsite-chdb-") as folder:
        InProcess.engine = chdb.session.Session(folder)
        # As in tests/conftest.py: a machine that is slow fails no test.
        shared_commits.STUCK_SECONDS = shared_commits.SECONDS_TO_COMMIT = 90
        ((version,),), _ = InProcess.run("SELECT version()", "default")
        clickhouse.Session = Session  # type: ignore[misc]  # as it is used there
        fixture.server = fixture.shards = cache(Server)  # type: ignore[assignment]  # as there
        engines: Any = counter_stores.ENGINES
        engines.update({"clickhouse": counter_stores.EVERY["clickhouse on one"]})
        # The fixtures are there already, with what was put in the place of servers.
        words = ["-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        status = pytest.main([*words, "-k", "clickhouse", *tests])
        InProcess.engine.close()
    kinds = Counter[str]()
    for shape, times in SENT.items():
        kinds[" ".join(shape.split()[:2])] += times
    print(f"\nClickHouse {version}, in process: {SENT.total():,} statements of {len(SENT):,} forms")
    for kind, times in kinds.most_common():
        print(f"  {times:8,} {kind}")
    print(f"{REFUSED.total()} were refused, of {len(REFUSED)} forms")
    for (shape, error), times in REFUSED.most_common():
        print(f"  {times} × {shape[:200]}\n    {error}")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:] or TESTS))
