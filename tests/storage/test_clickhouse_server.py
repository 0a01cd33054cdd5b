"""What a ClickHouse server must be, what it may hold beside ours, and what is said where it is
otherwise, or stands still."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL
from sqlalchemy.exc import SQLAlchemyError

from analytics.storage import clickhouse_client
from analytics.storage.addresses import Addresses
from analytics.storage.clickhouse_errors import OperationalError
from analytics.storage.clickhouse_layout import CELLS, OWNER, TURN, Layout
from analytics.storage.clickhouse_merging import COPY
from analytics.storage.clickhouse_rules import refused
from analytics.storage.clickhouse_strangers import COLUMNS, TABLES, strangers
from analytics.storage.known_tables import KnownTables
from analytics.storage.schema import metadata
from analytics.storage.unusable import DatabaseUnavailable
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.base import StoreError
from analytics.visits.store.clickhouse import ClickHouseCounters
from policy import Faults, read_site
from tests.fixtures.clickhouse import Server, server
from tests.fixtures.collectors import wait_until
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
LAYOUT = Layout(metadata(REGISTER, "counters"))
NEW, OLD = LAYOUT.new, LAYOUT.old
KEY, SUMS = f"({', '.join(LAYOUT.key)})", f"({', '.join(LAYOUT.sums)})"
VIEW = Increment(Dimension.ALL, "", visits=1, views=1)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be taken up is tried again by whoever comes next, not two seconds later."""
    monkeypatch.setattr("analytics.storage.server.SECONDS_BETWEEN_TRIES", 0.0)


@pytest.fixture
def url(tmp_path: Path) -> URL:
    """An empty database."""
    return server().address(tmp_path)


@pytest.fixture
def counters(url: URL) -> Iterator[ClickHouseCounters]:
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        yield counters


def ask(url: URL, statement: str) -> list[tuple[object, ...]]:
    """As the administrator of the server does."""
    return server().ask(statement, url.database or "")


def tables(url: URL) -> set[object]:
    query = f"SELECT name FROM system.tables WHERE database = '{url.database}'"
    return {name for (name,) in ask(url, query)}


@pytest.mark.parametrize("name", [CELLS, NEW, OLD, f"{COPY}7", f"{COPY}of_mine", "names", TURN])
def test_what_others_made_is_left_as_it_is(url: URL, name: str) -> None:
    """Though it has a name that Plainsite uses, or would drop."""
    ask(url, f"CREATE TABLE {name} (who String) ENGINE = Log")
    ask(url, f"INSERT INTO {name} SELECT 'me'")
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        (fault,) = counters.database.check()
        assert fault.message.startswith(
            f'the table "{name}" of {url.database} at 127.0.0.1:{url.port} was not'
        )
        with pytest.raises(DatabaseUnavailable):
            counters.database.take_up()
        with pytest.raises(DatabaseUnavailable):
            counters.rewrite()
        assert ask(url, f"SELECT who FROM {name}") == [("me",)]
        assert tables(url) == {name}, "something was made beside it"
        ask(url, f"DROP TABLE {name}")
        counters.add(3, [VIEW])
        assert [row.visits for row in counters.series(0, 9)] == [1]


@pytest.mark.parametrize("name", [f"{COPY}7", f"{COPY}of_mine"])
def test_what_others_make_while_the_service_runs_is_not_dropped(
    counters: ClickHouseCounters, url: URL, name: str
) -> None:
    counters.add(3, [VIEW])
    ask(url, f"CREATE TABLE {name} (who String) ENGINE = Log")
    counters.rewrite()
    assert name in tables(url)


@pytest.mark.parametrize(
    "engine",
    [
        "Log",
        f"MergeTree ORDER BY {KEY}",
        "SummingMergeTree((there_sum)) ORDER BY (of_table)",
        f"SummingMergeTree((there_sum)) ORDER BY {KEY}",
        f"SummingMergeTree({SUMS}) PARTITION BY of_table ORDER BY {KEY}",
    ],
)
def test_a_table_that_would_not_keep_what_is_counted_is_not_taken(url: URL, engine: str) -> None:
    """Somebody made it with our columns: its rows would not be summed, or be lost in a merge."""
    columns = LAYOUT.create(CELLS).partition(" ENGINE = ")[0]
    ask(url, f"{columns} ENGINE = {engine}")
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        (fault,) = counters.database.check()
        assert fault.message.startswith(f'the table "{CELLS}" of ')
        with pytest.raises(StoreError):
            counters.add(3, [VIEW])
    assert tables(url) == {CELLS}


def test_views_without_what_they_show_are_a_loss(url: URL) -> None:
    """Also to a service that does not know what was there. What the hint says mends it."""
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        counters.add(3, [VIEW])
    ask(url, f"DROP TABLE {CELLS}")
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        (fault,) = counters.database.check()
        assert f'has lost the table "{CELLS}", with what it held' in fault.message
        assert not counters.database.state.usable
        assert CELLS not in tables(url)
        for statement in fault.hint.partition(" in clickhouse-client")[0].split(" and "):
            server().ask(statement)
        assert counters.database.check() == ()
        counters.add(3, [VIEW])


def test_who_was_stopped_between_two_names_lost_nothing(url: URL) -> None:
    """A server that is killed while it renames two tables may have renamed one."""
    known = KnownTables("counters")
    with closing(ClickHouseCounters(url, REGISTER, known=known)) as counters:
        counters.add(3, [VIEW])
    ask(url, f"RENAME TABLE {CELLS} TO {NEW}")
    ask(url, f"CREATE TABLE {OLD} AS {NEW}")
    with closing(ClickHouseCounters(url, REGISTER, known=known)) as counters:
        assert counters.database.check() == ()
        assert [row.visits for row in counters.series(0, 9)] == [1]
    assert {NEW, OLD}.isdisjoint(tables(url))


def test_tables_follow_the_register_and_nothing_else_may_be_there(url: URL) -> None:
    """As in a file: a column that is missing comes, what nobody declared is named, and what was
    lost is not made anew."""
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        counters.add(3, [VIEW])
    ask(url, f"ALTER TABLE {CELLS} DROP COLUMN engaged_ms_sum")
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        (row,) = counters.series(0, 9)
        assert (row.visits, row.engaged_ms) == (1, 0)
        ask(url, "CREATE TABLE copies (who String) ENGINE = Log")
        (fault,) = counters.database.check()
        assert 'has a table "copies" that is not declared' in fault.message
        server().ask(fault.hint.partition(": ")[2].removesuffix(" in clickhouse-client"))
        assert counters.database.check() == ()
        ask(url, "DROP TABLE rare")
        counters.database.look()
        assert counters.database.lost() == ("rare",)
        assert not counters.database.state.usable


def test_a_server_that_would_make_the_register_untrue_is_refused(tmp_path: Path) -> None:
    """It would keep when something was counted. What the hint says mends it."""
    log = "<part_log><database>system</database><table>part_log</table></part_log>"
    own = Server(log)
    try:
        url = own.address(tmp_path)
        own.ask("CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a", url.database or "")
        own.ask("INSERT INTO kept SELECT 1", url.database or "")
        own.ask("DROP TABLE kept", url.database or "")
        wait_until(lambda: bool(own.ask("SELECT 1 FROM system.tables WHERE name = 'part_log'")))
        with closing(ClickHouseCounters(url, REGISTER)) as counters:
            (fault,) = counters.database.check()
            assert "system.part_log, which tells when something was counted" in fault.message
            assert counters.database.state.usable is False
            own.kill()
            configuration = own.folder / "config.xml"
            configuration.write_text(configuration.read_text().replace(log, ""))
            own.start()
            own.ask(fault.hint.rpartition("and ")[2])
            assert counters.database.check() == ()
    finally:
        own.stop()


def test_a_server_that_went_away_is_told_by_who_looks(tmp_path: Path) -> None:
    """Before anybody needs it."""
    own = Server()
    try:
        with closing(ClickHouseCounters(own.address(tmp_path), REGISTER)) as counters:
            counters.add(3, [VIEW])
            counters.database.look()
            own.kill()
            counters.database.look()
            (fault,) = counters.database.state.faults
            assert fault.message == "the server does not answer"
            own.start()
            wait_until(lambda: counters.database.state.works)
            counters.database.look()
            assert counters.database.state.works
    finally:
        own.stop()


def test_a_server_that_stands_still_is_one_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes connections and answers none. Nobody waits for it as for the longest of its work:
    neither who counts, nor who merges, takes it up or closes it."""
    monkeypatch.setattr(clickhouse_client, "SECONDS_TO_ANSWER", 1)
    own = Server()
    try:
        counters = ClickHouseCounters(own.address(tmp_path), REGISTER)
        counters.add(3, [VIEW])
        own.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(SQLAlchemyError):
            counters.rewrite()
        with pytest.raises(StoreError):
            counters.add(3, [VIEW])
        (fault,) = counters.database.state.faults
        assert fault.message == "the server does not answer"
        counters.close()
        assert time.monotonic() - began < clickhouse_client.SECONDS_TO_WRITE_ANEW / 10
        own.process.send_signal(signal.SIGCONT)
        with closing(ClickHouseCounters(own.address(tmp_path), REGISTER)) as counters:
            counters.rewrite()
            assert [row.visits for row in counters.series(0, 9)] == [1]
    finally:
        own.process.send_signal(signal.SIGCONT)
        own.stop()


ADDRESS = "clickhouse://plainsite@localhost/counters"


@pytest.mark.parametrize("options", ["", "?secure=true", "?secure=false"])
def test_an_address_is_one_of_counters(tmp_path: Path, options: str) -> None:
    found = Addresses.of(tmp_path, {"PLAINSITE_COUNTERS": f"{ADDRESS}{options}"}).counters
    assert isinstance(found, URL)
    assert found.set(query={}) == URL.create(
        "clickhouse", "plainsite", host="localhost", database="counters"
    )


@pytest.mark.parametrize(
    ("name", "given", "says", "like"),
    [
        ("RECORDS", ADDRESS, "ClickHouse keeps counters alone", "sqlite://"),
        ("COUNTERS", "clickhouse://localhost", "names a database", "clickhouse://"),
        ("COUNTERS", f"{ADDRESS}?secure=yes", "has no option but secure=true", "clickhouse://"),
        ("COUNTERS", f"{ADDRESS}?secure=true&verify=no", "has no option but", "clickhouse://"),
        ("COUNTERS", f"{ADDRESS}?secure=true&secure=false", "has no option but", "clickhouse://"),
    ],
)
def test_an_address_that_is_none_is_said_with_one_of_its_kind(
    tmp_path: Path, name: str, given: str, says: str, like: str
) -> None:
    with pytest.raises(Faults, match=says) as caught:
        Addresses.of(tmp_path, {f"PLAINSITE_{name}": given})
    (fault,) = caught.value.faults
    assert fault.hint.startswith(f"write it like {like}")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"username": "nobody"}, "the server does not let the service in"),
        ({"database": "none"}, "there is no such database"),
        ({"port": 1}, "the server does not answer"),
        ({"username": "reader"}, "the service may not make its tables"),
        ({"username": "elsewhere"}, "the server ends the connection"),
    ],
)
def test_what_is_wrong_is_said(url: URL, changed: dict[str, object], says: str) -> None:
    """Before anything is changed, and when it is taken up."""
    with closing(ClickHouseCounters(url.set(**changed), REGISTER)) as counters:  # type: ignore[arg-type]  # each by its name
        assert [fault.message for fault in counters.database.check()] == [says]
        assert [fault.message for fault in counters.database.state.faults] == [says]


@pytest.mark.parametrize("code", [75, 243])
def test_a_full_disk_is_one_of_the_server(code: int) -> None:
    fault = refused("counters at host", OperationalError("the server refused it", code))
    assert fault.message == "the server cannot write to its disk"


def test_a_table_that_another_service_makes_meanwhile_is_no_stranger() -> None:
    """Its columns were asked for before it was there."""

    def told(question: str) -> tuple[list[tuple[object, ...]], object]:
        answers: dict[str, list[tuple[object, ...]]] = {
            COLUMNS: [],
            TABLES: [
                (TURN, "Null", "", ""),
                (OWNER, "View", "", ""),
                (LAYOUT.cells, "SummingMergeTree", "", ""),
            ],
        }
        return answers.get(question, [("counters",)]), None

    assert [*strangers(told, LAYOUT, "here")] == []
