"""The words in what a site declares: which keys hold them, to translate and to collect them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from policy import register, register_entries
from policy.audiences import Audience, Lead, Sees
from policy.fields import Field, Option
from policy.forms import Form, Permission, Recognize
from policy.navigation import Item
from policy.taxonomies import DeclaredTerm, Taxonomy

__all__ = ["texts", "translated"]

Value = TypeVar("Value")

WORDS: Mapping[type[BaseModel], tuple[str, ...]] = {
    Item: ("label",),
    Form: ("title", "submit"),
    Permission: ("text",),
    Recognize: ("text",),
    Field: ("label", "help"),
    Option: ("label",),
    Audience: ("label",),
    Taxonomy: ("label", "description"),
    DeclaredTerm: ("description",),
    Lead: ("label",),
    Sees: ("hero", "form", "newsletter"),
    register.Notice: tuple(register.Notice.model_fields),
    register.Purpose: ("text",),
    register.Part: ("holds",),
    register.Cookie: ("holds", "set_when"),
    register.Storage: ("holds", "set_when"),
    register.Column: ("holds", "label"),
    register.Sooner: ("where",),
    register.Table: ("holds", "coarsens"),
    register.Transient: ("name", "keep", "holds"),
    register.Backup: ("holds",),
    register_entries.Event: ("name", "when"),
    register_entries.Header: ("holds",),
    register_entries.LogField: ("holds",),
    register_entries.Connection: ("name", "to", "carries"),
    register_entries.Recipient: ("receives",),
    register_entries.PageException: ("name", "holds"),
    register_entries.Window: ("name", "holds"),
}
"""Of each kind of value, the keys that hold words for people."""


def translated(value: Value, say: Callable[[str], str]) -> Value:
    """The same with other words; itself, where none is another."""
    made: Value = _translated(value, say)
    return made


def _translated(value: Any, say: Callable[[str], str]) -> Any:
    if isinstance(value, tuple):
        parts = tuple(_translated(each, say) for each in value)
        is_same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if is_same else parts
    if not isinstance(value, BaseModel):
        return value
    words = WORDS.get(type(value), ())
    found = {}
    for name in type(value).model_fields:
        old = getattr(value, name)
        new = (say(old) if old else old) if name in words else _translated(old, say)
        if new is not old and new != old:
            found[name] = new
    return value.model_copy(update=found) if found else value


def texts(value: Any, location: tuple[int | str, ...] = ()) -> Iterator[tuple[Any, str]]:
    """(where it stands in its file, the words) for all words in a value."""
    if isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from texts(each, (*location, index))
    if not isinstance(value, BaseModel):
        return
    words = WORDS.get(type(value), ())
    for name, field in type(value).model_fields.items():
        place, held = (*location, field.alias or name), getattr(value, name)
        if name in words and held:
            yield place, held
        elif name not in words:
            yield from texts(held, place)
