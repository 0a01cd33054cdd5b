"""Tags of HTML in a text: each that is opened must end, and no more may end than were opened.

Browsers mend such HTML without a word, each page in another way: what follows a `<div>` that was
left open becomes a part of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from generator import marks
from generator.markdown.faults import fault, mark_at
from generator.markdown.source import CLOSING, OPENING, Source
from generator.markdown.structure import code_lines

__all__ = ["MAY_STAY_OPEN", "PLAIN_TEXT", "VOID", "tag_faults"]

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track"}
    | {"wbr"}
    | {"basefont", "bgsound", "frame", "image", "keygen", "param"}
)
"""Tags that have no end; those that are out of use last, of which no browser waits for one."""

PLAIN_TEXT = frozenset(
    {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"}
)
"""In these, nothing is a tag but their own end (WHATWG HTML, 13.2.5.1)."""

MAY_STAY_OPEN = frozenset(
    {
        "body",
        "caption",
        "colgroup",
        "dd",
        "dt",
        "head",
        "html",
        "li",
        "optgroup",
        "option",
        "p",
        "rb",
        "rp",
        "rt",
        "rtc",
        "tbody",
        "td",
    }
    | {"tfoot", "th", "thead", "tr"}
)
"""HTML lets the end tags of these be left out (WHATWG HTML, 13.1.2.4; rb, rtc: 13.2.6.4.7)."""

_END_A_PARAGRAPH = frozenset(
    {"address", "article", "aside", "blockquote", "center", "details", "dialog", "dir", "div", "dl"}
    | {"fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hgroup", "hr", "main", "menu", "nav", "ol", "p", "pre", "search", "section"}
    | {"summary", "table", "ul"}
)
_BLOCK = "///"
_TOKENS = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)(?=[\s/>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(?P<own>/?)>"
    rf"|<!--(?:(?P<opens>{OPENING})|{CLOSING})(?P<number>\d+)-->"
)
_ADDRESSES = re.compile(rf"<(?:{marks.LEADING})?[A-Za-z][A-Za-z0-9+.-]*:[^<>\s]*>")
_WORDS = re.compile(
    rf"(?<=<)({'|'.join(sorted(PLAIN_TEXT))})(?=[\s>])[^<>]*>.*?(?=</\1\b)",
    re.DOTALL | re.IGNORECASE,
)


def tag_faults(html: str, source: Source, marked: bool) -> list[str]:
    """A fault for each tag that is left open, ends nothing or cuts a paragraph in two."""
    reader = _Tags(html, source, marked)
    reader.read()
    return reader.faults


def _blank(found: re.Match[str]) -> str:
    tag, _, words = found[0].partition(">")
    return f"{tag}>{' ' * len(words)}"


@dataclass
class _Tags:
    html: str
    source: Source
    marked: bool
    faults: list[str] = field(default_factory=list)
    _open: list[tuple[str, int]] = field(default_factory=list)
    _cut: list[tuple[str, int]] = field(default_factory=list)
    """What ended a paragraph before its own end tag."""
    _left: list[tuple[str, str, int, int]] = field(default_factory=list)
    """What the end of another tag ended: its name, that of the other, where it began, and which
    fault says so."""

    def read(self) -> None:
        for found in _TOKENS.finditer(_WORDS.sub(_blank, self.html)):
            name = (found["name"] or _BLOCK).lower()
            if found["end"] or (name == _BLOCK and not found["opens"]):
                self._end(name, found.start())
            else:
                self._begin(name, found)
        for name, at in self._open:
            self._left_open(name, at)
        for found in _ADDRESSES.finditer(self.html):
            message = f"{marks.unmarked(found[0])} is no Markdown here"
            self._add(message, "leave an empty line between HTML and Markdown", found.start())

    def _begin(self, name: str, found: re.Match[str]) -> None:
        names = [each for each, _ in self._open]
        if name in _END_A_PARAGRAPH and "p" in names:
            while self._open[-1][0] != "p":
                self._left_open(*self._open.pop())
            self._open.pop()
            self._cut.append((f"<{name}>", found.start()))
        foreign = "svg" in names or "math" in names
        if name not in VOID and not (found["own"] and foreign):
            self._open.append((name, found.start()))

    def _end(self, name: str, at: int) -> None:
        if not any(each == name for each, _ in self._open):
            self._ends_nothing(name, at)
            return
        while self._open[-1][0] != name:
            inner, where = self._open.pop()
            if inner == "p":
                self._cut.append((f"</{name}>", at))
            if name != _BLOCK and inner not in {_BLOCK, *MAY_STAY_OPEN}:
                self._left.append((inner, name, where, len(self.faults)))
            self._left_open(inner, where)
        self._open.pop()

    def _ends_nothing(self, name: str, at: int) -> None:
        if crossing := next((each for each in reversed(self._left) if each[0] == name), None):
            self._left.remove(crossing)
            self._cross(*crossing)
        elif name == "p" and self._cut:
            tag, at = self._cut.pop()
            message = f"{tag} stands in the middle of a paragraph"
            self._add(message, "leave an empty line before it and after it", at)
        elif name != _BLOCK:  # A block that ends here was told where it begins.
            message = f"</{name}> ends nothing"
            self._add(message, f"remove it, or write <{name}> where it begins", at)

    def _cross(self, name: str, around: str, at: int, number: int) -> None:
        """Say of two that cross that they do, instead of each that its other half is missing."""
        hint = f"write </{name}> before </{around}>"
        if around == "p":
            hint = f"write </{name}> where the paragraph ends, and <{name}> where the next begins"
        elif not re.search(rf"</{around}(?=[\s/>])", self.source.text, re.IGNORECASE):
            hint = f"write </{name}> before the Markdown around it ends"
        message = f"<{name}> begins in <{around}> and ends after it"
        self.faults[number] = self._told(message, hint, at)

    def _left_open(self, name: str, at: int) -> None:
        if name == _BLOCK:
            message = "a block begins in one element and ends in another"
            hint = "let both its lines stand at the left edge, or both within the list"
            self._add(message, hint, at)
        elif name not in MAY_STAY_OPEN:
            message = f"<{name}> has no end"
            self._add(message, f"write </{name}> where it ends", at)

    def _add(self, message: str, hint: str, at: int) -> None:
        self.faults.append(self._told(message, hint, at))

    def _told(self, message: str, hint: str, at: int) -> str:
        return fault(message, hint, self._mark(at) if self.marked else "")

    def _mark(self, at: int) -> str:
        """The mark of the line that the tag at `at` came from."""
        found = _TOKENS.match(self.html, at)
        if found and found["number"]:
            return marks.of(self.source.lines[int(found["number"])].line + 1)
        if found and found["end"] and (line := self._line_of_end(found["name"], at)):
            return marks.of(line)
        place = marks.place_before(found[0], len(found[0])) if found else None
        return marks.of(place[1]) if place else mark_at(self.html, at)

    def _line_of_end(self, name: str, at: int) -> int | None:
        """Ends have no marks, but their order: that of the text."""
        wanted = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
        code = code_lines(self.source.text)
        lines = [
            number
            for number, line in enumerate(self.source.text.split("\n"), 1)
            if number not in code
            for _ in wanted.findall(line)
        ]
        before = len(wanted.findall(self.html[:at]))
        all_from_text = len(lines) == len(wanted.findall(self.html))
        return lines[before] if all_from_text and before < len(lines) else None
