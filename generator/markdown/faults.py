"""What is wrong with a page's text and would be seen by nobody until visitors read it.

Each fault becomes an element `generator.recorded.FAULT` at the end of the page's HTML, which never
is published: what has a fault stops the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from generator import marks
from generator.markdown.attributes import LIST
from generator.recorded import FAULT

__all__ = ["fault", "heading_faults", "leftovers", "mark_at", "open_comments"]

_RARE = tuple("{[]*~`_")
_LINES = re.compile(r"\n(?:[-+*\#]|(?:<p\b[^<>]*>)?(?::::|!!!))")
"""Where none of these is, nothing is left over. To look for them is quick; most pages have few."""

_TOLD = "\0"
"""What stands for each character of a piece that was told already."""

_PROTECTED = re.compile("\x02(\\d+)\x03")
_OPEN = "a comment has no end"
_COMMENT = re.compile("<!--(?![\ufdd4\ufdd5])")
_CODE = re.compile(r"<(code|pre|kbd|samp|script|style|textarea)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(rf"""<(?:{marks.LEADING})?[A-Za-z/!](?:[^<>"']|"[^"]*"|'[^']*')*>""")
_SYSTEM = re.compile(
    r"\{\{.*?(?:\}\}|$)|\{%.*?(?:%\}|$)|(?:^|(?<=>))(?::::|!!! )[^\n<]*", re.MULTILINE
)
_MARKDOWN = re.compile(
    r"(?P<note>\[\^[^\[\]\s]+\])"
    r"|(?P<reference>\[[^\[\]]+\]\[(?P<name>[^\[\]]*)\])"
    r"|(?P<link>!?\[[^\[\]]*\]\([^()\n]*\)?)"
    rf"|(?P<list>{LIST})"
    r"|(?P<signs>(?<!\w)__(?=\w)[^_\n]+(?<=\w)__(?!\w)|\*\*(?=[^\s*])[^*\n]+(?<=\S)\*\*"
    r"|(?<=\w)\*[^\w\s*]+\*|~~(?=\S)[^~\n]+~~|``+[^`\n]*)"
    r"|(?P<line>^(?:[-*+]|\#{1,6})[ ][^\n]*)",
    re.MULTILINE,
)


def fault(message: str, hint: str, mark: str = "") -> str:
    """The element for a fault. `mark` is that of its line, or empty."""
    where = f' {marks.ATTRIBUTE}="{mark}"' if mark else ""
    return f'<{FAULT}{where} about="{escape(message)}" hint="{escape(hint)}"></{FAULT}>'


def leftovers(html: str) -> Iterator[str]:
    """A fault for each piece of Markdown, or of another system's language, that became text."""
    if not (any(map(html.__contains__, _RARE)) or _LINES.search(f"\n{html}")):
        return
    text = _CODE.sub(_blank, html)
    for found in _SYSTEM.finditer(text):
        message = f'"{_shown(found[0])}" is left over from another system'
        hint = "write what it stood for, or put it between backticks to show it"
        yield fault(message, hint, mark_at(html, found.start()))
    text = _TAG.sub(_blank, _SYSTEM.sub(lambda told: _TOLD * len(told[0]), text))
    for found in _MARKDOWN.finditer(text):
        if _TOLD not in found[0]:
            yield fault(*_message(found), mark_at(html, found.start()))


def _message(found: re.Match[str]) -> tuple[str, str]:
    shown = _shown(found[0])
    match found.lastgroup:
        case "note":
            message = f"the footnote {shown} is explained nowhere"
            hint = f"add a line: {shown}: Who says so, and where."
        case "reference":
            name = _shown(found["name"] or found[0].removesuffix("[]")[1:-1])
            message = f"no line says where [{name}] leads"
            hint = f"add a line: [{name}]: /about/ (or write \\[ to show the bracket)"
        case "link":
            message = f"this is not read as a link: {shown}"
            hint = "an address with blanks needs < and >, as in [Plan](<our plan.pdf>)"
        case "list":
            message = f"the attributes {shown} belong to nothing"
            hint = "write them at the end of a heading, or right behind a link or a picture"
        case "line":
            message = f'"{shown}" is shown as it stands'
            hint = "leave an empty line between HTML and Markdown, and begin lists at the edge"
        case _:
            message = f'"{shown}" is shown as it stands here'
            hint = "let the signs touch letters, and leave an empty line between HTML and Markdown"
    return message, hint


def open_comments(html: str, text: str) -> tuple[str, list[str]]:
    """(the HTML without what a comment that has no end would hide, the faults)."""
    hint = "write --> where it ends"
    faults = []
    if "&lt;!--" in html and "<!--" in text:
        # What is left over when those are counted that were written with entities, to be shown.
        found = re.findall("&lt;!--((?:\ufdd1[^\ufdd3]+\ufdd3)?)", _CODE.sub("", html))
        meant = len(found) - text.count("&lt;!--")
        told = [each for each in found if each] or found[:meant]
        faults = [fault(_OPEN, hint, marks.attribute(mark)) for mark in told]
    if found_at := _COMMENT.search(html):
        mark, _ = marks.split(html[found_at.end() :])
        faults.append(fault(_OPEN, hint, marks.attribute(mark)))
        html = html[: found_at.start()]
    return html, faults


def heading_faults(levels: list[tuple[int, str, str]]) -> Iterator[str]:
    """Of (level, words, mark) in order: a second title, and levels that are left out."""
    above = 1
    for level, words, mark in levels:
        wanted = f"write {'#' * min(above + 1, max(level, 2))} {words}"
        if level == 1:
            hint = f"{wanted}: the title in the front matter is the page's only one"
            yield fault(f'"{words}" is a second title', hint, mark)
        elif level > above + 1:
            hint = f"{wanted}: people who hear the page go from level to level"
            yield fault(f'the heading "{words}" leaves out a level', hint, mark)
        above = level


def _shown(text: str) -> str:
    text = _PROTECTED.sub(lambda found: chr(int(found[1])), marks.unmarked(unescape(text)))
    words = " ".join(text.split())
    return f"{words[:50]}…" if len(words) > 50 else words


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def mark_at(html: str, at: int) -> str:
    """The mark of the line of what stands at `at`: that of the last mark, and the lines since."""
    place = marks.place_before(html, at)
    if place is None:
        return ""
    since = html.rfind(marks.END, 0, at)
    return marks.of(place[1] + html.count("\n", since, at))
