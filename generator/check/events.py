"""Whether what a page's elements say is counted when they are used is declared."""

from __future__ import annotations

from collections.abc import Iterator

from generator.recorded import Rendered
from policy import Fault
from policy.events import FILE, Events, split
from policy.faults import nearest

__all__ = ["undeclared_events"]


def undeclared_events(rendered: Rendered, events: Events) -> Iterator[Fault]:
    """A fault for each `data-event` that names no event of `site/events.toml`, or a property or a
    value that it has not."""
    for recorded in rendered.recorded.values():
        for found in recorded.events:
            if events.read(found.value) is None:
                message = f'"{found.value}" is no event of {FILE}'
                yield Fault(found.place.path, found.place.line, message, _hint(found.value, events))


def _hint(written: str, events: Events) -> str:
    name = written.partition("?")[0]
    event = next((each for each in events.events if each.name == name), None)
    if event is None:
        return nearest(name, events.names)
    try:
        properties = split(written)[1]
    except ValueError:
        return f"{name} has {len(event.properties)} properties"
    for key, value in properties.items():
        if key not in event.properties:
            return nearest(key, event.properties)
        if value not in event.properties[key]:
            return nearest(value, event.properties[key])
    return ""
