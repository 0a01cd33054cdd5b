"""Who may read what: the register's `readers` of each table, and nothing besides."""

from collections.abc import Collection, Iterable

from policy import Register
from policy.register import Table

__all__ = [
    "ACCESS_LOG",
    "ANNOTATIONS",
    "ASKS",
    "CONSENTS",
    "CONTACTS",
    "COUNTERS",
    "COVERAGE",
    "EXPERIMENTS",
    "OUTBOX",
    "RETENTION_RUNS",
    "SHARED_LINKS",
    "STAFF",
    "TOKENS",
    "TableName",
    "declared",
    "known",
    "may_read",
    "needed",
]

TableName = tuple[str, str]

CONSENTS: tuple[TableName, ...] = (("counters", "consents"),)
COUNTERS: tuple[TableName, ...] = (("counters", "counters"),)
COVERAGE: tuple[TableName, ...] = (
    *COUNTERS,
    ("counters", "pages_served"),
    ("counters", "refusals"),
    ("counters", "struck_hours"),
)
EXPERIMENTS: tuple[TableName, ...] = (("counters", "experiments"),)
ASKS: TableName = ("records", "asks")
CONTACTS: tuple[TableName, ...] = (
    ("records", "contacts"),
    ("records", "submissions"),
    ("records", "permissions"),
    ASKS,
)
OUTBOX: tuple[TableName, ...] = (("records", "outbox"),)
ACCESS_LOG: tuple[TableName, ...] = (("records", "access_log"),)
RETENTION_RUNS: tuple[TableName, ...] = (("records", "retention_runs"),)
STAFF: tuple[TableName, ...] = (("records", "staff"),)
ANNOTATIONS: tuple[TableName, ...] = (("counters", "annotations"),)
TOKENS: tuple[TableName, ...] = (("records", "tokens"),)
SHARED_LINKS: tuple[TableName, ...] = (("records", "shared_links"),)


def known(register: Register) -> frozenset[str]:
    """Every role: the readers of all tables together."""
    return frozenset(role for table in register.tables for role in table.readers)


def declared(register: Register, tables: Iterable[TableName]) -> bool:
    """Whether this site has all of the tables."""
    here = {(str(table.database), table.name) for table in register.tables}
    return here.issuperset(tables)


def needed(register: Register, tables: Iterable[TableName]) -> tuple[str, ...]:
    """The roles that may read every one of the tables, in the order of the first's readers."""
    asked: list[Table] = [register.table(*name) for name in tables]
    return tuple(role for role in asked[0].readers if all(role in table.readers for table in asked))


def may_read(register: Register, roles: Iterable[str], tables: Collection[TableName]) -> bool:
    """Whether somebody with these roles may read every one of the tables, which are there."""
    if not tables:
        return True
    return declared(register, tables) and not set(roles).isdisjoint(needed(register, tables))
