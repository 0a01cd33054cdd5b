"""How much a cookie of this site can tell, and how many pages that leaves room for.

A cookie that names a page can tell apart as many visitors as there are pages. So its declared
budget, `most_bits`, bounds the number of pages, and who adds one hears of it in time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from generator.content.library import Content
from policy import Fault, Site
from policy.referrers import source_names
from policy.register import MOST_BITS, Cookie, Storage
from policy.sum import REGISTER
from policy.values import Counted, most_bits

WARNED_AT = 0.8
"""The part of the room from which each build warns."""


def named(site: Site, content: Content) -> Counted:
    """What parts of cookies may name on this site."""
    return {
        "page": set(content.pages),
        "source": source_names(),
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
        needed = math.ceil(carried)
        room = _room(cookie, lists, allowed)
        if room:
            pages, more = len(content.pages), _room(cookie, lists, needed)
            message = (
                f'{pages} pages are too many for cookie "{cookie.name}": it has room for {room}'
            )
            hint = f"{_limit(cookie, needed)}, with room for {more}; or publish fewer pages"
            if needed > MOST_BITS:
                hint = f"publish {room} pages at most"
            yield Fault(REGISTER, line, message, hint)
        else:
            message = (
                f'cookie "{cookie.name}" can carry {round(carried, 1)} bits, '
                f"more than its most_bits = {allowed}"
            )
            hint = f"{_limit(cookie, needed)}; 33 bits tell all people apart"
            yield Fault(REGISTER, line, message, hint)


def budget_warnings(site: Site, content: Content) -> Iterator[Fault]:
    """A warning for each cookie in which four fifths of the room for pages are taken."""
    lists, pages = named(site, content), len(content.pages)
    for cookie in site.register.cookies:
        room = _room(cookie, lists, cookie.most_bits) if cookie.most_bits else 0
        if WARNED_AT * room <= pages <= room:
            line = site.line(REGISTER, "limits", "cookie", cookie.name, "most_bits")
            message = f'{pages} pages, and cookie "{cookie.name}" has room for {room}'
            more = cookie.most_bits + 1 if cookie.most_bits else 0
            hint = f"{_limit(cookie, more)}, with room for {_room(cookie, lists, more)}"
            if more > MOST_BITS:
                hint = f"no cookie may carry more than {MOST_BITS} bits: {room} is the most"
            yield Fault(REGISTER, line, message, hint)


def _limit(cookie: Cookie, bits: int) -> str:
    """The line that gives a cookie another budget."""
    return f"write cookie.{cookie.name}.most_bits = {bits} under [limits]"


def _room(cookie: Cookie, lists: Counted, allowed: int) -> int:
    """How many pages a cookie can name within `allowed` bits; 0 where it names none."""
    parts = sum(part.kind == "page" for part in cookie.parts)
    if not parts:
        return 0
    rest = most_bits(cookie, {**lists, "page": [""]})
    return int(2 ** ((allowed - rest) / parts) + 1e-9) if allowed >= rest else 0
