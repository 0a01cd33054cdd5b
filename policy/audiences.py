"""Audiences: which variant of a page somebody sees, from the answers to a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from policy.names import Name as Words
from policy.toml_source import Declared

MOST_AUDIENCES = 32
"""Five bits: too few to tell one visitor from another."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class Lead(Declared):
    """Words that lead to a page, by its address in the default language."""

    label: Annotated[str, Field(min_length=1)]
    page: Annotated[str, Field(pattern=r"^/([a-z0-9-]+/)*$", examples=["/solutions/"])]


class Sees(Declared):
    """What an audience sees first, where a template asks for it; what is empty is as for all.

    `hero` is the sentence below the title of the home page, `picture` the name of its drawing,
    `action` the first call to action, `articles` the three that are shown first, `form` the
    sentence over a form, `next_step` where the page of thanks leads, `newsletter` what is said of
    the newsletter.
    """

    hero: str = ""
    picture: str = ""
    action: Lead | None = None
    articles: Annotated[tuple[str, ...], Field(max_length=3)] = ()
    form: str = ""
    next_step: Lead | None = None
    newsletter: str = ""

    @property
    def pages(self) -> Iterator[tuple[tuple[int | str, ...], str]]:
        """(the place in its table, the address) of each page that is named."""
        for key in ("action", "next_step"):
            if (lead := getattr(self, key)) is not None:
                yield (key, "page"), lead.page
        for index, address in enumerate(self.articles):
            yield ("articles", index), address


class Audience(Declared):
    """A group. `when` maps a field to the answers that belong to the group."""

    name: Name
    label: Words
    when: dict[str, tuple[str, ...]]
    sees: Sees = Field(default_factory=Sees)

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

    def sees(self, name: str) -> Sees:
        """What an audience sees first; nothing of its own for the default one."""
        return next((each.sees for each in self.audiences if each.name == name), Sees())

    def match(self, answers: Mapping[str, str]) -> str:
        """The first audience whose conditions are met, else the default."""
        return next((a.name for a in self.audiences if a.holds(answers)), self.default)
