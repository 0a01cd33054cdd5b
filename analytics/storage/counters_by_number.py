"""The step from counters by hour and name to counters by number that coarsen.

All that was counted becomes what has not ended, by hour as it was; retention makes days and months
of it, a step at a time. What was counted of two dimensions together was not kept until then.
"""

from __future__ import annotations

from hashlib import blake2b

from sqlalchemy import Connection

__all__ = ["numbers_for_names"]

NUMBERS = {
    "page": 1,
    "entry": 2,
    "source": 3,
    "channel": 4,
    "campaign": 5,
    "missing": 6,
    "goal": 10,
    "funnel": 11,
    "browser": 7,
    "system": 8,
    "device": 9,
}
"""The dimensions that there were, with the numbers that they have since."""

KEY = ("hour", "dimension", "cell")
COLUMNS = {
    "totals": "hour {measures} PRIMARY KEY (hour)",
    "names": "dimension name number month PRIMARY KEY (dimension, name)",
    "running": "step first pair value other {measures}"
    " PRIMARY KEY (step, first, pair, value, other)",
    "counters": "pair step first value other {measures}"
    " PRIMARY KEY (pair, step, first, value, other)",
}
"""As far as they are needed here; what follows brings them to what the register declares."""


def numbers_for_names(connection: Connection) -> None:
    """0.2: names have numbers, and what has ended gets coarser."""
    run = connection.exec_driver_sql
    found = run("SELECT 1 FROM pragma_table_info('counters') WHERE name = 'cell'").first()
    if found is None:
        return
    columns = run("SELECT name FROM pragma_table_info('counters')").scalars()
    measures = [name for name in columns if name not in KEY]
    run("ALTER TABLE counters RENAME TO counters_by_name")
    for table in COLUMNS:
        run(_create(table, measures))
    summed = ", ".join(measures)
    run(
        f"INSERT INTO totals SELECT hour, {summed} FROM counters_by_name"
        " WHERE dimension = 'all' ORDER BY hour"
    )
    for dimension, name, last in run(
        "SELECT dimension, cell, max(hour) FROM counters_by_name WHERE dimension <> 'all'"
        " GROUP BY dimension, cell ORDER BY dimension, cell"
    ).all():
        # Not before the end of its month, which is all that it may tell.
        row = (dimension, name, _free(connection, dimension, name), (last // 744 + 2) * 744)
        run("INSERT INTO names VALUES (?, ?, ?, ?)", row)
    dimensions = " ".join(f"WHEN '{name}' THEN {number}00" for name, number in NUMBERS.items())
    run(
        "INSERT INTO running SELECT 'hour', hour,"
        f" CASE counters_by_name.dimension {dimensions} END, number, 0, {summed}"
        " FROM counters_by_name JOIN names ON names.dimension = counters_by_name.dimension"
        " AND name = cell ORDER BY 1, 2, 3, 4"
    )
    run("DROP TABLE counters_by_name")


def _create(table: str, measures: list[str]) -> str:
    """The statement as what follows would write it."""
    names, key = COLUMNS[table].format(measures=" ".join(measures)).split(" PRIMARY KEY ")
    kinds = dict.fromkeys(("dimension", "name", "step"), "TEXT")
    columns = [f"{name} {kinds.get(name, 'BIGINT')} NOT NULL" for name in names.split()]
    lines = ", \n\t".join([*columns, f"PRIMARY KEY {key}"])
    return f"CREATE TABLE {table} (\n\t{lines}\n)\n WITHOUT ROWID\n\n"


def _free(connection: Connection, dimension: str, name: str) -> int:
    """As `visits.store.names` has it at this step."""
    attempt = 0
    while True:
        digest = blake2b(f"{dimension}\0{name}\0{attempt}".encode(), digest_size=4).digest()
        number = (int.from_bytes(digest) >> 1) + 1
        query = "SELECT 1 FROM names WHERE dimension = ? AND number = ?"
        if connection.exec_driver_sql(query, (dimension, number)).first() is None:
            return number
        attempt += 1
