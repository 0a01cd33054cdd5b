"""What the configuration of a site of Jekyll says of files: which are pages, and what holds for
many."""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from generator.moving.paged import LARGEST
from generator.moving.source import Source, truth

__all__ = [
    "defaults",
    "is_excluded",
    "is_included",
    "is_left_out",
    "own_values",
    "paging",
    "table",
]

_OF_JEKYLL = frozenset(
    {"baseurl", "cache_dir", "collections", "collections_dir", "compress_html", "data_dir"}
    | {"defaults", "description", "destination", "disable_disk_cache", "email", "encoding"}
    | {"exclude", "excerpt_separator", "feed", "future", "gems", "header_pages", "highlighter"}
    | {"ignore_theme_config", "include", "includes_dir", "incremental", "keep_files", "kramdown"}
    | {"lang", "layouts_dir", "limit_posts", "liquid", "livereload", "lsi", "markdown"}
    | {"markdown_ext", "name", "paginate", "paginate_path", "pagination", "permalink", "plugins"}
    | {"plugins_dir", "port", "host", "profile", "quiet", "redcarpet", "remote_theme", "repository"}
    | {"safe", "sass", "show_drafts", "show_dir_listing", "source", "strict_front_matter", "theme"}
    | {"timezone", "title", "unpublished", "url", "verbose", "watch", "webrick", "whitelist"}
)
"""The keys that mean something to Jekyll itself, or of which something is made."""

_LEFT_OUT = ("node_modules", "vendor", "README*", "Gemfile*", "LICENSE*", "CONTRIBUTING*", "_site")


def defaults(config: Mapping[str, Any], collections: Iterable[str], name: str) -> dict[str, Any]:
    """The front matter that a file has without saying so."""
    found: dict[str, Any] = {}
    for scope in _listed(config.get("defaults")):
        if isinstance(scope, dict) and _is_in(table(scope, "scope"), collections, name):
            given = table(scope, "values")
            found = {**{str(key).lower(): each for key, each in given.items()}, **found}
    return found


def _is_in(scope: Mapping[str, Any], collections: Iterable[str], name: str) -> bool:
    path = str(scope.get("path") or "").strip("/")
    kind = str(scope.get("type") or "")
    collection = next((each for each in collections if f"_{each}/" in f"/{name}"), "pages")
    if kind and kind.rstrip("s") != collection.rstrip("s"):
        return False
    return not path or name == path or name.startswith(f"{path}/") or fnmatch.fnmatch(name, path)


def is_included(config: Mapping[str, Any], steps: Sequence[str]) -> bool:
    """Whether the configuration takes in what Jekyll leaves out by its name."""
    names = [str(each).strip("/") for each in _listed(config.get("include"))]
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


def is_excluded(config: Mapping[str, Any], name: str) -> bool:
    """Whether it is no page, by the configuration or by what Jekyll leaves out in any case."""
    patterns = [str(each) for each in _listed(config.get("exclude"))]
    return _is_matched(name, patterns) or is_left_out(name)


def is_left_out(name: str) -> bool:
    """Whether Jekyll leaves it out in any case."""
    return _is_matched(name, _LEFT_OUT)


def _is_matched(name: str, patterns: Iterable[str]) -> bool:
    return any(
        fnmatch.fnmatch(name, each)
        or fnmatch.fnmatch(name.split("/", maxsplit=1)[0], each.strip("/"))
        or name.startswith(f"{each.strip('/')}/")
        for each in patterns
    )


def _listed(value: object) -> list[Any]:
    """A list of a configuration; an empty one for what is none."""
    return value if isinstance(value, list) else []


def table(of: object, key: object) -> dict[str, Any]:
    """A table of a configuration; an empty one for what is none."""
    found = of.get(key) if isinstance(of, dict) else None
    return found if isinstance(found, dict) else {}


def own_values(config: Mapping[str, Any]) -> dict[str, Any]:
    """What the configuration says to templates alone."""
    return {key: each for key, each in config.items() if key and key not in _OF_JEKYLL}


def paging(config: Mapping[str, Any], pages: Iterable[Source]) -> tuple[int, dict[str, str]]:
    """How many posts a list showed at once, 0 where it showed all; and the addresses of its pages,
    by its own: those of `jekyll-paginate`, or of the second version of it."""
    second = table(config, "pagination")
    if truth(second.get("enabled")):
        size = second.get("per_page") or 10
        end = str(second.get("permalink") or "/page:num/")
        lists = [
            page.url for page in pages if truth(table(page.front, "pagination").get("enabled"))
        ]
        paged = {url: f"/{url.strip('/')}/{end.lstrip('/')}".replace("//", "/") for url in lists}
    else:
        size = config.get("paginate") or 0
        path = str(config.get("paginate_path") or "/page:num/")
        first = posixpath.dirname(path.split(":num", maxsplit=1)[0])
        paged = {f"{first.rstrip('/')}/": f"/{path.lstrip('/')}"}
    number = int(size) if str(size).isdecimal() else 0
    return (number if number <= LARGEST else 0), paged
