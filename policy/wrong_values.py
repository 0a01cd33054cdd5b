"""What pydantic finds in a site's file, as faults in the words of those who write it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from policy.faults import Fault, nearest

__all__ = ["validation_faults"]

Location = Sequence[int | str]

_TABLE = 'write a table: its keys in braces, {{ key = "value" }}, or below its name in brackets'
_DEEPEST = 6
"""So many steps a table stands in others; a menu holds menus."""

_WANTED = {
    "bool_type": "write true or false, without quotes",
    "date_type": "write a date without quotes, like 2026-11-24",
    "datetime_type": "write a date with the hour and without quotes, like 2026-11-24T14:30:00Z",
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "float_type": "write a number without quotes",
    "int_type": "write a whole number without quotes",
    "string_type": "write text, in straight quotes",
    "tuple_type": 'write a list in square brackets, like ["one", "two"]',
    "invalid_key": "write a name before the equals sign",
    "greater_than": "write more than {gt}",
    "greater_than_equal": "write {ge} or more",
    "less_than": "write less than {lt}",
    "less_than_equal": "write {le} or less",
    "literal_error": "write {expected}",
    "string_too_short": "write at least {min_length} characters",
    "string_too_long": "write at most {max_length} characters",
}
"""What is to be written instead, by the types of pydantic's errors."""


def validation_faults(
    error: ValidationError,
    place_of: Callable[[Location], tuple[str, int | None, str]],
    model: type[BaseModel],
) -> Iterator[Fault]:
    """Each fault that pydantic found, in a person's words and at its place: a path, a line, and
    what it is about where others stand in that line."""
    details = error.errors()
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    for detail in details:
        location = tuple(part for part in detail["loc"] if part != "[key]")
        if detail["type"] == "missing":
            if _misspelt(location, unknown):
                continue
            path, line, about = place_of(location[:-1])
        else:
            path, line, about = place_of(location)
        key = next((str(part) for part in reversed(location) if isinstance(part, str)), "")
        what, hint = _said(detail, key, location, model, in_braces=bool(about))
        if "[key]" in detail["loc"]:
            what = f'nothing can be named "{key}" here'
        yield Fault(path, line, what, hint, about)


def _misspelt(missing: Location, unknown: Sequence[Location]) -> bool:
    """Whether a key that is missing stands there under a name much like its own, which is told."""
    *above, key = missing
    there = [str(each[-1]) for each in unknown if [*each[:-1]] == above]
    return bool(get_close_matches(str(key), there))


def _said(
    detail: Mapping[str, Any],
    key: str,
    location: Location,
    model: type[BaseModel],
    *,
    in_braces: bool,
) -> tuple[str, str]:
    """What is wrong, and what is to be written instead."""
    holder = _model_at(model, location[:-1])
    match detail["type"]:
        case "extra_forbidden":
            below = "" if in_braces else _heading(location[:-1])
            what = f'unknown key "{key}"' + (f" below {below}" if below else "")
            home = None if in_braces else _home(model, key, holder)
            return what, home or nearest(key, _keys(holder))
        case "missing":
            return f'the key "{key}" is missing', _to_be_added(holder, location, in_braces)
        case "too_long" | "too_short":
            return _of_another_length(detail, key, is_tables=bool(_inner(holder, key)))
        case "string_pattern_mismatch":
            hint = _like(holder, key)
        case "tuple_type" if _inner(holder, key) and not isinstance(location[-1], int):
            hint = f"write [[{key}]] above the keys of each of them"
        case kind if kind in _WANTED:
            hint = _WANTED[kind].format(**detail.get("ctx", {}))
        case _:
            hint = str(detail["msg"]).removeprefix("Value error, ")
    shown = _shown(detail["input"])
    return f'"{key}" cannot be {shown}' if key else f"{shown} cannot stand here", hint


def _to_be_added(holder: type[BaseModel], location: Location, in_braces: bool) -> str:
    """How a key is added that must be there."""
    key = str(location[-1])
    inner = _inner(holder, key)
    if not inner:
        return f"write {key} = … between the braces" if in_braces else f"add a line: {key} = …"
    keys = ", ".join(
        field.alias or name for name, field in inner[0].model_fields.items() if field.is_required()
    )
    above = _heading((*location, 0) if _is_list(holder, key) else location)
    return f"add a line {above}, and below it the keys {keys}" if keys else f"add a line {above}"


def _home(model: type[BaseModel], key: str, holder: type[BaseModel]) -> str | None:
    """Where a key belongs that `holder` has not, where one other place of the file has it."""
    homes = [at for each, at in _tables(model, ()) if key in _keys(each)]
    if len(homes) != 1 or get_close_matches(key, _keys(holder), n=1):
        return None
    if not homes[0]:
        return "move it to the top of the file, above the first line in brackets: it belongs there"
    return f"move it below a line {_heading(homes[0])}: it belongs there"


def _tables(model: type[BaseModel], at: Location) -> Iterator[tuple[type[BaseModel], Location]]:
    """A model and those in it, each with where it stands; of one that holds itself, the first."""
    yield model, at
    if len(at) > _DEEPEST:
        return
    for name, field in model.model_fields.items():
        key = field.alias or name
        inner = (*at, key, 0) if _is_list(model, key) else (*at, key)
        for each in _models(field.annotation):
            if each is not model:
                yield from _tables(each, inner)


def _heading(location: Location) -> str:
    """The line in brackets below which the keys of a table stand; "" for those at the top."""
    name = ".".join(step for step in location if isinstance(step, str))
    if not name:
        return ""
    return f"[[{name}]]" if isinstance(location[-1], int) else f"[{name}]"


def _is_list(model: type[BaseModel], key: str) -> bool:
    found = (
        field.annotation for name, field in model.model_fields.items() if key in (name, field.alias)
    )
    return any(get_origin(each) is tuple for annotation in found for each in _unions(annotation))


def _unions(annotation: Any) -> Iterator[Any]:
    """An annotation, and those in it which may stand in its place."""
    yield annotation
    if get_origin(annotation) in (Union, UnionType, Annotated):
        for inner in get_args(annotation):
            yield from _unions(inner)


def _of_another_length(detail: Mapping[str, Any], key: str, *, is_tables: bool) -> tuple[str, str]:
    given, (least, most) = detail["input"], map(detail["ctx"].get, ("min_length", "max_length"))
    length = detail["ctx"]["actual_length"]
    if is_tables and most:
        return f'"{key}" stands {length} times', f"{most} are allowed: remove the rest"
    parts = "characters" if isinstance(given, str) else "entries"
    has = f'"{key}" has {length} {parts}' if length else f'"{key}" is empty'
    return has, f"write at most {most}" if most else f"write at least {least}"


def _like(model: type[BaseModel], key: str) -> str:
    """How a value of a set form is written, from the examples of its field."""
    for name, field in model.model_fields.items():
        if key in (name, field.alias) and field.examples:
            return "write it like " + " or ".join(f'"{each}"' for each in field.examples)
    return "use the letters a to z, digits and hyphens"


def _shown(given: object) -> str:
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, datetime.date | datetime.time):
        return given.isoformat()
    if isinstance(given, tuple | dict):
        return "this list" if isinstance(given, tuple) else "this table"
    return repr(given)


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel]:
    """The model that stands at `location` inside `model`."""
    for step in location:
        if isinstance(step, int):
            continue
        for name, field in model.model_fields.items():
            if step in (name, field.alias):
                model = next(_models(field.annotation), model)
    return model


def _inner(model: type[BaseModel], key: str) -> list[type[BaseModel]]:
    """The models of what a key of another one holds."""
    fields = model.model_fields.items()
    found = (field.annotation for name, field in fields if key in (name, field.alias))
    return [inner for annotation in found for inner in _models(annotation)]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
