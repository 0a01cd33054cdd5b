"""Segments: visits that are alike in several ways, counted together from their declaration on.

`site/segments.toml` has them. Each names what a visit must be: in one of the places of a list, for
each of several dimensions. All of that is known with every hit, so a segment takes no room in the
visit cookie.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from policy.faults import nearest
from policy.goals import Label, Name, matches
from policy.referrers import CHANNELS
from policy.toml_lines import Location
from policy.toml_source import Declared

__all__ = ["FILE", "KNOWN", "Segment", "Segments", "segment_faults"]

FILE = "site/segments.toml"
MOST = 20

Condition = Literal[
    "entry", "source", "channel", "campaign", "browser", "system", "device", "screen", "language",
    "page_language", "audience", "country",
]  # fmt: skip
"""The dimensions that a visit is known by with each of its hits."""

KNOWN: Mapping[str, frozenset[str]] = {
    "browser": frozenset({
        "Amazon Silk", "Android Browser", "Brave", "Chrome", "DuckDuckGo", "Ecosia", "Edge",
        "Facebook app", "Firefox", "Google app", "HeyTap Browser", "Huawei Browser",
        "Instagram app", "Internet Explorer", "LG Browser", "LinkedIn app", "Mi Browser",
        "Opera", "Other", "Pinterest app", "Plainsite audit", "QQ Browser", "Quark", "Safari",
        "Samsung Internet", "Snapchat app", "TikTok app", "UC Browser", "Vivaldi", "WeChat",
        "Whale", "Yandex Browser", "vivo Browser",
    }),
    "system": frozenset({
        "Android", "BSD", "ChromeOS", "Linux", "Other", "Windows", "iOS", "macOS",
    }),
    "device": frozenset({
        "Desktop", "Other", "Phone", "Tablet", "Television",
    }),
    "screen": frozenset({
        "Large (992 to 1439 px)", "Medium (576 to 991 px)", "Not said",
        "Small (under 576 px)", "Very large (1440 px and more)",
    }),
    "language": frozenset({
        "Arabic", "Bengali", "Bulgarian", "Catalan", "Chinese", "Croatian", "Czech", "Danish",
        "Dutch", "English", "Estonian", "Filipino", "Finnish", "French", "German", "Greek",
        "Haitian Creole", "Hebrew", "Hindi", "Hungarian", "Indonesian", "Italian", "Japanese",
        "Khmer", "Korean", "Latvian", "Lithuanian", "Malay", "Norwegian", "Other", "Persian",
        "Polish", "Portuguese", "Romanian", "Russian", "Serbian", "Slovak", "Slovenian",
        "Somali", "Spanish", "Swahili", "Swedish", "Tamil", "Telugu", "Thai", "Turkish",
        "Ukrainian", "Urdu", "Vietnamese",
    }),
    "channel": CHANNELS,
}  # fmt: skip
"""Names of kinds of browsers and so on; a test holds them to those that are counted."""

CODES = 'write its code of ISO 3166-1, such as "DK", or "Unknown"'

Places = Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]


class Segment(Declared):
    """A segment: its name, its label in reports, and what a visit must be for it."""

    name: Name
    label: Label
    when: Annotated[dict[Condition, Places], Field(min_length=1)]

    def has(self, cells: Mapping[str, str]) -> bool:
        """Whether a visit is of it, that has these cells by dimension."""
        return all(
            any(_fits(dimension, place, cells.get(dimension)) for place in places)
            for dimension, places in self.when.items()
        )


class Segments(Declared):
    """What a site declares."""

    segments: Annotated[tuple[Segment, ...], Field(alias="segment", max_length=MOST)] = ()

    def of(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        """The names of the segments of a visit that has these cells by dimension."""
        return tuple(each.name for each in self.segments if each.has(cells))


def _fits(dimension: str, place: str, cell: str | None) -> bool:
    if cell is None:
        return False
    return matches(place, cell) if dimension == "entry" else place == cell


def segment_faults(
    segments: Segments, declared: Mapping[str, Collection[str]]
) -> Iterator[tuple[Location, str, str]]:
    """The place, the message and the hint of each segment that no visit can be of. `declared` are
    the site's own names: its sources, campaigns, languages and audiences; and the countries that it
    counts by."""
    names: set[str] = set()
    known = {**KNOWN, **declared}
    for index, segment in enumerate(segments.segments):
        place = "segment", index
        if segment.name in names:
            message = f'segment "{segment.name}" is there already'
            yield (*place, "name"), message, "name it otherwise"
        names.add(segment.name)
        for dimension, places in segment.when.items():
            for each in places:
                if dimension in known and each not in known[dimension]:
                    message = f'segment "{segment.name}": "{each}" is no {dimension}'
                    yield (*place, "when"), message, _hint(dimension, each, known[dimension])


def _hint(dimension: str, place: str, known: Collection[str]) -> str:
    if dimension != "country":
        return nearest(place, known)
    return CODES if known else 'add "countries" to features in site/policy.toml'
