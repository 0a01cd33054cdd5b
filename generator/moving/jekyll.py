"""Jekyll: its configuration, collections and posts, and what pages are made of."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.clocks import in_addresses, read_written
from generator.moving.dates import zone_of
from generator.moving.front import title_of
from generator.moving.links import Addresses
from generator.moving.liquid import Liquid
from generator.moving.old_site import OldSite, address_of_file, origin_and_base, placed, slug
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

__all__ = ["read_jekyll"]

_PAGE = re.compile(r"\.(?:md|markdown|mkd|mkdown|html?)$", re.IGNORECASE)
_OTHER_MARKUP = re.compile(r"\.(?:textile|org|adoc|asciidoc|rst|haml|slim)$", re.IGNORECASE)
_POST = re.compile(r"(?:^|/)(\d{4})-(\d{1,2})-(\d{1,2})-([^/]+)\.\w+$")
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}
_LEFT_OUT = ("node_modules", "vendor", "README*", "Gemfile*", "LICENSE*", "CONTRIBUTING*", "_site")


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
        self._collections = {str(each): _table(given, each) for each in names}
        self._collections.setdefault("posts", {"output": True})
        folder = str(config.get("collections_dir") or "").strip("/")
        self._collections_folder = f"{folder}/" if folder else ""
        named = config.get("timezone")
        self._zone = zone_of(named, (), ByHand()) if named else None
        self._by_path: dict[str, Source] = {}
        """By the names that `link` and `post_url` have for them."""

    def read(self) -> OldSite:
        pages = list(self._read_pages())
        if not pages:
            raise none_read(self._by_hand, "no page with front matter was found")
        pages = placed(pages, self._addresses, self._by_hand)
        for page in pages:
            if page.file != "content/404.md":
                page.layout = page.layout or "page"
            page.folder = f"/{posixpath.dirname(page.path)}/".replace("//", "/")
            self._by_path[page.path] = page
            if found := _POST.search(page.path):
                self._by_path["-".join(found.groups())] = page
            for key in ("redirect_from", "alias", "aliases"):
                value = page.front.get(key) or []
                given = value if isinstance(value, list) else [value]
                # There, each is an address from the root on.
                page.front[key] = [f"/{str(each).lstrip('/')}" for each in given]
                for each in page.front[key]:
                    self._addresses.pages.setdefault(str(each), self._addresses.pages[page.url])
        for name in files_below(self._root, ""):
            if not name.startswith(("_", ".")) and not _is_matched(name, _LEFT_OUT):
                self._addresses.files.setdefault(f"/{name}", name)
        liquid = Liquid(self._root, {"site": self._variables()}, self._referred, self._by_hand)
        config = self._config
        return OldSite(
            str(config.get("title") or config.get("name") or "A site"),
            str(config.get("description") or ""),
            str(config.get("lang") or "en")[:2],
            pages,
            self._addresses,
            liquid.converted,
            self._menu(pages),
            carried(_taxonomies(), pages, self._addresses.pages, self._by_hand),
            str(config.get("timezone") or ""),
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
                elif collection == "posts" and not _POST.search(name):
                    cause = "a post without a date in the name of its file was none, and stayed"
                    self._by_hand.add(cause, name)
                elif page := self._page(name):
                    page.url = self._collected(page, collection, inside, settings)
                    yield page

    def _of_folders(self, seen: set[str]) -> Iterator[Source]:
        for name in files_below(self._root, ""):
            steps = name.split("/")
            is_post = "_posts" in steps and _POST.search(name)
            is_draft = "_drafts" in steps
            is_hidden = any(each.startswith(("_", ".")) for each in steps)
            is_hidden = is_hidden and not (is_post or is_draft or self._is_included(steps))
            if name in seen or is_hidden or self._is_excluded(name):
                continue
            if _OTHER_MARKUP.search(name):
                self._by_hand.add("a page that is not in Markdown did not come over", name)
            page = self._page(name) if _PAGE.search(name) else None
            if page and (is_post or is_draft):
                page.url = self._collected(page, "posts", posixpath.dirname(name), {})
            elif page:
                page.url = self._placed(page)
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
        for scope in _listed(self._config.get("defaults")):
            if isinstance(scope, dict) and self._is_in(_table(scope, "scope"), name):
                values = _table(scope, "values")
                page.front = {
                    **{str(key).lower(): each for key, each in values.items()},
                    **page.front,
                }
        if found := _POST.search(name):
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
            page.front["categories"] = list(dict.fromkeys((*above, *_own_categories(page))))
            page.front.pop("category", None)
        return page

    def _is_in(self, scope: dict[str, Any], name: str) -> bool:
        path = str(scope.get("path") or "").strip("/")
        kind = str(scope.get("type") or "")
        collection = next(
            (each for each in self._collections if f"_{each}/" in f"/{name}"), "pages"
        )
        if kind and kind.rstrip("s") != collection.rstrip("s"):
            return False
        return (
            not path or name == path or name.startswith(f"{path}/") or fnmatch.fnmatch(name, path)
        )

    def _is_included(self, steps: list[str]) -> bool:
        """Whether the configuration takes in what Jekyll leaves out by its name."""
        names = [str(each).strip("/") for each in _listed(self._config.get("include"))]
        hidden = (
            "/".join(steps[:number])
            for number, step in enumerate(steps, 1)
            if step.startswith(("_", "."))
        )
        return all(
            any(
                fnmatch.fnmatch(each, name) or fnmatch.fnmatch(each.rpartition("/")[2], name)
                for name in names
            )
            for each in hidden
        )

    def _is_excluded(self, name: str) -> bool:
        patterns = [str(each) for each in _listed(self._config.get("exclude"))]
        return _is_matched(name, (*patterns, *_LEFT_OUT))

    def _placed(self, page: Source) -> str:
        """The address of an ordinary page."""
        given = page.front.get("permalink") or self._config.get("permalink")
        folder, _, last = page.path.rpartition("/")
        stem = last.rpartition(".")[0]
        if isinstance(page.front.get("permalink"), str):
            return _filled(str(given), {"path": folder, "basename": stem})
        path = f"/{folder}/{stem}".replace("//", "/")
        if stem == "index":
            return f"/{folder}/".replace("//", "/")
        is_pretty = given == "pretty" or (isinstance(given, str) and given.endswith("/"))
        return f"{path}/" if is_pretty else f"{path}.html"

    def _collected(
        self, page: Source, collection: str, folder: str, settings: dict[str, Any]
    ) -> str:
        """The address of a post, or of a page of a collection."""
        usual = (
            self._config.get("permalink", "date")
            if collection == "posts"
            else "/:collection/:path.html"
        )
        pattern = str(page.front.get("permalink") or settings.get("permalink") or usual)
        pattern = _STYLES.get(pattern, pattern)
        inside = posixpath.relpath(page.path, folder).rpartition(".")[0]
        name = inside.rpartition("/")[2]
        if found := _POST.search(page.path):
            name = found[4]
        categories = _own_categories(page)
        title = str(page.front.get("slug") or name)
        return _filled(
            pattern,
            {
                **self._date_in_addresses(page),
                "collection": collection,
                "path": inside,
                "name": name,
                "title": title,
                "slug": slug(title),
                "categories": "/".join(each.lower() for each in categories),
                "slugified_categories": "/".join(map(slug, categories)),
                "output_ext": ".html",
            },
        )

    def _date_in_addresses(self, page: Source) -> dict[str, str]:
        """What its date says by the clocks that gave it its address: those of the site, where the
        configuration names them."""
        written = read_written(page.front.get("date"))
        if written is None:
            return {}
        if written.zone is None or self._zone is None:
            return in_addresses(written.at)
        return in_addresses(written.at.replace(tzinfo=written.zone).astimezone(self._zone))

    def _referred(self, kind: str, name: str) -> str | None:
        name = name.strip().strip("\"'").lstrip("/")
        if kind == "post_url":
            name = re.sub(r"^(?:.*/)?(\d{4})-(\d{1,2})-(\d{1,2})-", r"\1-\2-\3-", name)
        page = self._by_path.get(name)
        if page is not None:
            return self._addresses.pages[page.url]
        return self._addresses.file(f"/{name}")

    def _menu(self, pages: list[Source]) -> list[tuple[str, str]]:
        """Pages that the configuration names for the head of the site, as the usual theme does."""
        by_path = {page.path: page for page in pages}
        named = _listed(self._config.get("header_pages"))
        return [
            (title_of(by_path[each]), by_path[each].url)
            for each in named
            if isinstance(each, str) and each in by_path
        ]


def _listed(value: object) -> list[Any]:
    """A list of a configuration; an empty one for what is none."""
    return value if isinstance(value, list) else []


def _table(of: object, key: object) -> dict[str, Any]:
    """A table of a configuration; an empty one for what is none."""
    found = of.get(key) if isinstance(of, dict) else None
    return found if isinstance(found, dict) else {}


def _own_categories(page: Source) -> list[Any]:
    """As Jekyll reads them: one text under `categories` is parted by blanks, `category` is one."""
    found = page.front.get("categories") or []
    found = found.split() if isinstance(found, str) else found
    one = page.front.get("category")
    named = [
        *([one] if isinstance(one, str | int) else []),
        *(found if isinstance(found, list) else [found]),
    ]
    return list(dict.fromkeys(str(each) for each in named if each))


def _filled(pattern: str, values: dict[str, str]) -> str:
    filled = re.sub(r":(\w+)", lambda found: values.get(found[1], ""), pattern)
    return "/" + re.sub(r"//+", "/", filled).lstrip("/")


def _is_matched(name: str, patterns: tuple[str, ...]) -> bool:
    return any(
        fnmatch.fnmatch(name, each)
        or fnmatch.fnmatch(name.split("/", maxsplit=1)[0], each.strip("/"))
        or name.startswith(f"{each.strip('/')}/")
        for each in patterns
    )
