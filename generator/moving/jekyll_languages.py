"""The languages of a site of Jekyll, which knows none itself: what a plugin makes of them
(`jekyll-polyglot`), or what pages say that stand in a folder called as their language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.content.urls import is_reserved
from generator.moving.lists import new_list
from generator.moving.old_site import OtherLanguage
from generator.moving.source import Source
from policy.languages import folder_of, usual_tag

__all__ = ["default_language", "languages_of", "lists_of_posts", "translated", "with_home_pages"]

_SAYS = ("lang", "language", "locale")
_SAME = ("ref", "page_id", "translation_id", "translation_key", "lang-ref", "lang_ref")
"""Keys by which pages say that they say the same."""


def default_language(config: Mapping[str, Any]) -> str:
    """Its tag."""
    said = (config.get(each) for each in ("default_lang", *_SAYS))
    return next(filter(None, map(_tag, said)), "en")


def languages_of(config: Mapping[str, Any], pages: Sequence[Source]) -> list[OtherLanguage]:
    """Those that pages are in besides the default one, each of which gets its place."""
    default = default_language(config)
    is_plugin = isinstance(config.get("languages"), list)
    found: dict[str, OtherLanguage] = {}
    for page in pages:
        said = next((page.front[key] for key in _SAYS if page.front.get(key)), "")
        tag = _tag(said)
        if not tag or tag == default or tag.partition("-")[0] == default:
            continue
        if is_reserved(f"/{folder_of(tag)}/"):
            continue
        first = page.url.strip("/").partition("/")[0]
        if first.lower() in (folder_of(tag), str(said).lower()):
            page.home = f"/{first}"
        elif is_plugin:
            page.home = f"/{said}"
            page.url = f"{page.home}{page.url}"
        else:
            continue  # A page of another language in the midst of others.
        page.prefix = f"/{folder_of(tag)}"
        page.used |= {*_SAYS, *_SAME}
        found.setdefault(tag, OtherLanguage(tag))
    for page in pages if found else ():
        page.used |= {*_SAYS, *_SAME}
    return [found[tag] for tag in sorted(found)]


def _tag(said: object) -> str:
    return usual_tag(str(said or "").replace("_", "-"))


def with_home_pages(pages: Sequence[Source]) -> Iterator[Source]:
    """A home page for each language that has none."""
    own = {page.prefix for page in pages if page.url.rstrip("/") == page.home}
    homes = {page.prefix: page.home for page in pages}
    for prefix in sorted(homes.keys() - own - {""}):
        home = Source(f"{prefix[1:]}/index.md", {"title": prefix[1:]}, "")
        home.url, home.home, home.prefix = f"{homes[prefix]}/", homes[prefix], prefix
        yield home


def translated(pages: Sequence[Source]) -> None:
    """Tell pages what they translate: the page that says so, or that has the same address."""
    originals: dict[str, Source] = {}
    for page in pages:
        if not page.prefix:
            originals.setdefault(_key(page), page)
    for page in pages:
        if page.prefix and (original := originals.get(_key(page))):
            page.original = original.file


def _key(page: Source) -> str:
    given = next((page.front[key] for key in _SAME if page.front.get(key)), None)
    address = page.url.removeprefix(page.home) or "/"
    return f"={given}" if given else re.sub(r"(?:/index)?\.html?$|/$", "", address)


def lists_of_posts(
    pages: Sequence[Source], posts: Sequence[Source], main: str, addresses: dict[str, str]
) -> Iterator[Source]:
    """Lists for posts in other languages, where those of the default one are at `main`."""
    folder = addresses.get(main, main).strip("/")
    for prefix in sorted({page.prefix for page in posts} - {""}):
        made = new_list(pages, folder, addresses, prefix)
        listed = made.url if made else f"{prefix}/{folder}/"
        if made:
            yield made
        for page in posts:
            if page.prefix == prefix:
                page.listed = listed
