"""Events: what else pages have that a site wants counted, with properties of a few values each.

`site/events.toml` has them. Whatever is not declared there is not counted, and a page whose
`data-event` names none of them is not built.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from pydantic import Field

from policy.goals import Label, Name
from policy.names import Name as Words
from policy.names import Names
from policy.toml_lines import Location
from policy.toml_source import Declared

__all__ = ["FILE", "Event", "Events", "event_faults"]

FILE = "site/events.toml"
MOST = 50
MOST_PROPERTIES = 5
MOST_VALUES = 20

Property = Annotated[str, Field(pattern=r"^[a-z]{1,20}$", examples=["video"])]
"""Small letters alone: it stands in an attribute, `data-event="played?video=tour"`."""

Value = Annotated[Words, Field(max_length=40)]
Values = Annotated[tuple[Value, ...], Field(min_length=1, max_length=MOST_VALUES)]


class Event(Declared):
    """An event: its name in pages, its label in reports, and each value of each property."""

    name: Name
    label: Label
    properties: Annotated[dict[Property, Values], Field(max_length=MOST_PROPERTIES)] = Field(
        default_factory=dict
    )

    def allows(self, properties: Mapping[str, str]) -> bool:
        """Whether each property, and its value, is one of those that are declared."""
        return all(value in self.properties.get(name, ()) for name, value in properties.items())


def split(written: str) -> tuple[str, Mapping[str, str]]:
    """The name of an event, and its properties, of what an element says: "played?video=tour"."""
    name, _, query = written.partition("?")
    return name, dict(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PROPERTIES * 2))


class Events(Declared):
    """What a site declares."""

    events: Annotated[tuple[Event, ...], Field(alias="event", max_length=MOST)] = ()

    @property
    def names(self) -> frozenset[str]:
        """Of all of them."""
        return frozenset(event.name for event in self.events)

    def read(self, written: str) -> tuple[Event, Mapping[str, str]] | None:
        """The event that an element names, with its properties; None where that is not declared."""
        try:
            name, properties = split(written)
        except ValueError:
            return None
        found = next((event for event in self.events if event.name == name), None)
        return (found, properties) if found and found.allows(properties) else None


def event_faults(events: Events) -> Iterator[tuple[Location, str, str]]:
    """The place, the message and the hint of each event that cannot be told from another."""
    known: set[str] = set()
    labels = Names("label")
    for index, event in enumerate(events.events):
        if wrong := labels.wrong(event.label):
            yield ("event", index, "label"), *wrong
        for name, values in event.properties.items():
            told = Names("value")
            for value in values:
                if wrong := told.wrong(value):
                    yield ("event", index, "properties", name), *wrong
        if event.name in known:
            place = "event", index, "name"
            yield place, f'event "{event.name}" is there already', "name it otherwise"
        known.add(event.name)
