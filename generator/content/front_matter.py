"""Front matter: what a page says of itself at its top, in YAML between two lines `---`, or in TOML
between two lines `+++`.

Nothing is guessed: every value is text until the schema of the page says what it must be, and every
fault keeps its line.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from generator.content.front_matter_plain import plain_entries
from generator.content.own_keys import NO_KEYS, PageKeys, own_values, wrong_value
from generator.content.scalars import as_date, as_integer, as_list, as_text, as_truth
from generator.content.written import Entry, Unreadable
from policy import Fault, nearest

TEXTS = ("title", "description", "summary", "eyebrow", "image", "image_alt", "image_narrow")
YAML, TOML = "---", "+++"
_LAST_LINE = {
    fence: re.compile(rf"\n{re.escape(fence)}[^\S\n]*(?=\n|\Z)") for fence in (YAML, TOML)
}

Date = Annotated[datetime.date, BeforeValidator(as_date)]
Text = Annotated[str, BeforeValidator(as_text)]
Truth = Annotated[bool, BeforeValidator(as_truth)]


class FrontMatter(BaseModel):
    """What a page says about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    title: Text
    description: Text = ""
    date: Date | None = None
    updated: Date | None = None
    draft: Truth = False
    unlisted: Truth = False
    aliases: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    layout: Text = ""
    order: Annotated[int, BeforeValidator(as_integer)] | None = None
    summary: Text = ""
    eyebrow: Text = ""
    image: Text = ""
    image_alt: Text = ""
    image_narrow: Text = ""
    translation_of: Text = ""
    source_digest: Text = ""

    @classmethod
    def known(cls, given: Mapping[str, Any]) -> FrontMatter:
        """That of a page whose values were read before."""
        # As `model_construct` does, which looks at each field anew.
        front = cls.__new__(cls)
        object.__setattr__(front, "__dict__", {**_defaults(), **given})
        object.__setattr__(front, "__pydantic_fields_set__", set(given))
        object.__setattr__(front, "__pydantic_extra__", None)
        object.__setattr__(front, "__pydantic_private__", None)
        return front


@cache
def _defaults() -> dict[str, Any]:
    fields = FrontMatter.model_fields
    return {name: field.default for name, field in fields.items() if not field.is_required()}


@dataclass(frozen=True)
class Parsed:
    """A page's front matter, its text with blank lines in place of it, and what is wrong.

    `extra` are the values of its section's own keys, `lines` says where each key stands. Where a
    value is at fault a plausible one stands in for it, so that the rest of the site can be checked
    in the same run. Where nothing could be read, not `readable`, nothing more can be asked of it.
    """

    front: FrontMatter
    text: str
    lines: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    readable: bool = True


def read_front_matter(path: str, source: str, keys: PageKeys = NO_KEYS) -> Parsed:
    """Read the front matter of `source`, the whole text of the page `path`, which may have the
    `keys` of its section."""
    fence = source.partition("\n")[0].rstrip()
    at = _end(source, fence)
    if at is None:
        return _unreadable(source, [_no_front_matter(path, fence)])
    lines = source[:at].split("\n")
    text = _below(source, at)
    try:
        entries, faults = _entries(path, lines, fence, keys)
    except Unreadable as error:
        return _unreadable(text, error.faults)
    usual = {key: each for key, each in entries.items() if key not in keys.keys}
    known = (*FrontMatter.model_fields, *keys.keys)
    front, wrong = _typed(path, usual, known, fence)
    extra, untyped = own_values(path, entries, keys, lambda key, value: _line(fence, key, value))
    where = {key: entry.line for key, entry in entries.items()}
    return Parsed(front, text, where, extra, faults=(*faults, *wrong, *untyped))


def _entries(
    path: str, lines: list[str], fence: str, keys: PageKeys
) -> tuple[dict[str, Entry], list[Fault]]:
    end = len(lines) - 1
    if fence == TOML:
        from generator.content import front_matter_toml  # noqa: PLC0415  (most sites have none)

        return front_matter_toml.entries(path, lines, end), []
    if (found := plain_entries(lines, end)) is not None:
        return found, []
    from generator.content import front_matter_yaml  # noqa: PLC0415  (many sites need none)

    texts = (*TEXTS, *keys.texts) if keys.texts else TEXTS
    return front_matter_yaml.entries(path, lines, end, texts)


def _line(fence: str, key: str, value: str) -> str:
    """A line that gives a key a text, in the language of the front matter."""
    return f'{key} = "{value}"' if fence == TOML else f"{key}: {value}"


def text_of(source: str) -> str:
    """The text that stands below the front matter of `source`, as `Parsed.text` has it."""
    at = _end(source, source.partition("\n")[0].rstrip())
    return source if at is None else _below(source, at)


def _below(source: str, at: int) -> str:
    return "\n" * (source.count("\n", 0, at) + 1) + source[at + 1 :]


def _end(source: str, fence: str) -> int | None:
    """Where the last line of the front matter ends."""
    found = _LAST_LINE[fence].search(source, len(fence)) if fence in _LAST_LINE else None
    return found.end() if found else None


def _no_front_matter(path: str, fence: str) -> Fault:
    if fence in (YAML, TOML):
        return Fault(path, 1, "the front matter has no end", f"add a line {fence} after it")
    hint = "begin the file with three lines: ---, then title: The title, then ---"
    return Fault(path, 1, "the page has no front matter", hint)


def _unreadable(text: str, faults: Iterable[Fault]) -> Parsed:
    front = FrontMatter(title="Untitled")
    return Parsed(front=front, text=text, faults=tuple(faults), readable=False)


def _typed(
    path: str, entries: Mapping[str, Entry], known: Iterable[str], fence: str
) -> tuple[FrontMatter, list[Fault]]:
    values = {key: entry.value for key, entry in entries.items()}
    try:
        return FrontMatter.model_validate(values), []
    except ValidationError as error:
        details = [detail for detail in error.errors() if not _misspelt(entries, detail)]
        faults = [_schema_fault(path, entries, detail, known, fence) for detail in details]
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
    sound = {key: value for key, value in values.items() if key not in wrong}
    return FrontMatter.model_validate({"title": "Untitled", **sound}), faults


def _misspelt(entries: Mapping[str, Entry], detail: Any) -> bool:
    """Whether a missing key is there under a name that is nearly its own, which is told."""
    unknown = entries.keys() - FrontMatter.model_fields.keys()
    return detail["type"] == "missing" and bool(get_close_matches(str(detail["loc"][0]), unknown))


def _schema_fault(
    path: str, entries: Mapping[str, Entry], detail: Any, known: Iterable[str], fence: str
) -> Fault:
    key = str(detail["loc"][0])
    if detail["type"] == "missing":
        hint = f"add a line: {_line(fence, key, f'The {key}')}"
        return Fault(path, 1, f'the key "{key}" is missing', hint)
    entry = entries[key]
    if detail["type"] == "extra_forbidden":
        return Fault(path, entry.line, f'unknown key "{key}"', nearest(key, known))
    return wrong_value(path, key, entry, detail["msg"].removeprefix("Value error, "))
