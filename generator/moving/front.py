"""The front matter of a page that was moved."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from typing import Any

from generator.content.front_matter_yaml import quoted
from generator.content.urls import is_address, is_reserved
from generator.moving.by_hand import ByHand
from generator.moving.source import Source

__all__ = ["front_matter", "title_of", "truth"]

_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_TAKEN = frozenset(
    {"title", "linktitle", "description", "date", "publishdate", "pubdate", "published", "updated"}
    | {"lastmod", "last_modified_at", "modified", "draft", "aliases", "alias", "redirect_from"}
    | {"summary", "excerpt", "weight", "order", "nav_order", "slug", "url", "permalink", "layout"}
    | {"type", "menu", "menus", "image", "images", "build", "_build", "cascade", "headless"}
    | {"sitemap", "lang", "markup", "outputs", "toc", "id"}
)


def front_matter(page: Source, taken: set[str], by_hand: ByHand) -> str:
    """The lines between the two `---`, and these. `taken` are the addresses that are had."""
    lines = list(_lines(page, taken, by_hand))
    for key, value in page.front.items():
        if key not in _TAKEN and value not in (None, "", [], {}, False):
            by_hand.add(f'the key "{key}" was left out', page.path, 0, str(value))
    return "\n".join(["---", *lines, "---", ""])


def _lines(page: Source, taken: set[str], by_hand: ByHand) -> Iterator[str]:
    front = page.front
    yield f"title: {_quoted(title_of(page))}"
    if description := _text(front.get("description")):
        yield f"description: {_quoted(description)}"
    if summary := _text(front.get("summary")):
        yield f"summary: {_quoted(summary)}"
    for key, names in (
        ("date", ("date", "publishdate", "pubdate")),
        ("updated", ("lastmod", "last_modified_at", "updated", "modified")),
    ):
        written = next((front[name] for name in names if front.get(name)), None)
        if written is not None and (day := _day(written)):
            yield f"{key}: {day}"
        elif written is not None:
            by_hand.add(f'"{key}" is no date', page.path, 0, str(written))
    if truth(front.get("draft")) or front.get("published") in (False, "false"):
        yield "draft: true"
    if page.layout:
        yield f"layout: {page.layout}"
    order = next((front[key] for key in ("weight", "order", "nav_order") if key in front), None)
    if isinstance(order, int) and not isinstance(order, bool) and abs(order) < 10**9 and order:
        yield f"order: {order}"
    aliases = list(_aliases(page, taken, by_hand))
    if aliases:
        yield f"aliases: [{', '.join(map(_quoted, aliases))}]"


def _aliases(page: Source, taken: set[str], by_hand: ByHand) -> Iterator[str]:
    given: list[Any] = list(page.aliases)
    for key in ("aliases", "alias", "redirect_from"):
        value = page.front.get(key) or []
        given += value if isinstance(value, list) else [value]
    for each in given:
        alias = str(each).strip()
        if not alias.startswith("/"):
            folder = page.url.rstrip("/").rpartition("/")[0]
            alias = f"{folder}/{alias}"
        if not alias.rpartition("/")[2].count("."):
            alias = f"{alias.rstrip('/')}/"
        if alias.lower() in taken:
            continue
        if not is_address(alias) or is_reserved(alias):
            by_hand.add("an old address cannot be kept", page.path, 0, alias)
            continue
        taken.add(alias.lower())
        yield alias


def title_of(page: Source) -> str:
    """Its title; without one, words made of its name."""
    for key in ("title", "linktitle"):
        if title := _text(page.front.get(key)):
            return title
    name = [each for each in page.path.split("/") if each not in ("index.md", "_index.md")][-1]
    words = re.sub(r"^\d{4}-\d{2}-\d{2}-|\.\w+$", "", name).replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:] or "Untitled"


def truth(value: object) -> bool:
    """Whether a value says yes."""
    return value is True or str(value).lower() in ("true", "yes", "on")


def _text(value: object) -> str:
    """A value in one line, without what no page can hold."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    text = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", str(value))
    return " ".join(text.split())


def _day(written: object) -> str:
    """The day of a date and time; nothing where there is no such day."""
    found = _DATE.match(str(written).strip())
    if not found:
        return ""
    year, month, day = map(int, found.groups())
    if not (year and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        return ""
    return f"{year:04}-{month:02}-{day:02}"


def _quoted(text: str) -> str:
    return (
        text
        if re.fullmatch(r"[A-Za-z][\w ().,/'’-]*", text) and not text.endswith(" ")
        else (quoted(text))
    )
