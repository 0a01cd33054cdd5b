"""The new site: what came over, written into an empty folder, and mended until a check is well."""

from __future__ import annotations

import datetime
import re
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from generator.content.files import KINDS
from generator.content.pages import HOME
from generator.moving.by_hand import ByHand
from generator.moving.code import outside_code
from generator.moving.data import write_data
from generator.moving.dates import Dates, zone_of
from generator.moving.front import front_matter, not_public
from generator.moving.headings import levelled
from generator.moving.links import relinked
from generator.moving.lists import fed_section, tell_unreached
from generator.moving.mending import ASIDE, mended
from generator.moving.navigation import write_navigation
from generator.moving.old_site import PUBLISHED, OldSite
from generator.moving.redirects import write_redirects
from generator.moving.settings import plain, write_settings
from generator.moving.source import Source
from generator.moving.tongues import write_catalogues
from generator.starting import new_site
from policy.failures import Refusal

__all__ = ["HOME_HIDDEN", "LIST", "Moved", "move"]

LIST = "TO-DO.md"
HOME_HIDDEN, LIST_HIDDEN = (
    f"{kind} was not public: its words wait in {ASIDE}/, a plain one is there"
    for kind in ("the home page", "a list")
)
_EXAMPLES = ("content/about.md", "content/news/first.md", "content/news/index.md")


@dataclass(frozen=True, slots=True)
class Moved:
    """How many pages came over, how many of them wait as drafts, and how many files they name."""

    pages: int
    drafts: int
    files: int


def move(
    old: OldSite,
    root: Path,
    into: Path,
    by_hand: ByHand,
    say: Callable[[str], None] = lambda _: None,
) -> Moved:
    """Write the new site. Raises `Refusal` where `into` is not empty, `Faults` where it cannot be
    made to pass, and OSError."""
    if into.resolve().is_relative_to(root.resolve()):
        raise Refusal(f"{into} is in the site that moves", "name a folder elsewhere")
    facts = {"name": old.title, "url": old.addresses.origin}
    new_site(into, facts, datetime.datetime.now(tz=datetime.UTC).date())
    for name in _EXAMPLES:
        (into / name).unlink()
    (into / "content/news").rmdir()
    zone = zone_of(old.timezone, (page.front for page in old.pages), by_hand)
    old.addresses.pages.setdefault("/", "/")
    feed = fed_section(old)
    writing = _Writing(old, into, Dates(zone), by_hand)
    lines = writing.public()
    public = frozenset(old.addresses.used)
    writing.aside()
    _copy_files(old, root, into, public, by_hand)
    write_settings(old, into, zone, feed, by_hand)
    write_data(old.data, into, by_hand)
    write_redirects(old, into, feed, public, by_hand)
    menus = write_navigation(old, into, feed, by_hand)
    write_catalogues(old, into, by_hand)
    tell_unreached(old, menus, feed, by_hand)
    say(f"{len(old.pages)} pages are written. Looking for what is to be mended …")
    drafts = mended(into, lines, by_hand, old.addresses.origin, say)
    (into / LIST).write_text(by_hand.as_markdown(), encoding="utf-8")
    return Moved(len(old.pages), drafts, len(old.addresses.used))


class _Writing:
    """Writes pages. Of a list that was not public only the place comes over, as all that is below
    it would wait with it: its words stand aside."""

    def __init__(self, old: OldSite, into: Path, dates: Dates, by_hand: ByHand) -> None:
        self._old, self._into, self._dates, self._by_hand = old, into, dates, by_hand
        had = {new.lower() for new in old.addresses.pages.values()}
        self._taken = {f"{each.rstrip('/')}/" for each in had} | had
        self._taken.update(*(each.addresses for each in old.taxonomies))
        now = datetime.datetime.now(tz=datetime.UTC)
        lists = (page for page in old.pages if page.is_list)
        self._hidden = {page.file: not_public(page, dates, now) for page in lists}

    def public(self) -> dict[str, Source]:
        """Write what people read; from which page each file came."""
        written: dict[str, Source] = {}
        for page in self._old.pages:
            shown = page
            if self._hidden.get(page.file):
                shown = replace(page, front={}, text="", terms={})
            if shown is not page and page.file == HOME:
                continue
            if self._write(shown, self._into / page.file):
                written[page.file] = shown
        if HOME not in written:
            title = f'---\ntitle: "{plain(self._old.title)}"\nlayout: home\n---\n'
            (self._into / HOME).write_text(title, encoding="utf-8")
        return written

    def aside(self) -> None:
        """Write the words of lists that were not public."""
        for page in self._old.pages:
            why = self._hidden.get(page.file)
            if why and self._write(page, self._into / ASIDE / page.file):
                cause = HOME_HIDDEN if page.is_home else LIST_HIDDEN
                self._by_hand.add(cause, page.path, 0, why)

    def _write(self, page: Source, path: Path) -> bool:
        old, by_hand = self._old, self._by_hand
        text = levelled(relinked(page, old.converted(page), old.addresses, by_hand))
        text = outside_code(text, lambda each: re.sub(r"\n{3,}", "\n\n", each), spans=True)
        front = front_matter(page, self._taken, old.taxonomies, self._dates, by_hand)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{front}\n{text.strip()}\n", encoding="utf-8", errors="replace")
        except OSError as error:
            by_hand.add(f"a page could not be written: {error.strerror}", page.path)
            return False
        return True


def _copy_files(
    old: OldSite, root: Path, into: Path, public: Collection[str], by_hand: ByHand
) -> None:
    """What pages name; what only those name that stand aside, beside them."""
    for name, address in old.addresses.used.items():
        folder = into if name in public else into / ASIDE
        source, target = root / name, folder / f"content{address}"
        if target.suffix.lower() not in KINDS:
            by_hand.add("a file of a kind that is not published by itself", name)
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        except OSError as error:
            by_hand.add(f"a file could not be copied: {error.strerror}", name)
    pages = {page.path for page in old.pages}
    for name in {*old.addresses.files.values()} - old.addresses.used.keys() - pages:
        if PUBLISHED.search(name):
            by_hand.add("a file that no page names did not come over", name)
