"""Whoever finds the data directory of a ClickHouse server learns nothing of which totals were added
to together, once its files were merged: the attack has every byte, and the server itself."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from analytics.storage import clickhouse_layout
from analytics.storage.clickhouse_layout import CELLS
from analytics.visits.store.annotations import Annotations
from analytics.visits.store.clickhouse import ClickHouseCounters
from policy import read_site
from tests.fixtures.apart import HITS, count
from tests.fixtures.clickhouse import Server, Shards
from tests.fixtures.collectors import wait_until
from tests.fixtures.small_site import ROOT

Own = Server | Shards
REGISTER = read_site(ROOT).register


@pytest.fixture(params=[Server, Shards])
def own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Own]:
    """One, or two, that drop files soon after they were merged: the rest is the window's."""
    monkeypatch.setattr(clickhouse_layout, "LIFETIME_SECONDS", 1)
    found: Own = request.param()
    yield found
    found.stop()


def cells(own: Own) -> str:
    return CELLS if len(own.servers) == 1 else f"{CELLS}_of_2"


def asked(own: Own, statement: str, url: URL) -> list[list[tuple[Any, ...]]]:
    """What each of them answers."""
    return [each.ask(statement.format(cells(own)), url.database or "") for each in own.servers]


def folders(own: Own, url: URL) -> list[list[Path]]:
    """Those with rows of each, whether the server still reads them or not."""
    paths = [each.data / "data" / (url.database or "") / cells(own) for each in own.servers]
    return [
        [each for each in path.iterdir() if each.is_dir() and each.name != "detached"]
        for path in paths
    ]


def together(own: Own, url: URL) -> list[set[str]]:
    """What came together, as the servers' files tell: by file, the names of pages in it."""
    query = (
        "SELECT _part, name_text FROM {} WHERE of_table = 'names' AND dimension_text = 'entry'"
        " GROUP BY _part, name_text HAVING sum(there_sum) != 0"
    )
    found: dict[tuple[int, str], set[str]] = {}
    for number, rows in enumerate(asked(own, query, url)):
        for part, name in rows:
            found.setdefault((number, part), set()).add(name)
    return [*found.values()]


def files_are_gone(own: Own, url: URL) -> bool:
    return all(len(each) == 1 for each in folders(own, url))


def no_hit_is_told(own: Own, url: URL) -> bool:
    """Whether one file of each has all names, and where one stands tells nothing of another that
    came with it."""
    files = together(own, url)
    assert set[str]().union(*files) == {page for page, _ in HITS}
    assert len(files) == len(own.servers)
    if len(files) == 1:
        return True
    query = "SELECT DISTINCT name_text FROM {} WHERE of_table = 'names'"
    (on_first, _) = ({name for (name,) in rows} for rows in asked(own, query, url))
    return len({(page in on_first, source in on_first) for page, source in HITS}) > 2


@pytest.mark.promise("P4")
def test_the_data_directory_tells_no_hit_from_another(own: Own, tmp_path: Path) -> None:
    url = own.address(tmp_path)
    with closing(ClickHouseCounters(url, REGISTER)) as counters:
        asked(own, "SYSTEM STOP MERGES", url)  # As where the service was not yet about to merge.
        count(counters)
        assert len(folders(own, url)[0]) >= len(HITS), "the attack is blind: a hit has its folder"
        assert {len(names) for names in together(own, url)} == {1}, "the attack is blind"
        asked(own, "SYSTEM START MERGES", url)
        counters.rewrite()
        assert no_hit_is_told(own, url)
        wait_until(lambda: files_are_gone(own, url))
        order = "of_table, pair_number, step_text, first_number, value_number, other_number"
        for rows in asked(own, f"SELECT {order} FROM {{}}", url):
            assert rows == sorted(rows)
        assert counters.rewriting_due is False


@pytest.mark.promise("P4")
def test_a_server_that_is_killed_tells_no_more_once_the_service_merged(
    own: Own, tmp_path: Path
) -> None:
    url = own.address(tmp_path)
    counters = ClickHouseCounters(url, REGISTER)
    asked(own, "SYSTEM STOP MERGES", url)
    count(counters)
    own.kill()
    own.start()
    asked(own, "SYSTEM START MERGES", url)  # Of two, the other one was not killed.
    counters._writer.shutdown()
    counters.database.close()
    with closing(ClickHouseCounters(url, REGISTER)) as after:
        assert after.rewriting_due
        after.rewrite()
        assert no_hit_is_told(own, url)
        wait_until(lambda: files_are_gone(own, url))


@pytest.mark.promise("P4")
def test_what_was_taken_away_and_what_was_asked_stand_in_no_file(own: Own, tmp_path: Path) -> None:
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
        found = [path for each in own.servers for path in each.folder.rglob("*") if path.is_file()]
        assert [path for path in found if b"Zzyzx" in path.read_bytes()] == []
        data = [each.data for each in own.servers]
        logs = [path for path in found if not any(map(path.is_relative_to, data))]
        assert logs
        assert [path for path in logs if b"page-3" in path.read_bytes()] == []
