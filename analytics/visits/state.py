"""The visit: a pure state machine. State and hit in, next state and increments out.

The state is all that a browser carries. It names nobody: two browsers that did the same things
in the same five-minute steps hold the same state.

`visits.model` says what a dimension has of a hit, and whether its cells add up to `all`. A page by
itself has views and engaged time only, since the state does not say which pages a visit has seen.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from analytics.visits.deeds import Told, form_cell
from analytics.visits.deeds import told as tell
from analytics.visits.model import LISTED, Dimension, Increment
from analytics.web.clock import MOST_HOURS, STEP_SECONDS
from policy.campaigns import NO_CAMPAIGN
from policy.goals import Reached
from policy.referrers import CAMPAIGN, DIRECT
from policy.segments import Segments
from policy.values import MARK

__all__ = [
    "Agent",
    "Counted",
    "Engaged",
    "State",
    "View",
    "begin",
    "do",
    "engage",
    "from_parts",
    "in_segments",
    "is_early",
    "is_idle",
    "is_over",
    "missing",
    "reach",
    "step_of",
    "to_parts",
    "view",
]

ChannelOf = Callable[[str], str]

STEPS_A_DAY = 24 * 3600 // STEP_SECONDS
STEPS_AN_HOUR = 3600 // STEP_SECONDS
IDLE_STEPS = 6
NOTHING = Reached()
UNTOLD = Told()


@dataclass(frozen=True, slots=True)
class Agent:
    """The kinds of browser, system and device, as names from finite lists; and `more` of what is
    known with each hit, by dimension."""

    browser: str
    system: str
    device: str
    more: tuple[tuple[Dimension, str], ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """`seen` is a five-minute step since 1970; `pages` is 0, 1, or 2 for two and more. `began` is
    the hour since 1970 in which the visit began, None while it has no page. `goals` are those that
    it reached, and `funnels` how many steps of which it did, both in the order of their names."""

    seen: int
    pages: int
    began: int | None
    entry: str
    source: str
    campaign: str = NO_CAMPAIGN
    goals: tuple[str, ...] = ()
    funnels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A page was opened, `seconds` since 1970; `entry` is what a visit is said to begin with if it
    begins here: the page, or its section. `source` is the kind of place it was reached from.

    `before` is the entry that the page which led here would be: None where none of ours did, ""
    where it is not known which. `form` is the name of the form that the page shows, if any, and
    `after` the page of ours that led here, if it is known.
    """

    seconds: float
    page: str
    entry: str
    source: str
    agent: Agent
    before: str | None = None
    campaign: str = NO_CAMPAIGN
    reached: Reached = NOTHING
    form: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Engaged:
    """A page has been visible, focused and used for another `ms` milliseconds, which may be none.
    One that `renews` is still in use, and keeps the visit alive; `told` is what it tells
    besides."""

    seconds: float
    page: str
    ms: int
    agent: Agent
    renews: bool = False
    told: Told = UNTOLD


@dataclass(frozen=True, slots=True)
class Counted:
    """The next state, and what a hit adds. What continues, and the visits that reach a goal or the
    step of a funnel, are added to the hour `began`, in which the visit began; all else to the hour
    of the hit."""

    state: State
    increments: tuple[Increment, ...] = ()
    began: int | None = None


def step_of(seconds: float) -> int:
    """The five-minute step, counted since 1970."""
    return int(seconds // STEP_SECONDS)


def to_parts(state: State) -> tuple[int, dict[str, str | int]]:
    """The day since 1970 on which a cookie with this state is signed, and the parts it holds."""
    day, step = divmod(state.seen, STEPS_A_DAY)
    parts: dict[str, str | int] = {"seen": step, "began": _began(state)}
    named = {"entry": state.entry, "source": state.source, "campaign": state.campaign}
    funnels = MARK.join(f"{name}:{steps}" for name, steps in state.funnels)
    return day, parts | named | {"goals": MARK.join(state.goals), "funnels": funnels}


def _began(state: State) -> int:
    if state.began is None:
        return 0
    hours = state.seen // STEPS_AN_HOUR - state.began
    # Where the clock was set back, it began now.
    return min(max(hours, 0), MOST_HOURS - 1) + 1 + (state.pages - 1) * MOST_HOURS


def from_parts(day: int, parts: Mapping[str, str | int]) -> State:
    """The state of a cookie that was signed on `day`."""
    seen = day * STEPS_A_DAY + int(parts["seen"])
    said = int(parts["began"])
    pages, hours = divmod(said - 1, MOST_HOURS)
    return State(
        seen=seen,
        pages=pages + 1,
        began=seen // STEPS_AN_HOUR - hours if said else None,
        entry=str(parts["entry"]),
        source=str(parts["source"]),
        campaign=str(parts["campaign"]),
        goals=tuple(_named(parts, "goals")),
        funnels=tuple(
            (name, int(steps))
            for name, _, steps in (each.partition(":") for each in _named(parts, "funnels"))
        ),
    )


def _named(parts: Mapping[str, str | int], part: str) -> list[str]:
    """What a part names that has several names or none, or is not there."""
    value = str(parts.get(part, ""))
    return value.split(MARK) if value else []


def begin(seconds: float) -> State:
    """The state that consent begins with: nothing seen yet."""
    return State(step_of(seconds), 0, None, "/", DIRECT)


def is_idle(state: State, seconds: float) -> bool:
    """Whether 30 idle minutes have passed: surely when they have, never before 25.

    A clock that was set back ends no visit.
    """
    return step_of(seconds) - state.seen >= IDLE_STEPS


def is_over(state: State, seconds: float) -> bool:
    """Whether no view goes on with the visit: it is idle, or has gone on for 12 hours (11 at
    times, as the hour in which it began is known)."""
    hour = step_of(seconds) // STEPS_AN_HOUR
    return is_idle(state, seconds) or (state.began is not None and hour - state.began >= MOST_HOURS)


def is_early(state: State | None, hit: View | Engaged) -> bool:
    """Whether the cookie is most likely older than an answer that is still on its way.

    A page that one of ours led to belongs to a visit that has begun; so does the time on a page.
    And only the entry leads to the second page: what another led to is at least the third.
    """
    if isinstance(hit, View) and hit.before is None:
        return False
    if state is None or state.pages == 0 or is_over(state, hit.seconds):
        return True
    return isinstance(hit, View) and state.pages == 1 and hit.before != state.entry


def view(state: State | None, hit: View, channel_of: ChannelOf) -> Counted:
    """Count a page view. The first view of a visit decides for good its entry, its source and its
    campaign; `channel_of` tells the channel of a source."""
    seen = step_of(hit.seconds)
    if state is None or state.pages == 0 or is_over(state, hit.seconds):
        state = State(seen, 1, seen // STEPS_AN_HOUR, hit.entry, hit.source, hit.campaign)
        measured = {"visits": 1, "views": 1}
    else:
        measured = {"views": 1, "continued": 2 - state.pages}
        state = replace(state, seen=seen, pages=2)
    page = Increment(Dimension.PAGE, hit.page, views=1)
    counted = (page, *_of_visit(state, hit.agent, channel_of, measured))
    if hit.after:
        counted += (Increment(Dimension.FLOW, f"{hit.after} {hit.page}", times=1),)
    if hit.form:
        counted += (Increment(Dimension.FORM, form_cell(hit.form, "seen"), times=1),)
    state, reached = reach(state, hit.reached)
    return Counted(state, (*counted, *reached), state.began)


def reach(state: State, reached: Reached) -> tuple[State, tuple[Increment, ...]]:
    """The state after a deed of its visit, and what that adds: each goal, how often, and once a
    visit; and the next step of each funnel, if it was that."""
    if reached == NOTHING:
        return state, ()
    done = dict(state.funnels)
    steps = [(name, number) for name, number in reached.steps if number == done.get(name, 0) + 1]
    added = [
        Increment(Dimension.GOAL, name, visits=int(name not in state.goals), times=1)
        for name in sorted(reached.goals)
    ]
    added += [Increment(Dimension.FUNNEL, f"{name}:{number}", visits=1) for name, number in steps]
    goals = tuple(sorted({*state.goals, *reached.goals}))
    funnels = tuple(sorted((done | dict(steps)).items()))
    return replace(state, goals=goals, funnels=funnels), tuple(added)


def engage(state: State, hit: Engaged, channel_of: ChannelOf) -> Counted:
    """Count engaged time: no more than has passed since the step before the one that the state was
    written in. A step more, since a page is opened before its view is counted.

    It keeps a visit alive, but neither starts one nor revives an idle one. Time on a page that was
    opened before consent (no page counted yet) belongs to no visit.
    """
    passed_ms = round((hit.seconds - (state.seen - 1) * STEP_SECONDS) * 1_000)
    ms = max(0, min(hit.ms, passed_ms))
    told = tell(hit.page, ms, hit.told)
    if state.pages == 0 or not (ms or told):
        return Counted(state)
    if hit.renews and not is_over(state, hit.seconds):
        state = replace(state, seen=step_of(hit.seconds))
    measured = {"engaged_ms": ms}
    page = Increment(Dimension.PAGE, hit.page, engaged_ms=ms)
    return Counted(state, (page, *_of_visit(state, hit.agent, channel_of, measured), *told))


def do(
    state: State,
    agent: Agent,
    channel_of: ChannelOf,
    deed: Iterable[Increment],
    reached: Reached,
) -> Counted:
    """Count a deed and what it reaches, beside the cells of its visit: that in which its page was
    opened, which it neither begins nor revives."""
    state, goals = reach(state, reached)
    cells = _of_visit(state, agent, channel_of, {})
    return Counted(state, (*deed, *goals, *cells), state.began)


def in_segments(segments: Segments, hit: Iterable[Increment]) -> tuple[Increment, ...]:
    """What a hit of a visit adds to the segments of that visit: the same as to the whole site."""
    if not segments.segments:
        return ()
    by_dimension = {each.dimension: each for each in hit}
    whole = by_dimension.get(Dimension.ALL)
    if whole is None:
        return ()
    cells = {str(dimension): each.cell for dimension, each in by_dimension.items()}
    measured = {name: getattr(whole, name) for name in LISTED[Dimension.SEGMENT].measures}
    return tuple(Increment(Dimension.SEGMENT, name, **measured) for name in segments.of(cells))


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
    for dimension, cell in agent.more:
        yield Increment(dimension, cell, **measured)
