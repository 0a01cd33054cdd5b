"""Coverage: pages shown and hits refused are totals by day, and nothing of who asked stays."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest

from analytics.visits.coverage import MOST_SECONDS, Coverage
from analytics.visits.store.base import StoreError
from policy.durations import parse
from tests.fixtures.small_site import CHROME, HOST, SmallSite, small_site

DAY = datetime.date(2026, 3, 2)
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as site:
        site.service.coverage.task.close()  # These tests write by hand.
        yield site


def table(site: SmallSite, name: str) -> list[tuple[object, ...]]:
    site.service.coverage.write()
    with closing(sqlite3.connect(site.var / "counters.sqlite3")) as file:
        return file.execute(f"SELECT * FROM {name}").fetchall()


def get(site: SmallSite, page: str, agent: str = CHROME, method: str = "GET", **headers: str):
    sent = {"User-Agent": agent} | {name.replace("_", "-"): each for name, each in headers.items()}
    return site.app.test_client().open(page, method=method, headers=sent, buffered=True)


def test_a_page_that_is_shown_is_counted_by_day_and_kind_of_reader(site: SmallSite) -> None:
    """Without consent, cookie or address; who asks not to be tracked too, as nobody is."""
    for _ in range(3):
        get(site, "/about/")
    get(site, "/about/", Sec_GPC="1")
    get(site, "/about/", ROBOT)
    get(site, "/caf%C3%A9/")
    assert table(site, "pages_served") == [
        ("2026-03-02", "/about/", "no", 4),
        ("2026-03-02", "/about/", "yes", 1),
        ("2026-03-02", "/caf\u00e9/", "no", 1),
    ]


def test_what_the_browser_has_already_is_shown_too(site: SmallSite) -> None:
    tag = get(site, "/about/").headers["ETag"]
    assert get(site, "/about/", If_None_Match=tag).status_code == 304
    assert table(site, "pages_served") == [("2026-03-02", "/about/", "no", 2)]


@pytest.mark.parametrize(
    ("page", "method", "headers"),
    [
        ("/nowhere/", "GET", {}),
        ("/about/", "HEAD", {}),
        ("/about/", "POST", {}),
        ("/about", "GET", {}),
        ("/404.html", "GET", {}),
        ("/about/", "GET", {"Range": "bytes=0-1"}),
        ("/staff/sign-in/", "GET", {}),
    ],
)
def test_what_shows_no_page_is_not_counted(
    site: SmallSite, page: str, method: str, headers: dict[str, str]
) -> None:
    get(site, page, method=method, **headers)
    assert table(site, "pages_served") == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Purpose": "prefetch;prerender"},
        {"Sec_Purpose": "Prefetch"},
        {"Purpose": "prefetch"},
        {"Purpose": "PREFETCH"},
        {"X_Purpose": "preview, prefetch"},
        {"X_Moz": "prefetch"},
        {"Sec_Purpose": "none", "X_Moz": "Prefetch"},
    ],
)
def test_what_is_fetched_before_anybody_asked_is_a_programs(
    site: SmallSite, headers: dict[str, str]
) -> None:
    get(site, "/", **headers)
    assert table(site, "pages_served") == [("2026-03-02", "/", "yes", 1)]


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=0-999999"])
def test_a_page_that_is_sent_whole_as_a_part_was_shown(site: SmallSite, asked: str) -> None:
    answer = get(site, "/about/", Range=asked)
    assert (answer.status_code, len(answer.data) > 100) == (206, True)
    assert table(site, "pages_served") == [("2026-03-02", "/about/", "no", 1)]


def test_refusals_are_counted_by_reason_and_day(site: SmallSite) -> None:
    visitor = site.visitor()
    visitor.view("/nowhere/")
    visitor.view("/nowhere/")
    visitor.view(User_Agent=ROBOT)
    visitor.view(Sec_GPC="1")
    site.clock.forward(minutes=24 * 60)
    visitor.view(Origin="https://evil.example", Sec_Fetch_Site="cross-site")
    counted = {(day, reason): number for day, reason, number in table(site, "refusals")}
    assert counted["2026-03-02", "bot"] == 1
    assert counted["2026-03-02", "unknown-page"] == 2
    assert counted["2026-03-02", "signal"] == 1
    assert counted["2026-03-03", "origin"] == 1
    assert sum(counted.values()) == 5


def test_totals_add_up_over_writes_and_threads(site: SmallSite) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: get(site, "/"), range(40)))
        table(site, "pages_served")
        list(threads.map(lambda _: get(site, "/"), range(40)))
    assert table(site, "pages_served") == [("2026-03-02", "/", "no", 80)]


def test_what_could_not_be_written_waits(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is written with what came since, once."""
    coverage, counters = site.service.coverage, site.service.counters

    def fails(work: object) -> None:
        raise StoreError("no room")

    get(site, "/")
    with monkeypatch.context() as patched:
        patched.setattr(type(counters), "write", lambda self, work: fails(work))
        with pytest.raises(StoreError):
            coverage.write()
    get(site, "/")
    assert table(site, "pages_served") == [("2026-03-02", "/", "no", 2)]


def test_what_cannot_be_written_is_kept_no_longer_than_declared(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register says for how long it may wait in memory."""
    register = site.service.site.register
    (declared,) = (each for each in register.transients if each.purpose == "coverage")
    assert parse(declared.keep).seconds == MOST_SECONDS
    now, counters = [0.0], site.service.counters
    coverage = Coverage(counters, site.service.clock, site.service.log, lambda: now[0])
    with monkeypatch.context() as patched:
        failing = Mock(side_effect=StoreError("no room"))
        patched.setattr(type(counters), "write", failing)
        for now[0] in (0.0, 10.0, MOST_SECONDS - 11.0):
            coverage.served("/", program=False)
            with pytest.raises(StoreError):
                coverage.write()
        now[0] = MOST_SECONDS - 9.0
        coverage.served("/", program=False)
        with pytest.raises(StoreError):
            coverage.write()
    coverage.write()
    assert table(site, "pages_served") == []
    coverage.served("/", program=False)
    coverage.write()
    assert table(site, "pages_served") == [("2026-03-02", "/", "no", 1)]


def test_nothing_is_lost_when_the_service_ends(tmp_path: Path) -> None:
    with small_site(tmp_path) as site:
        get(site, "/")
    with closing(sqlite3.connect(tmp_path / "var" / "counters.sqlite3")) as file:
        assert file.execute("SELECT served FROM pages_served").fetchall() == [(1,)]


def test_a_page_is_shown_while_the_clock_cannot_be_used(site: SmallSite) -> None:
    site.clock.now = 0
    assert get(site, "/").status_code == 200
    site.clock.now = 1_772_438_400.0
    assert table(site, "pages_served") == []


def test_hostile_headers_count_once_and_leave_nothing(site: SmallSite) -> None:
    get(site, "/", CHROME + " A" * 50_000, Referer="https://evil.example/?secret=1")
    get(site, "/", "", Sec_CH_UA='"' * 10_000, Origin=HOST)
    assert [row[2:] for row in table(site, "pages_served")] == [("no", 1), ("yes", 1)]
    files = b"".join(path.read_bytes() for path in site.var.iterdir() if path.is_file())
    assert b"evil.example" not in files
    assert b" A A A A A" not in files
