"""A server keeps no samples of what is in the tables.

For the plans of its queries it takes some values of each column, in `pg_statistic`, and they stay
there when their rows are erased (https://www.postgresql.org/docs/15/planner-stats.html). The tables
are read by their keys, which need no such plans.
"""

from __future__ import annotations

from sqlalchemy import Connection

__all__ = ["take_no_samples"]

SAMPLED = """
SELECT quote_ident(c.relname), quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
  EXISTS (
    SELECT FROM pg_stats AS s
    WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
  )
FROM pg_attribute AS a
JOIN pg_class AS c ON c.oid = a.attrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid)
  AND (a.attstattarget IS DISTINCT FROM 0 OR EXISTS (
    SELECT FROM pg_stats AS s
    WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
  ))
ORDER BY 1, 2
"""


def take_no_samples(connection: Connection) -> None:
    """Have the server take none of any table, and drop what it has. Raises SQLAlchemyError."""
    ask = connection.exec_driver_sql
    for table, column, kind, has_some in ask(SAMPLED).all():
        ask(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
        if has_some:  # They go with a column's type, even where it is the same.
            ask(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}")
