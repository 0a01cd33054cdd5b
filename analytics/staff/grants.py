"""What is granted for a time to whoever shows a secret: tokens of programs, and links to figures.

A secret is random and shown once. The table holds its hash, who made it, what may be read with it,
and the day on which it ends.
"""

from __future__ import annotations

import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from sqlalchemy import Column, Connection, Engine, RowMapping, Table, delete, insert, select

from analytics.staff.accounts import USERNAME, AccountError, same_name
from policy import Register
from policy.faults import nearest

__all__ = ["LONGEST_DAYS", "MOST", "Grant", "GrantError", "Grants"]

LONGEST_DAYS = 366
MOST = 100


class GrantError(AccountError):
    """A grant that cannot be made or is not there: what is wrong, and in `hint` how to mend it."""


@dataclass(frozen=True)
class Grant:
    """One grant, without its secret: `parts` may be read, up to and including the day `ends_on`."""

    id: str
    name: str
    parts: tuple[str, ...]
    made_by: str
    made_on: date
    ends_on: date

    THING: ClassVar[str] = "grant"

    def is_good(self, today: date) -> bool:
        """Whether it has not ended."""
        return today <= self.ends_on

    @property
    def username(self) -> str:
        """How the access log calls it: no account's name has a space."""
        return f"{self.THING} {self.name}"


Kind = TypeVar("Kind", bound=Grant)


@dataclass(frozen=True)
class Grants(ABC, Generic[Kind]):
    """A table of grants of one kind, in the records database."""

    engine: Engine
    table: Table
    register: Register

    KIND: ClassVar[type[Grant]] = Grant
    COLUMN: ClassVar[str] = "parts"
    """Where the table has what may be read."""

    PREFIX: ClassVar[str] = ""

    def make(  # noqa: PLR0913, PLR0917  (each is a fact that only the caller knows)
        self,
        connection: Connection,
        name: str,
        parts: Collection[str],
        made_by: str,
        today: date,
        days: int,
    ) -> tuple[Kind, str]:
        """A new grant that ends in so many `days`, and its secret, within the caller's transaction.

        Raises GrantError where the name, the parts or the days will not do.
        """
        called, chosen = same_name(name), tuple(dict.fromkeys(parts))
        self._check(connection, called, days)
        self.check_parts(chosen)
        secret = self.PREFIX + secrets.token_urlsafe(32)
        row = {
            "id": secrets.token_hex(8),
            "name": called,
            "secret_hash": _hash(secret),
            self.COLUMN: " ".join(chosen),
            "made_by": made_by,
            "made_on": today,
            "ends_on": today + timedelta(days=days),
        }
        connection.execute(insert(self.table).values(row))
        return self._grant(row), secret

    def find(self, secret: str, today: date) -> Kind | None:
        """The grant with this secret; None where there is none, or it has ended."""
        grant = self.known(secret)
        return grant if grant and grant.is_good(today) else None

    def known(self, secret: str) -> Kind | None:
        """The grant with this secret, also one that has ended; None where none is kept."""
        if not secret.startswith(self.PREFIX):
            return None
        query = select(*self._shown()).where(self.table.c.secret_hash == _hash(secret))
        with self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else self._grant(row._mapping)

    def all(self) -> tuple[Kind, ...]:
        """Every grant that is kept, also those that have ended, by name."""
        query = select(*self._shown()).order_by(self.table.c.name)
        with self.engine.connect() as connection:
            return tuple(self._grant(row._mapping) for row in connection.execute(query))

    def revoke(self, connection: Connection, name: str) -> Kind:
        """Delete a grant, within the caller's transaction: nothing can be read with it any more.

        Raises GrantError where there is none of that name.
        """
        called = same_name(name)
        rows = connection.execute(select(*self._shown()).order_by(self.table.c.name)).all()
        grants = {row.name: self._grant(row._mapping) for row in rows}
        if called not in grants:
            hint = nearest(called, grants) if grants else "there is none yet"
            raise GrantError(f'there is no {self._thing} "{called}"', hint)
        connection.execute(delete(self.table).where(self.table.c.name == called))
        return grants[called]

    @abstractmethod
    def check_parts(self, parts: tuple[str, ...]) -> None:
        """Raise GrantError, or another AccountError, where these cannot be granted."""

    @property
    def _thing(self) -> str:
        return self.KIND.THING

    def _shown(self) -> list[Column[Any]]:
        return [column for column in self.table.c if column.name != "secret_hash"]

    def _grant(self, row: RowMapping | dict[str, Any]) -> Kind:
        parts = tuple(row[self.COLUMN].split())
        named = (row["id"], row["name"], parts, row["made_by"], row["made_on"], row["ends_on"])
        return self.KIND(*named)  # type: ignore[return-value]  # each class names its own

    def _check(self, connection: Connection, name: str, days: int) -> None:
        if not USERNAME.fullmatch(name):
            hint = "use 2 to 64 letters from a to z, digits, and . _ @ -"
            raise GrantError(f'"{name}" cannot be the name of a {self._thing}', hint)
        names = set(connection.execute(select(self.table.c.name)).scalars())
        if name in names:
            raise GrantError(f'there is already a {self._thing} "{name}"', "choose another name")
        if len(names) >= MOST:
            hint = "revoke those that are not used any more"
            raise GrantError(f"there are {MOST} {self._thing}s, and no more are kept", hint)
        if not 1 <= days <= LONGEST_DAYS:
            hint = f"let it end in 1 to {LONGEST_DAYS} days"
            raise GrantError(f"a {self._thing} cannot end in {days} days", hint)


def _hash(secret: str) -> str:
    """It has 256 random bits, so that a quick hash cannot be turned round."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
