"""ClickHouse as SQLAlchemy knows an engine: by what it says differently. What it does differently
is in `clickhouse_dbapi`."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect

from analytics.storage import clickhouse_dbapi

__all__ = ["ClickHouseDialect"]


class ClickHouseDialect(DefaultDialect):
    """Statements with question marks, and tables that `clickhouse_layout` lays out."""

    name = "clickhouse"
    driver = "native"
    default_paramstyle = "qmark"
    supports_statement_cache = True
    supports_sane_rowcount = True
    supports_sane_multi_rowcount = False
    postfetch_lastrowid = False
    supports_native_boolean = False

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        """The errors and the cursor."""
        return clickhouse_dbapi

    def initialize(self, connection: Connection) -> None:
        """The server is asked about when the database is taken up."""

    def do_ping(self, dbapi_connection: Any) -> bool:
        """Whether the server answers."""
        dbapi_connection.ask("SELECT 1")
        return True

    def is_disconnect(self, e: Any, connection: Any, cursor: Any) -> bool:
        """Whether it is away."""
        found = getattr(connection, "is_lost", None)
        return bool(found)


registry.register("clickhouse", __name__, "ClickHouseDialect")
