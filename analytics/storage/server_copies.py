"""Copies of a database that a server keeps, as SQLite files, so that backups have one form."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine

from analytics.storage import catalog
from analytics.storage.database import Database
from analytics.storage.migrations import STEPS
from analytics.storage.moving import check_free, copy_rows, move, reading
from analytics.storage.store import LookedAfter

__all__ = ["copy_to_file", "put_back"]


def copy_to_file(database: LookedAfter, path: Path) -> None:
    """Write what a server has at one moment to a new SQLite file, while others write on.

    Raises DatabaseUnavailable, SQLAlchemyError.
    """
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)
    try:
        with reading(database, alone=False) as old, engine.begin() as new:
            database.tables.create_all(new)
            copy_rows(old, new, database.tables)
            catalog.write_version(new, len(STEPS[database.name]))
    finally:
        engine.dispose()


def put_back(copies: Mapping[Path, LookedAfter]) -> None:
    """Have servers take what such files have. Each must be empty, or have it already, which is seen
    before the first takes anything.

    Raises Refusal, DatabaseUnavailable, SQLAlchemyError.
    """
    for do in (check_free, move):
        for path, database in copies.items():
            with closing(Database(database.name, path, database.register)) as file:
                do(file, database)
