"""Whatever an editor or version control does to a file, it is one change, told soon and whole."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchfiles import Change

from analytics.preview import changes as watching
from analytics.preview import second_look
from analytics.preview.changes import Changes

PATIENCE = 20.0
"""Seconds: on a busy machine, the system tells late."""


class Site:
    """A site's folders, watched."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.page = root / "content" / "about.md"
        self.said: list[str] = []
        for name in ("content", "templates", "site", "public", "var"):
            (root / name).mkdir()
        self.page.write_text("before")
        self.changes = Changes(root, self.said.append)

    def next(self) -> frozenset[str]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.changes.stand:
            if found := self.changes.wait():
                return found
        return frozenset()

    def is_quiet(self) -> bool:
        return not any(self.changes.wait() for _ in range(20))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    # What was written before may be told a moment later.
    with made.changes:
        assert made.is_quiet() or made.is_quiet()
        yield made


def test_a_save_is_told_by_its_name(site: Site) -> None:
    site.page.write_text("after")
    assert site.next() == {"content/about.md"}


@pytest.mark.parametrize("change", ["write", "rename", "add", "remove"])
def test_a_save_that_the_system_does_not_tell_of_is_told_all_the_same(
    site: Site, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Events get lost: the queue was full, or a drive is another machine's."""
    monkeypatch.setattr(site.changes, "_next", lambda: time.sleep(0.02) or set())
    name = "content/about.md"
    match change:
        case "write":
            site.page.write_text("beford")  # As many bytes as before.
        case "rename":
            other = site.root / "var" / "new"
            other.write_text("before")
            other.replace(site.page)
        case "remove":
            site.page.unlink()
        case "add":
            name = "site/new.toml"
            (site.root / name).write_text("x = 1")
    assert site.next() == {name}
    assert site.is_quiet()


def test_what_was_told_is_not_told_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_look, "EVERY_SECONDS", 0.01)
    for text in ("one", "two"):
        site.page.write_text(text)
        assert site.next() == {"content/about.md"}
        end = time.monotonic() + 3
        while time.monotonic() < end:
            assert site.changes.wait() == frozenset()


def test_what_editors_keep_beside_is_not_looked_at(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.changes, "_next", lambda: time.sleep(0.02) or set())
    (site.root / "content" / ".about.md.swp").write_text("x")
    end = time.monotonic() + 3
    while time.monotonic() < end:
        assert site.changes.wait() == frozenset()


def test_a_save_by_rename_is_one_change(site: Site) -> None:
    """vim keeps the old file under another name while it writes; others move the new one in."""
    (site.root / "content" / "about.md~").unlink(missing_ok=True)
    site.page.rename(site.root / "content" / "about.md~")
    site.page.write_text("by vim")
    (site.root / "content" / "about.md~").unlink()
    assert site.next() == {"content/about.md"}
    beside = site.root / "content" / ".about.md.swp"
    beside.write_text("atomic")
    beside.replace(site.page)
    assert site.next() == {"content/about.md"}


@pytest.mark.parametrize("meanwhile", ["gone", "empty"])
def test_nothing_is_told_while_a_file_is_gone_or_empty(site: Site, meanwhile: str) -> None:
    """A build in that moment would publish a site without the page."""
    if meanwhile == "gone":
        site.page.unlink()
    else:
        site.page.write_text("")
    later = threading.Timer(0.03, lambda: site.page.write_text("whole"))
    later.start()
    assert site.next() == {"content/about.md"}
    assert site.page.read_text() == "whole"
    later.join()
    assert site.is_quiet()


def test_a_file_that_stays_away_is_told(site: Site) -> None:
    site.page.unlink()
    assert site.next() == {"content/about.md"}


def test_what_editors_try_and_keep_beside_is_nothing(site: Site) -> None:
    trial = site.root / "content" / "4913"
    trial.touch()
    trial.unlink()
    for name in (".about.md.swp", ".#about.md", ".DS_Store"):
        (site.root / "content" / name).write_text("not a page")
    assert site.is_quiet()


def test_a_checkout_of_five_hundred_files_is_one_change(site: Site) -> None:
    names = {f"content/page-{number}.md" for number in range(500)}
    for number, name in enumerate(sorted(names)):
        (site.root / name).write_text("text")
        if number % 100 == 0:
            time.sleep(0.02)
    assert site.next() == names
    assert site.is_quiet()


def test_what_a_build_writes_is_no_reason_for_another(site: Site) -> None:
    (site.root / "public" / "index.html").write_text("built")
    (site.root / "var" / "counters.sqlite3").write_text("counted")
    assert site.is_quiet()


def test_a_folder_that_was_made_again_is_not_the_one_that_is_watched(site: Site) -> None:
    """Its number may be the same; nobody would hear of a save in it."""
    shutil.rmtree(site.root / "content")
    (site.root / "content").mkdir()
    site.page.write_text("again")
    end = time.monotonic() + PATIENCE
    while site.changes.stand and time.monotonic() < end:
        site.changes.wait()
    assert not site.changes.stand
    with Changes(site.root, site.said.append) as again:
        assert again.stand


def test_where_the_system_cannot_tell_the_files_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where its limit of watches is reached."""
    real = watching.watch

    def limited(
        *folders: Path, force_polling: bool | None, **options: Any
    ) -> Generator[set[tuple[Change, str]]]:
        if not force_polling:
            raise OSError(28, "OS file watch limit reached.")
        yield from real(*folders, force_polling=True, **options)

    monkeypatch.setattr(watching, "watch", limited)
    site = Site(tmp_path)
    os.utime(site.page, (1, 1))  # Whoever looks tells times apart by the second.
    with site.changes:
        assert "OS file watch limit reached" in site.said[0]
        site.page.write_text("after, and longer")
        assert "content/about.md" in site.next()
