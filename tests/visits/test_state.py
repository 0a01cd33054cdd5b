"""The visit's state machine, as properties over whole histories."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError

from analytics.storage.schema import metadata
from analytics.visits.model import MEASURES, Dimension, Increment
from analytics.visits.state import (
    STEPS_A_WEEK,
    Agent,
    Engaged,
    State,
    View,
    begin,
    coarse_step,
    engage,
    is_idle,
    view,
)
from analytics.web.cookies import CookieWriter
from policy import read_site
from tests.fixtures.small_site import ROOT

PAGES = ("/", "/solutions/", "/about/")
SOURCES = ("Direct", "Google", "Another site")
CHROME = Agent("Chrome", "Windows", "Desktop")

agents = st.sampled_from([CHROME, Agent("Safari", "iOS", "Phone")])
pages, sources = st.sampled_from(PAGES), st.sampled_from(SOURCES)
pauses = st.integers(0, 3 * 3600)
hits = st.one_of(
    st.builds(View, seen=st.just(0), page=pages, entry=pages, source=sources, agent=agents),
    st.builds(Engaged, seen=st.just(0), page=pages, ms=st.integers(1, 10**7), agent=agents),
)
histories = st.lists(st.tuples(pauses, hits), max_size=25)
starts = st.integers(0, 2 * 7 * 24 * 3600)
History = list[tuple[int, View | Engaged]]


REGISTER = read_site(ROOT).register
COOKIES = CookieWriter(
    REGISTER, (b"a key for tests, and nothing but",), {"page": PAGES, "source": SOURCES}
)


def parts(state: State) -> dict[str, str | int]:
    return {
        "seen": state.seen,
        "pages": state.pages,
        "entry": state.entry,
        "source": state.source,
    }


def as_cookie(state: State) -> str:
    return COOKIES.encode("visit", {"version": 1, **parts(state)})


def live(start: int, history: History) -> tuple[list[State], list[Increment]]:
    """Play a history of (seconds since the last hit, hit)."""
    now, states, counted = start, [begin(coarse_step(start))], []
    for pause, hit in history:
        now += pause
        seen = coarse_step(now)
        if isinstance(hit, View):
            state, more = view(states[-1], View(seen, hit.page, hit.entry, hit.source, hit.agent))
        else:
            state, more = engage(states[-1], Engaged(seen, hit.page, hit.ms, hit.agent))
        states.append(state)
        counted += more
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
    for dimension in Dimension:
        measures = ("views", "engaged_ms") if dimension is Dimension.PAGE else MEASURES
        for measure in measures:
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
    state = State(0, 0, "/", "Direct")
    for seen in (0, 1, 100):
        for hit in (View(seen, "/", "/", "Google", CHROME), Engaged(seen, "/", 5, CHROME)):
            state, increments = (view if isinstance(hit, View) else engage)(state, hit)
            if isinstance(hit, kind):
                added |= {
                    (each.dimension, measure)
                    for each in increments
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
    row = {"hour": 1, "cell": "x", "visits": 0, "views": 1, "continued": 0, "engaged_ms": 0}
    table = tables.tables["counters"]
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(table.insert().values(dimension="visitor", **row))
    with engine.begin() as connection:
        connection.execute(table.insert().values(dimension="page", **row))
    engine.dispose()


@given(starts, histories)
def test_every_state_is_one_that_the_register_declares(start: int, history: History) -> None:
    """Whatever happens, the state can be written as the declared cookie, and read back."""
    for state in live(start, history)[0]:
        assert COOKIES.decode("visit", as_cookie(state)) == {"version": 1, **parts(state)}


@given(starts, histories, st.data())
def test_same_actions_in_the_same_steps_give_the_same_bytes(
    start: int, history: History, data: st.DataObject
) -> None:
    """Moments that differ within a five-minute step, and agents that differ, leave no trace."""
    start = start // 300 * 300
    other = data.draw(agents)
    now, shifted = start, []
    for pause, hit in history:
        now += pause
        # Another moment of the same step, as an absolute time.
        moment = now // 300 * 300 + data.draw(st.integers(0, 299))
        shifted.append((moment, hit))
    first = [as_cookie(state) for state in live(start, history)[0]]
    state = begin(coarse_step(start))
    second = [as_cookie(state)]
    for moment, hit in shifted:
        seen = coarse_step(moment)
        if isinstance(hit, View):
            state, _ = view(state, View(seen, hit.page, hit.entry, hit.source, other))
        else:
            state, _ = engage(state, Engaged(seen, hit.page, hit.ms, other))
        second.append(as_cookie(state))
    assert first == second


@given(starts, st.integers(30 * 60, 6 * 24 * 3600), pages, sources)
def test_thirty_idle_minutes_start_a_new_visit(
    start: int, pause: int, page: str, source: str
) -> None:
    """After 30 idle minutes, at any moment of the week, a view is the first of a new visit."""
    state = State(coarse_step(start), 2, "/about/", "Google")
    state, counted = view(state, View(coarse_step(start + pause), page, page, source, CHROME))
    assert (state.pages, state.entry, state.source) == (1, page, source)
    assert add_up(counted)[Dimension.ALL]["visits"] == 1


@given(starts, st.integers(0, 25 * 60), pages, sources)
def test_entry_and_source_stick(start: int, pause: int, page: str, source: str) -> None:
    """Within 25 minutes it is the same visit: where it began and came from do not change."""
    state = State(coarse_step(start), 1, "/about/", "Google")
    state, counted = view(state, View(coarse_step(start + pause), page, page, source, CHROME))
    assert (state.pages, state.entry, state.source) == (2, "/about/", "Google")
    assert Increment(Dimension.ENTRY, "/about/", views=1, continued=1) in counted


@pytest.mark.parametrize(("views", "continued"), [(1, 0), (2, 1), (3, 1), (9, 1)])
def test_first_and_second_page_decide_the_bounce(views: int, continued: int) -> None:
    """A visit of one page has not gone on; its second page makes it so, once."""
    history: History = [(60, View(0, "/", "/", "Direct", CHROME))] * views
    everything = add_up(live(0, history)[1])[Dimension.ALL]
    assert (everything["visits"], everything["continued"]) == (1, continued)


def test_reading_keeps_a_visit_alive() -> None:
    """Engaged time every 20 minutes bridges what would be an idle hour."""
    reading = (20 * 60, Engaged(0, "/", 60_000, CHROME))
    opening = (20 * 60, View(0, "/", "/", "Direct", CHROME))
    everything = add_up(live(0, [opening, reading, reading, opening])[1])[Dimension.ALL]
    assert (everything["visits"], everything["continued"]) == (1, 1)


def test_reading_neither_starts_nor_revives_a_visit() -> None:
    """Time is counted after an idle hour, but the next view is still a new visit."""
    opening = (0, View(0, "/", "/", "Direct", CHROME))
    late = (3600, Engaged(0, "/", 60_000, CHROME))
    everything = add_up(live(0, [late, opening, late, opening])[1])[Dimension.ALL]
    assert everything == {"visits": 2, "views": 2, "continued": 0, "engaged_ms": 60_000}


@given(st.integers(0, STEPS_A_WEEK - 1))
def test_a_clock_that_steps_back_ends_no_visit(seen: int) -> None:
    """Two machines may disagree by a step, at the turn of the week too."""
    assert not is_idle(State(seen, 1, "/", "Direct"), (seen - 1) % STEPS_A_WEEK)
