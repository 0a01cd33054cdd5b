"""Jekyll: its configuration, collections and posts, and what pages are made of."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.clocks import read_written
from generator.moving.data import data_of
from generator.moving.jekyll_addresses import POST, AddressesOfJekyll, own_categories
from generator.moving.jekyll_config import (
    defaults,
    is_excluded,
    is_included,
    is_left_out,
    own_values,
    paging,
    table,
)
from generator.moving.jekyll_languages import (
    default_language,
    languages_of,
    lists_of_posts,
    translated,
    with_home_pages,
)
from generator.moving.jekyll_lists import as_list, by_folders, feeds, put_into_lists, with_feed_ids
from generator.moving.jekyll_menu import menus
from generator.moving.jekyll_redirects import without_redirects
from generator.moving.links import Addresses
from generator.moving.liquid import Liquid
from generator.moving.old_site import OldSite, address_of_file, origin_and_base, placed
from generator.moving.source import (
    Source,
    Unread,
    files_below,
    none_read,
    read_config,
    read_data,
    read_source,
)
from generator.moving.terms import OldTaxonomy, carried
from policy.languages import folder_of

__all__ = ["read_jekyll"]

_PAGE = re.compile(r"\.(?:md|markdown|mkd|mkdown|html?)$", re.IGNORECASE)
_OTHER_MARKUP = re.compile(r"\.(?:textile|org|adoc|asciidoc|rst|haml|slim)$", re.IGNORECASE)


def read_jekyll(root: Path, by_hand: ByHand) -> OldSite:
    """The site in `root`. Raises `Unread` where there is none."""
    return _Jekyll(
        root, read_config(root, by_hand, "_config.yml", "_config.yaml", "_config.toml"), by_hand
    ).read()


def _taxonomies() -> list[OldTaxonomy]:
    return [
        OldTaxonomy("tags", ("tags", "tag"), by_blanks=True),
        OldTaxonomy("categories", ("categories", "category"), by_blanks=True),
    ]


class _Jekyll:
    def __init__(self, root: Path, config: dict[str, Any], by_hand: ByHand) -> None:
        self._root, self._config, self._by_hand = root, config, by_hand
        origin, base = origin_and_base(str(config.get("url") or ""))
        base = str(config.get("baseurl") or base).rstrip("/")
        self._addresses = Addresses(origin, base, place_of=address_of_file)
        given = config.get("collections")
        names = given if isinstance(given, list | dict) else ()
        self._collections = {str(each): table(given, each) for each in names}
        self._collections.setdefault("posts", {"output": True})
        folder = str(config.get("collections_dir") or "").strip("/")
        self._collections_folder = f"{folder}/" if folder else ""
        self._places = AddressesOfJekyll(config)
        self._members: dict[str, list[Source]] = {"posts": []}
        """The pages of collections."""

        self._by_path: dict[str, Source] = {}
        """By the names that `link` and `post_url` have for them."""

    def read(self) -> OldSite:
        pages = list(self._read_pages())
        if not pages:
            raise none_read(self._by_hand, "no page with front matter was found")
        others = languages_of(self._config, pages)
        pages += with_home_pages(pages)
        pages.sort(key=lambda page: page.prefix)  # Of two with one old address the default one's.
        tags = [default_language(self._config), *(each.tag for each in others)]
        folders = [folder_of(each) for each in tags] if others else []
        pages = placed(pages, self._addresses, self._by_hand, folders)
        for page in pages:
            if not page.is_not_found:
                page.layout = page.layout or "page"
            page.folders = (f"/{posixpath.dirname(page.path)}/".replace("//", "/"),)
            self._by_path[page.path] = page
            if found := POST.search(page.path):
                self._by_path["-".join(found.groups())] = page
            for key in ("redirect_from", "alias", "aliases"):
                value = page.front.get(key) or []
                given = value if isinstance(value, list) else [value]
                # There, each is an address from the root on.
                page.front[key] = [f"/{str(each).lstrip('/')}" for each in given]
                for each in page.front[key]:
                    self._addresses.pages.setdefault(str(each), self._addresses.pages[page.url])
        for name in files_below(self._root, ""):
            if not name.startswith(("_", ".")) and not is_left_out(name):
                self._addresses.files.setdefault(f"/{name}", name)
        pages, moved = without_redirects(pages, self._addresses, self._by_hand)
        variables, config = self._variables(), self._config
        liquid = Liquid(self._root, {"site": variables}, self._referred, self._by_hand)
        header, footer = menus(config, variables["data"], pages, self._by_hand)
        mine = [page for page in pages if not page.prefix]
        if not header:
            by_folders(mine, self._members, self._addresses)
        main = put_into_lists(self._root, mine, self._members, self._addresses)
        pages = [*mine, *(page for page in pages if page.prefix)]
        for page in pages:
            if page.prefix and page.url.rstrip("/") == page.home:
                as_list(page)
        translated(pages)
        posts, addresses = self._members["posts"], self._addresses.pages
        for each in main[:1]:
            pages += lists_of_posts(pages, posts, each, addresses)
        with_feed_ids(self._root, config, self._members["posts"], self._addresses)
        return OldSite(
            str(config.get("title") or config.get("name") or "A site"),
            str(config.get("description") or ""),
            default_language(config),
            pages,
            self._addresses,
            liquid.converted,
            header,
            footer,
            carried(_taxonomies(), pages, self._addresses.pages, self._by_hand),
            str(config.get("timezone") or ""),
            main,
            moved,
            feeds(self._root, config, list(self._addresses.files.values())),
            others,
            *paging(config, pages),
            {**data_of(self._root, "_data", self._by_hand), "params": own_values(config)},
        )

    def _variables(self) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name in files_below(self._root, "_data"):
            if name.endswith((".yml", ".yaml", ".json", ".toml")):
                found = read_data(self._root, name)
                *folders, last = name.split("/")[1:]
                here = data
                for folder in folders:
                    here = here.setdefault(folder, {})
                here[last.rpartition(".")[0]] = found.get("", found)
        return {"baseurl": "", **self._config, "data": data}

    def _read_pages(self) -> Iterator[Source]:
        seen: set[str] = set()
        yield from self._of_collections(seen)
        yield from self._of_folders(seen)

    def _of_collections(self, seen: set[str]) -> Iterator[Source]:
        folder = self._collections_folder.rstrip("/")
        for collection, settings in self._collections.items():
            inside = posixpath.join(folder, f"_{collection}")
            is_shown = collection == "posts" or settings.get("output")
            for name in files_below(self._root, inside):
                seen.add(name)
                if not _PAGE.search(name):
                    continue
                if not is_shown:
                    cause = "a file of a collection without pages of its own did not come over"
                    self._by_hand.add(cause, name)
                elif collection == "posts" and not POST.search(name):
                    cause = "a post without a date in the name of its file was none, and stayed"
                    self._by_hand.add(cause, name)
                elif page := self._page(name):
                    page.url = self._places.collected(page, collection, inside, settings)
                    page.used.add("slug")
                    self._members.setdefault(collection, []).append(page)
                    yield page

    def _of_folders(self, seen: set[str]) -> Iterator[Source]:
        for name in files_below(self._root, ""):
            steps = name.split("/")
            is_post = "_posts" in steps and POST.search(name)
            is_draft = "_drafts" in steps
            is_hidden = any(each.startswith(("_", ".")) for each in steps)
            is_hidden = is_hidden and not (is_post or is_draft or is_included(self._config, steps))
            if name in seen or is_hidden or is_excluded(self._config, name):
                continue
            if _OTHER_MARKUP.search(name):
                self._by_hand.add("a page that is not in Markdown did not come over", name)
            page = self._page(name) if _PAGE.search(name) else None
            if page and (is_post or is_draft):
                page.url = self._places.collected(page, "posts", posixpath.dirname(name), {})
                page.used.add("slug")
                self._members["posts"].append(page)
            elif page:
                page.url = self._places.page(page)
            if page:
                yield page

    def _page(self, name: str) -> Source | None:
        """A page with front matter; None for what was published as it stands, or was not read."""
        try:
            page = read_source(self._root, name)
        except Unread as error:
            self._by_hand.add(f"a page could not be read: {error}", name)
            return None
        if page.first == 1:
            if not name.lower().endswith((".html", ".htm")):
                self._by_hand.add("a page without front matter did not come over", name)
            return None
        given = defaults(self._config, self._collections, name)
        page.inherited = {key: each for key, each in given.items() if key not in page.front}
        page.front = {**given, **page.front}
        page.used.add("permalink")
        if found := POST.search(name):
            year, month, day = (int(each) for each in found.groups()[:3])
            of_name = f"{year:04}-{month:02}-{day:02}"
            written = page.front.setdefault("date", of_name)
            if read_written(written) is None:
                cause = "a date that says none is that of the file's name"
                self._by_hand.add(cause, name, 0, f"date: {'' if written is None else written}")
                page.front["date"] = of_name
            page.layout = "article"
        steps = name.split("/")
        if "_drafts" in steps:
            page.front["draft"] = True
            page.layout = "article" if read_written(page.front.get("date")) else "page"
        folder = next((each for each in ("_posts", "_drafts") if each in steps), steps[0])
        # The folders that posts are in are categories, before their own.
        above = name.removeprefix(self._collections_folder).split("/")
        above = above[: above.index(folder)] if folder in above else []
        if above:
            page.front["categories"] = list(dict.fromkeys((*above, *own_categories(page))))
            page.front.pop("category", None)
        return page

    def _referred(self, kind: str, name: str) -> str | None:
        name = name.strip().strip("\"'").lstrip("/")
        if kind == "post_url":
            name = re.sub(r"^(?:.*/)?(\d{4})-(\d{1,2})-(\d{1,2})-", r"\1-\2-\3-", name)
        page = self._by_path.get(name)
        if page is not None:
            return self._addresses.pages[page.url]
        return self._addresses.file(f"/{name}")
