"""What can be used of a file in which something is wrong, so that the rest of the site can be
looked at in the same run.

What cannot be read is left out of the value, and what must be there is stood in for; the keys of
which that is so are doubtful, and nobody may conclude anything from them.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from policy.faults import Faults
from policy.toml_lines import Lines
from policy.toml_source import frozen, read_text

__all__ = ["Salvaged", "salvaged"]

Model = TypeVar("Model", bound=BaseModel)

_ROUNDS = 50
"""Each takes out all that a reading finds; what stands in for something is read once more."""


@dataclass(frozen=True)
class Salvaged(Generic[Model]):
    """A value, the lines of what it holds, and the keys at the top of the file, by the names that
    they have in it, that are not as they were meant."""

    value: Model
    lines: Lines
    doubtful: frozenset[str]


def salvaged(
    root: Path, name: str, model: type[Model], stand_ins: Mapping[str, Any]
) -> Salvaged[Model]:
    """What can be read of the TOML file `root/name`; the `stand_ins` are those of its keys that
    must be there."""
    try:
        text = read_text(root, name)
        given = tomllib.loads(text)
    except (Faults, ValueError, RecursionError):
        value = model.model_validate(frozen(dict(stand_ins)), by_alias=True, by_name=False)
        return Salvaged(value, Lines(""), frozenset(_keys(model)))
    sorting = _Sorting(model, given, Lines(text), stand_ins)
    for _ in range(_ROUNDS):
        try:
            value = model.model_validate(frozen(given), strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            sorting.take_out(error)
        else:
            return Salvaged(value, sorting.lines, frozenset(sorting.doubtful))
    value = model.model_validate(frozen(dict(stand_ins)), by_alias=True, by_name=False)
    return Salvaged(value, Lines(""), frozenset(_keys(model)))


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


@dataclass
class _Sorting:
    """Takes what is wrong out of what a file gives, in place."""

    model: type[BaseModel]
    given: dict[str, Any]
    lines: Lines
    stand_ins: Mapping[str, Any]
    doubtful: set[str] = field(default_factory=set)

    def take_out(self, error: ValidationError) -> None:
        """What one reading found. Of a list, the last is taken first, so that the places of the
        others hold."""
        wrong: dict[tuple[int | str, ...], bool] = {}
        for detail in error.errors():
            place, is_missing = detail["loc"], detail["type"] == "missing"
            if is_missing and len(place) > 1:
                place, is_missing = place[:-1], False
            if detail["type"] == "extra_forbidden" and len(place) == 1:
                self._misspelt(str(place[0]))
            wrong[self._there(place) or place[:1]] = is_missing and len(place) == 1
        for place in sorted(wrong, key=_from_the_end):
            self._remove(place, is_missing=wrong[place])

    def _misspelt(self, key: str) -> None:
        """A key that nobody knows may have been meant as one that is not there."""
        others = [each for each in _keys(self.model) if each not in self.given]
        self.doubtful.update(difflib.get_close_matches(key, others, n=1))

    def _there(self, place: tuple[int | str, ...]) -> tuple[int | str, ...]:
        """As much of a place as stands in the file: what pydantic adds names no key."""
        found: list[int | str] = []
        here: Any = self.given
        for step in place:
            is_there = isinstance(here, dict) and step in here
            if not is_there and not (isinstance(here, list) and step in range(len(here))):
                break
            here = here[step]
            found.append(step)
        return tuple(found)

    def _remove(self, place: tuple[int | str, ...], *, is_missing: bool) -> None:
        top = str(place[0]) if place else ""
        if not place:  # It is about the whole: nothing of it can be told apart.
            self.doubtful.update(_keys(self.model))
            self.given.clear()
            self.given.update(self.stand_ins)
            return
        if top in _keys(self.model):
            self.doubtful.add(top)
        *steps, last = place
        here: Any = self.given
        for step in steps:
            here = here[step]
        if is_missing:
            here[last] = self.stand_ins.get(top)
            return
        del here[last]
        if isinstance(here, list):
            self.lines = self.lines.without(place)


def _from_the_end(place: tuple[int | str, ...]) -> tuple[tuple[int, int, str], ...]:
    """Sorts what stands in something before that."""
    steps = ((0, -step, "") if isinstance(step, int) else (1, 0, step) for step in place)
    return (*steps, (2, 0, ""))
