"""When a preview builds, and what it hands to who builds."""

from __future__ import annotations

import datetime
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analytics.preview import watching
from analytics.preview.app import Preview, Shown
from analytics.preview.builds import Builds, Built, Failed, Order
from analytics.preview.watching import Watcher
from policy.faults import Fault
from policy.places import Places
from tests.fixtures.small_site import SmallSite, small_site

PATIENCE = 30.0
"""Seconds."""


class Orders(Builds):
    """Builds nothing; what it answers is asked of the test."""

    def __init__(self) -> None:
        self.given: list[Order] = []
        self.outcome: Built | Failed = Built(1, 1, 0, 0.1)
        self._came = threading.Semaphore(0)

    def start(self) -> None:  # type: ignore[override]  # it starts no thread
        pass

    def close(self) -> None:
        pass

    def __call__(self, order: Order) -> Built | Failed:
        self.given.append(order)
        self._came.release()
        return self.outcome

    def next(self) -> Order:
        assert self._came.acquire(timeout=PATIENCE)
        return self.given[-1]


class Writing:
    """A site that is written while a preview watches."""

    def __init__(self, root: Path, site: SmallSite) -> None:
        self.root = root
        self.site = site
        self.said: list[str] = []
        self.orders = Orders()
        self.preview = Preview(Places(root, site.public, site.var), lambda _: site.app)
        say: Callable[[str], None] = self.said.append
        self.watcher = Watcher(self.preview, self.orders, say, lambda: None)

    def save(self, name: str) -> Order:
        (self.root / name).write_text("saved")
        return self.orders.next()


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    for name in ("content", "templates", "site"):
        (tmp_path / name).mkdir()
    with small_site(tmp_path) as site:
        made = Writing(tmp_path, site)
        made.watcher.start()
        made.orders.next()
        yield made
        made.watcher.end()


def test_the_first_build_knows_of_no_change(writing: Writing) -> None:
    assert writing.orders.given == [Order(writing.site.public)]


def test_a_save_is_an_order_with_its_name(writing: Writing) -> None:
    assert writing.save("content/a.md").changed == {"content/a.md"}
    assert writing.save("content/b.md").changed == {"content/b.md"}


def test_what_changed_before_a_build_that_failed_is_in_the_next_order(writing: Writing) -> None:
    """The file with the fault may not be the one that is saved next."""
    writing.orders.outcome = Failed("error: a mistake")
    writing.save("content/a.md")
    assert writing.save("content/b.md").changed == {"content/a.md", "content/b.md"}
    writing.orders.outcome = Built(1, 1, 0, 0.1)
    assert writing.save("content/c.md").changed == {f"content/{name}.md" for name in "abc"}
    assert writing.save("content/d.md").changed == {"content/d.md"}


def test_another_site_is_another_beginning(writing: Writing) -> None:
    day = datetime.date(2099, 1, 5)
    writing.preview.show(Shown(day))
    order = writing.orders.next()
    assert (order.today, order.changed) == (day, None)
    assert order.out == writing.site.var / "preview" / "public"


def test_a_warning_is_said_once_as_long_as_it_stays(writing: Writing) -> None:
    two = Fault("content/a.md", 1, "a is long", "cut it"), Fault("content/b.md", 1, "b", "c")
    for name, warnings in (("a", two[:1]), ("b", two), ("c", ()), ("d", two[1:])):
        writing.orders.outcome = Built(1, 1, 0, 0.1, warnings)
        writing.save(f"content/{name}.md")
    writing.watcher.end()
    said = [line.split(":")[1] for line in writing.said if line.startswith("warning:")]
    assert said == [" content/a.md", " content/b.md", " content/b.md"]


def test_a_mistake_is_said_once_however_often_it_is_met(writing: Writing) -> None:
    writing.orders.outcome = Failed("error: a mistake")
    writing.save("content/a.md")
    writing.save("content/b.md")
    writing.orders.outcome = Built(1, 1, 0, 0.1)
    writing.save("content/c.md")
    assert writing.said.count("error: a mistake") == 1


def test_what_was_removed_is_built_again(writing: Writing) -> None:
    (writing.site.public / "_build.json").unlink()
    assert writing.orders.next().changed is None


def test_at_its_moment_a_page_is_built_without_a_save(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = time.time() + 0.2
    monkeypatch.setattr(watching, "changes_at", lambda _preview: moment)
    assert writing.orders.next().changed is None


def test_a_folder_that_is_made_again_is_watched_again(writing: Writing) -> None:
    shutil.rmtree(writing.root / "content")
    (writing.root / "content").mkdir()
    count = len(writing.orders.given)
    while len(writing.orders.given) == count:
        writing.orders.next()
    while (order := writing.save("content/a.md")).changed is None:
        pass
    assert order.changed is not None
    assert "content/a.md" in order.changed
