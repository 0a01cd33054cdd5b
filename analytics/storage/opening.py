"""A database at an address: in a file, or on a server."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL

from analytics.storage.clickhouse import ClickHouse
from analytics.storage.database import Database, Name
from analytics.storage.known_tables import KnownTables
from analytics.storage.postgresql import PostgreSQL
from analytics.storage.store import LookedAfter
from policy import Register

__all__ = ["database_at"]


def database_at(
    name: Name, address: Path | URL, register: Register, known: KnownTables | None = None
) -> LookedAfter:
    """One of the two, for whoever looks after it. Nothing is opened before it is used."""
    if isinstance(address, URL) and address.drivername == "clickhouse":
        return ClickHouse(name, address, register, known=known)
    if isinstance(address, URL):
        return PostgreSQL(name, address, register, known=known)
    return Database(name, address, register, known=known)
