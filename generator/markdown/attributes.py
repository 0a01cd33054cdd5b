"""Attribute lists, `{.class #id name="value"}`: right behind an element, at the end of a heading or
a cell, or as the last line of a paragraph or an item.

They are read in the HTML that an engine made, so that they mean the same whichever engine it was.
"""

from __future__ import annotations

import re
from html import escape, unescape

__all__ = ["apply_lists", "attribute_list", "written"]

_VALUE = r"""(?:&quot;.*?&quot;|"[^"\n]*"|'[^'\n]*'|&\#39;.*?&\#39;|[^\s{}"'<>=]+)"""
_ITEM = rf"(?:[.\#][^\s{{}}<>=\"'.\#]+|[A-Za-z_:][\w:.-]*={_VALUE})"
LIST = rf"\{{:?[ ]*{_ITEM}(?:[ ]+{_ITEM})*[ ]*\}}"
"""A regular expression for a whole list, as it stands in HTML."""

_ITEMS = re.compile(_ITEM)
_BEHIND = re.compile(
    rf"(?P<inline></(?:a|abbr|code|del|em|ins|mark|strong|sub|sup)>|<img\b[^<>]*>)(?P<own>{LIST})"
    rf"|\n[ ]*(?P<last>{LIST})\s*(?P<block></(?:p|li|dd|dt)>)"
    rf"|[ \t]*(?P<end>{LIST})\s*(?P<line></(?:h[1-6]|t[dh])>)"
)
_CLASS = re.compile(r'(\sclass=")([^"]*)')


def attribute_list(text: str) -> dict[str, str]:
    """The attributes that a list names; several classes are one attribute."""
    attributes: dict[str, str] = {}
    for item in _ITEMS.findall(text):
        if item[0] == ".":
            attributes["class"] = f"{attributes.get('class', '')} {unescape(item[1:])}".strip()
        elif item[0] == "#":
            attributes["id"] = unescape(item[1:])
        else:
            name, _, value = item.partition("=")
            value = unescape(value)
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            attributes[name] = value[1:-1] if quoted else value
    return attributes


def apply_lists(html: str) -> str:
    """The HTML with each list moved to the element that it belongs to."""
    at = 0
    while found := _BEHIND.search(html, at):
        kind = next(name for name in ("inline", "block", "line") if found[name])
        tag = found[kind]
        given = attribute_list(found["own"] or found["last"] or found["end"])
        start = found.start(kind)
        opening = start if tag.startswith("<img") else _opening(html, tag[2:-1], start)
        at = found.end()
        if opening is None:
            continue
        before = html[: found.start()] + tag + html[found.end() :]
        html = before[:opening] + _added(before[opening:], given)
        at = opening + 1
    return html


def written(attributes: dict[str, str]) -> str:
    """The attributes as they stand in a tag, each with a blank before it."""
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())


def _opening(html: str, tag: str, end: int) -> int | None:
    """Where the element began whose end tag stands at `end`."""
    depth = 1
    tags = list(re.finditer(rf"<(/?){tag}\b[^<>]*>", html[:end]))
    for found in reversed(tags):
        depth += 1 if found[1] else -1
        if depth == 0:
            return found.start()
    return None


def _added(html: str, given: dict[str, str]) -> str:
    """The HTML, which begins with a tag, with attributes added to that tag."""
    end = re.match(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*?(?=\s*/?>)""", html)
    if not end:
        return html
    tag, rest = end[0], html[end.end() :]
    given = dict(given)
    if "class" in given and _CLASS.search(tag):
        more = given.pop("class")
        tag = _CLASS.sub(lambda found: f"{found[0]} {escape(more)}", tag, count=1)
    return tag + written(given) + rest
