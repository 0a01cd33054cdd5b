"""The visit: a pure state machine. State and hit in, next state and increments out.

The state is all that a browser carries. It names nobody: two browsers that did the same things
in the same five-minute steps hold the same state.

Every dimension but `page` adds up to `all`, in each of its measures. A page by itself has views
and engaged time only, since the state does not say which pages a visit has already seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from analytics.visits.model import Dimension, Increment
from analytics.web.clock import STEP_SECONDS
from policy.referrers import DIRECT

__all__ = [
    "Agent",
    "Engaged",
    "State",
    "View",
    "begin",
    "coarse_step",
    "engage",
    "is_idle",
    "view",
]

STEPS_A_WEEK = 7 * 24 * 3600 // STEP_SECONDS
IDLE_STEPS = 6


@dataclass(frozen=True, slots=True)
class Agent:
    """The kinds of browser, system and device, as names from finite lists."""

    browser: str
    system: str
    device: str


@dataclass(frozen=True, slots=True)
class State:
    """`seen` is a five-minute step of the week; `pages` is 0, 1, or 2 for two and more."""

    seen: int
    pages: int
    entry: str
    source: str


@dataclass(frozen=True, slots=True)
class View:
    """A page was opened in the step `seen`; `entry` is what a visit is said to begin with if it
    begins here: the page, or its section. `source` is the kind of place it was reached from."""

    seen: int
    page: str
    entry: str
    source: str
    agent: Agent


@dataclass(frozen=True, slots=True)
class Engaged:
    """A page has been visible and focused for another `ms` milliseconds."""

    seen: int
    page: str
    ms: int
    agent: Agent


def coarse_step(seconds: float) -> int:
    """The five-minute step of the week (0 to 2015) of a time in seconds since 1970."""
    return int(seconds // STEP_SECONDS) % STEPS_A_WEEK


def begin(seen: int) -> State:
    """The state that consent begins with: nothing seen yet."""
    return State(seen, 0, "/", DIRECT)


def is_idle(state: State, seen: int) -> bool:
    """Whether 30 idle minutes have passed: surely when they have, never before 25.

    One step back is not idle: the clocks of two machines differ a little. A state that comes back
    exactly a week later, to half an hour, is taken for the same visit; the steps cannot tell.
    """
    ahead = (seen - state.seen + 1) % STEPS_A_WEEK - 1
    return ahead >= IDLE_STEPS


def view(state: State, hit: View) -> tuple[State, tuple[Increment, ...]]:
    """Count a page view. The first view of a visit decides its entry and its source for good."""
    if state.pages == 0 or is_idle(state, hit.seen):
        state = State(hit.seen, 1, hit.entry, hit.source)
        visits, continued = 1, 0
    else:
        visits, continued = 0, int(state.pages == 1)
        state = replace(state, seen=hit.seen, pages=2)
    measured = {"visits": visits, "views": 1, "continued": continued}
    page = Increment(Dimension.PAGE, hit.page, views=1)
    return state, (page, *_of_visit(state, hit.agent, measured))


def engage(state: State, hit: Engaged) -> tuple[State, tuple[Increment, ...]]:
    """Count engaged time. It keeps a visit alive, but neither starts one nor revives an idle one.

    Time on a page that was opened before consent (no page counted yet) belongs to no visit.
    """
    if state.pages == 0:
        return state, ()
    if not is_idle(state, hit.seen):
        state = replace(state, seen=hit.seen)
    measured = {"engaged_ms": hit.ms}
    page = Increment(Dimension.PAGE, hit.page, engaged_ms=hit.ms)
    return state, (page, *_of_visit(state, hit.agent, measured))


def _of_visit(state: State, agent: Agent, measured: Mapping[str, int]) -> Iterator[Increment]:
    yield Increment(Dimension.ALL, "", **measured)
    yield Increment(Dimension.ENTRY, state.entry, **measured)
    yield Increment(Dimension.SOURCE, state.source, **measured)
    yield Increment(Dimension.BROWSER, agent.browser, **measured)
    yield Increment(Dimension.SYSTEM, agent.system, **measured)
    yield Increment(Dimension.DEVICE, agent.device, **measured)
