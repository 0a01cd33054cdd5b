"""Agents: the kinds of browser, system and device that a request's headers describe.

Nothing here keeps a header: the parser is built without the cache that ua-parser adds by default.
An iPad that asks for desktop pages says that it is a Mac, and is counted as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from ua_parser import Device, Domain, UserAgent
from ua_parser.core import Matcher
from ua_parser.lazy import DeviceMatcher, UserAgentMatcher
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from analytics.visits.agent_patterns import (
    AUDIT,
    BRANDS,
    BROWSER_PATTERNS,
    DESKTOP,
    DESKTOP_WORDS,
    DEVICE_PATTERNS,
    FAMILIES,
    OTHER,
    PHONE,
    PLATFORMS,
    SYSTEM_FAMILIES,
    TABLET,
    TELEVISION,
)
from analytics.visits.program_patterns import NOT_PROGRAMS, PEOPLE, PROGRAM_PATTERNS
from analytics.visits.state import Agent

__all__ = ["BROWSERS", "DEVICES", "SYSTEMS", "Hints", "agent_of", "is_program", "prepare"]

MOST_CHARACTERS = 1_000

BROWSERS = frozenset(
    {OTHER, *FAMILIES.values(), *BRANDS.values(), *(name for _, name in BROWSER_PATTERNS)}
)
SYSTEMS = frozenset({OTHER, *SYSTEM_FAMILIES.values()})

DEVICES = frozenset({OTHER, DESKTOP, PHONE, TABLET, TELEVISION})

QUOTED = re.compile(r'"([^"]*)"')
_PEOPLE = re.compile(PEOPLE, re.IGNORECASE)


class SupportsGet(Protocol):
    """Headers, as a dict or as Werkzeug has them."""

    def get(self, key: str, default: str) -> str:
        """The value of one."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What browsers say of themselves besides, without being asked (W3C User-Agent Client Hints):
    their names, whether they like pages for telephones, and the system."""

    brands: frozenset[str] = frozenset()
    mobile: str = ""
    platform: str = ""

    @classmethod
    def of(cls, headers: SupportsGet) -> Hints:
        """Those of a request's headers, whatever is in them."""
        names = headers.get("Sec-CH-UA", "")[:MOST_CHARACTERS]
        platform = headers.get("Sec-CH-UA-Platform", "")[:MOST_CHARACTERS]
        mobile = headers.get("Sec-CH-UA-Mobile", "")[:2]
        return cls(frozenset(QUOTED.findall(names)), mobile, platform.strip('"'))


NO_HINTS = Hints()


def agent_of(header: str, hints: Hints = NO_HINTS) -> Agent | None:
    """The agent that sent a User-Agent header; None if it is a program, not a person's browser."""
    header = header[:MOST_CHARACTERS]
    if is_program(header, hints):
        return None
    parsed = _parsers()[0](header, Domain.ALL)
    system = SYSTEM_FAMILIES.get(parsed.os.family, OTHER) if parsed.os else OTHER
    if system in {OTHER, "Linux"}:
        # Android's browsers say "X11; Linux" where a visitor asks for the desktop's page.
        system = PLATFORMS.get(hints.platform, system)
    device = parsed.device.family if parsed.device else _device(header, system, hints)
    return Agent(_browser(parsed.user_agent, hints), system, device)


def is_program(header: str, hints: Hints = NO_HINTS) -> bool:
    """Whether a program sent a User-Agent header, and no browser of a person.

    Every browser of a person has begun its header with "Mozilla/" or "Opera/" for decades.
    """
    header = header[:MOST_CHARACTERS]
    if not header.startswith(("Mozilla/", "Opera/")) or "HeadlessChrome" in hints.brands:
        return AUDIT not in header
    if AUDIT in header:
        return False
    programs = _parsers()[1]
    if programs(header, Domain.USER_AGENT).user_agent is None:
        return False
    people = _PEOPLE.sub(" ", header)
    return people == header or programs(people, Domain.USER_AGENT).user_agent is not None


def _browser(found: UserAgent | None, hints: Hints) -> str:
    name = OTHER
    if found:
        name = found.family if found.family in BROWSERS else FAMILIES.get(found.family, OTHER)
    if name in {OTHER, "Chrome"}:
        # Several that are made of Chromium send its header, and their own name here.
        return next((BRANDS[each] for each in sorted(hints.brands & BRANDS.keys())), name)
    return name


def _device(header: str, system: str, hints: Hints) -> str:
    match system:
        case "Windows" | "macOS" | "Linux" | "ChromeOS" | "BSD":
            return DESKTOP
        case "iOS":
            return PHONE
        case "Android":
            # https://developer.chrome.com/docs/multidevice/user-agent: only telephones say so.
            return PHONE if "Mobile" in header or hints.mobile == "?1" else TABLET
        case _ if "Mobile" in header:
            return PHONE
        case _:
            return DESKTOP if any(word in header for word in DESKTOP_WORDS) else OTHER


def prepare() -> None:
    """Make the parsers, which takes time and memory, before the first request needs them.

    The expressions are compiled when a header first meets them, so one meets them all here.
    """
    agent_of("Mozilla/5.0 (Unknown) Unknown/1.0")


def _parsers() -> tuple[Resolver, Resolver]:
    """What tells agents apart, and what knows programs."""
    # `functools.cache` would let each of several first requests make a parser of its own.
    with _making:
        if not _made:
            browsers, systems, _ = load_lazy_builtins()
            ours: list[Matcher[UserAgent]] = [
                UserAgentMatcher(pattern, name) for pattern, name in BROWSER_PATTERNS
            ]
            devices: list[Matcher[Device]] = [
                DeviceMatcher(pattern, None, kind) for pattern, kind in DEVICE_PATTERNS
            ]
            programs: list[Matcher[UserAgent]] = [
                UserAgentMatcher(each, "program") for each in _program_patterns()
            ]
            agents = Resolver(([*ours, *browsers], systems, devices))
            _made.append((agents, Resolver((programs, [], []))))
        return _made[0]


def _program_patterns() -> Iterator[str]:
    import crawleruseragents  # noqa: PLC0415  (reads its list, which only the service needs)

    yield from PROGRAM_PATTERNS
    for each in crawleruseragents.CRAWLER_USER_AGENTS_DATA:
        pattern = each["pattern"]
        if pattern not in NOT_PROGRAMS:
            # A bare name would also be found within a longer one.
            yield rf"\b{pattern}\b" if pattern.isalpha() else pattern


_making = Lock()
_made: list[tuple[Resolver, Resolver]] = []
