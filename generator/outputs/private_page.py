"""One page with all that it loads, under an address that only those know who were given it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from policy.manifest import Build

__all__ = ["private_page"]

_GONE = "script,link[rel=canonical],link[rel=alternate],meta[property='og:url'],meta[name=robots]"
"""What would run or lead search engines to a page that is not there."""

_LOADS = ("src", "poster", "href", "srcset", "imagesrcset")
_LOADING = "img,source,video,audio,track,embed,iframe,object,link,image,use"
_CANDIDATE = re.compile(r"(^|,\s*)([^\s,]\S*)")
_NOINDEX = '<meta name="robots" content="noindex, nofollow">'

Files = Mapping[str, tuple[bytes, str]]
"""The bytes and the type of each, by what stands behind the page's own address."""


def private_page(public: Path, build: Build, url: str, address: str) -> Files:
    """The page at `url` of the build in `public`, as it is for everyone, to be shown at `address`:
    without scripts, as nothing may be counted, and with a word to search engines. Raises OSError.

    What it loads comes along, as none of it need be public.
    """
    page = build.files[url]
    tree = LexborHTMLParser((public / page.path).read_text(encoding="utf-8"))
    for node in tree.css(_GONE):
        node.decompose()
    wanted: dict[str, str] = {}

    def private(loaded: str) -> str:
        plain = loaded.partition("#")[0].partition("?")[0]
        if plain not in build.files or plain in build.pages:
            return loaded
        wanted[plain] = build.files[plain].path
        return address.rstrip("/") + loaded

    for node in tree.css(_LOADING):
        for name, value in _loads(node):
            if name.endswith("srcset"):
                candidates = _CANDIDATE.sub(lambda each: each[1] + private(each[2]), value)
                node.attrs[name] = candidates
            else:
                node.attrs[name] = private(value)
    html = (tree.html or "").replace("<head>", f"<head>\n{_NOINDEX}", 1)
    files = {"": (f"<!doctype html>\n{_without_doctype(html)}".encode(), page.type)}
    # A style sheet names others relative to itself, so all of them come along.
    assets = {each: file.path for each, file in build.files.items() if each.startswith("/assets/")}
    if any(each.endswith(".css") for each in wanted):
        wanted |= {each: path for each, path in assets.items() if not each.endswith(".js")}
    for plain, path in wanted.items():
        files[plain.lstrip("/")] = ((public / path).read_bytes(), build.files[plain].type)
    return files


def _loads(node: LexborNode) -> Iterator[tuple[str, str]]:
    for name in _LOADS:
        value = node.attributes.get(name)
        if value:
            yield name, value


def _without_doctype(html: str) -> str:
    return re.sub(r"^\s*<!doctype[^>]*>\s*", "", html, flags=re.IGNORECASE)
