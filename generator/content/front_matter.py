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
from functools import cache, partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    ValidationInfo,
)

from generator.content.elsewhere import hint_for
from generator.content.front_matter_plain import plain_entries
from generator.content.moments import as_day_or_moment, beginning, told
from generator.content.own_keys import NO_KEYS, PageKeys, own_values, wrong_value
from generator.content.scalars import (
    as_feed_id,
    as_integer,
    as_list,
    as_section,
    as_text,
    as_truth,
)
from generator.content.written import Entry, Unreadable
from policy import Fault, nearest

TEXTS = ("title", "description", "summary", "eyebrow", "image", "image_alt", "image_narrow")
YAML, TOML = "---", "+++"
_STAND_IN = "2000-01-01"
"""Where the date of a page is wrong; templates can show it, and no page waits for it."""

_LAST_LINE = {
    fence: re.compile(rf"\n{re.escape(fence)}[^\S\n]*(?=\n|\Z)") for fence in (YAML, TOML)
}


def _as_date(value: Any, info: ValidationInfo) -> datetime.date:
    return as_day_or_moment(value, info.context or UTC)


UTC = ZoneInfo("UTC")
Date = Annotated[datetime.date, PlainValidator(_as_date), PlainSerializer(lambda value: value, Any)]
"""A day, or a moment (`generator.content.moments`)."""

Text = Annotated[str, BeforeValidator(as_text)]
Truth = Annotated[bool, BeforeValidator(as_truth)]


class FrontMatter(BaseModel):
    """What a page says about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    title: Text
    description: Text = ""
    date: Date | None = None
    updated: Date | None = None
    publish: Date | None = None
    expire: Date | None = None
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
    feed_id: Annotated[str, BeforeValidator(as_feed_id)] = ""
    section: Annotated[str, BeforeValidator(as_section)] = ""

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
    It stands between lines of the `fence`.
    """

    front: FrontMatter
    text: str
    lines: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    readable: bool = True
    fence: str = YAML


def read_front_matter(
    path: str, source: str, keys: PageKeys = NO_KEYS, zone: ZoneInfo = UTC
) -> Parsed:
    """Read the front matter of `source`, the whole text of the page `path`, which may have the
    `keys` of its section. Hours without a zone are those of `zone`."""
    fence = source.partition("\n")[0].rstrip()
    at = _end(source, fence)
    if at is None:
        return unreadable(source, [_no_front_matter(path, fence)])
    lines = source[:at].split("\n")
    text = _below(source, at)
    try:
        entries, faults = _entries(path, lines, fence, keys)
    except Unreadable as error:
        return unreadable(text, error.faults)
    # One that all pages have is no section's own, whatever is declared.
    keys = keys.without(FrontMatter.model_fields)
    usual = {
        key: each
        for key, each in entries.items()
        if key in FrontMatter.model_fields or (keys.are_all and key not in keys.keys)
    }
    known = (*FrontMatter.model_fields, *keys.keys)
    front, wrong = _typed(path, usual, known, fence, zone)
    wrong = wrong or _never_shown(path, front, entries, zone)
    extra, untyped = own_values(path, entries, keys, partial(line_with, fence))
    where = {key: entry.line for key, entry in entries.items()}
    return Parsed(front, text, where, extra, faults=(*faults, *wrong, *untyped), fence=fence)


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


def line_with(fence: str, key: str, value: str) -> str:
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


def unreadable(text: str, faults: Iterable[Fault]) -> Parsed:
    """What stands in for the front matter of a page of which that cannot be read, or nothing."""
    front = FrontMatter.model_validate({"title": "Untitled", "date": _STAND_IN})
    return Parsed(front=front, text=text, faults=tuple(faults), readable=False)


def _typed(
    path: str, entries: Mapping[str, Entry], known: Iterable[str], fence: str, zone: ZoneInfo
) -> tuple[FrontMatter, list[Fault]]:
    values = {key: entry.value for key, entry in entries.items()}
    try:
        return FrontMatter.model_validate(values, context=zone), []
    except ValidationError as error:
        details = [detail for detail in error.errors() if not _misspelt(entries, detail)]
        faults = [_schema_fault(path, entries, detail, known, fence) for detail in details]
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
    sound = {key: value for key, value in values.items() if key not in wrong}
    stand_ins = {"title": "Untitled", **({"date": _STAND_IN} if "date" in wrong else {})}
    return FrontMatter.model_validate(stand_ins | sound, context=zone), faults


def _never_shown(
    path: str, front: FrontMatter, entries: Mapping[str, Entry], zone: ZoneInfo
) -> list[Fault]:
    """A page that would be gone before it is there."""
    comes = front.publish or front.date
    if comes is None or front.expire is None:
        return []
    if beginning(comes, zone) < beginning(front.expire, zone):
        return []
    key = "publish" if front.publish else "date"
    message = f'"expire" is not later than "{key}": nobody would ever see the page'
    hint = f"write a later moment than {told(comes)}, or remove the line"
    return [Fault(path, entries["expire"].line, message, hint)]


def _misspelt(entries: Mapping[str, Entry], detail: Any) -> bool:
    """Whether a missing key is there under a name that is nearly its own, which is told."""
    unknown = entries.keys() - FrontMatter.model_fields.keys()
    return detail["type"] == "missing" and bool(get_close_matches(str(detail["loc"][0]), unknown))


def _schema_fault(
    path: str, entries: Mapping[str, Entry], detail: Any, known: Iterable[str], fence: str
) -> Fault:
    key = str(detail["loc"][0])
    if detail["type"] == "missing":
        hint = f"add a line: {line_with(fence, key, f'The {key}')}"
        return Fault(path, 1, f'the key "{key}" is missing', hint)
    entry = entries[key]
    if detail["type"] == "extra_forbidden":
        hint = hint_for(key, tuple(known)) or nearest(key, known)
        return Fault(path, entry.line, f'unknown key "{key}"', hint)
    return wrong_value(path, key, entry, detail["msg"].removeprefix("Value error, "))
