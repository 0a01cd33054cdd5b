"""Which keys of an old page came over. All others are told, with what stood behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.dates import COMES, DATES, GOES, UPDATES, first_of
from generator.moving.source import Source, one_line

__all__ = ["ALIASES", "ORDER", "SUMMARIES", "is_order", "tell_left_out"]

TITLES = ("title", "linktitle")
SUMMARIES = ("summary", "excerpt")
ORDER = ("weight", "order", "nav_order")
ALIASES = ("aliases", "alias", "redirect_from")
_ALWAYS = frozenset({"date", "draft", *ALIASES})
"""Those of which is told wherever they cannot be read."""

_SAME = {
    "article": frozenset({"post", "posts", "article", "single", "default"}),
    "page": frozenset({"page", "pages", "single", "default"}),
    "home": frozenset({"home", "index", "list", "default"}),
    "": frozenset({"section", "list", "default"}),
}
"""What other systems call the layouts that pages get."""


def tell_left_out(page: Source, terms: Iterable[str], by_hand: ByHand) -> None:
    """Tell of what has no place. `terms` are the keys of its taxonomies."""
    used = {*_ALWAYS, *terms, *page.used, *_used(page)}
    for key, value in page.front.items():
        if key not in used and value not in (None, "", [], {}, False):
            is_own = page.inherited.get(key) != value
            where = page.path if is_own else "the configuration"
            by_hand.add(f'the key "{key}" was left out', where, 0, str(value))


def _used(page: Source) -> Iterator[str]:
    front = page.front
    for names in (TITLES, ("description",), SUMMARIES):
        yield from _same(front, [key for key in names if one_line(front.get(key))])
    for days in (DATES, COMES, GOES, UPDATES):
        found = first_of(front, days)
        yield from (key for key in days if front.get(key) in (found, True, False))
    yield from _same(front, [key for key in ORDER if is_order(front.get(key))])
    if str(front.get("layout")).lower() in _SAME.get(page.layout, ()):
        yield "layout"
    folder = page.path.split("/")[-2:-1]
    if str(front.get("type")).lower() in (*folder, *_SAME.get(page.layout, ())):
        yield "type"


def _same(front: dict[str, Any], keys: list[str]) -> Iterator[str]:
    """The first of these keys, and those that say the same."""
    return (key for key in keys if front[key] == front[keys[0]])


def is_order(value: object) -> bool:
    """Whether it is a place among others."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9
