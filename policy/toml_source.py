"""Read a TOML file into a frozen, checked value, and say at which line a fault stands.

`tomllib` keeps no positions, so `Lines` finds a key's line by reading the text again. It knows
the shapes that site files use: tables, arrays of tables, and arrays of inline tables with one
element to a line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from policy.faults import Fault, Faults, nearest

Location = Sequence[int | str]


class Declared(BaseModel):
    """A value read from a site file: frozen, and without room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Model = TypeVar("Model", bound=BaseModel)


class Lines:
    """Finds the line of a key in a TOML text."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")

    def of(self, location: Location) -> int:
        """The line (from 1) of the deepest part of `location` that the text shows."""
        start, end, best = 0, self._first_header(0), 1
        steps = list(location)
        while steps:
            step = steps.pop(0)
            if isinstance(step, int):
                element = self._element(start, end, step)
                if element is None:
                    break
                start, end, best = element, element + 1, element + 1
                continue
            block = self._table(step, steps[0] if steps and isinstance(steps[0], int) else None)
            if block is not None and best == 1:
                if steps and isinstance(steps[0], int):
                    steps.pop(0)
                start, end = block
                best = start + 1
                continue
            line = self._key(start, end, step)
            if line is None:
                break
            start, best = line, line + 1
        return best

    def _first_header(self, start: int) -> int:
        return next(
            (i for i in range(start, len(self._lines)) if self._lines[i].startswith("[")),
            len(self._lines),
        )

    def _table(self, name: str, index: int | None) -> tuple[int, int] | None:
        header = re.compile(rf"\[{{1,2}}\s*{re.escape(name)}\s*\]{{1,2}}")
        found = [i for i, line in enumerate(self._lines) if header.match(line)]
        if len(found) <= (index or 0):
            return None
        start = found[index or 0]
        return start, self._first_header(start + 1)

    def _key(self, start: int, end: int, name: str) -> int | None:
        pattern = re.compile(rf'(^\s*|[{{,]\s*)"?{re.escape(name)}"?\s*=')
        return next((i for i in range(start, end) if pattern.search(self._lines[i])), None)

    def _element(self, start: int, end: int, index: int) -> int | None:
        elements = (i for i in range(start, end) if self._lines[i].lstrip().startswith("{"))
        return next((i for number, i in enumerate(elements) if number == index), None)


def read_toml(root: Path, name: str, model: type[Model]) -> Model:
    """Read `root/name` as `model`. Raises `Faults` with everything that is wrong in the file."""
    value, _ = read_toml_with_lines(root, name, model)
    return value


def read_toml_with_lines(root: Path, name: str, model: type[Model]) -> tuple[Model, Lines]:
    """As `read_toml`, with the finder of lines for the checks that come after."""
    text = read_text(root, name)
    lines = Lines(text)
    try:
        return model.model_validate(tomllib.loads(text)), lines
    except tomllib.TOMLDecodeError as error:
        raise Faults([_syntax_fault(name, str(error))]) from None
    except ValidationError as error:
        raise Faults(validation_faults(error, name, lines.of, model)) from None


def read_text(root: Path, name: str) -> str:
    """The text of `root/name`, with plain line ends. Raises `Faults` where it cannot be read."""
    try:
        text = (root / name).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise Faults([Fault(name, None, "this file is missing", "create it")]) from None
    except UnicodeDecodeError as error:
        line = (root / name).read_bytes()[: error.start].count(b"\n") + 1
        hint = "save the file with the encoding UTF-8"
        raise Faults([Fault(name, line, "this is not UTF-8 text", hint)]) from None
    return text.replace("\r\n", "\n")


def validation_faults(
    error: ValidationError,
    path: str,
    line_of: Callable[[Location], int | None],
    model: type[BaseModel],
) -> Iterator[Fault]:
    """Each fault that pydantic found, in a person's words and at its line."""
    for detail in error.errors():
        location = tuple(part for part in detail["loc"] if part != "[key]")
        key = next((str(part) for part in reversed(location) if isinstance(part, str)), "")
        line = line_of(location)
        if detail["type"] == "extra_forbidden":
            allowed = _keys(_model_at(model, location[:-1]))
            yield Fault(path, line, f'unknown key "{key}"', nearest(key, allowed))
        elif detail["type"] == "missing":
            line = line_of(location[:-1])
            yield Fault(path, line, f'the key "{key}" is missing', f"add a line: {key} = …")
        elif detail["type"] == "too_long":
            most = detail["ctx"]["max_length"]
            message = f'"{key}" stands {detail["ctx"]["actual_length"]} times'
            yield Fault(path, line, message, f"{most} are allowed: remove the rest")
        elif detail["type"] == "string_pattern_mismatch":
            message, _ = _bad_value(key, "", detail["input"])
            yield Fault(path, line, message, _like(_model_at(model, location[:-1]), key))
        else:
            yield Fault(path, line, *_bad_value(key, detail["msg"], detail["input"]))


def _like(model: type[BaseModel], key: str) -> str:
    """How a value of a set form is written, from the examples of its field."""
    for name, field in model.model_fields.items():
        if key in (name, field.alias) and field.examples:
            return "write it like " + " or ".join(f'"{each}"' for each in field.examples)
    return "use the letters a to z, digits and hyphens"


def _bad_value(key: str, message: str, given: object) -> tuple[str, str]:
    reason = message.removeprefix("Value error, ").removeprefix("Input should be ")
    shown = given if isinstance(given, str | int | float | bool) else type(given).__name__
    return f'"{key}" cannot be {shown!r}' if key else f"{shown!r} cannot stand here", (
        f"it should be {reason}" if message.startswith("Input should be ") else reason
    )


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


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def _syntax_fault(name: str, message: str) -> Fault:
    place = re.search(r"\(at line (\d+), column \d+\)", message)
    reason = message[: place.start()].strip() if place else message
    return Fault(
        name,
        int(place.group(1)) if place else None,
        f"this is not TOML: {reason[:1].lower()}{reason[1:]}",
        'text stands in straight quotes: key = "text"',
    )
