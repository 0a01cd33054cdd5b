"""Which pages a site's sitemaps name, as https://www.sitemaps.org/protocol.html says."""

from __future__ import annotations

import gzip
import io
import mimetypes
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

__all__ = ["NoSitemap", "Sitemaps", "in_robots", "is_page"]

MOST_MAPS = 50
MOST_BYTES = 50 * 1024 * 1024
PAGES = {"", "text/html", "application/xhtml+xml", "application/x-httpd-php", "text/xml"}
SCRIPTS = (".php", ".asp", ".aspx", ".jsp", ".cgi", ".do", ".cfm", ".shtml")
GZIP = b"\x1f\x8b"


class NoSitemap(Exception):
    """What it says is why."""


@dataclass
class Sitemaps:
    """Reads a sitemap with those that it refers to. `get` gives the bytes at a path of the site, or
    raises NoSitemap; `homes` are the origins under which the site names its own pages."""

    get: Callable[[str], bytes]
    homes: Collection[str]
    paths: dict[str, None] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    """What is named, and is no page: a document, a picture."""
    missed: list[str] = field(default_factory=list)

    def read(self, path: str) -> None:
        """Read a sitemap or an index of them, at most MOST_MAPS in all. Raises NoSitemap where the
        one that was asked for is none; what of the others could not be read is in `missed`."""
        waiting, seen = [path], {path}
        while waiting:
            now = waiting.pop(0)
            try:
                tree = _parsed(self.get(now), now)
            except NoSitemap as error:
                if now == path:
                    raise
                self.missed.append(str(error))
                continue
            found = self._own(tree)
            if tree.tag.endswith("sitemapindex"):
                new = [each for each in found if each not in seen]
                seen.update(new)
                waiting.extend(new[: max(0, MOST_MAPS - len(seen) + len(new))])
                if len(seen) > MOST_MAPS:
                    self.missed.append(f"{now} names more than {MOST_MAPS} sitemaps")
                    return
            else:
                self._take(found)

    def _own(self, tree: ElementTree.Element) -> list[str]:
        named = [each.text or "" for each in tree.iter() if each.tag.rpartition("}")[2] == "loc"]
        return [path for url in named if (path := self._path(url.strip())) is not None]

    def _path(self, url: str) -> str | None:
        for home in self.homes:
            rest = url.removeprefix(home)
            if rest != url and rest[:1] in ("", "/", "?"):
                return rest if rest.startswith("/") else f"/{rest}"
        return None

    def _take(self, paths: list[str]) -> None:
        for path in paths:
            if is_page(path):
                self.paths.setdefault(path)
            else:
                self.others.append(path)


def is_page(path: str) -> bool:
    """Whether a browser shows what is at an address, by its ending; a document is handed on."""
    path = urlsplit(path).path.lower()
    if path.endswith(SCRIPTS):
        return True
    kind, packed = mimetypes.guess_type(path)
    return not packed and (kind or "") in PAGES


def in_robots(text: str) -> list[str]:
    """The addresses of sitemaps that robots.txt names (RFC 9309 leaves them to the sites)."""
    lines = (line.partition(":") for line in text.splitlines())
    return [value.strip() for name, _, value in lines if name.strip().lower() == "sitemap"]


def _parsed(body: bytes, path: str) -> ElementTree.Element:
    try:
        text = body
        if body.startswith(GZIP):
            with gzip.open(io.BytesIO(body)) as unpacked:
                text = unpacked.read(MOST_BYTES)
        return ElementTree.fromstring(text)  # noqa: S314  (expat bounds entities by itself)
    except (ElementTree.ParseError, OSError, EOFError, zlib.error):
        raise NoSitemap(f"{path} is no sitemap") from None
