"""What `look.js` saw of a page, as values."""

from __future__ import annotations

from audit.observations import Button, PageFacts

__all__ = ["facts_of"]


def facts_of(seen: dict[str, object]) -> PageFacts:
    """The facts, from the JSON that the script gave."""
    lists = ("ticked", "links", "forms", "hints")
    buttons = tuple(_button(button) for button in _list(seen["buttons"]))
    rest = {key: tuple(_list(value)) if key in lists else value for key, value in seen.items()}
    return PageFacts(**{**rest, "buttons": buttons})  # type: ignore[arg-type]  # what look.js wrote


def _list(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _button(seen: dict[str, object]) -> Button:
    return Button(**{**seen, "colours": tuple(_list(seen["colours"]))})  # type: ignore[arg-type]  # what look.js wrote
