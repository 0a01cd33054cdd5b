"""What a page needs of the rest of the site, in short: enough to see that nothing is wrong.

A whole check of every link at every build would cost more than rendering. So each page keeps what
it needs and what it offers as plain texts; where all that is needed is offered, no link is wrong,
and otherwise the page is looked at closely (`generator.check.links`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from generator.check.links import SCHEMES, target_of
from generator.content.urls import SERVICE
from generator.recorded import Recorded, is_elsewhere, split_address

__all__ = ["LOST", "Summary", "needed_addresses", "summary"]

LOST = "text-is-not-shown"
"""What a page notes of itself whose template never asked for its text."""

_ODD = "\0"
_PLAIN = re.compile(r"/(?:[\w-][\w.-]*/)*(?:[\w-][\w.-]*)?(?:#[\w-]+)?", re.ASCII)
"""An address that stands for itself: whole, without dots that lead up, without an escape."""


class Summary(NamedTuple):
    """Addresses that a page links to, with `#` and the id where one is named; addresses that it
    loads; its ids. It is `odd` where a link or a load can be right nowhere, and `counted` where its
    script counts it. `shows` are the attributes of features. It is `whole` unless its template had
    no part in it, so that it may have other ids as well. `lost` says that its text is not shown."""

    links: tuple[str, ...]
    loads: tuple[str, ...]
    ids: tuple[str, ...]
    odd: bool
    counted: bool
    shows: tuple[str, ...] = ()
    whole: bool = True
    lost: str = ""


def summary(base: str, recorded: Recorded, *, whole: bool = True) -> Summary:
    """Of what was recorded of the page `base`."""
    links = {_link(_base(base, found.value), found.value) for found in recorded.links}
    loads = {_load(_base(base, found.value), found.value) for found in recorded.loads}
    return Summary(
        links=tuple(sorted(links - {"", _ODD})),
        loads=tuple(sorted(loads - {"", _ODD})),
        ids=tuple(sorted({found.value for found in recorded.ids})),
        odd=_ODD in links or _ODD in loads,
        counted=recorded.counted,
        shows=tuple(sorted({found.value for found in recorded.shows})),
        whole=whole,
        lost=LOST if recorded.is_text_lost else "",
    )


def needed_addresses(summaries: Iterable[Summary]) -> Iterator[str]:
    """Every address that is needed, without ids."""
    for each in summaries:
        yield from each.loads
        yield from (link.partition("#")[0] for link in each.links)


def _base(base: str, address: str) -> str:
    """The page's address, unless it makes no difference: then the answer is the same on each."""
    return "/" if address[:1] == "/" else base


@lru_cache(maxsize=50_000)
def _link(base: str, link: str) -> str:
    if _PLAIN.fullmatch(link):
        return link  # Nearly all are: what follows would give the same.
    parts = split_address(link)
    if parts is None or parts.scheme not in SCHEMES:
        return _ODD
    if parts.scheme or parts.netloc:
        return ""
    target, anchor = target_of(base, parts), unquote(parts.fragment)
    if target.startswith(SERVICE) and not parts.path.startswith(SERVICE):
        return _ODD  # The service is named by its whole address.
    return f"{target}#{anchor}" if anchor else target


@lru_cache(maxsize=50_000)
def _load(base: str, address: str) -> str:
    if _PLAIN.fullmatch(address):
        return address.partition("#")[0]
    parts = split_address(address)
    if parts is None or is_elsewhere(parts) or parts.scheme:
        return _ODD
    return target_of(base, parts)
