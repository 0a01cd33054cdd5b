"""What other tools call a page, a source or a kind of browser, in the names of our own reports.

Each is one of a finite list: a page of this site, a declared source, a known browser. So nothing
that a visitor wrote or carried can come in with a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from analytics.visits.agent_patterns import (
    DESKTOP,
    FAMILIES,
    OTHER,
    PHONE,
    SYSTEM_FAMILIES,
    TABLET,
    TELEVISION,
)
from analytics.visits.model import Dimension
from analytics.visits.user_agents import BROWSERS, DEVICES, SYSTEMS
from policy.manifest import Build
from policy.redirects import as_asked
from policy.referrers import ANOTHER_SITE, DIRECT, Sources

__all__ = ["Names"]

_BROWSERS = {
    "chrome mobile webview": "Chrome", "android webview": "Chrome", "chrome webview": "Chrome",
    "chromium-webview": "Chrome", "crios": "Chrome", "headless chrome": "Chrome",
    "microsoft edge": "Edge", "edge-chromium": "Edge", "edge-ios": "Edge", "edg": "Edge",
    "fxios": "Firefox", "firefox focus": "Firefox", "firefox mobile ios": "Firefox",
    "ios": "Safari", "ios-webview": "Safari", "safari (in-app)": "Safari",
    "samsung": "Samsung Internet", "samsung browser": "Samsung Internet",
    "opera-mini": "Opera", "opera next": "Opera", "opera mobile": "Opera",
    "yandexbrowser": "Yandex Browser", "yandex": "Yandex Browser",
    "facebook": "Facebook app", "instagram": "Instagram app", "silk": "Amazon Silk",
    "duckduckgo privacy browser": "DuckDuckGo", "android": "Android Browser",
}  # fmt: skip
_SYSTEMS = {
    "mac": "macOS", "mac os": "macOS", "macintosh": "macOS", "os x": "macOS",
    "gnu/linux": "Linux", "android os": "Android", "chrome os": "ChromeOS",
    "chromium os": "ChromeOS",
    "ipados": "iOS", "ubuntu": "Linux", "fedora": "Linux", "win": "Windows",
}  # fmt: skip
_DEVICES = {
    "laptop": DESKTOP, "mobile": PHONE, "smartphone": PHONE, "phablet": PHONE,
    "feature phone": PHONE, "tv": TELEVISION, "smart tv": TELEVISION, "tablet": TABLET,
}  # fmt: skip
_DIRECT = {"", "direct", "direct / none", "(direct)", "(none)", "direct entry", "(direct) / (none)"}

VERSION = re.compile(r"[\s/]+(?:xp|vista|me|[\d._]+)$", re.ASCII)
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII)


def _known(*tables: Mapping[str, str], own: frozenset[str]) -> Mapping[str, str]:
    found = {name.casefold(): name for name in own}
    for table in tables:
        found |= {name.casefold(): ours for name, ours in table.items()}
    return found


_KNOWN = {
    Dimension.BROWSER: _known(FAMILIES, _BROWSERS, own=BROWSERS),
    Dimension.SYSTEM: _known(SYSTEM_FAMILIES, _SYSTEMS, own=SYSTEMS),
    Dimension.DEVICE: _known(_DEVICES, own=DEVICES),
}


@dataclass(frozen=True)
class Names:
    """Those of a site: its sources, and what was built of it."""

    sources: Sources
    build: Build
    _remembered: dict[tuple[Dimension, str], str | None] = field(default_factory=dict)

    def of(self, dimension: Dimension, text: str) -> str | None:
        """The value of a dimension that a field names; None where it is no page of ours."""
        key = dimension, text
        if key not in self._remembered:
            if len(self._remembered) > MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = self._of(dimension, text)
        return self._remembered[key]

    def _of(self, dimension: Dimension, text: str) -> str | None:
        how: Mapping[Dimension, Callable[[str], str | None]] = {
            Dimension.PAGE: self._page,
            Dimension.ENTRY: self._page,
            Dimension.SOURCE: self._source,
        }
        return how[dimension](text) if dimension in how else _agent(dimension, text)

    def _page(self, text: str) -> str | None:
        """The page of an address, whatever is after its path; that to which an old one leads."""
        if not text.strip():
            return None
        path = "/" + _split(text).lstrip("/")
        for asked in (path, path + "/", path.removesuffix("index.html")):
            address = as_asked(asked)
            address = self.build.redirects.get(address, address).partition("#")[0]
            page = self.build.pages.get(address)
            if page is not None and page.counted:
                return address
        return None

    def _source(self, text: str) -> str:
        words = text.strip().casefold().removeprefix("https://").removeprefix("http://")
        # As GA4 and Matomo write it: the source before its medium.
        words = words.partition(" / ")[0] if words not in _DIRECT else words
        if words in _DIRECT:
            return DIRECT
        if name := {each.casefold(): each for each in self.sources.names}.get(words):
            return name
        host = words.partition("/")[0]
        found = self.sources.of(host) if HOST.fullmatch(host) else ANOTHER_SITE
        if found == ANOTHER_SITE and "." not in host:
            found = self.sources.of(f"{host}.com") if host.isalnum() else ANOTHER_SITE
        return found


MOST_REMEMBERED = 50_000
"""Of addresses that are no pages there may be any number."""


def _split(text: str) -> str:
    address = text if text.startswith("/") or "://" in text else f"/{text}"
    try:
        return urlsplit(address if not address.startswith("//") else address.lstrip("/")).path
    except ValueError:
        return ""


def _agent(dimension: Dimension, text: str) -> str:
    """With or without its version, as "Chrome 131" and "Windows 10"."""
    known, words = _KNOWN[dimension], text.strip().casefold()
    return known.get(words) or known.get(VERSION.sub("", words)) or OTHER
