"""The front matter of a page that was moved."""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Any

from generator.content.front_matter_yaml import quoted
from generator.content.urls import is_reserved, was_address
from generator.moving.by_hand import ByHand
from generator.moving.dates import COMES, DATES, GOES, UPDATES, Dates, first_of
from generator.moving.keys import ALIASES, ORDER, SUMMARIES, is_order, tell_left_out
from generator.moving.source import Source, one_line
from generator.moving.terms import OldTaxonomy
from policy.redirects import as_asked

__all__ = ["front_matter", "is_unlisted", "not_public", "title_of"]


def front_matter(
    page: Source,
    taken: set[str],
    taxonomies: Sequence[OldTaxonomy],
    dates: Dates,
    by_hand: ByHand,
) -> str:
    """The lines between the two `---`, and these. `taken` are the addresses that are had, `dates`
    writes days and moments."""
    lines = list(_lines(page, taken, dates, by_hand))
    sorted_by = {key for each in taxonomies if each.name in page.terms for key in each.keys}
    tell_left_out(page, sorted_by, by_hand)
    return "\n".join(["---", *lines, "---", ""])


def _lines(page: Source, taken: set[str], dates: Dates, by_hand: ByHand) -> Iterator[str]:
    front = page.front
    yield f"title: {_quoted(title_of(page))}"
    if description := one_line(front.get("description")):
        yield f"description: {_quoted(description)}"
    if summary := next(filter(None, (one_line(front.get(key)) for key in SUMMARIES)), ""):
        yield f"summary: {_quoted(summary)}"
    for key, names in (("date", DATES), ("updated", UPDATES)):
        written = first_of(front, names)
        if written is not None and (told := dates.told(written)):
            yield f"{key}: {told}"
            if cause := dates.lost(written, keeps_day=True):
                by_hand.add(cause, page.path, 0, f"{key}: {written}")
        elif written is not None:
            by_hand.add(f'"{key}" is no date', page.path, 0, str(written))
    yield from _moments(page, dates, by_hand)
    yield from _place(page)
    order = next((front[key] for key in ORDER if is_order(front.get(key))), 0)
    if order:
        yield f"order: {order}"
    aliases = list(_aliases(page, taken, by_hand))
    if aliases:
        yield f"aliases: [{', '.join(map(_quoted, aliases))}]"
    for name, terms in page.terms.items():
        yield f"{name}: [{', '.join(map(quoted, terms))}]"


def _place(page: Source) -> Iterator[str]:
    """Whether it is shown, how, and in which list."""
    if page.is_draft:
        yield "draft: true"
    if is_unlisted(page):
        yield "unlisted: true"
    for key in ("layout", "section", "translation_of", "feed_id"):
        if value := getattr(page, key):
            if key == "section":  # It is told as in the default language.
                value = value.removeprefix(page.prefix)
            yield f"{key}: {_quoted(value)}"


def is_unlisted(page: Source) -> bool:
    """Whether no list had the page."""
    build = page.front.get("build") or page.front.get("_build") or page.inherited.get("build")
    return isinstance(build, dict) and build.get("list") in (False, "never", "false")


def _aliases(page: Source, taken: set[str], by_hand: ByHand) -> Iterator[str]:
    given: list[Any] = list(page.aliases)
    for key in ALIASES:
        value = page.front.get(key) or []
        given += value if isinstance(value, list) else [value]
    for each in given:
        alias = str(each).strip()
        if not alias.startswith("/"):
            folder = page.url.rstrip("/").rpartition("/")[0]
            alias = f"{folder}/{alias}"
        if "/." in alias:
            alias = posixpath.normpath(alias)
        if not alias.rpartition("/")[2].count("."):
            alias = f"{alias.rstrip('/')}/"
        if alias in taken:
            continue
        if not was_address(as_asked(alias)) or is_reserved(alias):
            by_hand.add("an old address cannot be kept", page.path, 0, alias)
            continue
        taken.add(alias)
        yield alias


def title_of(page: Source) -> str:
    """Its title; without one, words made of its name."""
    for key in ("title", "linktitle"):
        if title := one_line(page.front.get(key)):
            return title
    steps = [each for each in page.path.split("/") if not re.match(r"_?index\.\w+$", each)]
    name = steps[-1] if steps else "home"
    words = re.sub(r"^\d{4}-\d{2}-\d{2}-|\.\w+$", "", name).replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:] or "Untitled"


def _moments(page: Source, dates: Dates, by_hand: ByHand) -> Iterator[str]:
    """When it comes and goes, where that is written besides its date."""
    found: dict[str, datetime.date] = {}
    lines: dict[str, str] = {}
    for key, names in (("publish", COMES), ("expire", GOES)):
        written = first_of(page.front, names)
        if written is None:
            continue
        if (moment := dates.read(written)) is not None:
            found[key], lines[key] = moment, dates.moment(written)
            if cause := dates.lost(written, keeps_day=False):
                by_hand.add(cause, page.path, 0, f"{key}: {written}")
        else:
            by_hand.add(f'"{key}" is no date', page.path, 0, str(written))
    comes, goes = (found.get(key) for key in ("publish", "expire"))
    if comes and goes and dates.is_over_first(comes, goes):
        by_hand.add("the page is over before it is there", page.path, 0, lines.pop("expire"))
    if page.is_list and "expire" in lines:
        cause = "a list has no end any more: all that is below it would end with it"
        by_hand.add(cause, page.path, 0, lines.pop("expire"))
    for key, line in lines.items():
        yield f"{key}: {line}"


def not_public(page: Source, dates: Dates, now: datetime.datetime) -> str:
    """Why nobody could read the page on the old site; "" where everybody could."""
    if page.is_draft:
        return "a draft"
    comes, goes = (
        next((each for name in names if (each := dates.read(page.front.get(name)))), None)
        for names in ((*COMES, *DATES), GOES)
    )
    if comes and not dates.is_over_first(now, comes):
        return f"not there before {comes}"
    return f"over since {goes}" if goes and dates.is_over_first(now, goes) else ""


def _quoted(text: str) -> str:
    return (
        text
        if re.fullmatch(r"[A-Za-z][\w ().,/'’-]*", text) and not text.endswith(" ")
        else (quoted(text))
    )
