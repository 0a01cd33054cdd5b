"""What templates make of pages: HTML in which all that begins ends, and the text of the page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from generator.check.needs import LOST
from generator.content.library import Content
from generator.graph.all_made import AllMade
from generator.markdown.tags import MAY_STAY_OPEN, PLAIN_TEXT, VOID
from policy import Fault

__all__ = ["left_open", "lost_text_warnings"]

_MUST_END = re.compile(
    r"<(/?(?:a|article|aside|b|blockquote|button|details|div|dl|em|fieldset|figure|footer|form"
    r"|h[1-6]|header|i|label|main|nav|ol|section|select|small|span|strong|summary|table|ul))"
    r"(?=[\s>])",
    re.IGNORECASE,
)
"""Tags of which as many end as begin: to count them is quick, and of nearly all pages enough."""

_TAGS = re.compile(
    r"<!--(?:-?>|.*?--!?>)|<[!?](?P<data>\[CDATA\[)?[^>]*>"
    r"|<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)(?=[\s/>])"
    r"""(?:=\s*(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*)|[^>/]|/(?!>))*+(?P<own>/?)>""",
    re.DOTALL | re.IGNORECASE,
)
_FOREIGN = frozenset({"svg", "math"})
_OTHER_CONTENT = _FOREIGN | {"foreignobject", "desc"}
"""Where HTML begins and ends: in drawings and formulas, a tag may end itself."""


def left_open(html: str) -> Iterator[tuple[int, str, str]]:
    """Each tag of a page that is left open, or ends nothing: where it is over; what is wrong, and
    the hint."""
    found = Counter(map(str.lower, _MUST_END.findall(html)))
    if all(found[each.removeprefix("/")] == found[f"/{each.removeprefix('/')}"] for each in found):
        return
    opened: list[tuple[str, int]] = []
    at = 0
    while tag := _TAGS.search(html, at):
        at = tag.end()
        name = (tag["name"] or "").lower()
        names = [each for each, _ in opened]
        around = next((each for each in reversed(names) if each in _OTHER_CONTENT), "")
        is_foreign = around in _FOREIGN
        if tag["data"] and is_foreign:
            at = _first("]]>", html, tag.start())
        elif not name or name in VOID or (tag["own"] and is_foreign):
            continue
        elif not tag["end"]:
            opened.append((name, at))
            if name in PLAIN_TEXT and not is_foreign:
                at = _first(rf"</{name}(?=[\s/>])", html, at)
        elif name in names:
            while opened[-1][0] != name:
                yield from _without_end(*opened.pop())
            opened.pop()
        elif name not in MAY_STAY_OPEN:
            hint = f"remove it, or write <{name}> where it begins"
            yield at, f"</{name}> ends nothing", hint
    for each in opened:
        yield from _without_end(*each)


def _first(pattern: str, html: str, at: int) -> int:
    found = re.compile(pattern, re.IGNORECASE).search(html, at)
    return found.start() if found else len(html)


def _without_end(name: str, at: int) -> Iterator[tuple[int, str, str]]:
    if name not in MAY_STAY_OPEN:
        yield at, f"<{name}> has no end", f"write </{name}> where it ends"


def lost_text_warnings(content: Content, made: AllMade) -> Iterator[Fault]:
    """Templates that show nothing of the text of their pages."""
    layouts: dict[str, list[str]] = {}
    for url in made.naming(LOST):
        if any(each.lost for each in made[url].summaries.values()):
            page = content.pages[url]
            layouts.setdefault(page.layout, []).append(page.path)
    for layout, paths in layouts.items():
        others = {1: "", 2: " and 1 other"}.get(len(paths), f" and {len(paths) - 1} others")
        message = f"nothing is shown of the text of {min(paths)}{others}"
        hint = "write {{ page.body }} where it belongs, or take the text out of the page"
        yield Fault(f"templates/{layout}.html", None, message, hint)
