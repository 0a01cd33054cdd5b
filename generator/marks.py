"""Marks: how a rendered element still knows the line of the source that it came from.

Neither Markdown nor Jinja keeps positions. So before they run, each tag, link, picture, heading and
attribute list of a source gets a mark with its line; the rendered page is parsed with the marks in
it (`generator.recorded`), and `unmarked` takes them out of what is published. Marks are made of
noncharacters, which no text that is interchanged can hold (Unicode 16.0, section 23.7), and they
may stand in code as well: they are gone before anyone reads it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from functools import lru_cache

ATTRIBUTE = "data-line"
"""The attribute whose value is the mark of an element that Markdown makes."""

_TAG, _VALUE, _BETWEEN, END = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
_BEGINNINGS = frozenset((_TAG, _VALUE))
_ZERO = 0xFDE0
_DIGITS = {ord(str(digit)): _ZERO + digit for digit in range(10)}
_NUMBERS = {_ZERO + digit: str(digit) for digit in range(10)}
_BODY = "[\ufde0-\ufde9]+\ufdd2[\ufde0-\ufde9]+\ufdd3"
_MARK = f"{_TAG}{_BODY}"
_QUOTE = '(?:"|&quot;|&#34;|%22)?'
_ANY = re.compile(f"(?: |%20){ATTRIBUTE}={_QUOTE}{_MARK}{_QUOTE}| {_MARK}|[{_TAG}{_VALUE}]{_BODY}")
_READ = re.compile(f"[{_TAG}{_VALUE}]([\ufde0-\ufde9]+)\ufdd2([\ufde0-\ufde9]+)\ufdd3")
LEADING = f"{_VALUE}{_BODY}"
"""A regular expression for the mark at the beginning of a text or an address."""

_LEADING = re.compile(LEADING)

NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")
"""What is taken out of a source before it is marked, so that nobody can write a mark."""

_OPEN_COMMENT = "<!--"
_TAGS = re.compile(
    r"<[A-Za-z](?:[\w-]|:\w|\{\{.*?\}\})*(?=[\s/>{])" + rf"|{_OPEN_COMMENT}(?![\s\S]*?-->)"
)
"""The beginning of a tag, in HTML or in a template (where its name may be an expression); and that
of a comment without an end, in which all that follows is lost."""

_ENDS = re.compile(r"</[A-Za-z](?:[\w-]|:\w|\{\{.*?\}\})*(?=[\s>])")

_AUTOLINKS = r"|<(?=[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]*>)"
_MARKDOWN = (
    r"(?P<tag><[A-Za-z][A-Za-z0-9-]*(?=[\s/>]))"
    r"|<!--(?![\ufdd4\ufdd5]|-?>)"
    r"|\]\([ ]*(?:(?=[^\s)<>])|<(?=[^<>\n]+>[ \t\n]*[)\"'(]))"
    r"|^[ ]{0,3}\[(?!\^)[^\[\]\n]+\]:[ ]*(?:\n[ ]*(?=[\w/.]\S*[ ]*$|<[^<>\n]+>))?"
    r"(?:(?=[^\s<])|<(?=[^<>\n]+>[ \t]*(?:$|[ \t][\"'(])))"
)
_MARKED = {
    autolinks: re.compile(_MARKDOWN + _AUTOLINKS * autolinks, re.MULTILINE)
    for autolinks in (False, True)
}


def place_before(html: str, at: int) -> tuple[int, int] | None:
    """(the number of the source, the line) of the last mark before `at`; None where there is
    none."""
    last = deque(_READ.finditer(html, 0, at), maxlen=1)
    return (int(_plain(last[0][1])), int(_plain(last[0][2]))) if last else None


def _plain(digits: str) -> str:
    return digits.translate(_NUMBERS)


def mark_tags(text: str, source: int, line: int | None = None) -> str:
    """Mark every tag of HTML, or of a template for it. `source` numbers the file; all of the text
    came of `line`, where one is named."""

    def place(found: re.Match[str], mark: str) -> str:
        marked = f" {_TAG}{mark}"
        if found[0] != _OPEN_COMMENT:
            return found[0] + marked
        return found[0] if _in_expression(found.string, found.start()) else marked + found[0]

    return _marked(_TAGS, text, source, place, line)


def mark_ends(template: str, source: int) -> str:
    """Mark every tag of a template, and those that end what it begins as well."""

    def place(found: re.Match[str], mark: str) -> str:
        inside = _in_expression(found.string, found.start())
        return found[0] if inside else f"{found[0]} {_TAG}{mark}"

    # A line is counted in what is there, and no mark has a line end.
    return _marked(_ENDS, mark_tags(template, source), source, place)


def _in_expression(template: str, at: int) -> bool:
    """Whether a place is between the brackets of Jinja: a text there is compared, and not shown."""
    begun = max(template.rfind("{%", 0, at), template.rfind("{{", 0, at))
    return begun >= 0 and not re.search(r"[%}]\}", template[begun:at])


def mark_markdown(text: str, source: int, *, autolinks: bool = False) -> str:
    """Mark what in Markdown becomes an element with an address or attributes; `autolinks`: also
    what stands in angle brackets, for an engine that reads it with a mark in it."""

    def place(found: re.Match[str], mark: str) -> str:
        if found["tag"]:
            # Without quotes, which could end a value that the tag stands in; but "/" needs them.
            quote = '"' if found.string.startswith("/", found.end()) else ""
            return f"{found[0]} {ATTRIBUTE}={quote}{_TAG}{mark}{quote}"
        return f"{found[0]}{_VALUE}{mark}"

    return _marked(_MARKED[autolinks], text, source, place)


def of(line: int, source: int = 0) -> str:
    """The mark of a line, as the value of an element's `ATTRIBUTE`."""
    return f"{_TAG}{_body(source, line)}"


def _body(source: int, line: int) -> str:
    return f"{source}{_BETWEEN}{line}{END}".translate(_DIGITS)


def _marked(
    pattern: re.Pattern[str],
    text: str,
    source: int,
    place: Callable[[re.Match[str], str], str],
    only: int | None = None,
) -> str:
    line, at = only or 1, 0

    def replace(found: re.Match[str]) -> str:
        nonlocal line, at
        if only is None:
            line += text.count("\n", at, found.end())
        at = found.end()
        return place(found, _body(source, line))

    return pattern.sub(replace, text)


def unmarked(text: str) -> str:
    """The text without marks: as if there had never been any."""
    if END not in text:
        return text
    # Nearly all are those of templates, and this is ten times as quick as the expression.
    first, *rest = str(text).split(f" {_TAG}")
    text = first + "".join([each[each.index(END) + 1 :] for each in rest])
    return _ANY.sub("", text) if END in text else text


def marks_in(text: str) -> tuple[list[int], list[int]]:
    """Where marks stand, in the text without them; and how long they are together, up to each."""
    where, lengths, total = [], [], 0
    for found in _ANY.finditer(text):
        where.append(found.start() - total)
        total += len(found[0])
        lengths.append(total)
    return where, lengths


def attribute(mark: str) -> str:
    """A leading mark, as the value of the element's `ATTRIBUTE`."""
    return mark.replace(_VALUE, _TAG)


def split(text: str) -> tuple[str, str]:
    """(the mark at the beginning of a text, the rest); the mark is empty where there is none."""
    found = _LEADING.match(text)
    return (found[0], text[found.end() :]) if found else ("", text)


def place(name: str, value: str | None) -> tuple[int, int] | None:
    """(source, line) of an element's attribute that is a mark; None where it is none."""
    if name[:1] in _BEGINNINGS:
        return _place(name)
    return _place(value or "") if name == ATTRIBUTE else None


@lru_cache(maxsize=10_000)
def _place(mark: str) -> tuple[int, int] | None:
    found = _READ.fullmatch(mark)
    if not found:
        return None
    return int(found[1].translate(_NUMBERS)), int(found[2].translate(_NUMBERS))
