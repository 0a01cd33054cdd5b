"""What is said to a ClickHouse server: questions, and one INSERT that waits for its rows.

A query has a name, and no two that run at once may have the same
(https://clickhouse.com/docs/operations/settings/settings#replace_running_query). An INSERT whose
rows are still to come runs. So whoever writes first opens the INSERT that will write, under the
name that all writers use, and then reads what decides of its rows: it ends with them, or with the
connection, so nobody writes on after others thought that it had gone.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from importlib import import_module
from logging import NullHandler, getLogger
from typing import Any

from sqlalchemy import URL

from analytics.storage.clickhouse_layout import TURN
from analytics.storage.clickhouse_rules import PORT, quoted

__all__ = ["BUSY_SECONDS", "Answer", "Busy", "Session", "errors"]

Answer = tuple[list[tuple[Any, ...]], list[tuple[str, str]]]
"""Rows, and the name and type of each column."""

BUSY_SECONDS = 15.0
"""So long a collector waits for its turn. The server gives it to whoever asks when it is free, and
not to the one who waited longest: on a busy machine, many commits of others may come between."""

SECONDS_TO_ANSWER = 15
SECONDS_TO_WRITE_ANEW = 600
IS_RUNNING = 216
TIMES = {"connect_timeout": 3, "sync_request_timeout": 5, "tcp_keepalive": (10, 5, 3)}
SESSION = {
    # What was asked, and so what was counted, stands in no table of the server's.
    "log_queries": 0,
    "max_threads": 2,
    "join_default_strictness": "ALL",
    # However many rows an INSERT has, they are one part, and there at one moment.
    "min_insert_block_size_rows": 1_000_000_000,
    "min_insert_block_size_bytes": 1 << 40,
    # A process of ours that was stopped while it writes keeps the others waiting for so long.
    "receive_timeout": 300,
    "optimize_throw_if_noop": 1,
    # Of several servers none is left out, and what is asked of all is answered by all.
    "skip_unavailable_shards": 0,
    "connect_timeout_with_failover_ms": 3_000,
    "distributed_product_mode": "global",
}
AT_ONCE = 1_000_000
"""Rows that the driver sends in a block."""

SETTLES = " settles"
"""What the name of a query ends with that has rows go to the server where they belong."""


class Busy(Exception):
    """Others have been writing for longer than anybody waits."""


def errors() -> Any:
    """Those of the driver, which is loaded only where it is used: that takes 0.15 s."""
    return import_module("clickhouse_driver.errors")


class Session:
    """With the server at `url`. Nothing is opened before it is used. No two threads may use it at
    once."""

    def __init__(self, url: URL, seconds_to_answer: float | None = None) -> None:
        self._url, self._seconds = url, seconds_to_answer or SECONDS_TO_ANSWER
        self._reader, self._writer = self._client(), self._client()
        self._waiting: Any = None
        self.database = quoted(url.database)
        self._name = f"plainsite {url.database}"

    def _client(self) -> Any:
        url = self._url
        # What fails is said by whoever asked; the driver would write it to the output as well.
        getLogger("clickhouse_driver").addHandler(NullHandler())
        return import_module("clickhouse_driver").Client(
            url.host or "localhost",
            port=url.port or PORT,
            user=url.username or "default",
            password=url.password or "",
            database=url.database,
            settings={**SESSION, "insert_block_size": AT_ONCE},
            secure=url.query.get("secure") == "true",
            send_receive_timeout=self._seconds,
            client_name="plainsite",
            **TIMES,
        )

    def ask(
        self,
        statement: str,
        beside: Mapping[str, Sequence[Any]] | None = None,
        called: str | None = None,
    ) -> Answer:
        """What the server answers. `beside` are tables that this question alone sees: of each, its
        columns with their types, and then its rows. Raises the driver's errors, OSError, EOFError.
        """
        tables = []
        for name, (columns, rows) in (beside or {}).items():
            names = [each for each, _ in columns]
            data = [dict(zip(names, row, strict=True)) for row in rows]
            tables.append({"name": name, "structure": columns, "data": data})
        found = self._reader.execute(
            statement, with_column_types=True, external_tables=tables, query_id=called
        )
        return found if isinstance(found, tuple) else ([], [])

    def ask_patiently(self, statement: str) -> Answer:
        """As `ask`, of what may take the time that writing all anew takes. A server that stands
        still is not waited for so long: it is asked before whether it answers at all."""
        self.ask("SELECT 1")
        with closing(Session(self._url, SECONDS_TO_WRITE_ANEW)) as patient:
            return patient.ask(statement)

    def settle(self, statement: str) -> None:
        """As `ask_patiently`, of what nobody else may do on this server meanwhile. Raises Busy, and
        as `ask`."""
        self.ask("SELECT 1")
        with closing(Session(self._url, SECONDS_TO_WRITE_ANEW)) as patient:
            _in_turn(lambda: patient._settled(statement))

    def _settled(self, statement: str) -> bool:
        try:
            self.ask(statement, called=f"{self._name}{SETTLES}")
        except errors().ServerException as error:
            if error.code == IS_RUNNING:
                return False
            raise
        return True

    @property
    def is_writing(self) -> bool:
        """Whether an INSERT waits."""
        return self._waiting is not None

    def begin(
        self, table: str = TURN, columns: Sequence[str] = ("nothing",), *, settles: bool = False
    ) -> None:
        """Open the INSERT that will write, once nobody else has one; or one that keeps others from
        `settle`. Raises Busy, and as `ask`."""
        name = f"{self._name}{SETTLES if settles else ''}"
        _in_turn(lambda: self._opened(f"INSERT INTO {table} ({', '.join(columns)}) VALUES", name))

    def begin_nothing(self, called: str) -> None:
        """Open an INSERT into a table that this connection alone sees, under a name of its own.
        Raises as `ask`."""
        self._writer.execute("CREATE TEMPORARY TABLE IF NOT EXISTS unseen (nothing UInt8)")
        self._opened("INSERT INTO unseen (nothing) VALUES", called)

    def _opened(self, statement: str, name: str) -> bool:
        client = self._writer
        try:
            with client.disconnect_on_error(statement, None):
                client.connection.send_query(statement, query_id=name)
                client.connection.send_external_tables(None)
                self._waiting = client.receive_sample_block()
        except errors().ServerException as error:
            if error.code == IS_RUNNING:
                return False
            raise
        return True

    def end(self, rows: Sequence[Sequence[Any]] = ()) -> None:
        """Give the INSERT its rows: on return they are there, or none of them is. Raises as `ask`;
        then nobody knows."""
        sample, self._waiting = self._waiting, None
        client = self._writer
        try:
            client.send_data(sample, rows)
            client.receive_end_of_insert_query()
        except BaseException:
            client.disconnect()
            raise

    def give_up(self) -> None:
        """Write nothing."""
        if self.is_writing:
            with suppress(Exception):  # The connection is closed then, and that ends it as well.
                self.end()

    def close(self) -> None:
        """End all that was begun. Nothing is written."""
        self._waiting = None
        for client in (self._writer, self._reader):
            with suppress(Exception):
                client.disconnect()


def _in_turn(does: Callable[[], bool]) -> None:
    """Do something once nobody else does it. Raises Busy."""
    until = time.monotonic() + BUSY_SECONDS
    pause = 0.001
    while not does():
        if time.monotonic() > until:
            raise Busy
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  (so that two do not keep step)
        pause = min(2 * pause, 0.02)
