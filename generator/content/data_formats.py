"""What data files hold, in each language that they can be written in.

No value is lost without a word: what stands twice, what a tag would make of a value, what repeats
another value, and what no page can show is a fault with its line.
"""

from __future__ import annotations

import csv
import io
import json
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from generator.content.front_matter_toml import as_written
from generator.content.front_matter_yaml import composed, forbidden, plain
from generator.content.written import UNSHOWN
from policy import Fault, Faults
from policy.toml_lines import Lines
from policy.toml_source import frozen
from policy.toml_words import long_number_fault, syntax_fault

__all__ = ["READERS", "Held", "Place"]

Place = tuple[int | str, ...]
"""Where a value stands: places in lists and names of keys, from the outermost."""

_JSON_HINT = 'texts and keys stand in "quotes", with commas between, and none behind the last'
_YAML_HINT = "write each line as a key, a colon, a space and a value"
_PLAIN_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map", "!")


@dataclass(frozen=True)
class Held:
    """What a file holds, and the line of what stands at a place in it, or of what that stands in.

    Where the values are those of a schema, each is text, as it was written.
    """

    value: Any
    line_of: Callable[[Place], int]


def _csv(path: str, text: str, name: str) -> Held:
    rows = list(_rows(path, text))
    head = rows[0][1] if rows else []
    for at, key in enumerate(head):
        if not key.strip():
            message = "a column has no name"
            hint = "the first row names the keys: write a name, or remove the column"
            raise Faults([Fault(path, rows[0][0], message, hint)])
        if key in head[:at]:
            raise Faults([_twice(path, rows[0][0], key)])
    for number, row in rows[1:]:
        if len(row) != len(head):
            message = f"this row has {len(row)} values, and the first one {len(head)}"
            hint = "give each row as many; a value with a comma in it needs quotes"
            raise Faults([Fault(path, number, message, hint)])
    records = [dict(zip(head, row, strict=True)) for _, row in rows[1:]]
    if name:  # An empty cell says nothing.
        records = [{key: value for key, value in each.items() if value} for each in records]

    def line_of(place: Place) -> int:
        return rows[int(place[0]) + 1][0] if place else 1

    return Held(records, line_of)


def _rows(path: str, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    most = csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    before = 0
    try:
        for row in reader:
            if row:
                yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        message = f"this is not CSV: {error}"
        hint = 'put values with commas, quotes or line ends in "quotes", and double quotes in them'
        raise Faults([Fault(path, reader.line_num, message, hint)]) from None
    finally:
        csv.field_size_limit(most)


def _toml(path: str, text: str, name: str) -> Held:
    try:
        value = tomllib.loads(text, parse_float=str if name else float)
    except tomllib.TOMLDecodeError as error:
        raise Faults([syntax_fault(path, text, str(error))]) from None
    except ValueError:
        raise Faults([long_number_fault(path, text)]) from None
    lines = Lines(text)
    if name and (list(value) != [name] or not isinstance(value[name], list)):
        message = "the records stand somewhere else"
        raise Faults([Fault(path, 1, message, f"begin each with a line [[{name}]]")])

    def line_of(place: Place) -> int:
        return lines.of((name, *place) if name else place)

    return Held(value[name] if name else value, line_of)


def _json(path: str, text: str, name: str) -> Held:
    line_of = _lines_of_nodes(text)

    def paired(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise Faults([_twice_in_json(path, text)])
        return found

    hooks: dict[str, Any] = {"object_pairs_hook": paired}
    hooks |= {"parse_int": str, "parse_float": str} if name else {}
    try:
        value = json.loads(text, **hooks)
    except json.JSONDecodeError as error:
        message = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise Faults([Fault(path, error.lineno, message, _JSON_HINT)]) from None
    except ValueError:
        raise Faults([long_number_fault(path, text)]) from None
    return Held(value, line_of)


def _yaml(path: str, text: str, _name: str) -> Held:
    try:
        node = composed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = f"this is not YAML: {getattr(error, 'problem', None) or 'a character'}"
        line = mark.line + 1 if mark else None
        raise Faults([Fault(path, line, message, _YAML_HINT)]) from None
    if node is None:
        return Held((), lambda _place: 1)
    if found := list(forbidden(path, node, first=1)):
        raise Faults(found)
    for each in _nodes(node):
        line = each.start_mark.line + 1
        if each.tag not in _PLAIN_TAGS:
            hint = "write the value itself, in quotes where it begins with an exclamation mark"
            raise Faults([Fault(path, line, f"the tag {_tag(each)} is not read", hint)])
        if twice := _second(each):
            raise Faults([_twice(path, *twice)])
    return Held(plain(node), _lines_of_nodes(text))


def _nodes(top: yaml.Node) -> Iterator[yaml.Node]:
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(reversed(node.value))
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(each for pair in reversed(node.value) for each in reversed(pair))


def _tag(node: yaml.Node) -> str:
    return str(node.tag).replace("tag:yaml.org,2002:", "!!")


def _second(node: yaml.Node) -> tuple[int, str] | None:
    """The line and the name of a key of this node that stands in it a second time."""
    seen: set[str] = set()
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if (name := str(plain(key))) in seen:
            return key.start_mark.line + 1, name
        seen.add(name)
    return None


def _lines_of_nodes(text: str) -> Callable[[Place], int]:
    """JSON is YAML as well, as far as places go. Nothing is read until the first line is asked."""
    known: list[yaml.Node | None] = []

    def of(place: Place) -> int:
        if not known:
            known.append(_top(text))
        node = known[0]
        line = node.start_mark.line + 1 if node else 1
        for step in place:
            key, node = _inner(node, step)
            if node is None or key is None:
                break
            line = key.start_mark.line + 1
        return line

    return of


def _top(text: str) -> yaml.Node | None:
    try:
        return composed(text.replace("\t", " "))
    except (yaml.YAMLError, RecursionError):
        return None


def _inner(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node | None, yaml.Node | None]:
    """What says where a step stands, and what stands there."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if plain(key) == step:
                return key, value
    return None, None


def _twice_in_json(path: str, text: str) -> Fault:
    top = _top(text)
    found = (_second(each) for each in (_nodes(top) if top else ()))
    return _twice(path, *next((each for each in found if each), (1, "")))


def _twice(path: str, line: int, key: str) -> Fault:
    return Fault(path, line, f'the key "{key}" stands twice', "remove or rename one of them", key)


def _shown(path: str, held: Held) -> Iterator[Fault]:
    """What can be written, but no page can hold: characters by an escape, numbers that are none."""
    for place, value in _values(held.value, ()):
        if isinstance(value, float) and not math.isfinite(value):
            message = f"{value} is no number that can be shown"
            hint = "write a number, or a text in quotes"
            yield Fault(path, held.line_of(place), message, hint)
        elif isinstance(value, str) and (found := UNSHOWN.search(value)):
            message = f"this holds a character that cannot be shown: {ascii(found[0])[1:-1]}"
            hint = "write the character itself, or remove it"
            yield Fault(path, held.line_of(place), message, hint)


def _values(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Each value that holds no others, and each key."""
    if isinstance(value, list):
        for at, each in enumerate(value):
            yield from _values(each, (*place, at))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield (*place, key), key
            yield from _values(each, (*place, key))
    else:
        yield place, value


Reader = Callable[[str, str, str], Held]


def _read_whole(reader: Reader) -> Reader:
    def read(path: str, text: str, name: str) -> Held:
        try:
            held = reader(path, text, name)
            faults: Sequence[Fault] = list(_shown(path, held))
            value = as_written(held.value) if name else frozen(held.value)
        except RecursionError:
            hint = "let fewer lists and groups of keys stand in each other"
            message = "it is nested too deeply to be read"
            raise Faults([Fault(path, None, message, hint)]) from None
        if faults:
            raise Faults(faults)
        return Held(value, held.line_of)

    return read


READERS: Mapping[str, Reader] = {
    ending: _read_whole(reader)
    for ending, reader in ((".csv", _csv), (".json", _json), (".toml", _toml), (".yaml", _yaml))
}
"""By the ending of the file's name: from its path, its text and, where it has a schema, its name
in templates, to what it holds. Each raises `Faults`."""
