"""Front matter in YAML, between two lines `---`: each value as it was written, with its line.

YAML guesses types from looks (`NO` is false, `1.10` is 1.1). Nothing is guessed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from generator.content.written import UNSHOWN, Entry, Unreadable
from policy import Fault

__all__ = ["composed", "entries", "forbidden", "plain", "quoted"]

_UNBROKEN = re.compile(r"[\w-]+:[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]")
_READ_OTHERWISE = re.compile("[\t\x85\u2028\u2029\ufeff]|(?:^|[\\s:,{\\[-])[?|>!]|[{\\[].*\\?")
_ONE_LINE = "write each line as a key, a colon, a space and a value: title: The title"


def entries(
    path: str, lines: Sequence[str], end: int, texts: Sequence[str]
) -> tuple[dict[str, Entry], list[Fault]]:
    """What stands in `lines` from 1 to `end`, and what is wrong with it.

    `texts` are the keys that hold text. Raises Unreadable where nothing can be read.
    """
    if unbroken := [at for at in range(1, end) if _UNBROKEN.match(lines[at])]:
        message = "the space after the colon is not a plain one, and is not read as a space"
        hint = "remove it, and type a space: programs for letters put others in its place"
        raise Unreadable([Fault(path, at + 1, message, hint) for at in unbroken])
    try:
        return _entries(path, lines, end, texts)
    except RecursionError:
        raise Unreadable(
            [Fault(path, 2, "the front matter is nested too deeply", _ONE_LINE)]
        ) from None
    except yaml.YAMLError as error:
        raise Unreadable([_yaml_fault(path, lines, error)]) from None


def _entries(
    path: str, lines: Sequence[str], end: int, texts: Sequence[str]
) -> tuple[dict[str, Entry], list[Fault]]:
    node = composed("\n".join(lines[1:end]))
    if node is None:
        return {}, []
    if not isinstance(node, yaml.MappingNode):
        message = "the front matter is not made of keys and values"
        raise Unreadable([Fault(path, 2, message, _ONE_LINE)])
    if found := list(forbidden(path, node, first=2)):
        raise Unreadable(found)
    values: dict[str, Entry] = {}
    faults = []
    for key_node, value_node in node.value:
        key, line = str(plain(key_node)), key_node.start_mark.line + 2
        if key in values:
            hint = f"remove this line or line {values[key].line}"
            faults.append(Fault(path, line, f'the key "{key}" stands twice', hint))
            continue
        values[key] = Entry(plain(value_node), line)
        if key in texts:
            faults.extend(_lost(path, key, value_node, lines[line - 1], line))
    return values, faults


def composed(text: str) -> yaml.Node | None:
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


def forbidden(path: str, top: yaml.Node, *, first: int) -> Iterator[Fault]:
    """What cannot be taken of a text that begins in the line `first`: aliases, which could repeat a
    value without an end, and what an escape can write, but no page can hold: halves of characters
    (U+D800 to U+DFFF) and codes that steer old terminals."""
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        node = waiting.pop()
        line = node.start_mark.line + first
        if id(node) in seen:
            yield Fault(path, line, "a value is used twice, by & and *", "write it out each time")
            return
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(each for pair in node.value for each in pair)
        elif found := UNSHOWN.search(node.value):
            message = f"this holds a character that cannot be shown: {ascii(found[0])[1:-1]}"
            yield Fault(path, line, message, "write the character itself, or remove it")


def plain(node: yaml.Node) -> Any:
    """The texts, lists and groups of keys of a node."""
    if isinstance(node, yaml.SequenceNode):
        return [plain(each) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(plain(key)): plain(value) for key, value in node.value}
    return node.value


def _lost(path: str, key: str, node: yaml.Node, raw: str, line: int) -> Iterator[Fault]:
    """YAML drops ` # and what follows`, and `!word` or `&word` at the start, without a sound."""
    if not isinstance(node, yaml.ScalarNode) or node.style:
        return
    written = raw.partition(":")[2].strip()
    one_line = node.start_mark.line == node.end_mark.line == line - 2
    if node.value and one_line and written != node.value:
        message = f'"{key}" would be read as "{node.value}" only'
        yield Fault(path, line, message, f"put it in quotes: {key}: {quoted(written)}")


def quoted(value: str) -> str:
    """A YAML scalar that is read as it is written."""
    return f'"{value}"' if not re.search(r'["\\]', value) else "'" + value.replace("'", "''") + "'"


def _yaml_fault(path: str, lines: Sequence[str], error: yaml.YAMLError) -> Fault:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return _unshown(path, lines)
    if "'\\t'" in str(error.problem):
        message = "a tab stands here, where YAML reads nothing but spaces"
        line = error.problem_mark.line + 2
        return Fault(path, line, message, "write a space in its place", "\t")
    return _misread(path, lines, error, error.problem_mark)


def _misread(
    path: str, lines: Sequence[str], error: yaml.MarkedYAMLError, mark: yaml.Mark
) -> Fault:
    """What is wrong with quotes, colons, lists and words without a key."""
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
        return Fault(path, line - 1, f'"{before.strip()}" is no key with a value', _ONE_LINE)
    entry = re.match(r"([\w-]+):\s+(\S.*)", lines[line - 1])
    hint, about = _ONE_LINE, ""
    if entry:
        about = entry.group(2).strip()
        hint = f"put it in quotes: {entry.group(1)}: {quoted(about)}"
    if "mapping values are not allowed" in str(error.problem):
        return Fault(path, line, "a value with a colon in it needs quotes", hint, about)
    if begun and "flow" in str(error.context):
        return Fault(path, begun.line + 2, "a list has no end", "end it with ]")
    return Fault(path, line, f"this is not YAML: {error.problem}", hint, about)


def _unshown(path: str, lines: Sequence[str]) -> Fault:
    at = next((at for at, line in enumerate(lines) if UNSHOWN.search(line)), 0)
    letters = ascii("".join(UNSHOWN.findall(lines[at]))[:1])[1:-1]
    message = f"this holds a character that cannot be shown: {letters}"
    return Fault(path, at + 1, message, "remove it")
