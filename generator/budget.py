"""How much a cookie of this site can tell, and how many pages that leaves room for.

A cookie that names a page can tell apart as many visitors as there are pages. So its declared
budget, `most_bits`, bounds the number of pages, and who adds one hears of it in time. Where
it names sections instead, their number is bounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Literal

from generator.content.library import Content
from policy import Fault, Site
from policy.goals import FILE as GOALS
from policy.register import MOST_BITS, Cookie, Storage
from policy.sections import section_of
from policy.sum import REGISTER
from policy.values import Counted, most_bits

ENTRY = "entry"
"""The part that a site may have name a section instead of a page."""

WARNED_AT = 0.8
"""The part of the room from which each build warns."""


def named(site: Site, content: Content) -> Counted:
    """What parts of cookies may name on this site."""
    return {
        "page": set(content.pages),
        "section": set(map(section_of, content.pages)),
        "source": site.sources.names,
        "campaign": site.campaigns.names,
        "goals": site.goals.names,
        "funnels": site.goals.steps,
        "audience": set(site.audiences.names) | {site.audiences.default},
    }


def bits(site: Site, content: Content) -> Callable[[Cookie | Storage], float]:
    """A function that tells how many bits a cookie or storage key of this site can carry."""
    lists = named(site, content)
    return lambda entry: round(most_bits(entry, lists), 1)


def budget_faults(site: Site, content: Content) -> Iterator[Fault]:
    """A fault for each cookie that can carry more bits than its `most_bits`."""
    lists = named(site, content)
    for cookie in site.register.cookies:
        carried, allowed = most_bits(cookie, lists), cookie.most_bits
        if allowed is None or carried <= allowed:
            continue
        line = site.line(REGISTER, "limits", "cookie", cookie.name, "most_bits")
        kind = _naming(cookie)
        room = _room(cookie, lists, allowed)
        if kind and room:
            number = len(lists[kind])
            message = (
                f'{number} {kind}s are too many for cookie "{cookie.name}": it has room for {room}'
            )
            mends = [
                *_wider(cookie, lists),
                *_by_section(cookie, lists),
                *_fewer_goals(cookie, lists, allowed),
            ]
            fewer = f"publish {room} {kind}s at most"
            hint = "; or ".join([*mends, f"publish fewer {kind}s"] if mends else [fewer])
            yield Fault(REGISTER, line, message, hint)
        else:
            message = (
                f'cookie "{cookie.name}" can carry {round(carried, 1)} bits, '
                f"more than its most_bits = {allowed}"
            )
            needed = math.ceil(carried)
            mends = [
                *([_limit(cookie, needed)] if needed <= MOST_BITS else []),
                *_fewer_goals(cookie, lists, allowed),
            ]
            hint = f"{'; or '.join(mends)}; 33 bits tell all people apart".removeprefix("; ")
            yield Fault(REGISTER, line, message, hint)


def budget_warnings(site: Site, content: Content) -> Iterator[Fault]:
    """A warning for each cookie in which four fifths of the room for pages are taken."""
    lists = named(site, content)
    for cookie in site.register.cookies:
        kind, allowed = _naming(cookie), cookie.most_bits
        if kind is None or allowed is None:
            continue
        room, number = _room(cookie, lists, allowed), len(lists[kind])
        if WARNED_AT * room <= number <= room:
            line = site.line(REGISTER, "limits", "cookie", cookie.name, "most_bits")
            message = f'{number} {kind}s, and cookie "{cookie.name}" has room for {room}'
            more = (
                f"{_limit(cookie, allowed + 1)}, with room for {_room(cookie, lists, allowed + 1)}"
            )
            mends = [
                *([more] if allowed < MOST_BITS else []),
                *_by_section(cookie, lists, WARNED_AT),
            ]
            most = f"no cookie may carry more than {MOST_BITS} bits: {room} is the most"
            yield Fault(REGISTER, line, message, "; or ".join(mends) or most)


def _wider(cookie: Cookie, lists: Counted) -> Iterator[str]:
    """The budget that makes room, if there may be one of that size."""
    needed = math.ceil(most_bits(cookie, lists))
    if needed <= MOST_BITS:
        yield f"{_limit(cookie, needed)}, with room for {_room(cookie, lists, needed)}"


def _by_section(cookie: Cookie, lists: Counted, share: float = 1) -> Iterator[str]:
    """To name sections instead of pages, where these take no more than a share of the room."""
    parts = tuple(
        part.model_copy(update={"kind": "section"}) if part.name == ENTRY else part
        for part in cookie.parts
    )
    if parts == cookie.parts or cookie.most_bits is None:
        return
    by_section = cookie.model_copy(update={"parts": parts})
    needed, most = math.ceil(most_bits(by_section, lists)), math.ceil(most_bits(cookie, lists))
    mend = 'write entry = "section" below features'
    if len(lists["section"]) <= share * _room(by_section, lists, cookie.most_bits):
        mend += ", by which the cookie names the first folder of a page only"
    elif needed <= MOST_BITS < most:
        mend += f", and cookie.{cookie.name}.most_bits = {needed} under [limits]"
    else:
        return
    yield mend


def _fewer_goals(cookie: Cookie, lists: Counted, allowed: int) -> Iterator[str]:
    """How many goals there is room for beside the pages and funnels, if there are more; fewer
    funnels, if these alone are too many."""
    room = math.floor(allowed - most_bits(cookie, {**lists, "goals": ()}) + 1e-9)
    number = len(lists["goals"])
    has_funnels = "funnels" in {part.kind for part in cookie.parts}
    if 0 <= room < number:
        yield f"declare {room} goals at most in {GOALS}, where there are {number}"
    elif room < 0 and has_funnels and number:
        yield f"declare no goals and fewer funnels in {GOALS}"
    elif room < 0 and has_funnels:
        yield f"declare fewer funnels in {GOALS}"


def _naming(cookie: Cookie) -> Literal["page", "section"] | None:
    """What a cookie names of this site: pages, sections or neither."""
    kinds = [part.kind for part in cookie.parts]
    return "page" if "page" in kinds else "section" if "section" in kinds else None


def _limit(cookie: Cookie, bits: int) -> str:
    """The line that gives a cookie another budget."""
    return f"write cookie.{cookie.name}.most_bits = {bits} under [limits]"


def _room(cookie: Cookie, lists: Counted, allowed: int) -> int:
    """How many pages or sections a cookie can name within `allowed` bits; 0 where it names none."""
    kind = _naming(cookie)
    if kind is None:
        return 0
    parts = sum(part.kind == kind for part in cookie.parts)
    rest = most_bits(cookie, {**lists, kind: [""]})
    return int(2 ** ((allowed - rest) / parts) + 1e-9) if allowed >= rest else 0
