"""What sections say of themselves in `site/sections.toml`: the keys of their own that their pages
have, in which order they stand, and how many are on a page.

What is said of a folder holds for the folders in it, unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from policy.names import Name
from policy.toml_source import Declared

__all__ = ["FILE", "Kind", "OwnKey", "SectionSchema", "SectionSchemas", "schema_faults"]

FILE = "site/sections.toml"

Kind = Literal["text", "integer", "number", "boolean", "date", "list", "choice", "link", "file"]
"""`list` is one of texts; `link` a page of this site or an address elsewhere; `file` one beside
the page."""

Sort = Literal["order", "date", "title"]
Direction = Literal["ascending", "descending"]

KeyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["level"])]


def _folder(folder: str) -> str:
    steps = folder.split("/")
    if folder and any(step in ("", ".", "..", "content") for step in steps):
        raise ValueError('name the folder as it is below content/, like "guides" or "guides/deep"')
    return folder


class OwnKey(Declared):
    """A key that pages of a section have in their front matter besides the usual ones. `values` are
    those that a choice allows."""

    name: KeyName
    kind: Kind
    required: bool = False
    values: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> OwnKey:
        if (self.kind == "choice") != bool(self.values):
            if self.values:
                raise ValueError('only a choice has values: write kind = "choice", or remove them')
            raise ValueError('a choice needs the values that it allows: values = ["one", "two"]')
        return self


class SectionSchema(Declared):
    """What is said of one folder of `content/`; "" is all of it.

    Pages are sorted by their key `order` and then their title, by date, or by title; `page_size` is
    how many of them are on a page of the section's list.
    """

    folder: Annotated[str, AfterValidator(_folder)]
    sort: Sort | None = None
    direction: Direction | None = None
    page_size: Annotated[int, Field(ge=1, le=10_000)] | None = None
    keys: Annotated[tuple[OwnKey, ...], Field(alias="key")] = ()


class SectionSchemas(Declared):
    """All that is said of sections."""

    sections: Annotated[tuple[SectionSchema, ...], Field(alias="section")] = ()

    def above(self, folder: str) -> Iterator[SectionSchema]:
        """What is said of a folder and of those that it is in, the nearest first."""
        by_folder = {each.folder: each for each in self.sections}
        steps = folder.split("/") if folder else []
        for size in range(len(steps), -1, -1):
            if found := by_folder.get("/".join(steps[:size])):
                yield found


Place = tuple[int | str, ...]


def schema_faults(schemas: SectionSchemas) -> Iterator[tuple[Place, str, str]]:
    """What the sections allow one by one, but not together: (place, message, hint)."""
    seen: dict[str, int] = {}
    for index, section in enumerate(schemas.sections):
        if section.folder in seen:
            message = f'the section "{section.folder}" is declared twice'
            yield ("section", index, "folder"), message, "join the two"
            continue
        seen[section.folder] = index
        parent, _, _ = section.folder.rpartition("/")
        above = schemas.above(parent) if section.folder else iter(())
        known = {key.name: each.folder for each in above for key in each.keys}
        for number, key in enumerate(section.keys):
            if key.name in known:
                where = known[key.name]
                whose = f'of "{where}"' if where else "of all pages"
                place = ("section", index, "key", number, "name")
                hint = "a folder has the keys of those that it is in: remove one of them"
                yield place, f'the key "{key.name}" is one {whose} already', hint
            known[key.name] = section.folder
