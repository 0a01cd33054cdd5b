"""Whoever finds the data directory of a ClickHouse server learns nothing of which totals were added
to together, once its files were merged: the attack has every byte, and the server itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL

from analytics.storage import clickhouse_layout
from analytics.storage.clickhouse_layout import CELLS
from analytics.visits.store.annotations import Annotations
from analytics.visits.store.clickhouse import ClickHouseCounters
from policy import read_site
from tests.fixtures.apart import HITS, count
from tests.fixtures.clickhouse import Server
from tests.fixtures.collectors import wait_until
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One that drops files soon after they were merged; the time in between is the window's."""
    monkeypatch.setattr(clickhouse_layout, "LIFETIME_SECONDS", 1)
    server = Server()
    yield server
    server.stop()


def folders(own: Server, url: URL) -> list[Path]:
    """Those with rows, whether the server still reads them or not."""
    of_table = own.data / "data" / (url.database or "") / CELLS
    return [path for path in of_table.iterdir() if path.is_dir() and path.name != "detached"]


def together(own: Server, url: URL) -> list[set[str]]:
    """What came together, as the server's files tell: by file, the names of pages in it."""
    rows = own.ask(
        f"SELECT _part, name_text FROM {CELLS} WHERE of_table = 'names'"
        " AND dimension_text = 'entry'",
        url.database or "",
    )
    found: dict[str, set[str]] = {}
    for part, name in rows:
        found.setdefault(part, set()).add(name)
    return [*found.values()]


def files_are_gone(own: Server, url: URL) -> bool:
    return len(folders(own, url)) == 1


@pytest.mark.promise("P4")
def test_the_data_directory_tells_no_hit_from_another(own: Server, tmp_path: Path) -> None:
    url = own.address(tmp_path)
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        own.ask("SYSTEM STOP MERGES")  # As where the service was not yet about to merge.
        count(counters)
        assert len(folders(own, url)) >= len(HITS), "the attack is blind: a hit has its folder"
        assert {len(names) for names in together(own, url)} == {1}, "the attack is blind"
        own.ask("SYSTEM START MERGES")
        counters.rewrite()
        assert together(own, url) == [{page for page, _ in HITS}]
        wait_until(lambda: files_are_gone(own, url))
        order = "of_table, pair_number, step_text, first_number, value_number, other_number"
        rows = own.ask(f"SELECT {order} FROM {CELLS}", url.database or "")
        assert rows == sorted(rows)
        assert counters.rewriting_due is False


@pytest.mark.promise("P4")
def test_a_server_that_is_killed_tells_no_more_once_the_service_merged(
    own: Server, tmp_path: Path
) -> None:
    url = own.address(tmp_path)
    counters = ClickHouseCounters(url, REGISTER)
    own.ask("SYSTEM STOP MERGES")
    count(counters)
    own.kill()
    own.start()
    counters._writer.shutdown()
    counters.database.close()
    with closing(ClickHouseCounters(url, REGISTER)) as after:
        assert after.rewriting_due
        after.rewrite()
        assert together(own, url) == [{page for page, _ in HITS}]
        wait_until(lambda: files_are_gone(own, url))


@pytest.mark.promise("P4")
def test_what_was_taken_away_and_what_was_asked_stand_in_no_file(
    own: Server, tmp_path: Path
) -> None:
    """Neither in the rows nor in what the server writes of itself."""
    url = own.address(tmp_path)
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        count(counters)
        day = datetime.date(2026, 3, 1)
        notes = Annotations(counters)
        made = notes.add(day, "Zzyzx was ill", earliest=day, today=day)
        notes.remove(made)
        assert counters.rewriting_due
        counters.rewrite()
        wait_until(lambda: files_are_gone(own, url))
        found = [path for path in own.folder.rglob("*") if path.is_file()]
        assert [path for path in found if b"Zzyzx" in path.read_bytes()] == []
        logs = [path for path in found if not path.is_relative_to(own.data)]
        assert logs
        assert [path for path in logs if b"page-3" in path.read_bytes()] == []
