"""Audiences: which variant of a page somebody sees, from the answers to a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from policy.toml_source import Declared

MOST_AUDIENCES = 32
"""Five bits: too few to tell one visitor from another."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class Audience(Declared):
    """A group. `when` maps a field to the answers that belong to the group."""

    name: Name
    label: str
    when: dict[str, tuple[str, ...]]

    def holds(self, answers: Mapping[str, str]) -> bool:
        """Whether every condition is met."""
        return all(answers.get(field) in wanted for field, wanted in self.when.items())


class Audiences(Declared):
    """All audiences, in the order in which they are tried."""

    default: Name
    audiences: Annotated[
        tuple[Audience, ...], Field(alias="audience", max_length=MOST_AUDIENCES - 1)
    ] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names a cookie may hold; the default is the absence of a cookie."""
        return tuple(audience.name for audience in self.audiences)

    def label(self, name: str) -> str:
        """The words for an audience. Raises `KeyError` for an undeclared one."""
        if name == self.default:
            return name.capitalize()
        return {audience.name: audience.label for audience in self.audiences}[name]

    def match(self, answers: Mapping[str, str]) -> str:
        """The first audience whose conditions are met, else the default."""
        return next((a.name for a in self.audiences if a.holds(answers)), self.default)
