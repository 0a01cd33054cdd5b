"""Hugo: its configuration, where its pages were, and what they are made of."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.by_hugo import rendered_by_hugo
from generator.moving.code import outside_code
from generator.moving.data import data_of, params_of
from generator.moving.hugo_addresses import AddressesOfHugo, joined
from generator.moving.hugo_config import read_hugo_config
from generator.moving.hugo_front import inherit, read_name
from generator.moving.hugo_languages import (
    OldLanguage,
    languages_of,
    own_origins,
    said_of,
    tell_words,
)
from generator.moving.hugo_lists import feeds, listed, main_lists, moved_terms, paged, paging
from generator.moving.hugo_menu import menus
from generator.moving.hugo_pages import is_rendered, pages_of, translated
from generator.moving.links import Addresses
from generator.moving.notes import with_emoji, with_notes
from generator.moving.old_site import (
    OldSite,
    OtherLanguage,
    address_of_file,
    origin_and_base,
    placed,
)
from generator.moving.shortcodes import Shortcodes
from generator.moving.source import Source, files_below, none_read, truth
from generator.moving.terms import OldTaxonomy, carried
from policy.languages import folder_of

__all__ = ["read_hugo"]

_USED = {"slug", "url", "menu", "menus", "build", "_build", "cascade", "headless"}
_USED |= {"translationkey"}
"""Keys of which something is made, or told, in any case."""


def read_hugo(root: Path, by_hand: ByHand, binary: str = "") -> OldSite:
    """The site in `root`; `binary` is Hugo, which says what the site's own shortcodes show.

    Raises `Unread` where there is none.
    """
    return _Hugo(root, read_hugo_config(root, by_hand), by_hand, binary).read()


class _Hugo:
    def __init__(self, root: Path, config: dict[str, Any], by_hand: ByHand, binary: str) -> None:
        self._root, self._by_hand, self._binary = root, by_hand, binary
        self._languages = languages_of(root, config, by_hand)
        self._default = self._languages[0]
        self._of_site, self._config = config, self._default.config
        said = self._of_site["languages"].get(self._default.key, {})
        origin, base = origin_and_base(str(said.get("baseurl") or config.get("baseurl") or ""))
        homes = own_origins(config, self._languages[1:])
        self._addresses = Addresses(origin, base, homes=homes, place_of=address_of_file)
        self._by_inside: dict[tuple[str, str], Source] = {}
        """The pages by their language's folder and their path in it."""

    def read(self) -> OldSite:
        pages = pages_of(self._root, self._of_site, self._languages, self._by_hand)
        if not pages.get(self._default.key):
            content = self._default.content
            raise none_read(self._by_hand, f"no page was found in {content}/")
        self._languages = [each for each in self._languages if each.key in pages]
        if len(self._languages) > 1:
            tell_words(self._root, self._languages, self._by_hand)
        shown = self._placed(
            [page for each in self._languages for page in self._read(each, pages[each.key])]
        )
        self._find_files()
        self._by_inside = {(page.prefix, page.inside): page for page in shown}
        of = {
            each.key: [page for page in shown if page.prefix == each.prefix]
            for each in self._languages
        }
        translated(of, self._default.key)
        shortcodes = self._shortcodes(shown)
        mine = of[self._default.key]
        header, footer = menus(self._config, mine, self._referred, self._by_hand)
        taxonomies = carried(self._taxonomies(), shown, self._addresses.pages, self._by_hand)
        lists = {each.key: listed(of[each.key], each.content) for each in self._languages}
        size, end = paging(self._root, self._of_site)
        return OldSite(
            str(self._config.get("title") or "A site"),
            str(self._params(self._default).get("description") or ""),
            self._default.tag,
            shown,
            self._addresses,
            partial(_converted, shortcodes, truth(self._config.get("enableemoji"))),
            header,
            footer,
            taxonomies,
            str(self._config.get("timezone") or ""),
            main_lists(self._config, lists[self._default.key]),
            {**self._moved_home(), **dict(moved_terms(self._config, taxonomies, shown))},
            {
                address: followed
                for each in self._languages
                for address, followed in feeds(
                    self._config, lists[each.key], taxonomies, of[each.key], each.home
                )
            },
            [self._said(each, of[each.key]) for each in self._languages[1:]],
            size,
            dict(paged(shown, taxonomies, end)),
            {**data_of(self._root, "data", self._by_hand), **dict(self._parameters())},
        )

    def _moved_home(self) -> dict[str, str]:
        """Where Hugo leads on from the folder of the default language, as far as it does."""
        default = self._default
        is_led = len(self._languages) > 1 and not default.home
        return {f"/{default.key}/": "/"} if is_led else {}

    def _params(self, language: OldLanguage) -> dict[str, Any]:
        given = language.config.get("params")
        return given if isinstance(given, dict) else {}

    def _parameters(self) -> Iterator[tuple[str, Any]]:
        """What templates read of the configuration: of other languages, what they say otherwise."""
        mine = self._params(self._default)
        yield from params_of({"": mine})
        for each in self._languages[1:]:
            items = self._params(each).items()
            yield from params_of({each.tag: {key: v for key, v in items if mine.get(key) != v}})

    def _read(self, language: OldLanguage, pages: list[Source]) -> list[Source]:
        """Pages of a language with all that others say for them, and their addresses."""
        names = [each.name for each in self._taxonomies()]
        inherit(pages, language.config, language.content, names, self._by_hand)
        places = AddressesOfHugo(language.config)
        shown = []
        for page in pages:
            read_name(page, self._config)
            if is_rendered(self._root, language.content, page):
                page.url = places.of(page)
                page.used |= _USED
                shown.append(page)
            else:
                cause = "a page without an address of its own did not come over"
                self._by_hand.add(cause, page.path)
        return shown

    def _placed(self, pages: list[Source]) -> list[Source]:
        """Pages with the files that they get."""
        folders = {folder_of(each.tag) for each in self._languages}
        is_several = len(folders) > 1
        shown = placed(pages, self._addresses, self._by_hand, folders if is_several else ())
        for page in shown:
            is_section = PurePosixPath(page.inside).stem == "_index"
            if is_section and not page.is_home and not page.is_not_found:
                page.file = f"{page.file.removesuffix('.md')}/index.md"
            elif not is_section and not page.is_not_found:
                page.layout = "page"
            given = page.front.get("aliases") or ()
            for each in given if isinstance(given, list) else (given,):
                self._addresses.pages.setdefault(str(each), self._addresses.pages[page.url])
        for language in self._languages:
            self._addresses.pages.setdefault(f"{language.home}/", f"{language.prefix}/")
        return shown

    def _shortcodes(self, pages: list[Source]) -> Shortcodes:
        shortcodes = Shortcodes(
            self._root,
            self._default.content,
            self._referred,
            self._params(self._default),
            self._by_hand,
        )
        if self._binary:
            calls = [(page, shortcodes.own_calls(page)) for page in pages]
            shortcodes.shown = rendered_by_hugo(self._binary, self._root, self._of_site, calls)
            if any(each for _, each in calls) and not shortcodes.shown:
                self._by_hand.add("Hugo could not be asked what shortcodes show", self._binary)
        return shortcodes

    def _said(self, language: OldLanguage, pages: list[Source]) -> OtherLanguage:
        """What the site says of another language, with its menus."""
        said = said_of(language, self._default, self._of_site["languages"][language.key])
        said.header, said.footer = menus(language.config, pages, self._referred, ByHand())
        return said

    def _taxonomies(self) -> list[OldTaxonomy]:
        given = self._config.get("taxonomies")
        if not isinstance(given, dict):
            given = {"tag": "tags", "category": "categories"}
        disabled = self._config.get("disablekinds")
        if isinstance(disabled, list) and "taxonomy" in disabled:
            return []
        return [OldTaxonomy(str(each).lower(), (str(each).lower(),)) for each in given.values()]

    def _find_files(self) -> None:
        """Every file that a page may name, by the address that it had."""
        files = self._addresses.files
        for folder in ("static", "assets"):
            for name in files_below(self._root, folder):
                files.setdefault("/" + posixpath.relpath(name, folder), name)
        for language in self._languages:
            for name in files_below(self._root, language.content):
                if not name.endswith((".md", ".markdown")):
                    inside = posixpath.relpath(name, language.content)
                    *folders, last = inside.split("/")
                    files.setdefault(language.home + joined(folders) + last, name)
                    files.setdefault(joined(folders) + last, name)

    def _referred(self, page: Source, wanted: str) -> str | None:
        """The address that `ref` means: by a path, whole or relative to the page, or by a name."""
        path, mark, anchor = wanted.partition("#")
        if not path:
            return mark + anchor
        folder = "" if path.startswith("/") else posixpath.dirname(page.inside)
        whole = path.strip("/")
        for each in (posixpath.normpath(posixpath.join(folder, whole)), whole):
            for name in (each, f"{each}.md", f"{each}/index.md", f"{each}/_index.md"):
                found = self._by_inside.get((page.prefix, name)) or self._by_inside.get(("", name))
                if found:
                    return self._addresses.pages[found.url] + mark + anchor
        last = posixpath.basename(path.rstrip("/")).removesuffix(".md")
        same = [
            each
            for (prefix, inside), each in self._by_inside.items()
            if prefix == page.prefix
            and last in (PurePosixPath(inside).stem, PurePosixPath(inside).parent.name)
            and PurePosixPath(inside).stem in (last, "index", "_index")
        ]
        if len(same) == 1:
            return self._addresses.pages[same[0].url] + mark + anchor
        return None


def _converted(shortcodes: Shortcodes, has_emoji: bool, page: Source) -> str:
    text = with_notes(shortcodes.converted(page))
    return outside_code(text, with_emoji) if has_emoji else text
