"""What is counted of an experiment: visits that began on its page, by the slot they began in."""

from __future__ import annotations

import datetime
import sqlite3
import tarfile
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics.storage.backups import back_up
from analytics.storage.migrations import WITH_DECLARATIONS
from analytics.visits.model import Dimension, Increment
from analytics.visits.store.base import CounterStore
from analytics.visits.store.trials import Tried, trials_of
from policy import read_site
from policy.slots import Slot
from tests.fixtures.counter_stores import ENGINES
from tests.fixtures.experiment_site import NAME, experiment_site, served, slots
from tests.fixtures.small_site import ROOT, SmallSite, Visitor


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    made = served(experiment_site(tmp_path / "site"))
    yield made
    made.service.close()


def agreed(site: SmallSite) -> Visitor:
    visitor = site.visitor()
    assert visitor.consent().status_code == 204
    return visitor


def counted(site: SmallSite) -> dict[tuple[int, str], tuple[int, int]]:
    """(visits, how many reached the goal) by part and variant."""
    found = trials_of(site.service.counters.database).get(slots(site).key, ())
    return {(each.part, each.variant): (each.visits, each.reached) for each in found}


def slot_before_another(site: SmallSite) -> Slot:
    """One that is followed by a slot of the other variant."""
    pairs = pairwise(slots(site))
    return next(one for one, other in pairs if one.variant != other.variant)


def test_a_visit_counts_in_the_slot_that_it_began_in(site: SmallSite) -> None:
    """Though it reaches the goal in the next one, when the page has other words."""
    slot = slot_before_another(site)
    site.clock.now = slot.after * 3600 - 600
    visitor = agreed(site)
    assert visitor.view("/").status_code == 204
    assert counted(site) == {(slot.group, slot.variant): (1, 0)}
    site.clock.forward(minutes=15)
    assert visitor.view("/search/", "/").status_code == 204
    assert counted(site) == {(slot.group, slot.variant): (1, 1)}


def test_a_goal_counts_once_a_visit(site: SmallSite) -> None:
    visitor = agreed(site)
    visitor.view("/")
    for _ in range(3):
        visitor.view("/search/", "/")
    assert list(counted(site).values()) == [(1, 1)]


def test_a_visit_that_began_elsewhere_is_none_of_it(site: SmallSite) -> None:
    """Whether it has seen the page, the cookie does not say."""
    visitor = agreed(site)
    visitor.view("/ask/")
    visitor.view("/", "/ask/")
    visitor.view("/search/", "/")
    assert counted(site) == {}


def test_before_and_after_nothing_is_counted(site: SmallSite) -> None:
    for hour in (slots(site).first_hour - 1, slots(site).after):
        site.clock.now = hour * 3600.0
        agreed(site).view("/")
    assert counted(site) == {}


def test_who_asks_not_to_be_tracked_is_not_counted(site: SmallSite) -> None:
    site.visitor().view("/", Sec_GPC="1")
    assert counted(site) == {}


def test_no_more_reach_the_goal_than_began(site: SmallSite) -> None:
    """Even where a browser sends a state that it had before."""
    visitor = agreed(site)
    visitor.view("/")
    held = visitor.cookie
    for _ in range(3):
        visitor.cookie = held or ""
        visitor.view("/search/", "/")
    assert list(counted(site).values()) == [(1, 1)]


CELLS = [(part, variant) for part in range(10) for variant in ("plain", "question")]


def add(site: SmallSite, part: int, variant: str, visits: int, key: str = "") -> None:
    key = key or slots(site).key
    over = datetime.date(2026, 3, 30)
    site.service.counters.add(0, (), tried=(Tried(key, part, variant, over, visits, 1),))


def test_what_is_over_and_was_rare_is_forgotten(site: SmallSite) -> None:
    """All of the experiment: nothing is told of it any more."""
    for part, variant in CELLS:
        add(site, part, variant, 9 if part else 50)
    hour = slots(site).told_from
    while site.service.counters.coarsen(hour - 24):
        pass
    assert len(counted(site)) == len(CELLS), "it is not over"
    while site.service.counters.coarsen(hour + 24):
        pass
    assert counted(site) == {}


def test_what_is_over_and_was_not_rare_stays(site: SmallSite) -> None:
    for part, variant in CELLS:
        add(site, part, variant, 10)
    while site.service.counters.coarsen(slots(site).told_from + 24):
        pass
    assert len(counted(site)) == len(CELLS)


@pytest.mark.parametrize("lacking", [CELLS[:1], [each for each in CELLS if each[1] == "plain"]])
def test_a_part_without_any_visit_is_rarer_than_any(
    site: SmallSite, lacking: list[tuple[int, str]]
) -> None:
    """It has no row."""
    for part, variant in CELLS:
        if (part, variant) not in lacking:
            add(site, part, variant, 50)
    while site.service.counters.coarsen(slots(site).told_from + 24):
        pass
    assert counted(site) == {}


def test_what_is_drawn_anew_under_the_same_name_has_counts_of_its_own(site: SmallSite) -> None:
    """Those of another order are neither its own nor forgotten with it."""
    other = f"{NAME} {'0' * 32}"
    for part, variant in CELLS:
        add(site, part, variant, 10)
        add(site, part, variant, 9, other)
    assert set(counted(site).values()) == {(10, 1)}
    while site.service.counters.coarsen(slots(site).told_from + 24):
        pass
    assert len(counted(site)) == len(CELLS)
    assert other not in trials_of(site.service.counters.database)


def test_a_copy_leaves_out_an_experiment_that_is_on(site: SmallSite, tmp_path: Path) -> None:
    """Two copies would tell what came between them: a day, and a variant."""
    for part, variant in CELLS:  # Retention, which may run at any time, forgets none of so many.
        add(site, part, variant, 10)
    assert counted(site)
    assert copied(site, tmp_path / "one") == 0
    site.clock.now = (slots(site).told_from + 48) * 3600.0
    agreed(site).view("/")
    assert copied(site, tmp_path / "two") == len(CELLS)


def test_a_copy_leaves_out_what_may_yet_be_forgotten(site: SmallSite, tmp_path: Path) -> None:
    """Where no hour has ended since it was over, and where none was ever counted."""
    add(site, 0, "plain", 9)
    site.clock.now = (slots(site).told_from + 240) * 3600.0
    assert copied(site, tmp_path / "one") == 0
    site.clock.now = (slots(site).told_from + 24) * 3600.0
    agreed(site).view("/")
    assert copied(site, tmp_path / "two") == 0


def copied(site: SmallSite, folder: Path) -> int:
    """How many rows of the table a backup has."""
    now = datetime.datetime.fromtimestamp(site.clock.now, datetime.UTC)
    made = back_up(site.var, folder, site.service.site.register.backup.keep, now)
    with tarfile.open(made.path) as tar:
        tar.extract("counters.sqlite3", folder, filter="data")
    with sqlite3.connect(folder / "counters.sqlite3") as database:
        ((rows,),) = database.execute("SELECT count(*) FROM experiments")
    return int(rows)


def test_the_table_has_no_time_but_the_end(site: SmallSite) -> None:
    """Every visit of a part leaves the same bytes, whichever of its days it came on."""
    agreed(site).view("/")
    with sqlite3.connect(site.var / "counters.sqlite3") as database:
        ((*key, _visits, _reached),) = database.execute("SELECT * FROM experiments")
    assert key == [slots(site).key, 0, key[2], "2026-03-30"]


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_adds_up_the_same(engine: str, tmp_path: Path) -> None:
    """What is begun, what is reached later, and no more of that than began."""
    register = read_site(experiment_site(tmp_path / "site")).register
    store = ENGINES[engine](tmp_path, register, ZoneInfo("UTC"))
    over = datetime.date(2026, 3, 30)
    try:
        for part, visits, reached in ((0, 2, 0), (0, 0, 1), (0, 1, 1), (1, 1, 3), (2, 0, 1)):
            store.add(0, (), tried=(Tried(NAME, part, "plain", over, visits, reached),))
        assert found_in(store) == {0: (3, 2), 1: (1, 1)}
        if store.rewriting_due:
            store.rewrite()
        assert found_in(store) == {0: (3, 2), 1: (1, 1)}
        hour = int(datetime.datetime(2026, 4, 2, tzinfo=datetime.UTC).timestamp() // 3600)
        while store.coarsen(hour):
            pass
        assert found_in(store) == {}
    finally:
        store.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_with_the_last_experiment_goes_what_was_counted_of_it(engine: str, tmp_path: Path) -> None:
    """And counting goes on; declared again, it begins anew."""
    root = experiment_site(tmp_path / "site")
    register = read_site(root).register
    (root / "site" / "experiments.toml").unlink()
    without = read_site(root).register
    tried = Tried(NAME, 0, "plain", datetime.date(2026, 3, 30), 1, 0)
    for declared, given, found in (
        (register, (tried,), {0: (1, 0)}),
        (without, (), None),
        (register, (), {}),
    ):
        store = ENGINES[engine](tmp_path, declared, ZoneInfo("UTC"))
        try:
            store.add(0, (Increment(Dimension.ALL, "", visits=1, views=1),), tried=given)
            assert store.database.state.usable
            if found is not None:
                assert found_in(store) == found
        finally:
            store.close()


def test_what_goes_with_a_declaration_is_what_features_say() -> None:
    conditional = {
        (each["database"], each["name"])
        for path in (ROOT / "policy" / "features").glob("*.toml")
        for each in tomllib.loads(path.read_text(encoding="utf-8")).get("table", ())
        if "if_declares" in each
    }
    dropped = {(name, each) for name, tables in WITH_DECLARATIONS.items() for each in tables}
    assert dropped == conditional


def found_in(store: CounterStore) -> dict[int, tuple[int, int]]:
    found = trials_of(store.database).get(NAME, ())
    return {each.part: (each.visits, each.reached) for each in found}


def test_a_link_counts_after_the_slot_in_which_its_page_was_opened(tmp_path: Path) -> None:
    """The page is still open with the words of before: a link that only they have is one of it."""
    root = experiment_site(tmp_path / "site")
    page, link = root / "content/index.md", "https://partner.example/"
    text = page.read_text().replace("We help schools.", f"We help [schools]({link}).")
    page.write_text(text)
    site = served(root)
    try:
        slot = next(one for one in slots(site) if one.variant == "plain")
        site.clock.now = slot.after * 3600 - 60
        visitor = agreed(site)
        visitor.view("/")
        while site.service.pages.variant(site.service.build, "/")[0] != "question":
            site.clock.forward(minutes=2)
        body = {"page": "/", "deed": "outbound", "what": link}
        assert visitor.post("/visit/action", body).status_code == 204
    finally:
        site.service.close()
