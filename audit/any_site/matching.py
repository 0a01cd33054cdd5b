"""Which entry of a register something belongs to, and how it differs from it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate
from functools import lru_cache
from urllib.parse import urlsplit

from audit.any_site.journeys import LATER
from audit.any_site.register import Cookie, Message, SiteRegister, Storage, seconds
from audit.observations import Journey, KeptCookie, KeptItem, SentRequest, Snapshot

__all__ = [
    "cookie_of",
    "differences",
    "fits",
    "host_of",
    "is_for",
    "is_message",
    "message_of",
    "storage_of",
]

TOLERANCE = 15 * 60
"""Seconds that a journey may have lasted since a cookie was set."""


def host_of(origin: str) -> str:
    """The host of an origin."""
    return urlsplit(origin).hostname or ""


def is_for(domain: str, host: str) -> bool:
    """Whether a cookie of this domain is the site's own, or its whole domain's."""
    return host == domain.lstrip(".") or host.endswith(f".{domain.lstrip('.')}")


def cookie_of(declared: SiteRegister, kept: KeptCookie, host: str) -> tuple[int, Cookie] | None:
    """The entry of a cookie, with its index; None where it has none."""
    own = is_for(kept.domain, host)
    for index, cookie in enumerate(declared.register.cookies):
        domain = cookie.domain.lstrip(".")
        here = kept.domain.lstrip(".") == domain if domain else own
        if here and fits(cookie.name, kept.name):
            return index, cookie
    return None


@lru_cache(maxsize=1000)
def _glob(pattern: str) -> re.Pattern[str]:
    # Brackets stand in names: only the star means something.
    return re.compile(translate(pattern.replace("[", "[[]").replace("?", "[?]")))


def fits(pattern: str, name: str) -> bool:
    """Whether a name is one of those that the pattern stands for."""
    return bool(_glob(pattern).match(name))


def storage_of(declared: SiteRegister, item: KeptItem, site: str) -> tuple[int, Storage] | None:
    """The entry of what is kept elsewhere, with its index; None where it has none."""
    for index, storage in enumerate(declared.register.storages):
        here = (storage.origin or site) == (item.origin or site)
        if here and storage.where == item.where and fits(storage.key, item.key):
            return index, storage
    return None


def is_message(request: SentRequest, site: str) -> bool:
    """Whether a page sent the site something by itself, and did not only ask it for something."""
    asks = request.method in ("GET", "HEAD", "OPTIONS") or request.kind == "document"
    return request.origin == site and not asks


def message_of(declared: SiteRegister, request: SentRequest) -> tuple[int, Message] | None:
    """The entry of what is sent to the site itself, with its index; None where it has none."""
    for index, message in enumerate(declared.register.messages):
        if fits(message.path, request.path):
            return index, message
    return None


def differences(
    cookie: Cookie, kept: KeptCookie, snapshot: Snapshot, journey: Journey
) -> Iterator[tuple[str, str]]:
    """Each with the key of the entry that says otherwise."""
    if cookie.path and kept.path != cookie.path:
        yield "path", f"its path is {kept.path}, not {cookie.path}"
    for key, is_so, words in (
        ("secure", kept.secure, ("it is Secure", "it is not Secure")),
        ("http_only", kept.http_only, ("scripts cannot read it", "scripts can read it")),
    ):
        wanted = getattr(cookie, key)
        if wanted is not None and wanted != is_so:
            yield key, words[0] if is_so else words[1]
    if cookie.same_site not in ("any", kept.same_site):
        yield "same_site", f"its SameSite is {kept.same_site}, not {cookie.same_site}"
    if cookie.value and not re.fullmatch(cookie.value, kept.value):
        yield "value", "its value is none that fits"
    if wrong := _lifetime(cookie, kept, snapshot, moved=journey.name == LATER):
        yield "lifetime", wrong


def _lifetime(cookie: Cookie, kept: KeptCookie, snapshot: Snapshot, *, moved: bool) -> str:
    if cookie.lifetime == "any":
        return ""
    wanted = seconds(cookie.lifetime)
    if wanted is None or kept.expires is None:
        if (wanted is None) == (kept.expires is None):
            return ""
        return "it outlives the browser" if wanted is None else "it ends with the browser"
    left = kept.expires - snapshot.at
    # A clock that was moved says nothing of what was set before.
    if left <= wanted + 60 and (moved or left >= wanted - max(TOLERANCE, wanted * 0.02)):
        return ""
    return f"it lives {_long(left)}, not {_long(wanted)}"


def _long(span: float) -> str:
    return f"{span / 86_400:.0f} days" if span >= 2 * 86_400 else f"{span:.0f} seconds"
