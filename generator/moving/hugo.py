"""Hugo: its configuration, where its pages were, and what they are made of."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from generator.content.pages import HOME
from generator.moving.by_hand import ByHand
from generator.moving.by_hugo import rendered_by_hugo
from generator.moving.code import outside_code
from generator.moving.hugo_addresses import OF_LANGUAGE, PAGE, AddressesOfHugo, joined
from generator.moving.hugo_config import read_hugo_config
from generator.moving.hugo_folders import content_folder, other_folders
from generator.moving.hugo_front import inherit, read_name
from generator.moving.hugo_lists import feeds, listed, main_lists, moved_terms
from generator.moving.hugo_menu import menus
from generator.moving.links import Addresses
from generator.moving.notes import with_emoji, with_notes
from generator.moving.old_site import (
    NOT_FOUND,
    OldSite,
    address_of_file,
    origin_and_base,
    placed,
    without_list,
)
from generator.moving.shortcodes import Shortcodes
from generator.moving.source import (
    Source,
    Unread,
    files_below,
    none_read,
    read_source,
    truth,
)
from generator.moving.terms import OldTaxonomy, carried

__all__ = ["read_hugo"]

_OTHER_MARKUP = re.compile(r"\.(?:org|adoc|asciidoc|ad|rst|pdc|pandoc|mmark)$", re.IGNORECASE)

_USED = {"slug", "url", "menu", "menus", "build", "_build", "cascade", "headless"}
"""Keys of which something is made, or told, in any case."""


def read_hugo(root: Path, by_hand: ByHand, binary: str = "") -> OldSite:
    """The site in `root`; `binary` is Hugo, which says what the site's own shortcodes show.

    Raises `Unread` where there is none.
    """
    return _Hugo(root, read_hugo_config(root, by_hand), by_hand, binary).read()


class _Hugo:
    def __init__(self, root: Path, config: dict[str, Any], by_hand: ByHand, binary: str) -> None:
        self._root, self._config, self._by_hand, self._binary = root, config, by_hand, binary
        self._language = str(config.get("defaultcontentlanguage") or "en").lower()
        origin, base = origin_and_base(str(config.get("baseurl") or ""))
        self._addresses = Addresses(origin, base, place_of=address_of_file)
        self._content = content_folder(root, config, self._language)
        self._places = AddressesOfHugo(config, self._content)
        self._by_path: dict[str, Source] = {}

    def read(self) -> OldSite:
        pages = [*self._read_pages()]
        if not pages:
            raise none_read(self._by_hand, f"no page was found in {self._content}/")
        pages = sorted((*pages, *self._lists(pages)), key=lambda page: page.path)
        names = [each.name for each in self._taxonomies()]
        inherit(pages, self._config, self._content, names, self._by_hand)
        for page in pages:
            read_name(page, self._config)
        hidden = [page for page in pages if not self._is_rendered(page)]
        shown = [page for page in pages if page not in hidden]
        for page in hidden:
            self._by_hand.add("a page without an address of its own did not come over", page.path)
        for page in shown:
            page.url = self._places.of(page)
            page.used |= _USED
            inside = posixpath.relpath(posixpath.dirname(page.path), self._content)
            page.folder = joined(inside.split("/"))
        shown = placed(shown, self._addresses, self._by_hand)
        for page in shown:
            is_section = page.path.endswith(("/_index.md", "/_index.html"))
            if is_section and page.file not in (HOME, NOT_FOUND):
                page.file = f"{page.file.removesuffix('.md')}/index.md"
            elif not is_section and page.file != NOT_FOUND:
                page.layout = "page"
            given = page.front.get("aliases") or ()
            for each in given if isinstance(given, list) else (given,):
                self._addresses.pages.setdefault(str(each), self._addresses.pages[page.url])
        self._find_files()
        self._by_path = {page.path: page for page in shown}
        parameters = self._config.get("params")
        shortcodes = Shortcodes(
            self._root,
            self._content,
            self._referred,
            parameters if isinstance(parameters, dict) else {},
            self._by_hand,
        )
        if self._binary:
            calls = [(page, shortcodes.own_calls(page)) for page in shown]
            shortcodes.shown = rendered_by_hugo(self._binary, self._root, self._config, calls)
            if any(each for _, each in calls) and not shortcodes.shown:
                self._by_hand.add("Hugo could not be asked what shortcodes show", self._binary)
        header, footer = menus(self._config, self._content, shown, self._referred, self._by_hand)
        taxonomies = carried(self._taxonomies(), shown, self._addresses.pages, self._by_hand)
        lists = listed(shown, self._content)
        description = parameters.get("description") if isinstance(parameters, dict) else ""
        return OldSite(
            str(self._config.get("title") or "A site"),
            str(description or ""),
            self._language,
            shown,
            self._addresses,
            partial(_converted, shortcodes, truth(self._config.get("enableemoji"))),
            header,
            footer,
            taxonomies,
            str(self._config.get("timezone") or ""),
            main_lists(self._config, lists),
            dict(moved_terms(self._config, taxonomies, shown)),
            dict(feeds(self._config, lists, taxonomies, shown)),
        )

    def _taxonomies(self) -> list[OldTaxonomy]:
        given = self._config.get("taxonomies")
        if not isinstance(given, dict):
            given = {"tag": "tags", "category": "categories"}
        disabled = self._config.get("disablekinds")
        if isinstance(disabled, list) and "taxonomy" in disabled:
            return []
        return [OldTaxonomy(str(each).lower(), (str(each).lower(),)) for each in given.values()]

    def _read_pages(self) -> Iterator[Source]:
        for name in files_below(self._root, self._content):
            if name.endswith("_content.gotmpl"):
                self._by_hand.add("a program made pages, which did not come over", name)
        for cause, folder in other_folders(self._config, self._language, self._content):
            for name in filter(PAGE.search, files_below(self._root, folder)):
                self._by_hand.add(cause, name)
        for name in files_below(self._root, self._content):
            if not PAGE.search(name):
                if _OTHER_MARKUP.search(name):
                    self._by_hand.add("a page that is not in Markdown did not come over", name)
                continue
            found = OF_LANGUAGE.match(name)
            if found and found[2].lower() != self._language:
                self._by_hand.add("a page in another language did not come over", name)
                continue
            try:
                page = read_source(self._root, name)
            except Unread as error:
                self._by_hand.add(f"a page could not be read: {error}", name)
                continue
            if name.endswith(".html") and not page.front:
                continue  # A file as it stands.
            yield page

    def _lists(self, pages: list[Source]) -> Iterator[Source]:
        """The pages that Hugo makes by itself of a folder, where its pages stay in it."""
        disabled = self._config.get("disablekinds")
        if isinstance(disabled, list) and "section" in disabled:
            return
        for name in without_list([each.path for each in pages], self._content):
            yield Source(f"{self._content}/{name}/_index.md", {}, "")

    def _is_rendered(self, page: Source) -> bool:
        """Whether it had an address: parts of others have none."""
        if truth(page.front.get("headless")):
            return False
        build = page.front.get("build") or page.front.get("_build")
        build = build or page.inherited.get("build") or page.inherited.get("_build")
        render = build.get("render") if isinstance(build, dict) else None
        if render in (False, "never", "false", "link"):
            return False
        # Within the folder of a page, others are its resources.
        folder, name = posixpath.split(page.path)
        while folder.startswith(f"{self._content}/"):
            if not name.startswith(("index.", "_index.")) and any(
                (self._root / folder / f"index{kind}").is_file() for kind in (".md", ".html")
            ):
                return False
            if (self._root / folder / "_index.md").is_file():
                break
            folder, name = posixpath.dirname(folder), posixpath.basename(folder)
        return True

    def _find_files(self) -> None:
        """Every file that a page may name, by the address that it had."""
        files = self._addresses.files
        for folder in ("static", "assets"):
            for name in files_below(self._root, folder):
                files.setdefault("/" + posixpath.relpath(name, folder), name)
        for name in files_below(self._root, self._content):
            if not name.endswith((".md", ".markdown")):
                inside = posixpath.relpath(name, self._content)
                *folders, last = inside.split("/")
                files.setdefault(joined(folders) + last, name)

    def _referred(self, page: Source, wanted: str) -> str | None:
        """The address that `ref` means: by a path, whole or relative to the page, or by a name."""
        path, mark, anchor = wanted.partition("#")
        if not path:
            return mark + anchor
        folder = "" if path.startswith("/") else posixpath.dirname(page.path)
        base = posixpath.join(folder, path.lstrip("/")) if folder else f"{self._content}{path}"
        tried = [posixpath.normpath(base), f"{self._content}/{path.strip('/')}"]
        for each in tried:
            stem = each.removesuffix("/")
            names = (stem, f"{stem}.md", f"{stem}/index.md", f"{stem}/_index.md")
            for name in names:
                if name in self._by_path:
                    return self._addresses.pages[self._by_path[name].url] + mark + anchor
        last = posixpath.basename(path.rstrip("/")).removesuffix(".md")
        same = [
            each
            for each in self._by_path
            if last in (PurePosixPath(each).stem, PurePosixPath(each).parent.name)
            and PurePosixPath(each).stem in (last, "index", "_index")
        ]
        if len(same) == 1:
            return self._addresses.pages[self._by_path[same[0]].url] + mark + anchor
        return None


def _converted(shortcodes: Shortcodes, has_emoji: bool, page: Source) -> str:
    text = with_notes(shortcodes.converted(page))
    return outside_code(text, with_emoji) if has_emoji else text
