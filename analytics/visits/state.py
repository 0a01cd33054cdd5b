"""The visit: a pure state machine. State and hit in, next state and increments out.

The state is all that a browser carries. It names nobody: two browsers that did the same things
in the same five-minute steps hold the same state.

Every dimension but `page` and `missing` adds up to `all`, in each of its measures. A page by itself
has views and engaged time only, since the state does not say which pages a visit has already seen.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from analytics.visits.model import Dimension, Increment
from analytics.web.clock import STEP_SECONDS
from policy.campaigns import NO_CAMPAIGN
from policy.referrers import CAMPAIGN, DIRECT

__all__ = [
    "NEVER",
    "Agent",
    "Counted",
    "Engaged",
    "State",
    "View",
    "begin",
    "engage",
    "from_parts",
    "is_early",
    "is_idle",
    "missing",
    "step_of",
    "to_parts",
    "view",
]

ChannelOf = Callable[[str], str]

STEPS_A_DAY = 24 * 3600 // STEP_SECONDS
STEPS_AN_HOUR = 3600 // STEP_SECONDS
IDLE_STEPS = 6
NEVER = 24
"""What the cookie's `began` says where the hour in which the visit began does not matter."""


@dataclass(frozen=True, slots=True)
class Agent:
    """The kinds of browser, system and device, as names from finite lists."""

    browser: str
    system: str
    device: str


@dataclass(frozen=True, slots=True)
class State:
    """`seen` is a five-minute step since 1970; `pages` is 0, 1, or 2 for two and more. `began` is
    the hour since 1970 in which the visit began, kept while it has one page only."""

    seen: int
    pages: int
    began: int | None
    entry: str
    source: str
    campaign: str = NO_CAMPAIGN


@dataclass(frozen=True, slots=True)
class View:
    """A page was opened, `seconds` since 1970; `entry` is what a visit is said to begin with if it
    begins here: the page, or its section. `source` is the kind of place it was reached from.

    `before` is the entry that the page which led here would be: None where none of ours did, ""
    where it is not known which.
    """

    seconds: float
    page: str
    entry: str
    source: str
    agent: Agent
    before: str | None = None
    campaign: str = NO_CAMPAIGN


@dataclass(frozen=True, slots=True)
class Engaged:
    """A page has been visible, focused and used for another `ms` milliseconds. One that `renews`
    is still in use, and keeps the visit alive."""

    seconds: float
    page: str
    ms: int
    agent: Agent
    renews: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """The next state, and what a hit adds. What continues is added to the hour `began`, in which
    the visit began; all else to the hour of the hit."""

    state: State
    increments: tuple[Increment, ...] = ()
    began: int | None = None


def step_of(seconds: float) -> int:
    """The five-minute step, counted since 1970."""
    return int(seconds // STEP_SECONDS)


def to_parts(state: State) -> tuple[int, dict[str, str | int]]:
    """The day since 1970 on which a cookie with this state is signed, and the parts it holds."""
    day, step = divmod(state.seen, STEPS_A_DAY)
    began = NEVER if state.began is None else state.began % 24
    parts = {"seen": step, "pages": state.pages, "began": began}
    named = {"entry": state.entry, "source": state.source, "campaign": state.campaign}
    return day, parts | named


def from_parts(day: int, parts: Mapping[str, str | int]) -> State:
    """The state of a cookie that was signed on `day`. The visit began within 24 hours before."""
    seen = day * STEPS_A_DAY + int(parts["seen"])
    hour, began = seen // STEPS_AN_HOUR, int(parts["began"])
    since = None if began == NEVER else hour - (hour - began) % 24
    named = (str(parts[name]) for name in ("entry", "source", "campaign"))
    return State(seen, int(parts["pages"]), since, *named)


def begin(seconds: float) -> State:
    """The state that consent begins with: nothing seen yet."""
    return State(step_of(seconds), 0, None, "/", DIRECT)


def is_idle(state: State, seconds: float) -> bool:
    """Whether 30 idle minutes have passed: surely when they have, never before 25.

    A clock that was set back ends no visit.
    """
    return step_of(seconds) - state.seen >= IDLE_STEPS


def is_early(state: State | None, hit: View | Engaged) -> bool:
    """Whether the cookie is most likely older than an answer that is still on its way.

    A page that one of ours led to belongs to a visit that has begun; so does the time on a page.
    And only the entry leads to the second page: what another led to is at least the third.
    """
    if isinstance(hit, View) and hit.before is None:
        return False
    if state is None or state.pages == 0 or is_idle(state, hit.seconds):
        return True
    return isinstance(hit, View) and state.pages == 1 and hit.before != state.entry


def view(state: State | None, hit: View, channel_of: ChannelOf) -> Counted:
    """Count a page view. The first view of a visit decides for good its entry, its source and its
    campaign; `channel_of` tells the channel of a source."""
    seen, began = step_of(hit.seconds), None
    if state is None or state.pages == 0 or is_idle(state, hit.seconds):
        state = State(seen, 1, seen // STEPS_AN_HOUR, hit.entry, hit.source, hit.campaign)
        measured = {"visits": 1, "views": 1}
    else:
        began = state.began
        state = replace(state, seen=seen, pages=2, began=None)
        measured = {"views": 1, "continued": 0 if began is None else 1}
    page = Increment(Dimension.PAGE, hit.page, views=1)
    return Counted(state, (page, *_of_visit(state, hit.agent, channel_of, measured)), began)


def engage(state: State, hit: Engaged, channel_of: ChannelOf) -> Counted:
    """Count engaged time: no more than has passed since the step before the one that the state was
    written in. A step more, since a page is opened before its view is counted.

    It keeps a visit alive, but neither starts one nor revives an idle one. Time on a page that was
    opened before consent (no page counted yet) belongs to no visit.
    """
    passed_ms = round((hit.seconds - (state.seen - 1) * STEP_SECONDS) * 1_000)
    ms = min(hit.ms, passed_ms)
    if state.pages == 0 or ms <= 0:
        return Counted(state)
    if hit.renews and not is_idle(state, hit.seconds):
        state = replace(state, seen=step_of(hit.seconds))
    measured = {"engaged_ms": ms}
    page = Increment(Dimension.PAGE, hit.page, engaged_ms=ms)
    return Counted(state, (page, *_of_visit(state, hit.agent, channel_of, measured)))


def missing(led_by: str) -> tuple[Increment, ...]:
    """Count that a page was looked for which there is not: by what led there. No visit has it."""
    return (Increment(Dimension.MISSING, led_by, views=1),)


def _of_visit(
    state: State, agent: Agent, channel_of: ChannelOf, measured: Mapping[str, int]
) -> Iterator[Increment]:
    channel = channel_of(state.source) if state.campaign == NO_CAMPAIGN else CAMPAIGN
    yield Increment(Dimension.ALL, "", **measured)
    yield Increment(Dimension.ENTRY, state.entry, **measured)
    yield Increment(Dimension.SOURCE, state.source, **measured)
    yield Increment(Dimension.CHANNEL, channel, **measured)
    yield Increment(Dimension.CAMPAIGN, state.campaign, **measured)
    yield Increment(Dimension.BROWSER, agent.browser, **measured)
    yield Increment(Dimension.SYSTEM, agent.system, **measured)
    yield Increment(Dimension.DEVICE, agent.device, **measured)
