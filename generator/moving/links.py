"""Links and pictures of the old site: where each leads in the new one, or what is to be done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urljoin, urlsplit

from generator.content.urls import encoded
from generator.moving.by_hand import ByHand
from generator.moving.code import outside_code
from generator.moving.source import Source

__all__ = ["Addresses", "relinked"]

_DESTINATION = r"<[^<>\n]*>|(?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\])*\))*"
_TITLE = r"""(?:\s+(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?"""
_INLINE = re.compile(rf"\]\(\s*({_DESTINATION})({_TITLE})\s*\)")
_PICTURE = re.compile(
    rf"!\[((?:\\.|[^\[\]\\])*)\]\(\s*({_DESTINATION})({_TITLE})\s*\)(\{{[^}}\n]*\}})?"
)
_DEFINED = re.compile(rf"^( {{0,3}}\[(?!\^)(?:\\.|[^\[\]\\])+\]:\s*)({_DESTINATION})", re.MULTILINE)
_ATTRIBUTE = re.compile(
    r"""(<[a-zA-Z][^<>]*?\s(?:href|src|data-src)\s*=\s*)(["'])(.*?)\2""", re.DOTALL
)
_IMG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_REFUSED = re.compile(
    r"<(script|style|noscript|object|applet|template)\b[^<>]*>.*?</\1\s*>"
    r"|<(?:script|link|meta|embed|base)\b[^<>]*>",
    re.IGNORECASE | re.DOTALL,
)
_FRAME = re.compile(r"<iframe\b([^<>]*)>(?:.*?</iframe\s*>)?", re.IGNORECASE | re.DOTALL)
_HANDLER = re.compile(
    r"""(<[a-zA-Z][^<>]*?)\s(?:on[a-z]+|style|align|bgcolor)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)""",
    re.I,
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


@dataclass(slots=True)
class Addresses:
    """What was where. `pages` maps old addresses to new ones, `files` old addresses to files of the
    old site; `origin` is where the old site is, without a slash at the end."""

    origin: str = ""
    base: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    """The files that pages name, and where each goes in the new site."""

    homes: dict[str, str] = field(default_factory=dict)
    """Other origins, and below which path of this site their pages are taken to have been."""

    made: set[str] = field(default_factory=set)
    """Their new addresses."""

    place_of: Callable[[str], str] = lambda path: path

    def page(self, path: str) -> str | None:
        """The new address of a page, by any way in which the old one was written."""
        path = unquote(path)
        stem = re.sub(r"(?:_?index)?\.(?:html?|md|markdown)$", "", path)
        for each in (path, f"{path.rstrip('/')}/", path.rstrip("/"), stem, f"{stem}/"):
            for form in (each, each.lower()):
                if form in self.pages:
                    return self.pages[form]
        return None

    def file(self, path: str) -> str | None:
        """The new address of a file, which is then needed."""
        path = unquote(path)
        if path not in self.files:
            return None
        # A file that had several addresses has one.
        new = self.used.setdefault(self.files[path], self.place_of(path))
        self.made.add(new)
        return new


def relinked(page: Source, text: str, addresses: Addresses, by_hand: ByHand) -> str:
    """The text with each link, picture and tag as Plainsite takes it."""
    linking = _Linking(page, addresses, by_hand)
    # What is defined may have code in its name.
    text = outside_code(text, linking.defined, spans=True)
    return outside_code(text, linking.changed)


class _Linking:
    def __init__(self, page: Source, addresses: Addresses, by_hand: ByHand) -> None:
        self._page, self._addresses, self._by_hand = page, addresses, by_hand

    def defined(self, text: str) -> str:
        """With the addresses of links that are named elsewhere."""
        return _DEFINED.sub(lambda f: f"{f[1]}{self._written(f[2])}", text)

    def changed(self, text: str) -> str:
        """With all that stands where it is."""
        text = _REFUSED.sub(self._refused, text)
        text = _FRAME.sub(self._frame, text)
        while (less := _HANDLER.sub(r"\1", text)) != text:
            text = less
        text = _PICTURE.sub(self._picture, text)
        text = _IMG.sub(self._img, text)
        text = _INLINE.sub(lambda f: f"]({self._written(f[1])}{f[2]})", text)
        return _ATTRIBUTE.sub(self._attribute, text)

    def _note(self, cause: str, what: str) -> None:
        at = self._page.text.find(what[:60]) if what else -1
        self._by_hand.add(cause, self._page.path, self._page.line(at) if at >= 0 else 0, what)

    def _refused(self, found: re.Match[str]) -> str:
        self._note("a script or style in a text is left out", found[0])
        return ""

    def _frame(self, found: re.Match[str]) -> str:
        source = _value(found[1], "src")
        self._note("a frame of another site became a link", source or found[0])
        if not source:
            return ""
        source = f"https:{source}" if source.startswith("//") else source
        return f'<a href="{source}">{_value(found[1], "title") or source}</a>'

    def _picture(self, found: re.Match[str]) -> str:
        words, address, title = found[1], found[2].strip("<>"), found[3]
        new = self._loaded(address)
        if new is None:
            return f"[{words or 'Picture'}]({self._instead(address)}{title})"
        attributes = found[4] or ""
        if not words.strip() and ".decorative" not in attributes:
            self._note("a picture has no words", address)
            attributes = "{.decorative}"
        elif attributes and ".decorative" not in attributes:
            attributes = ""
        return f"![{words}]({_spaced(new)}{title}){attributes}"

    def _img(self, found: re.Match[str]) -> str:
        source, words = _value(found[0], "src"), _value(found[0], "alt")
        new = self._loaded(source) if source else None
        if new is None:
            return f'<a href="{self._instead(source)}">{words or "Picture"}</a>' if source else ""
        if "alt" not in found[0]:
            self._note("a picture has no words", source)
        return f'<img src="{encoded(new)}" alt="{words}">'

    def _loaded(self, address: str) -> str | None:
        """Where a picture is in the new site; None where it is not."""
        paths = self._paths(address)
        new = next(filter(None, map(self._addresses.file, paths)), None)
        if new is None:
            elsewhere = not paths
            cause = (
                "a picture of another site became a link"
                if elsewhere
                else ("a picture was not found")
            )
            self._note(cause, address)
        return new

    def _attribute(self, found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}{self._written(found[3])}{found[2]}"

    def _written(self, address: str) -> str:
        """A link's new address, written as the old one was."""
        is_angled = address.startswith("<")
        new = self._linked(address.strip("<>").strip())
        return _spaced(new) if is_angled or " " in new else new

    def _linked(self, address: str) -> str:
        if not address or address.startswith("#") or address in self._addresses.made:
            return address
        paths = self._paths(address)
        if not paths:
            return address.replace(" ", "%20")
        rest = re.search(r"[?#].*", address, re.DOTALL)
        tried = (
            find(path) for path in paths for find in (self._addresses.page, self._addresses.file)
        )
        new = next(filter(None, tried), None)
        if new is not None:
            self._page.leads.add(new)
        else:
            self._note("a link leads to what did not come over", address)
            return self._instead(address)
        return new + re.sub(r"\?[^#]*", "", rest[0]) if rest else new

    def _paths(self, address: str) -> list[str]:
        """The old address on the old site, whole: as browsers find it, then beside the file. None
        where it leads elsewhere."""
        addresses, is_whole = self._addresses, False
        for own, home in {addresses.origin: "", **addresses.homes}.items():
            for origin in (own, own.replace("https:", "http:")):
                if origin and (address == origin or address.startswith(f"{origin}/")):
                    address = home + (address[len(origin) :] or "/")
                    is_whole = True
        if _ELSEWHERE.match(address):
            return []
        try:
            bases = (self._page.url or "/", *self._page.folders)
            paths = [urlsplit(urljoin(base, address)).path for base in bases]
        except ValueError:
            return []
        if not is_whole and self._page.home in addresses.homes.values():
            # What begins with a slash began at the origin of its language.
            below = [each for each in paths if not f"{each}/".startswith(f"{self._page.home}/")]
            paths = [*(self._page.home + each for each in below), *paths]
        base = addresses.base
        found = [
            each[len(base) :] if base and each.startswith(f"{base}/") else each for each in paths
        ]
        return list(dict.fromkeys(found))

    def _instead(self, address: str) -> str:
        """The address on the old site."""
        if _ELSEWHERE.match(address):
            return f"https:{address}" if address.startswith("//") else address
        origin = self._addresses.origin or "https://example.com"
        try:
            return urljoin(
                f"{origin}{self._page.url or '/'}", quote(address, safe="/?#=&%:+,;@~!$'*")
            )
        except ValueError:
            return origin


def _value(tag: str, name: str) -> str:
    found = re.search(rf"""\b{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", tag, re.IGNORECASE)
    return next((each for each in found.groups() if each is not None), "") if found else ""


def _spaced(address: str) -> str:
    return f"<{address}>" if " " in address else address
