"""The databases hold what the register declares, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect

from analytics.visits.model import DIMENSIONS, MEASURES, TIMES
from policy import read_site
from policy.register import Register
from tests.fixtures.small_site import ROOT, SmallSite, small_site

TYPES = {"text": "TEXT", "integer": "BIGINT", "hour": "BIGINT", "second": "BIGINT", "date": "DATE"}
TYPES |= {"hour": "BIGINT", "second": "BIGINT"}
WHEN = {"hour": "hour", "first": "hour", "step": "text"}
"""The columns of the counters that are times: none is finer than an hour."""
P1 = {"contact details", "email", "session information", "account details"}
P2 = {
    "verify accounts",
    "correspond",
    "deliver the service",
    "solve problems",
    "improve the service",
}


@pytest.fixture(scope="module")
def register() -> Register:
    return read_site(ROOT).register


@pytest.fixture
def site(tmp_path):
    with small_site(tmp_path) as site:
        yield site


def live(site: SmallSite, database: str) -> dict[str, dict[str, tuple[str, bool, bool]]]:
    """By table and column: type, whether it may be empty, whether it is in the key."""
    engine = create_engine(f"sqlite:///{site.var}/{database}.sqlite3")
    found = inspect(engine)
    tables = {
        table: {
            column["name"]: (str(column["type"]), column["nullable"], bool(column["primary_key"]))
            for column in found.get_columns(table)
        }
        for table in found.get_table_names()
    }
    engine.dispose()
    return tables


@pytest.mark.promise("P1")
@pytest.mark.parametrize("database", ["counters", "records"])
def test_tables_and_columns_are_those_of_the_register(site, register, database):
    declared = {
        table.name: {
            column.name: (TYPES[column.type], column.optional, column.name in table.key)
            for column in table.columns
        }
        for table in register.tables
        if table.database == database
    }
    assert live(site, database) == declared


@pytest.mark.promise("P1")
def test_what_people_give_is_of_the_kinds_that_are_promised(register):
    """Correspondence is what a person wrote to us, which P11 names."""
    given = {
        column.category
        for table in register.tables
        for column in table.columns
        if column.given_by != "service" or column.category
    }
    assert given <= P1 | {"correspondence"}


@pytest.mark.promise("P2")
def test_everything_that_is_kept_or_read_has_a_purpose_of_the_five(register):
    uses = {purpose.name: purpose.use for purpose in register.purposes}
    entries = (
        *register.cookies,
        *register.storages,
        *register.tables,
        *register.transients,
        *register.windows,
        *register.events,
        *register.logs,
        *register.exceptions,
        *register.connections,
        *register.recipients,
    )
    assert {uses[entry.purpose] for entry in entries} <= P2
    assert {entry.purpose for entry in entries} == set(uses)


@pytest.mark.promise("P6")
@pytest.mark.promise("P9")
def test_nobody_receives_anything(register):
    assert register.recipients == ()


@pytest.mark.promise("P7")
def test_every_table_names_who_may_read_it(register):
    assert all(table.readers for table in register.tables)
    personal = [table for table in register.tables if table.database == "records"]
    assert all("reports" not in table.readers for table in personal)


@pytest.mark.promise("P4")
def test_counters_have_no_column_that_could_tell_one_visit_from_another(register):
    """They are times and cells, and what is in the one list of dimensions and measures."""
    cells = {"pair", "value", "other"}
    for name, keys, measures in (
        ("totals", {"hour"}, MEASURES),
        ("running", {"step", "first", *cells}, MEASURES),
        ("counters", {"step", "first", *cells}, MEASURES),
        ("rare", {"step", "first", "pair", "value"}, TIMES),
    ):
        table = register.table("counters", name)
        columns = [column.name for column in table.columns]
        assert set(table.key) == keys, name
        assert set(columns) == {*keys, *measures}, name
        assert tuple(columns[-len(measures) :]) == measures, "as the one list has them"
        types = {column.name: column.type for column in table.columns}
        assert types == {name: WHEN.get(name, "integer") for name in types}, name
    names = register.table("counters", "names")
    assert [column.name for column in names.columns] == ["dimension", "name", "number", "month"]
    dimension = names.column("dimension")
    assert dimension is not None
    counted = {"country": register.has("countries")}
    assert dimension.options == tuple(each for each in DIMENSIONS if counted.get(each, True))
    assert all(
        part.kind != "random"
        for cookie in register.cookies
        if cookie.signed
        for part in cookie.parts
    )
