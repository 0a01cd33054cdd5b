"""The process that builds may end as it likes: the preview says so, and builds again."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from analytics.preview.builds import Builds, Built, Failed, MakeBuild, Order
from generator.command import Builder
from policy.places import Places
from tests.fixtures.first_site import ROOT
from tests.preview import builders


@contextmanager
def running(make: MakeBuild, root: Path) -> Iterator[Callable[[], Built | Failed]]:
    builds = Builds(make, Places.of(root))
    try:
        yield lambda: builds(Order(root / "public", changed=frozenset({"content/a.md"})))
    finally:
        builds.close()
        assert builds._process is None


def test_one_process_builds_all_and_keeps_what_it_knows(tmp_path: Path) -> None:
    with running(builders.numbered, tmp_path) as build:
        first, second = build(), build()
    assert isinstance(first, Built)
    assert isinstance(second, Built)
    assert (first.pages, second.pages) == (1, 2)
    assert "content/a.md" in str(second.warnings[0])


def test_a_fault_is_told_with_its_file_line_and_mend(tmp_path: Path) -> None:
    with running(builders.failing, tmp_path) as build:
        outcome = build()
    assert isinstance(outcome, Failed)
    assert outcome.text.startswith("error: content/about.md:3: a mistake\n  2 | title: ")
    assert "\n    | ^^^" in outcome.text
    assert outcome.text.endswith("\nhint: mend it\n\n1 error")
    assert [fault.line for fault in outcome.faults] == [3]


def test_a_process_that_was_killed_is_followed_by_another(tmp_path: Path) -> None:
    with running(builders.killed_once, tmp_path) as build:
        assert isinstance(build(), Built)
        assert isinstance(build(), Built)


def test_one_that_is_killed_each_time_is_told_with_its_signal(tmp_path: Path) -> None:
    with running(builders.always_killed, tmp_path) as build:
        outcome = build()
    assert isinstance(outcome, Failed)
    assert "signal 9, SIGKILL" in outcome.text
    assert "hint: save again" in outcome.text


def test_a_mistake_of_ours_is_told_as_that(tmp_path: Path) -> None:
    with running(builders.unable, tmp_path) as build:
        outcome = build()
    assert isinstance(outcome, Failed)
    assert "Plainsite itself failed: RuntimeError in tests/preview/builders.py" in outcome.text


def test_ctrl_c_is_the_preview_s_to_decide_on(tmp_path: Path) -> None:
    """The terminal sends it to both processes; a build under way is not stopped in the middle."""
    builds = Builds(builders.numbered, Places.of(tmp_path))
    order = Order(tmp_path / "public")
    try:
        assert isinstance(builds(order), Built)
        assert builds._process is not None
        assert builds._process.pid is not None
        os.kill(builds._process.pid, signal.SIGINT)
        again = builds(order)
    finally:
        builds.close()
    assert isinstance(again, Built)
    assert again.pages == 2, "it is still the same process"


def test_what_it_knows_is_written_down_at_the_end(tmp_path: Path) -> None:
    with running(builders.writing_at_its_end, tmp_path) as build:
        build()
        assert not (tmp_path / "closed").exists()
    assert (tmp_path / "closed").exists()


def test_a_preview_begins_where_the_one_before_it_ended(tmp_path: Path) -> None:
    """Its first build reads no page: each is as it was."""
    root = Path(shutil.copytree(ROOT / "tests" / "sites" / "base", tmp_path / "site"))
    places, about = Places.of(root), root / "content" / "about.md"
    order = Order(places.public)
    first = Builder(places)
    assert first(order).written > 0
    about.write_text(about.read_text() + "\nMore.\n")
    time.sleep(0.1)  # What was saved right before a build is looked at again by the next.
    assert first(order).written > 0
    first.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("generator.building.Builder._publish", lambda *_: pytest.fail("it builds"))
        assert Builder(places)(order).written == 0
