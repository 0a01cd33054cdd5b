"""Front matter: the lines between two `---` at the top of a page, read as written.

YAML guesses types from looks (`NO` is false, `1.10` is 1.1). Nothing is guessed here: every value
is text until the schema below says what it must be, and every fault keeps its line.
"""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from policy import Fault, Faults, nearest

_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LAST_LINE = re.compile(r"\n---[^\S\n]*(?=\n|\Z)")
_UNBROKEN = re.compile(r"[\w-]+:[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_READ_OTHERWISE = re.compile("[\t\x85\u2028\u2029\ufeff]|(?:^|[\\s:,{\\[-])[?|>!]|[{\\[].*\\?")
TEXTS = ("title", "description", "summary", "eyebrow", "image", "image_alt", "image_narrow")


def _date(value: str) -> datetime.date:
    written = value if isinstance(value, str) else ""
    found = _DATE.fullmatch(written)
    if not found:
        if plain := _DATE.fullmatch(_in_plain_characters(written)):
            raise ValueError(f"write it with the digits 0 to 9 and plain hyphens: {plain[0]}")
        raise ValueError("write a date as year-month-day, like 2026-11-24")
    year, month, day = map(int, found.groups())
    if not (year and 1 <= month <= 12):
        raise ValueError("the months of a date are 01 to 12, like 2026-11-24")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise ValueError(f"the last day of that month is {year:04}-{month:02}-{last:02}")
    return datetime.date(year, month, day)


def _in_plain_characters(text: str) -> str:
    """The text with the digits of any script as 0 to 9, and any dash or minus as a hyphen."""
    return "".join(
        str(unicodedata.decimal(each, each))
        if unicodedata.category(each) not in ("Pd", "Sm")
        else "-"
        for each in text
    )


def _truth(value: str) -> bool:
    if value not in ("true", "false", "yes", "no"):
        raise ValueError("write true or false")
    return value in ("true", "yes")


def _whole(value: str) -> int:
    if not (isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value)):
        raise ValueError("write a whole number, like 10")
    return int(value)


def _text(value: str) -> str:
    if not isinstance(value, str):
        raise ValueError("write text; where it begins with a bracket, put it in quotes")
    if not value.strip():
        raise ValueError("write something after the colon, or remove the line")
    return value


def _list(value: list[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("write a list, like [/old-address/]")
    return tuple(value)


Date = Annotated[datetime.date, BeforeValidator(_date)]
Text = Annotated[str, BeforeValidator(_text)]


class FrontMatter(BaseModel):
    """What a page says about itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    title: Text
    description: Text = ""
    date: Date | None = None
    updated: Date | None = None
    draft: Annotated[bool, BeforeValidator(_truth)] = False
    unlisted: Annotated[bool, BeforeValidator(_truth)] = False
    aliases: Annotated[tuple[str, ...], BeforeValidator(_list)] = ()
    layout: Text = ""
    order: Annotated[int, BeforeValidator(_whole)] | None = None
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

    `lines` says where each key stands. Where a value is at fault a plausible one stands in for
    it, so that the rest of the site can be checked in the same run. Where nothing could be read,
    not `readable`, nothing more can be asked of it.
    """

    front: FrontMatter
    text: str
    lines: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    readable: bool = True


@dataclass(frozen=True)
class _Entry:
    value: Any
    line: int


def read_front_matter(path: str, source: str) -> Parsed:
    """Read the front matter of `source`, the whole text of the page `path`."""
    at = _end(source)
    if at is None:
        return _unreadable(source, [_no_front_matter(path, source.split("\n"))])
    lines = source[:at].split("\n")
    end = len(lines) - 1
    text = _below(source, at)
    if unbroken := [at for at in range(1, end) if _UNBROKEN.match(lines[at])]:
        message = "the space after the colon is not a plain one, and is not read as a space"
        hint = "remove it, and type a space: programs for letters put others in its place"
        return _unreadable(text, (Fault(path, at + 1, message, hint) for at in unbroken))
    try:
        entries, faults = _entries(path, lines, end)
    except Faults as error:
        return _unreadable(text, error.faults)
    except RecursionError:
        hint = "write each line as a key, a colon, a space and a value: title: The title"
        return _unreadable(text, [Fault(path, 2, "the front matter is nested too deeply", hint)])
    except yaml.YAMLError as error:
        return _unreadable(text, [_yaml_fault(path, source.split("\n"), error)])
    front, wrong = _typed(path, entries)
    where = {key: entry.line for key, entry in entries.items()}
    return Parsed(front=front, text=text, lines=where, faults=(*faults, *wrong))


def text_of(source: str) -> str:
    """The text that stands below the front matter of `source`, as `Parsed.text` has it."""
    at = _end(source)
    return source if at is None else _below(source, at)


def _below(source: str, at: int) -> str:
    return "\n" * (source.count("\n", 0, at) + 1) + source[at + 1 :]


def _end(source: str) -> int | None:
    """Where the last line of the front matter ends."""
    first = source.partition("\n")[0]
    if first.rstrip() != "---":
        return None
    found = _LAST_LINE.search(source, len(first))
    return found.end() if found else None


def _no_front_matter(path: str, lines: list[str]) -> Fault:
    if lines[0].rstrip() == "---":
        return Fault(path, 1, "the front matter has no end", "add a line --- after it")
    hint = "begin the file with three lines: ---, then title: The title, then ---"
    return Fault(path, 1, "the page has no front matter", hint)


def _unreadable(text: str, faults: Iterable[Fault]) -> Parsed:
    front = FrontMatter(title="Untitled")
    return Parsed(front=front, text=text, faults=tuple(faults), readable=False)


def _entries(path: str, lines: list[str], end: int) -> tuple[dict[str, _Entry], list[Fault]]:
    node = _composed("\n".join(lines[1:end]))
    if node is None:
        return {}, []
    if not isinstance(node, yaml.MappingNode):
        hint = "write each line as a key, a colon, a space and a value: title: The title"
        message = "the front matter is not made of keys and values"
        raise Faults([Fault(path, 2, message, hint)])
    if forbidden := list(_forbidden(path, node)):
        raise Faults(forbidden)
    entries: dict[str, _Entry] = {}
    faults = []
    for key_node, value_node in node.value:
        key, line = str(_plain(key_node)), key_node.start_mark.line + 2
        if key in entries:
            hint = f"remove this line or line {entries[key].line}"
            faults.append(Fault(path, line, f'the key "{key}" stands twice', hint))
            continue
        entries[key] = _Entry(_plain(value_node), line)
        faults.extend(_lost(path, key, value_node, lines[line - 1], line))
    return entries, faults


def _composed(text: str) -> yaml.Node | None:
    """The YAML as nodes with their places. libyaml is ten times as quick where it is there; what it
    refuses, PyYAML's own reader explains, and what it may read otherwise, that one reads."""
    if yaml.__with_libyaml__ and not _READ_OTHERWISE.search(text):
        try:
            node: yaml.Node | None = yaml.compose(text, Loader=yaml.CBaseLoader)
        except yaml.YAMLError:
            pass
        else:
            return node
    return yaml.compose(text, Loader=yaml.BaseLoader)


def _forbidden(path: str, top: yaml.Node) -> Iterator[Fault]:
    """Aliases, which could repeat a value without an end, and what an escape can write, but no
    page can hold: halves of characters (U+D800 to U+DFFF) and codes that steer old terminals."""
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        node = waiting.pop()
        line = node.start_mark.line + 2
        if id(node) in seen:
            yield Fault(path, line, "a value is used twice, by & and *", "write it out each time")
            return
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(each for pair in node.value for each in pair)
        elif found := _UNSHOWN.search(node.value):
            message = f"this holds a character that cannot be shown: {ascii(found[0])[1:-1]}"
            yield Fault(path, line, message, "write the character itself, or remove it")


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(_plain(key)): _plain(value) for key, value in node.value}
    return node.value


def _lost(path: str, key: str, node: yaml.Node, raw: str, line: int) -> Iterator[Fault]:
    """YAML drops ` # and what follows`, and `!word` or `&word` at the start, without a sound."""
    if key not in TEXTS or not isinstance(node, yaml.ScalarNode) or node.style:
        return
    written = raw.partition(":")[2].strip()
    one_line = node.start_mark.line == node.end_mark.line == line - 2
    if node.value and one_line and written != node.value:
        message = f'"{key}" would be read as "{node.value}" only'
        yield Fault(path, line, message, f"put it in quotes: {key}: {quoted(written)}")


def quoted(value: str) -> str:
    """A YAML scalar that is read as it is written."""
    return f'"{value}"' if not re.search(r'["\\]', value) else "'" + value.replace("'", "''") + "'"


def _yaml_fault(path: str, lines: list[str], error: yaml.YAMLError) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Fault(path, None, "the front matter holds a character that YAML forbids", "")
    mark = error.problem_mark
    begun = error.context_mark
    if begun and begun.line < mark.line and "quoted" in str(error.context):
        hint = "end the value with the quote that begins it"
        about = lines[begun.line + 1][begun.column :]
        return Fault(path, begun.line + 2, "a quote has no end", hint, about)
    if begun and not lines[mark.line + 1 : mark.line + 2][0].partition(":")[2]:
        mark = begun
    line = mark.line + 2
    before = lines[line - 2] if line > 2 else ""
    if before and ":" not in before and not before.startswith((" ", "-", "#")):
        hint = "write each line as a key, a colon, a space and a value: title: The title"
        return Fault(path, line - 1, f'"{before.strip()}" is no key with a value', hint)
    entry = re.match(r"([\w-]+):\s+(\S.*)", lines[line - 1])
    hint = "write each line as a key, a colon, a space and a value: title: The title"
    about = ""
    if entry:
        about = entry.group(2).strip()
        hint = f"put it in quotes: {entry.group(1)}: {quoted(about)}"
    if "mapping values are not allowed" in str(error.problem):
        return Fault(path, line, "a value with a colon in it needs quotes", hint, about)
    if begun and "flow" in str(error.context):
        return Fault(path, begun.line + 2, "a list has no end", "end it with ]")
    return Fault(path, line, f"this is not YAML: {error.problem}", hint, about)


def _typed(path: str, entries: Mapping[str, _Entry]) -> tuple[FrontMatter, list[Fault]]:
    values = {key: entry.value for key, entry in entries.items()}
    try:
        return FrontMatter.model_validate(values), []
    except ValidationError as error:
        details = [detail for detail in error.errors() if not _misspelt(entries, detail)]
        faults = [_schema_fault(path, entries, detail) for detail in details]
        wrong = {str(detail["loc"][0]) for detail in error.errors()}
    sound = {key: value for key, value in values.items() if key not in wrong}
    return FrontMatter.model_validate({"title": "Untitled", **sound}), faults


def _misspelt(entries: Mapping[str, _Entry], detail: Any) -> bool:
    """Whether a missing key is there under a name that is nearly its own, which is told."""
    unknown = entries.keys() - FrontMatter.model_fields.keys()
    return detail["type"] == "missing" and bool(get_close_matches(str(detail["loc"][0]), unknown))


def _schema_fault(path: str, entries: Mapping[str, _Entry], detail: Any) -> Fault:
    key = str(detail["loc"][0])
    if detail["type"] == "missing":
        return Fault(path, 1, f'the key "{key}" is missing', f"add a line: {key}: The {key}")
    line = entries[key].line
    if detail["type"] == "extra_forbidden":
        return Fault(path, line, f'unknown key "{key}"', nearest(key, FrontMatter.model_fields))
    reason = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    if given == "":
        return Fault(path, line, f'"{key}" has no value', reason)
    shown = f'"{given}"' if isinstance(given, str) else f"a {_kind(given)}"
    return Fault(path, line, f'"{key}" cannot be {shown}', reason)


def _kind(value: object) -> str:
    return "list" if isinstance(value, list) else "group of keys"
