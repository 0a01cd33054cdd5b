"""Connections to a PostgreSQL server that answers in time, or is taken for one that is away.

A server that hangs closes nothing, so whoever asks it would wait without end: its machine lost its
power, the network was cut, its disk does not answer. So each answer has a time, after which the
connection is closed. What a commit did whose answer did not come is not known.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.types.numeric import IntLoader
from sqlalchemy import Connection

__all__ = ["BUSY_MS", "SECONDS_TO_WRITE_ANEW", "connect", "patiently"]

BUSY_MS = 5_000
SECONDS_TO_ANSWER = 15.0
SECONDS_TO_WRITE_ANEW = 600.0
CONNECTION = {
    "connect_timeout": 3,
    "client_encoding": "utf8",
    # Where the other machine is gone (https://www.postgresql.org/docs/15/libpq-connect.html).
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
SESSION = {
    # What was committed is on the disk, whatever the server's own settings say.
    "synchronous_commit": "on",
    "default_transaction_isolation": "'read committed'",
    "lock_timeout": str(BUSY_MS),
    # A process of ours that was stopped in a transaction keeps the others waiting for so long.
    "idle_in_transaction_session_timeout": "60000",
    # Values of a statement that failed do not stand in the server's log.
    "log_parameter_max_length_on_error": "0",
}

Answer = TypeVar("Answer")


class TimedConnection(psycopg.Connection[Any]):
    """Closed where the server does not answer within `seconds_to_answer`."""

    seconds_to_answer = 0.0

    def wait(
        self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = None
    ) -> Answer:
        """What the server answers. Raises OperationalError where nothing came in time."""
        return super().wait(self._in_time(gen), interval, timeout)

    def _in_time(self, steps: PQGen[Answer]) -> PQGen[Answer]:
        until = time.monotonic() + (self.seconds_to_answer or SECONDS_TO_ANSWER)
        try:
            wanted = next(steps)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() >= until:
                    self.close()
                    raise psycopg.OperationalError("the server did not answer in time")
                wanted = steps.send(ready)
        except StopIteration as done:
            answer: Answer = done.value
            return answer


def connect(
    _dialect: object, _record: object, words: Any, options: Any, *, schema: str
) -> TimedConnection:
    """A connection whose session is as ours are, in a `schema` of its own or in that of the
    address, for SQLAlchemy's event."""
    connection = TimedConnection.connect(*words, **{**options, **CONNECTION})
    # Sums of whole numbers come as PostgreSQL's numeric.
    connection.adapters.register_loader("numeric", IntLoader)
    connection.autocommit = True
    of_site = {"search_path": f'"{schema}"'} if schema else {}
    for name, value in (SESSION | of_site).items():
        connection.execute(f"SET {name} = {value}")
    connection.autocommit = False
    return connection


@contextmanager
def patiently(connection: Connection) -> Iterator[None]:
    """Give each answer the time that writing whole tables takes."""
    timed: Any = connection.connection.driver_connection
    timed.seconds_to_answer = SECONDS_TO_WRITE_ANEW
    try:
        yield
    finally:
        timed.seconds_to_answer = 0.0
