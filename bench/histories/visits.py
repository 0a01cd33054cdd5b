"""A history of visits, made from a seed: the same for whoever keeps it.

There are so many different days, each with the same number of views, and they come again by the day
of the month: so months of one length are alike. A visit ends on its day, and nobody comes twice.
What comes first in a list is frequent, as Zipf has it; the pages after the first follow links.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

__all__ = ["DAYS", "DIFFERENT", "FIRST", "HOST", "Days", "View", "Visit", "page", "source"]

PAGES, SOURCES, DAYS, DIFFERENT = 10_000, 60, 730, 8
LINKS, FOLLOWED = 8, 0.75
FIRST = datetime.date(2026, 1, 1)
HOST = "www.example.org"
SECONDS_A_VIEW = 60
MOST_VIEWS = 40

BROWSERS = ("Chrome", "Safari", "Edge", "Firefox", "Samsung Internet", "Opera", "Brave", "Vivaldi")
SYSTEMS = ("Windows", "iOS", "Android", "macOS", "Linux", "ChromeOS")
DEVICES = ("Computer", "Phone", "Tablet")
SCREENS = ("1920", "390", "1536", "412", "1440", "768", "2560", "360")
LANGUAGES = (
    "en",
    "es",
    "de",
    "fr",
    "pt",
    "it",
    "nl",
    "pl",
    "ja",
    "zh",
    "ko",
    "sv",
    "da",
    "fi",
    "cs",
)
COUNTRIES = (
    "US",
    "GB",
    "DE",
    "IN",
    "FR",
    "CA",
    "BR",
    "ES",
    "NL",
    "AU",
    "IT",
    "MX",
    "PL",
    "SE",
    "JP",
)
CAMPAIGNS = ("", "spring", "launch", "webinar", "partners", "retarget")
VERSIONS = 12


@dataclass(frozen=True, slots=True)
class View:
    """A page by its number, how long it was in use (milliseconds), and how much of it was seen."""

    page: int
    ms: int
    deep: float


@dataclass(frozen=True, slots=True)
class Visit:
    """`second` of its day, in which its first view was; the others follow, one a minute."""

    second: int
    views: tuple[View, ...]
    source: int
    campaign: str
    browser: str
    version: int
    system: str
    device: str
    screen: str
    language: str
    country: str


def page(number: int) -> str:
    """The address of a page."""
    return f"/guides/topic-{number % 97}/page-{number}/"


def source(number: int) -> str:
    """The host that a visit came from; of the first one, none did."""
    return f"site-{number}.example" if number else ""


@dataclass(frozen=True)
class Days:
    """The different days of a history of so many views, and which of them each of its days is."""

    views: int
    different: Sequence[Sequence[Visit]]

    @classmethod
    def made(cls, views: int) -> Days:
        """Those of two years, of as many views as can be had with each day the same number."""
        a_day = max(1, views // DAYS)
        return cls(a_day * DAYS, [[*_day(number, a_day)] for number in range(DIFFERENT)])

    def dates(self) -> Iterator[tuple[datetime.date, int]]:
        """Each day, and which of the different ones it is."""
        for number in range(DAYS):
            date = FIRST + datetime.timedelta(number)
            yield date, (date.day - 1) % DIFFERENT


@cache
def _weights(many: int) -> Sequence[float]:
    return [*accumulate(1 / (number + 1) for number in range(many))]


def _one(chance: random.Random, of: Sequence[Any]) -> Any:
    return chance.choices(of, cum_weights=_weights(len(of)))[0]


@cache
def _links(number: int) -> Sequence[int]:
    chance = random.Random(f"links of {number}")
    return chance.choices(range(PAGES), cum_weights=_weights(PAGES), k=LINKS)


def _day(number: int, views: int) -> Iterator[Visit]:
    chance, left = random.Random(f"day {number}"), views
    while left:
        seen = [_view(chance, _one(chance, range(PAGES)))]
        while len(seen) < min(left, MOST_VIEWS) and chance.random() < 0.5:
            linked = chance.random() < FOLLOWED
            after = chance.choice(_links(seen[-1].page)) if linked else _one(chance, range(PAGES))
            seen.append(_view(chance, after))
        left -= len(seen)
        yield Visit(
            chance.randrange(24 * 3_600 - MOST_VIEWS * SECONDS_A_VIEW),
            tuple(seen),
            _one(chance, range(SOURCES)),
            _one(chance, CAMPAIGNS) if chance.random() < 0.1 else "",
            _one(chance, BROWSERS),
            _one(chance, range(VERSIONS)) + 1,
            *(_one(chance, each) for each in (SYSTEMS, DEVICES, SCREENS, LANGUAGES, COUNTRIES)),
        )


def _view(chance: random.Random, number: int) -> View:
    return View(number, int(chance.expovariate(1 / 30_000)), round(chance.random(), 2))
