"""Erasure: what is deleted for a person is gone from the files when this says so, or it says not.

Three places hold what a database held: its pages, which SQLite overwrites as it deletes
(secure_delete), the journal of the change, which is overwritten after it, and parts of pages that
rows were moved out of, which are gone once the file is written anew. A server's tables and log are
begun anew. The backups' turn comes with their age.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics.storage.database import Database

__all__ = ["NotErased", "StillThere", "erasing"]


class NotErased(Exception):
    """Nothing was deleted, since somebody reads the database, or it cannot be used: try again.

    `kind` is the kind of failure."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


class StillThere(Exception):
    """It was deleted, but its bytes may still be in `files`. It is tried again by itself."""

    def __init__(self, files: tuple[str, ...]) -> None:
        self.files = files
        super().__init__(*files)


@contextmanager
def erasing(engine: Engine) -> Iterator[Connection]:
    """A transaction after which what it deleted is in none of the database's files.

    Raises NotErased, StillThere.
    """
    database = Database.of(engine)
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise NotErased(type(getattr(error, "orig", error)).__name__) from error
    try:
        database.rewrite()
    except (SQLAlchemyError, sqlite3.Error) as error:
        database.changed()
        raise StillThere(database.files) from error
