"""What is wrong in a text that is no TOML, in the words of those who write it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policy.faults import Fault

__all__ = ["long_number_fault", "syntax_fault"]

_LONG_NUMBER = re.compile(
    r'"{3}.*?(?:"{3}|\Z)|\'{3}.*?(?:\'{3}|\Z)|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
    r"|(?P<number>[0-9][0-9_]{4000,})",
    re.DOTALL,
)
"""One that is no part of a text in quotes, which is read first."""
_NO_PLAIN_SPACE = re.compile("[\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]")
_WORD = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'|#.*|[^\s,"'#]+""")
"""Texts in quotes, comments and what stands between them."""


def long_number_fault(name: str, text: str) -> Fault:
    """What is said of a number that is too long to be read, wherever it stands in a text."""
    numbers = (each for each in _LONG_NUMBER.finditer(text) if each["number"])
    found = next(numbers, None)
    line = text.count("\n", 0, found.start() if found else 0) + 1
    message = "a number has too many digits to be read"
    return Fault(name, line, message, "write fewer, or all of it as text, in quotes")


_TWICE = "this name is there twice", "remove one of the two, or give it another name"
_ENDLESS = "this text has no end", "write the same quote after it, on the same line"
_MISSING = "a comma, or {}, is missing behind this"
_COMMA = "write a comma between two values, and {} after the last"
_QUOTES = 'text stands in straight quotes: key = "text"'
_SPACE = (
    "a space that is no plain one stands here, and is not read as a space",
    "remove it, and type a space: programs for letters put others in its place",
)
_OPEN_TABLE = (
    "a table in braces ends on the line on which it begins",
    "write all of it in one line, or its keys below a heading in brackets",
)
_COMMA_TOO_MANY = "a comma stands behind the last value in braces", "remove the comma"
_EITHER = "write true or false, or text in straight quotes"
_TRUTHS = dict.fromkeys(("yes", "no", "on", "off"), _EITHER) | {
    each: f"write {each}, in small letters" for each in ("true", "false")
}
"""What was meant as yes or no, and the hint for it."""

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
    "Invalid value": ("this is no value", _QUOTES),
    "Illegal character": ("a character that cannot be seen stands here", "remove it"),
    "Found invalid character": ("a character that cannot be seen stands here", "remove it"),
}
"""What is wrong, and how it is mended, by how `tomllib` begins to say it."""


def syntax_fault(name: str, text: str, message: str) -> Fault:
    """What `tomllib` says of a text that is no TOML, as a fault with its line."""
    place = re.search(r"\(at line (\d+), column (\d+)\)", message)
    reason = (message[: place.start()] if place else message.partition(" (at ")[0]).strip()
    lines = text.split("\n")
    if place is None:
        line, before, behind = text.rstrip().count("\n") + 1, "", ""
    else:
        line, column = int(place[1]), int(place[2]) - 1
        before, behind = lines[line - 1][:column], lines[line - 1][column:]
        if found := _NO_PLAIN_SPACE.match(behind):
            return _fault(name, line, *_SPACE, found[0])
        if closes := _without_a_comma(reason, "\n".join((behind, *lines[line:]))):
            line, about = _last_value([*lines[: line - 1], before])
            return _fault(name, line, _MISSING.format(closes), _COMMA.format(closes), about)
    if said := _told_by_what_follows(reason, behind):
        return _fault(name, line, *said)
    usual = f"{reason[:1].lower()}{reason[1:]}", _QUOTES
    what, hint = next((said for key, said in _SYNTAX.items() if reason.startswith(key)), usual)
    return _fault(name, line, what, hint, behind)


def _fault(name: str, line: int, what: str, hint: str, about: str) -> Fault:
    return Fault(name, line, f"this is not TOML: {what}", hint, about)


def _without_a_comma(reason: str, rest: str) -> str:
    """What ends the list or the table in braces in which something follows a value without a
    comma; "" where nothing follows it."""
    if reason.startswith("Unclosed array") and rest.strip():
        return "]"
    is_table = reason.startswith("Unclosed inline table")
    return "}" if is_table and rest.partition("\n")[0].strip() else ""


def _last_value(lines: Sequence[str]) -> tuple[int, str]:
    """The line of the last value that stands in `lines`, and its last word as it stands there."""
    for at in range(len(lines) - 1, -1, -1):
        if words := [each[0] for each in _WORD.finditer(lines[at]) if each[0][0] != "#"]:
            return at + 1, words[-1]
    return 1, ""


def _told_by_what_follows(reason: str, behind: str) -> tuple[str, str, str] | None:
    """What is wrong, the hint, and what it is about, where what follows says more of it."""
    word = re.match(r"\w*", behind)
    begun = word[0] if word else ""
    if reason.startswith("Invalid value") and begun.lower() in _TRUTHS:
        return "this is no value", _TRUTHS[begun.lower()], begun
    if reason.startswith("Invalid initial character"):
        if not behind:
            return *_OPEN_TABLE, ""
        if behind.startswith("}"):
            return *_COMMA_TOO_MANY, "}"
    return None
