"""Read a TOML file into a frozen, checked value, and say at which line a fault stands.

`tomllib` keeps no positions, so `Lines` finds them by reading the text again, line by line. Of an
array of inline tables it knows each element that begins a line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from policy.faults import Fault, Faults
from policy.site_files import read_bytes
from policy.wrong_values import validation_faults

Location = Sequence[int | str]

_CONTROLS = bytes(each for each in range(0x20) if each not in b"\t\n\f\r") + b"\x7f"
_CONTROL = re.compile(rb"[" + re.escape(_CONTROLS) + rb"]|\xc2[\x80-\x9f]")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LONG_NUMBER = re.compile(
    r'"{3}.*?(?:"{3}|\Z)|\'{3}.*?(?:\'{3}|\Z)|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
    r"|(?P<number>[0-9][0-9_]{4000,})",
    re.DOTALL,
)
"""One that is no part of a text in quotes, which is read first."""
_TWO_VERSIONS = re.compile(r"^<{7} .*?^={7}$.*?^>{7} ", re.MULTILINE | re.DOTALL)


class Declared(BaseModel):
    """A value read from a site file: frozen, and without room for unknown keys.

    Its checks are built when the first value is read: a build that finds nothing changed reads
    none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


Model = TypeVar("Model", bound=BaseModel)


class Lines:
    """Finds the line of each table, key and element of an array in a TOML text."""

    def __init__(self, text: str) -> None:
        self._places = dict(reversed(list(_places(text.split("\n")))))

    def of(self, location: Location) -> int:
        """The line (from 1) of the deepest part of `location` that the text shows."""
        steps = tuple(location)
        known = (steps[:size] for size in range(len(steps), 0, -1))
        return next((self._places[each] for each in known if each in self._places), 1)

    def without(self, location: Location) -> Lines:
        """Those that there are once an element of an array is taken out: the next has its place."""
        *array, index = location
        size, rest = len(array), Lines("")
        for place, line in self._places.items():
            step = place[size] if len(place) > size and place[:size] == tuple(array) else None
            if not isinstance(step, int) or not isinstance(index, int) or step < index:
                rest._places[place] = line
            elif step > index:
                rest._places[(*array, step - 1, *place[size + 1 :])] = line
        return rest


_KEY = r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'"""
_KEYS = re.compile(rf"\s*((?:{_KEY})(?:\s*\.\s*(?:{_KEY}))*)\s*")
_VALUES = re.compile(r'"""|\'\'\'|"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*|[\[{]|[\]}]')


def _places(lines: Sequence[str]) -> Iterator[tuple[tuple[int | str, ...], int]]:
    """Each location and its line, in the order in which they stand; the text may be broken."""
    table: tuple[int | str, ...] = ()
    counts: dict[tuple[int | str, ...], int] = {}
    key, depth, elements, quotes = table, 0, 0, ""
    for number, line in enumerate(lines, 1):
        if not depth and not quotes:
            header = re.match(r"\s*(\[\[?)", line)
            named = _KEYS.match(line, header.end() if header else 0)
            if header and named:
                table = _table(_parts(named[1]), counts, new=header[1] == "[[")
                yield from ((table[:size], number) for size in range(1, len(table) + 1))
                continue
            if not named or not line.startswith("=", named.end()):
                continue
            key, elements = (*table, *_parts(named[1])), 0
            yield from ((key[:size], number) for size in range(len(table) + 1, len(key) + 1))
        elif depth == 1 and line.lstrip().startswith("{"):
            yield (*key, elements), number
            elements += 1
        # The names before a "=" have no brackets, and are the same to `_opened`.
        depth, quotes = _opened(line, depth, quotes)


def _table(
    parts: Sequence[str], counts: dict[tuple[int | str, ...], int], *, new: bool
) -> tuple[int | str, ...]:
    """The location that a header means: arrays of tables in it get the index of their last."""
    place: tuple[int | str, ...] = ()
    for size, part in enumerate(parts, 1):
        place = (*place, part)
        if new and size == len(parts):
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


def _parts(dotted: str) -> tuple[str, ...]:
    found = re.findall(_KEY, dotted)
    return tuple(_plain(each) if each[0] in "\"'" else each for each in found)


def _plain(quoted: str) -> str:
    """The name that stands in quotes, with what a backslash stands for."""
    if quoted[0] == '"' and "\\" in quoted:
        try:
            return str(tomllib.loads(f"it = {quoted}")["it"])
        except tomllib.TOMLDecodeError:  # The whole text is none then, and told as such.
            pass
    return quoted[1:-1]


def _opened(line: str, depth: int, quotes: str) -> tuple[int, str]:
    """How many brackets, and which long string, are open after a line."""
    for found in _VALUES.findall(line):
        if quotes:
            quotes = "" if found == quotes else quotes
        elif len(found) == 3 and found in ('"""', "'''"):
            quotes = found
        elif found in ("[", "{"):
            depth += 1
        elif found in ("]", "}"):
            depth = max(0, depth - 1)
    return depth, quotes


def read_toml(root: Path, name: str, model: type[Model]) -> Model:
    """Read `root/name` as `model`. Raises `Faults` with everything that is wrong in the file."""
    value, _ = read_toml_with_lines(root, name, model)
    return value


def read_toml_with_lines(root: Path, name: str, model: type[Model]) -> tuple[Model, Lines]:
    """As `read_toml`, with the finder of lines for the checks that come after. Raises `Faults`."""
    return read_toml_text(name, read_text(root, name), model)


def read_toml_text(name: str, text: str, model: type[Model]) -> tuple[Model, Lines]:
    """As `read_toml_with_lines`, of the text of a file. Raises `Faults`.

    What is read is a value: whoever asks for the same again, as a preview does at each save, gets
    the same.
    """
    return _read(name, text, model)


def _value(name: str, text: str) -> Any:
    """The value of a TOML text, with tuples for lists. Raises `Faults` where it is none."""
    try:
        return frozen(tomllib.loads(text))
    except RecursionError:
        hint = "a list or table holds others, without an end: mend it"
        raise Faults([Fault(name, None, "it is nested too deeply to be read", hint)]) from None
    except tomllib.TOMLDecodeError as error:
        raise Faults([syntax_fault(name, text, str(error))]) from None
    except ValueError:  # Python reads no number of more than 4300 digits.
        raise Faults([long_number_fault(name, text)]) from None


def long_number_fault(name: str, text: str) -> Fault:
    """What is said of a number that is too long to be read, wherever it stands in a text."""
    numbers = (each for each in _LONG_NUMBER.finditer(text) if each["number"])
    found = next(numbers, None)
    line = text.count("\n", 0, found.start() if found else 0) + 1
    message = "a number has too many digits to be read"
    return Fault(name, line, message, "write fewer, or all of it as text, in quotes")


@lru_cache(maxsize=256)
def _read(name: str, text: str, model: type[Any]) -> tuple[Any, Lines]:
    lines = Lines(text)
    value = _value(name, text)
    try:
        return model.model_validate(value, strict=True, by_alias=True, by_name=False), lines
    except ValidationError as error:
        raise Faults(validation_faults(error, lambda at: (name, lines.of(at)), model)) from None


def frozen(value: Any) -> Any:
    """The same with tuples for lists, which values that cannot change hold."""
    if isinstance(value, list):
        return tuple(map(frozen, value))
    if isinstance(value, dict):
        return {key: frozen(inner) for key, inner in value.items()}
    return value


def read_text(root: Path, name: str) -> str:
    """The text of `root/name`, with plain line ends and without the marks (U+FEFF) that some
    programs begin a file with. Raises `Faults` where it cannot be read."""
    data = read_bytes(root, name)
    try:
        text = data.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        hint = "save the file with the encoding UTF-8"
        raise Faults([Fault(name, line, "this is not UTF-8 text", hint)]) from None
    refuse_controls(name, data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    refuse_two_versions(name, text)
    return text


def refuse_controls(name: str, data: bytes) -> None:
    """Raise `Faults` where a text (UTF-8) holds a control character, which HTML, YAML and TOML
    forbid, and no editor shows."""
    if has_controls(data) and (found := _CONTROL.search(data)):
        line = len(_LINE_END.findall(data, 0, found.start())) + 1
        message = f"this holds a character that cannot be shown: {ascii(found[0].decode())[1:-1]}"
        hint = "remove it, or write the character that was meant"
        raise Faults([Fault(name, line, message, hint)])


def has_controls(data: bytes) -> bool:
    """Whether a text (UTF-8) may hold a control character: a quick look, which may be wrong only
    for letters from U+00A0 to U+00BF."""
    return len(data.translate(None, _CONTROLS)) != len(data) or b"\xc2" in data


def refuse_two_versions(name: str, text: str) -> None:
    """Raise `Faults` where git has left two versions of a passage, one below the other."""
    if "<<<<<<< " in text and (found := _TWO_VERSIONS.search(text)):
        line = text.count("\n", 0, found.start()) + 1
        hint = (
            "keep one of the two, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>"
        )
        message = "two versions of this file stand here, one below the other"
        raise Faults([Fault(name, line, message, hint)])


_TWICE = "this name is there twice", "remove one of the two, or give it another name"
_ENDLESS = "this text has no end", "write the same quote after it, on the same line"
_NO_NAME = "a name is missing before the equals sign", 'write a line like key = "text"'
_SYNTAX = {
    "Cannot overwrite": _TWICE,
    "Cannot declare": _TWICE,
    "Cannot redefine": _TWICE,
    "Cannot mutate": _TWICE,
    "Duplicate inline": _TWICE,
    "An object other than list": _TWICE,
    "There is no nest": _TWICE,
    "Unclosed array": ("this list has no end", "write ] after its last value"),
    "Unclosed inline table": ("this table has no end", "write } after its last value"),
    "Unterminated string": _ENDLESS,
    "Illegal character '\\n'": _ENDLESS,
    "Expected '=' after": ("a value is missing", 'write a line like key = "text"'),
    "Expected ']": ("the brackets of this heading do not close", "write as many after the name"),
    "Expected newline": (
        "there is more on this line than one value",
        "write each key on a line of its own, and text in straight quotes",
    ),
    "Unescaped '\\'": ("a backslash means nothing by itself", "write it twice: \\\\"),
    "Escaped character": ("this character cannot be written like that", "write it as it is"),
    "Invalid hex value": (
        "digits are missing after the backslash",
        "write a backslash twice: \\\\",
    ),
    "Invalid date": ("there is no such date", "write a day like 2026-11-24"),
    "Invalid initial character": _NO_NAME,
    "Invalid statement": _NO_NAME,
    "Invalid value": ("this is no value", 'text stands in straight quotes: key = "text"'),
    "Illegal character": ("a character that cannot be seen stands here", "remove it"),
    "Found invalid character": ("a character that cannot be seen stands here", "remove it"),
}
"""What is wrong, and how it is mended, by how `tomllib` begins to say it."""


def syntax_fault(name: str, text: str, message: str) -> Fault:
    """What `tomllib` says of a text that is no TOML, as a fault with its line."""
    place = re.search(r"\(at line (\d+), column (\d+)\)", message)
    reason = (message[: place.start()] if place else message.partition(" (at ")[0]).strip()
    usual = f"{reason[:1].lower()}{reason[1:]}", 'text stands in straight quotes: key = "text"'
    what, hint = next((said for key, said in _SYNTAX.items() if reason.startswith(key)), usual)
    line = int(place[1]) if place else text.rstrip().count("\n") + 1
    return Fault(
        name,
        line,
        f"this is not TOML: {what}",
        hint,
        text.split("\n")[line - 1][int(place[2]) - 1 :] if place else "",
    )
