"""Whoever finds the data directory of the server learns nothing of which totals were added to
together, once its tables were written anew: the attack has every byte, and the server's tools."""

from __future__ import annotations

import datetime
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from analytics.visits.model import Dimension
from analytics.visits.store.annotations import Annotations
from analytics.visits.store.names import number_for
from analytics.visits.store.postgresql import PostgreSQLCounters
from policy import read_site
from tests.fixtures.apart import HITS, count
from tests.fixtures.postgresql import Server
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register


@pytest.fixture
def own() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()


def files(own: Server) -> Iterator[Path]:
    return (path for path in own.data.rglob("*") if path.is_file())


def versions(own: Server) -> Counter[str]:
    """Of each page, how often the numbers of its row stand in any file but the log."""
    found: Counter[str] = Counter()
    for path in files(own):
        data = b"" if path.parent.name == "pg_wal" else path.read_bytes()
        for page, _ in HITS:
            row = struct.pack("<qq", 200, number_for(Dimension.ENTRY, page))
            found[page] += data.count(row)
    return found


def logged(own: Server) -> int:
    """How many transactions the log tells of that added to a page's numbers, whole files and what
    is left in others of what they were."""
    return sum(
        (own.data / "pg_wal" / path.name)
        .read_bytes()
        .count(struct.pack("<qq", 200, number_for(Dimension.ENTRY, page)))
        for path in (own.data / "pg_wal").iterdir()
        if path.is_file()
        for page, _ in HITS
    )


def transactions(counters: PostgreSQLCounters) -> dict[str, list[int]]:
    """By table: the numbers of the transactions that wrote its rows, where they stand."""
    with counters.database.engine.connect() as connection:
        return {
            table: [
                int(each)
                for each in connection.exec_driver_sql(
                    f"SELECT xmin::text FROM {table} ORDER BY ctid"
                ).scalars()
            ]
            for table in ("running", "names", "totals", "consents")
        }


@pytest.mark.promise("P4")
def test_the_data_directory_tells_no_hit_from_another(own: Server, tmp_path: Path) -> None:
    with closing(PostgreSQLCounters(own.address(tmp_path), REGISTER)) as counters:
        count(counters)
        before = transactions(counters)
        assert len({*before["running"]}) == len(HITS), "the attack is blind: a hit has its number"
        assert logged(own) > len(HITS), "the attack is blind: the log has each hit"
        counters.rewrite()
        for table, numbers in transactions(counters).items():
            assert len({*numbers}) <= 1, table
        # Once in the table, and once in the index of its key.
        assert {page: often for page, often in versions(own).items() if often != 2} == {}
        assert logged(own) == 0
        with counters.database.engine.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT step, first, pair, value, other FROM running ORDER BY ctid"
            ).all()
            assert rows == sorted(rows)
        assert counters.rewriting_due is False


@pytest.mark.promise("P4")
def test_a_server_that_is_killed_tells_no_more_once_the_service_wrote_anew(
    own: Server, tmp_path: Path
) -> None:
    url = own.address(tmp_path)
    counters = PostgreSQLCounters(url, REGISTER)
    count(counters)
    own.kill()
    own.start()
    counters._writer.shutdown()
    counters.database.close()
    with closing(PostgreSQLCounters(url, REGISTER)) as after:
        assert after.rewriting_due
        after.rewrite()
        assert {page: often for page, often in versions(own).items() if often != 2} == {}
        assert logged(own) == 0
        assert len({*transactions(after)["running"]}) == 1


def test_the_tools_of_the_server_find_no_hit_in_its_log(own: Server, tmp_path: Path) -> None:
    with closing(PostgreSQLCounters(own.address(tmp_path), REGISTER)) as counters:
        count(counters)
        assert told(own, "INSERT") > len(HITS)
        counters.rewrite()
        assert told(own, "INSERT") == 0


def told(own: Server, what: str) -> int:
    """How many records of rows the log has, by `pg_waldump`."""
    lines = 0
    for path in sorted((own.data / "pg_wal").iterdir()):
        if path.is_file():
            answer = subprocess.run(
                [own.binaries / "pg_waldump", "--rmgr=Heap", path],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            lines += sum(f"desc: {what}" in line for line in answer.stdout.splitlines())
    return lines


@pytest.mark.promise("P4")
def test_what_is_changed_beside_hits_is_written_anew_as_well(own: Server, tmp_path: Path) -> None:
    """A note that staff took away is in no file."""
    with closing(PostgreSQLCounters(own.address(tmp_path / "notes"), REGISTER)) as counters:
        counters.rewrite()
        day = datetime.date(2026, 3, 1)
        notes = Annotations(counters)
        made = notes.add(day, "Zzyzx was ill", earliest=day, today=day)
        notes.remove(made)
        assert counters.rewriting_due
        counters.rewrite()
        assert [path for path in files(own) if b"Zzyzx" in path.read_bytes()] == []
