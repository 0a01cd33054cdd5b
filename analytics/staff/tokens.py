"""Tokens: what programs read our figures with, in the table `tokens`.

A token is sent as RFC 6750 has it, section 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Engine

from analytics.staff.accounts import check_roles
from analytics.staff.grants import Grant, GrantError, Grants
from analytics.staff.roles import COUNTERS, needed
from analytics.storage.schema import metadata
from policy import Register

__all__ = ["PREFIX", "Token", "Tokens"]

PREFIX = "plainsite_"
"""So that a secret which was published by mistake is found by programs that look for such."""


@dataclass(frozen=True)
class Token(Grant):
    """One token, without its secret."""

    THING: ClassVar[str] = "token"

    @property
    def roles(self) -> tuple[str, ...]:
        """It reads what an account with one of these reads of the figures."""
        return self.parts


@dataclass(frozen=True)
class Tokens(Grants[Token]):
    """The table `tokens` of the records database."""

    KIND: ClassVar[type[Grant]] = Token
    COLUMN: ClassVar[str] = "roles"
    PREFIX: ClassVar[str] = PREFIX

    @classmethod
    def of(cls, records: Engine, register: Register) -> Tokens | None:
        """Those of a site; None where nothing is counted that they could read."""
        table = metadata(register, "records").tables.get("tokens")
        return None if table is None else cls(records, table, register)

    @property
    def roles(self) -> tuple[str, ...]:
        """Those that a token can have: they may read figures, which is all that it is for."""
        return needed(self.register, COUNTERS)

    def check_parts(self, parts: tuple[str, ...]) -> None:
        """Roles that there are, and that may read figures."""
        check_roles(self.register, parts, "token")
        allowed = self.roles
        for role in parts:
            if role not in allowed:
                hint = f"give one or more of {', '.join(allowed)}"
                raise GrantError(f'the role "{role}" may not read figures', hint)
