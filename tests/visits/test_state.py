"""The visit's state machine, as properties over whole histories."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from analytics.storage.schema import metadata
from analytics.visits import state as machine
from analytics.visits.model import LISTED, MEASURES, Dimension, Increment
from analytics.visits.state import (
    Agent,
    Counted,
    Engaged,
    State,
    View,
    begin,
    from_parts,
    is_early,
    is_idle,
    step_of,
    to_parts,
)
from analytics.web.cookies import CookieWriter
from policy import read_site
from policy.campaigns import ANOTHER_CAMPAIGN, NO_CAMPAIGN
from policy.goals import Reached
from tests.fixtures.small_site import ROOT

PAGES = ("/", "/solutions/", "/about/")
CAMPAIGNS = (NO_CAMPAIGN, ANOTHER_CAMPAIGN, "Spring")
SOURCES = ("Direct", "Google", "Another site")
MORE = ("browser_version", "system_version", "screen", "language", "page_language", "audience")
CHROME = Agent("Chrome", "Windows", "Desktop", tuple((Dimension(each), "x") for each in MORE))
ABROAD = replace(CHROME, more=(*CHROME.more, (Dimension.COUNTRY, "x")))
"""Where countries are counted, which our own site does not."""

agents = st.sampled_from([ABROAD, replace(ABROAD, browser="Safari", device="Phone")])
pages, sources = st.sampled_from(PAGES), st.sampled_from(SOURCES)
pauses = st.integers(0, 3 * 3600)
REACHED = st.builds(
    Reached,
    goals=st.frozensets(st.sampled_from(("asked", "read"))),
    steps=st.frozensets(st.tuples(st.just("way"), st.integers(1, 3))),
)
hits = st.one_of(
    st.builds(
        View,
        seconds=st.just(0),
        page=pages,
        entry=pages,
        source=sources,
        agent=agents,
        campaign=st.sampled_from(CAMPAIGNS),
        reached=REACHED,
    ),
    st.builds(
        Engaged,
        seconds=st.just(0),
        page=pages,
        ms=st.integers(1, 10**7),
        agent=agents,
        renews=st.booleans(),
    ),
)
histories = st.lists(st.tuples(pauses, hits), max_size=25)
starts = st.integers(0, 2 * 24 * 3600)
History = list[tuple[int, View | Engaged]]


CHANNELS = {"Direct": "direct", "Google": "search", "Another site": "referral", "Bing": "search"}
view = partial(machine.view, channel_of=CHANNELS.__getitem__)
engage = partial(machine.engage, channel_of=CHANNELS.__getitem__)
NOW = [0.0]
REGISTER = read_site(ROOT).register
COOKIES = CookieWriter(
    REGISTER,
    (b"a key for tests, and nothing but",),
    {
        **{"page": PAGES, "source": SOURCES, "campaign": CAMPAIGNS},
        **{"goals": ("asked", "read"), "funnels": ("way:1", "way:2", "way:3")},
    },
    lambda: NOW[0],
)


def as_cookie(state: State) -> str:
    day, parts = to_parts(state)
    return COOKIES.encode("visit", {"version": 1, **parts}, day)


OF_A_VISIT = {each for each, listed in LISTED.items() if "views" in listed.measures} - {
    Dimension.MISSING,
    Dimension.SEGMENT,
}
"""Those that a visit has one cell of."""


def count(state: State, seconds: float, hit: View | Engaged) -> Counted:
    moved = replace(hit, seconds=seconds)
    return view(state, moved) if isinstance(moved, View) else engage(state, moved)


def live(start: int, history: History) -> tuple[list[State], list[Increment]]:
    """Play a history of (seconds since the last hit, hit)."""
    now, states, counted = start, [begin(start)], []
    for pause, hit in history:
        now += pause
        result = count(states[-1], now, hit)
        states.append(result.state)
        counted += result.increments
    return states, counted


def add_up(increments: Iterable[Increment]) -> dict[str, Counter[str]]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for increment in increments:
        for measure in MEASURES:
            sums[increment.dimension][measure] += getattr(increment, measure)
    return sums


@given(starts, histories)
def test_every_dimension_adds_up_to_all(start: int, history: History) -> None:
    """Each dimension of a visit has the totals of `all`; pages have its views and time."""
    sums = add_up(live(start, history)[1])
    for dimension in OF_A_VISIT:
        for measure in LISTED[dimension].measures:
            assert sums[dimension][measure] == sums[Dimension.ALL][measure]


@given(starts, histories)
def test_counts_are_those_of_the_history(start: int, history: History) -> None:
    """Every view is counted once; a visit goes on at most once; no visit has no view."""
    everything = add_up(live(start, history)[1])[Dimension.ALL]
    views = sum(isinstance(hit, View) for _, hit in history)
    assert everything["views"] == views
    assert everything["continued"] <= everything["visits"] <= views
    assert everything["visits"] + everything["continued"] <= views


@pytest.mark.promise("P4")
@pytest.mark.parametrize(("name", "kind"), [("view", View), ("engaged time", Engaged)])
def test_it_counts_what_the_register_declares(name: str, kind: type) -> None:
    """Each event adds to its measures, in its dimensions: none besides, and none is missing."""
    (event,) = (each for each in REGISTER.events if each.name == name)
    added: set[tuple[str, str]] = set()
    state = State(0, 0, None, "/", "Direct")
    for now in (0, 300, 30_000):
        for hit in (View(now, "/", "/", "Google", CHROME), Engaged(now + 9, "/", 5, CHROME)):
            counted = count(state, hit.seconds, hit)
            state = counted.state
            if isinstance(hit, kind):
                added |= {
                    (each.dimension, measure)
                    for each in counted.increments
                    for measure in MEASURES
                    if getattr(each, measure)
                }
    assert {dimension for dimension, _ in added} == set(event.to)
    assert {measure for _, measure in added} == set(event.adds)


@pytest.mark.promise("P1")
def test_no_other_dimension_can_be_stored(tmp_path: Path) -> None:
    """The database itself refuses a value that the register does not list."""
    tables = metadata(REGISTER, "counters")
    engine = create_engine(f"sqlite:///{tmp_path}/counters.sqlite3")
    tables.create_all(engine)
    row = {"name": "x", "number": 1, "month": 1}
    table = tables.tables["names"]
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(table.insert().values(dimension="visitor", **row))
    with engine.begin() as connection:
        connection.execute(table.insert().values(dimension="page", **row))
    engine.dispose()


@given(starts, histories)
def test_every_state_is_one_that_the_register_declares(start: int, history: History) -> None:
    """Whatever happens, the state can be written as the declared cookie, and read back."""
    for state in live(start, history)[0]:
        NOW[0] = state.seen * 300
        assert from_parts(*COOKIES.decode_dated("visit", as_cookie(state))) == state


@given(starts, histories, st.data())
def test_same_actions_in_the_same_steps_give_the_same_bytes(
    start: int, history: History, data: st.DataObject
) -> None:
    """Moments that differ within a five-minute step, and agents that differ, leave no trace."""
    start = start // 300 * 300
    other = data.draw(agents)
    first = [as_cookie(state) for state in live(start, history)[0]]
    now, state = start, begin(start)
    second = [as_cookie(state)]
    for pause, hit in history:
        now += pause
        # Another moment of the same step, at the end of which the same time has passed.
        moment = now // 300 * 300 + data.draw(st.integers(now % 300, 299))
        state = count(state, moment, replace(hit, agent=other)).state
        second.append(as_cookie(state))
    assert first == second


@given(starts, st.integers(30 * 60, 40 * 24 * 3600), pages, sources)
def test_thirty_idle_minutes_start_a_new_visit(
    start: int, pause: int, page: str, source: str
) -> None:
    """After 30 idle minutes, at any moment of any day, a view is the first of a new visit."""
    state = State(step_of(start), 2, start // 3600, "/about/", "Google")
    counted = view(state, View(start + pause, page, page, source, CHROME))
    state = counted.state
    assert (state.pages, state.entry, state.source) == (1, page, source)
    assert add_up(counted.increments)[Dimension.ALL]["visits"] == 1


@given(starts, st.integers(0, 25 * 60), pages, sources)
def test_entry_and_source_stick(start: int, pause: int, page: str, source: str) -> None:
    """Within 25 minutes it is the same visit: where it began and came from do not change."""
    state = State(step_of(start), 1, start // 3600, "/about/", "Google")
    counted = view(state, View(start + pause, page, page, source, CHROME))
    state = counted.state
    assert (state.pages, state.entry, state.source) == (2, "/about/", "Google")
    assert Increment(Dimension.ENTRY, "/about/", views=1, continued=1) in counted.increments
    assert counted.began == start // 3600


@pytest.mark.parametrize(("views", "continued"), [(1, 0), (2, 1), (3, 1), (9, 1)])
def test_first_and_second_page_decide_the_bounce(views: int, continued: int) -> None:
    """A visit of one page has not gone on; its second page makes it so, once."""
    everything = add_up(live(0, [(60, OPENING)] * views)[1])[Dimension.ALL]
    assert (everything["visits"], everything["continued"]) == (1, continued)


OPENING = View(0, "/", "/", "Direct", CHROME)
READING = Engaged(0, "/", 60_000, CHROME, renews=True)
LEAVING = Engaged(0, "/", 60_000, CHROME)


def test_reading_keeps_a_visit_alive() -> None:
    """Use that goes on every 20 minutes bridges what would be an idle hour."""
    history: History = [(1200, OPENING), (1200, READING), (1200, READING), (1200, OPENING)]
    everything = add_up(live(0, history)[1])[Dimension.ALL]
    assert (everything["visits"], everything["continued"]) == (1, 1)


def test_time_of_a_page_that_is_left_keeps_no_visit_alive() -> None:
    """The state that the next page brings back must stand."""
    states, _ = live(0, [(1200, OPENING), (1200, LEAVING)])
    assert states[-1] == states[-2]


def test_reading_neither_starts_nor_revives_a_visit() -> None:
    """Time is counted after an idle hour, but the next view is still a new visit."""
    history: History = [(0, READING), (0, OPENING), (3600, READING), (0, OPENING)]
    everything = add_up(live(0, history)[1])[Dimension.ALL]
    assert +everything == {"visits": 2, "views": 2, "engaged_ms": 60_000}


@given(st.integers(0, 10**6), st.integers(0, 3 * 3600))
def test_a_clock_that_is_set_back_ends_no_visit(seen: int, back: int) -> None:
    """Two machines may disagree, and one may be corrected."""
    assert not is_idle(State(seen, 1, seen // 12, "/", "Direct"), seen * 300 - back)


@given(starts, st.integers(0, 3 * 3600), st.integers(1, 4 * 3_600_000))
def test_time_is_bounded_by_the_wall_clock(start: int, pause: int, ms: int) -> None:
    """No more than has passed since the step before that of the cookie."""
    state = State(step_of(start), 2, start // 3600, "/", "Direct")
    counted = engage(state, Engaged(start + pause, "/", ms, CHROME))
    passed = (start % 300 + pause + 300) * 1_000
    assert add_up(counted.increments)[Dimension.ALL]["engaged_ms"] == min(ms, passed)


@pytest.mark.parametrize(
    ("state", "before", "early"),
    [
        (None, None, False),
        (None, "/", True),
        (None, "", True),
        (State(100, 0, None, "/", "Direct"), "/", True),
        (State(100, 1, 8, "/", "Google"), "/", False),
        (State(100, 1, 8, "/", "Google"), "/about/", True),
        (State(100, 1, 8, "/", "Google"), "", True),
        (State(100, 1, 8, "/", "Google"), None, False),
        (State(100, 2, 8, "/", "Google"), "/about/", False),
        (State(90, 2, 7, "/", "Google"), "/about/", True),
    ],
)
def test_a_view_is_early_whose_cookie_does_not_have_what_led_to_it(
    state: State | None, before: str | None, early: bool
) -> None:
    """A page of ours led to it, so a visit has begun; and only the entry leads to the second."""
    hit = View(100 * 300, "/about/", "/about/", "Direct", CHROME, before)
    assert is_early(state, hit) is early


def test_what_continues_is_counted_where_the_visit_began() -> None:
    """Before midnight, at which another day begins."""
    midnight = 20_000 * 86_400
    first = view(None, replace(OPENING, seconds=midnight - 60))
    second = view(first.state, replace(OPENING, seconds=midnight + 60))
    third = view(second.state, replace(OPENING, seconds=midnight + 90))
    assert second.began == midnight // 3600 - 1
    assert first.began == third.began == second.began
    assert add_up(third.increments)[Dimension.ALL]["continued"] == 0


@pytest.mark.parametrize(
    ("source", "campaign", "channel"),
    [
        ("Google", NO_CAMPAIGN, "search"),
        ("Google", "Spring", "campaign"),
        ("Direct", ANOTHER_CAMPAIGN, "campaign"),
        ("Direct", NO_CAMPAIGN, "direct"),
    ],
)
def test_a_visit_by_a_campaign_is_of_that_channel(source: str, campaign: str, channel: str) -> None:
    """Whatever its source; every other one is of that of its source."""
    hit = replace(OPENING, source=source, campaign=campaign)
    cells = {each.dimension: each.cell for each in view(None, hit).increments}
    assert (cells[Dimension.CHANNEL], cells[Dimension.CAMPAIGN]) == (channel, campaign)


def test_a_goal_is_counted_once_a_visit_and_each_time() -> None:
    """It stands in the visit's state, and comes again with the next visit."""
    reaching = replace(OPENING, reached=Reached(goals=frozenset({"asked"})))
    states, counted = live(0, [(60, OPENING), (60, reaching), (60, reaching), (3600, reaching)])
    goals = [each for each in counted if each.dimension is Dimension.GOAL]
    assert [(each.visits, each.times) for each in goals] == [(1, 1), (0, 1), (1, 1)]
    assert [state.goals for state in states] == [(), (), ("asked",), ("asked",), ("asked",)]


def test_the_steps_of_a_funnel_are_done_in_their_order() -> None:
    """Each once a visit; one that comes before its time does not count."""

    def at(*steps: int) -> View:
        return replace(OPENING, reached=Reached(steps=frozenset(("way", step) for step in steps)))

    history: History = [(60, at(each)) for each in (2, 1, 1, 3, 2, 2, 3)]
    states, counted = live(0, history)
    cells = [each.cell for each in counted if each.dimension is Dimension.FUNNEL]
    assert cells == ["way:1", "way:2", "way:3"]
    assert states[-1].funnels == (("way", 3),)
    # A page that is both the next step and the one after it does one of them.
    assert live(0, [(60, at(1, 2))])[0][-1].funnels == (("way", 1),)


def test_a_goal_is_counted_where_its_visit_began() -> None:
    """So no day, and no cell, has more visits that reach it than visits; its times are of today."""
    midnight = 20_000 * 86_400
    first = view(None, replace(OPENING, seconds=midnight - 60))
    reached = Reached(goals=frozenset({"asked"}))
    counted = view(first.state, replace(OPENING, seconds=midnight + 60, reached=reached))
    (goal,) = (each for each in counted.increments if each.dimension is Dimension.GOAL)
    assert (goal.visits, goal.times, counted.began) == (1, 1, midnight // 3600 - 1)
    assert LISTED[Dimension.GOAL].of_its_visit == ("visits",)


def test_a_visit_ends_after_twelve_hours() -> None:
    """However much it is used: its cookie does not know more hours."""
    history: History = [(0, OPENING), *[(1200, READING)] * 35, (1200, OPENING)]
    everything = add_up(live(0, history)[1])[Dimension.ALL]
    assert (everything["visits"], everything["continued"]) == (2, 0)
    shorter: History = [(0, OPENING), *[(1200, READING)] * 32, (1200, OPENING)]
    everything = add_up(live(0, shorter)[1])[Dimension.ALL]
    assert (everything["visits"], everything["continued"]) == (1, 1)
