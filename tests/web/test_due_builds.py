"""The service has the site built when pages come or go: at the minute, whatever the clock does, and
where that fails, it is told and the site stays as it was."""

from __future__ import annotations

import datetime
import json
import shutil
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import generator
from analytics import wsgi
from analytics.due_builds import GRACE_SECONDS, BuildCommand, DueBuilds, NotBuiltInTime
from analytics.web.clock import UnusableClock, machine_clock
from analytics.web.static_files import Pages
from policy.manifest import BUILD_FILE, read_build, to_json
from policy.places import Places
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import SmallSite, small_site, write_build

NOON = 1_772_000_000
BASE = Path(__file__).parents[1] / "sites/base"


@dataclass
class Hands:
    """What builds, in the place of the command."""

    public: Path
    is_ours: bool = True
    fails: str = ""
    built: int = 0
    then: int = 0

    def __call__(self) -> None:
        self.built += 1
        if self.fails:
            raise NotBuiltInTime(self.fails)
        due_at(self.public, self.then)

    def close(self) -> None:
        """Nothing runs."""


@dataclass
class Times:
    """The machine's clock, and its count of seconds."""

    now: float = NOON
    steady: float = 0.0
    ahead: float = field(default=0.0)

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        self.steady += seconds


def due_at(public: Path, moment: int) -> None:
    build = replace(read_build(public), changes_at=moment)
    (public / BUILD_FILE).write_bytes(to_json(build))


@pytest.fixture
def due(site: SmallSite) -> tuple[DueBuilds, Hands, Times]:
    hands, times = Hands(site.public), Times()
    clock = replace(machine_clock(), source=lambda: times.now)
    pages = Pages(site.public, 1, site.service.log)
    return DueBuilds(pages, clock, site.service.log, hands, lambda: times.steady), hands, times


def test_nothing_is_built_before_its_moment(due) -> None:
    builds, hands, times = due
    due_at(hands.public, NOON + 7)
    assert builds.step() == 7
    times.pass_by(6.5)
    assert builds.step() == 0.5
    assert hands.built == 0
    times.pass_by(0.5)
    builds.step()
    assert hands.built == 1
    assert builds.step() > 0
    assert hands.built == 1


def test_what_somebody_else_built_is_noticed(due) -> None:
    builds, hands, times = due
    assert builds.step() <= 60
    due_at(hands.public, NOON + 30)
    times.pass_by(30)
    builds.step()
    assert hands.built == 1


def test_a_clock_that_jumps_ahead_brings_nothing_out_until_it_has_run_evenly(due) -> None:
    builds, hands, times = due
    due_at(hands.public, NOON + 86_400)
    builds.step()
    times.now += 10 * 86_400
    for _ in range(40):
        builds.step()
        times.pass_by(20)
    assert hands.built == 0
    times.now -= 10 * 86_400  # It is set right again.
    builds.step()
    assert hands.built == 0
    times.now += 2 * 86_400  # And this is the time.
    for _ in range(46):
        builds.step()
        times.pass_by(20)
    assert hands.built == 1


def test_a_clock_that_was_behind_harms_nothing(due) -> None:
    builds, hands, times = due
    due_at(hands.public, NOON + 60)
    builds.step()
    times.now -= 365 * 86_400
    builds.step()
    times.now = -5.0
    with pytest.raises(UnusableClock):
        builds.step()
    assert hands.built == 0


def test_a_build_that_fails_is_told_to_operators_and_staff(tmp_path: Path) -> None:
    with small_site(tmp_path, build=Hands(tmp_path / "public")) as site:
        hands = site.service.due_builds._build
        hands.fails = "content/x.md:5: the link /y/ leads to no page"
        due_at(site.public, int(site.clock()))
        site.service.due_builds._task.call()
        told = wait_for(site, works=False)
        assert told["why"] == f"pages that were due could not be built: {hands.fails}"
        hands.fails = ""
        site.service.due_builds._task.call()
        wait_for(site, works=True)


def wait_for(site: SmallSite, *, works: bool) -> dict[str, object]:
    """The part as /healthz tells it, once it works or not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        answer = site.app.test_client().get("/healthz")
        told: dict[str, object] = json.loads(answer.data)["parts"]["pages at their moment"]
        if told["works"] == works:
            return told
        time.sleep(0.05)
    raise AssertionError(told)


def test_where_another_one_builds_it_is_told_that_it_is_late(due) -> None:
    builds, hands, times = due
    hands.is_ours = False
    due_at(hands.public, NOON)
    builds.step()
    times.pass_by(GRACE_SECONDS)
    builds.step()
    times.pass_by(1)
    with pytest.raises(NotBuiltInTime):
        builds.step()
    assert "plainsite-build.timer" in builds._why
    assert hands.built == 0


def test_a_build_that_changes_nothing_is_no_success(due) -> None:
    builds, hands, _ = due
    due_at(hands.public, NOON)
    hands.then = NOON
    with pytest.raises(NotBuiltInTime):
        builds.step()


PAGE = "---\ntitle: Soon\ndescription: {0}\npublish: {1}\n---\n{2}\n"
ABOUT = "A page that comes by itself while the service runs and nobody is there."


@pytest.fixture
def place(tmp_path: Path) -> Places:
    root = tmp_path / "site"
    shutil.copytree(BASE, root)
    return Places(root, root / "public", root / "var")


def test_a_page_comes_by_itself_while_the_service_runs(
    place: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.datetime.now(tz=datetime.UTC).replace(microsecond=0)
    moment = now + datetime.timedelta(seconds=4)
    text = PAGE.format(ABOUT, moment.isoformat(), "Words.")
    (place.root / "content/soon.md").write_text(text)
    generator.build(place.root, place.public)
    assert "/soon/" not in read_build(place.public).files
    monkeypatch.setenv("PLAINSITE_ROOT", str(place.root))
    monkeypatch.setenv("PLAINSITE_VAR", str(place.var))
    app: Any = wsgi.make_app()
    try:
        client = app.test_client()
        end = time.monotonic() + PATIENCE
        while (status := client.get("/soon/", buffered=True).status_code) == 404:
            assert time.monotonic() < end
            time.sleep(0.2)
        assert status == 200
        assert datetime.datetime.now(tz=datetime.UTC) >= moment
    finally:
        app.extensions["plainsite"].close()


def test_the_command_says_why_it_could_not(place: Places) -> None:
    past = datetime.datetime.now(tz=datetime.UTC) - datetime.timedelta(hours=1)
    generator.build(place.root, place.public, today=past - datetime.timedelta(hours=1))
    (place.root / "content/soon.md").write_text(PAGE.format(ABOUT, past.isoformat(), "[N](/n/)"))
    due_at(place.public, int(past.timestamp()))
    before = (place.public / BUILD_FILE).read_bytes()
    with pytest.raises(NotBuiltInTime, match=r"content/soon.md:6: the link /n/ leads to no page"):
        BuildCommand(place)()
    assert (place.public / BUILD_FILE).read_bytes() == before


@pytest.mark.parametrize(("given", "ours"), [("yes", True), ("no", False), (None, True)])
def test_the_environment_says_who_builds(
    place: Places, monkeypatch: pytest.MonkeyPatch, given: str | None, ours: bool
) -> None:
    write_build(place.public)
    if given:
        monkeypatch.setenv("PLAINSITE_BUILDS", given)
    assert BuildCommand(place, wanted=wsgi._builds()).is_ours == ours
