"""Addresses: which page or file stands where on the site.

An address is kept as people write it (`/été/`), and percent-encoded only where a machine reads
it (`encoded`).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

from policy import Register

NOT_FOUND = "/404.html"
"""The page that stands for every address without a page."""

SERVICE = ("/audience/", "/form/", "/own/", "/permission/", "/staff/", "/unpublished/", "/visit/")
"""What the service answers itself where all features are on. A page there would be in the way of
one that is turned on later."""

RESERVED = (*SERVICE, "/healthz", "/assets/", "/_variants/", "/_build", "/.well-known/")
"""Where no page may stand."""

_BLANKS = re.compile(r"\s+")
_AWKWARD = re.compile(r'[\x00-\x1f\x7f"#%&*:<>?\\|\ud800-\udfff]')
_NO_SIGN = re.compile(r"[\x00-\x1f\x7f#\\\ud800-\udfff]|[^\S ]")
_NEVER = re.compile(r"[\x00-\x1f\x7f#\\\ud800-\udfff]|//|[^\S ]|/\.| $")


def permalink(path: str) -> str:
    """The address of the page `path`, relative to `content`: `a/One page.md` is `/a/one-page/`."""
    if path == "404.md":
        return NOT_FOUND
    *folders, name = _steps(path)
    name = name.removesuffix(".md")
    steps = folders if name == "index" else [*folders, name]
    return "/" + "".join(f"{_step(each)}/" for each in steps)


def file_address(path: str) -> str:
    """The address of the file `path`, relative to `content`: its own name, beside its page."""
    *folders, name = _steps(path) or [""]
    return "/" + "".join(f"{_step(each)}/" for each in folders) + composed(name)


def composed(address: str) -> str:
    """The address with each letter and its accent as one (NFC): some systems take names apart."""
    return address if address.isascii() else unicodedata.normalize("NFC", address)


def service_addresses(register: Register) -> tuple[str, ...]:
    """What the service of a site answers itself: a link there is not a link to a page."""
    return tuple(sorted({f"/{each.path.split('/')[1]}/" for each in register.endpoints}))


def is_reserved(address: str) -> bool:
    """Whether no page or file may have the address."""
    return address.lower().startswith(RESERVED)


def _steps(path: str) -> list[str]:
    return [each for each in path.split("/") if each not in ("", ".")]


def _step(name: str) -> str:
    return _BLANKS.sub("-", composed(name.lower()))


def awkward(path: str) -> str:
    """The first character of a path that cannot stand in an address; empty when there is none."""
    found = _AWKWARD.search(path)
    return found.group() if found else ""


def is_address(text: str) -> bool:
    """Whether a text is an address of this site, as people write it: `/old-page/`."""
    return text.startswith("/") and not awkward(text) and not re.search(r"//|\s|/\.", text)


def was_address(text: str) -> bool:
    """Whether another system may have had a page or file at the decoded path `text`: it may hold
    blanks and signs that no address of this site has, as `/My plan (1).pdf`."""
    return text.startswith("/") and not _NEVER.search(text)


def as_old_address(text: str) -> str:
    """The same for an address of another system: `was_address` of it is true."""
    steps = (_NO_SIGN.sub("", each).rstrip().lstrip(". ") for each in _path(text).split("/"))
    joined = "/".join(filter(None, steps))
    return f"/{joined}/" if joined and _path(text).endswith("/") else f"/{joined}"


def as_address(text: str) -> str:
    """The address that was probably meant by a text that is none: `is_address` of it is true."""
    path = _path(text)
    steps = (re.sub(r"\s+", "-", _AWKWARD.sub(" ", step).strip()) for step in path.split("/"))
    return "/" + "".join(f"{step}/" for each in steps if (step := each.lstrip(".")))


def _path(text: str) -> str:
    """What of a text that may be an address, whole or in part, is its path."""
    try:
        parts = urlsplit(text.strip().replace("\\", "/"))
    except ValueError:  # It has half of the brackets of an IPv6 address.
        return text
    return parts.path if parts.scheme in ("", "http", "https") else text


_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")
"""Addresses that stay as they are, as nearly all do."""


def encoded(address: str) -> str:
    """The address as it stands in a sitemap or a header (RFC 3986)."""
    return address if _PLAIN.fullmatch(address) else quote(address)


def path_of(address: str, origin: str) -> str:
    """What of an address of this site, whole or from its first slash on, says which page it is."""
    return unquote(address.removeprefix(origin).partition("#")[0].partition("?")[0])


def closest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest of many; empty when nothing is near."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f'did you mean "{close[0]}"?' if close else ""
