"""One moment of what ClickHouse keeps: the files that were there on the server that is written to,
by their number. Of several servers, the others change while rows go where they belong, and no file
tells that: it is seen afterwards whether any did.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analytics.storage.clickhouse_layout import SHARD, Layout
from analytics.storage.clickhouse_settling import are_even, marks_in

__all__ = ["TRIES", "Moment"]

Ask = Callable[[str], Any]

TRIES = 5
BLOCKS = (
    "SELECT {0} FROM system.parts WHERE active AND database = currentDatabase() AND table = '{1}'"
)
NEWEST, NUMBER = "max(max_block_number)", "count()"
MIXED = " AND min_block_number <= {0} AND max_block_number > {0}"
MIN_BLOCK = "toUInt64(splitByChar('_', _part)[2])"
"""The number of the first INSERT that a file's rows are of; the next number is that of the last."""


class Moment:
    """The one in which a file of a number was the newest. `database` is what theirs is called."""

    def __init__(self, layout: Layout, database: str, newest: int) -> None:
        self._layout, self._newest = layout, newest
        self._shard = f"{database}.{SHARD}"

    @classmethod
    def now(cls, layout: Layout, database: str, ask: Ask) -> Moment:
        """This one."""
        ((newest,),), _ = ask(BLOCKS.format(NEWEST, layout.cells))
        return cls(layout, database, newest)

    @property
    def condition(self) -> str:
        """What rows meet that were there."""
        before = f"{MIN_BLOCK} <= {self._newest}"
        if self._layout.servers == 1:
            return before
        # What stands behind IN is asked of each server by itself.
        return f"({before} OR 1 NOT IN (SELECT number FROM {self._shard}))"

    def was_seen(self, ask: Ask) -> bool:
        """Whether all that was asked since saw it: not where the server merged rows of before with
        later ones, nor where another has taken rows since, or was taking some."""
        query = BLOCKS.format(NUMBER, self._layout.cells) + MIXED.format(self._newest)
        ((mixed,),), _ = ask(query)
        if mixed or self._layout.servers == 1:
            return not mixed
        # The first gives away last: if all are where it was, none has taken any since.
        marks, _ = ask(marks_in(self._layout.whole, self.condition))
        return are_even(dict(marks), self._layout.servers)
