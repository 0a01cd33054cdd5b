"""Links and what pages load: each leads to a page, a heading or a file of this site."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urljoin

from generator.content.urls import closest, composed
from generator.recorded import Found, Place, Recorded, Rendered, is_elsewhere, split_address
from policy import Fault
from policy.manifest import audience_in

SCHEMES = frozenset(
    {
        "",
        "http",
        "https",
        "bitcoin",
        "geo",
        "im",
        "irc",
        "ircs",
        "magnet",
        "mailto",
        "matrix",
        "mms",
    }
    | {"news", "nntp", "openpgp4fpr", "sip", "sms", "smsto", "ssh", "tel", "urn", "webcal", "xmpp"}
    | {"facetime", "maps", "msteams", "sgnl", "skype", "tg", "viber", "whatsapp"}
)
"""What a link may begin with: what browsers hand on to other programs (WHATWG HTML, 8.3.2.1, but
for files on other machines), and programs by which people are reached. A script or data in a link
is refused."""

Anchors = Mapping[str, Mapping[str, Collection[str]]]
"""The ids of a page, by its address and `policy.manifest.variant_key`."""

Offered = TypeVar("Offered")


def seen_by(offered: Mapping[str, Offered], key: str) -> list[Offered]:
    """What a page offers, by `variant_key`, to whoever sees another page as `key`: one for each
    variant that the page may be in then."""
    audience = audience_in(key)
    known = [each for name, each in offered.items() if audience_in(name) == audience]
    is_all = audience in offered and len(known) == len({name.partition("+")[2] for name in offered})
    return known if is_all or not audience else [*known, *seen_by(offered, "")]


class Addresses:
    """What a link may lead to. `waiting` maps addresses that are not published to what is to be
    done first; what begins with one of `service` is answered by the service. Of an address that
    nothing has, `may_be_there` says whether nobody can tell."""

    def __init__(
        self,
        known: Collection[str],
        anchors: Anchors,
        waiting: Mapping[str, str],
        service: tuple[str, ...],
        may_be_there: Callable[[str], bool],
    ) -> None:
        self._known = known
        self._anchors = anchors
        self._waiting = waiting
        self._service = service
        self._may_be_there = may_be_there

    def wrong_link(self, base: str, link: str, audience: str) -> tuple[str, str] | None:
        """(what is wrong with a link on the page `base`, the hint); None when nothing is."""
        parts = split_address(link)
        if parts is None:
            return f"{link} is no address", "correct or remove the link"
        if parts.scheme not in SCHEMES:
            return f"a link cannot begin with {parts.scheme}:", "link to a page, or remove the link"
        if parts.scheme or parts.netloc or parts.path.startswith(self._service):
            return None
        target = target_of(base, parts)
        if target not in self._known:
            return self._leads_nowhere(link, target)
        anchor = unquote(parts.fragment)
        offered = self._anchors.get(target, {})
        own = offered.get(audience) if target == base else None
        several = [own] if own is not None else seen_by(offered, audience) if offered else []
        for ids in several if anchor else ():
            if anchor in ids:
                continue
            near = closest(anchor, ids)
            return f'the page {target} has no heading "#{anchor}"', near or "correct the link"
        return None

    def _leads_nowhere(self, link: str, target: str) -> tuple[str, str] | None:
        if self._may_be_there(target):
            return None
        shown = " ".join(link.split())
        return f"the link {shown} leads to no page", self._hint(target, "the link")

    def wrong_load(self, base: str, address: str) -> tuple[str, str] | None:
        """(what is wrong with what the page `base` loads, the hint); None where it is there."""
        parts = split_address(address)
        if parts is None:
            return f"{address} is no address", "correct or remove it"
        if is_elsewhere(parts):
            hint = "keep a copy beside the page, and use that"
            return f"{address} would be loaded from elsewhere", hint
        if parts.scheme:
            short = f"{address[:40]}…" if len(address) > 40 else address
            return f"{short} would not be shown", "keep it as a file beside the page, and use that"
        target = target_of(base, parts)
        if target.startswith(self._service) or target in self._known:
            return None
        return f"there is no file {address}", self._hint(target, "the address")

    def _hint(self, target: str, what: str) -> str:
        if target in self._waiting:
            return f"{self._waiting[target]}, or remove {what}"
        if composed(target) in self._known:
            return f"type {what} anew: letters and their accents stand apart in it"
        return closest(target, self._known) or f"correct or remove {what}"


def target_of(base: str, parts: SplitResult) -> str:
    """The address that a browser on the page `base` asks for."""
    return unquote(urljoin(base, parts.path or base))


def addresses_used(base: str, named: Iterable[Found]) -> Iterator[str]:
    """The addresses on this site among those that the page `base` names, as links or to load."""
    for found in named:
        parts = split_address(found.value)
        if parts and not parts.scheme and not parts.netloc:
            yield target_of(base, parts)


def anchors(rendered: Sequence[Rendered]) -> Anchors:
    """The ids of every page."""
    return {
        each.page.url: {
            key: {found.value for found in recorded.ids} for key, recorded in each.recorded.items()
        }
        for each in rendered
    }


def link_faults(
    rendered: Sequence[Rendered], addresses: Addresses, menus: Collection[str]
) -> Iterator[Fault]:
    """Links and loads that lead nowhere. Those of `menus` are told where the menus are."""
    told: set[tuple[Place, str]] = set()
    for each in rendered:
        for audience, recorded in each.recorded.items():
            for found, wrong in _wrong(each.page.url, recorded, addresses, audience):
                own = found.place.own
                if own or (found.value not in menus and (found.place, found.value) not in told):
                    told.add((found.place, found.value))
                    yield Fault(found.place.path, found.place.line, *wrong)


def file_faults(documents: Mapping[str, Recorded], addresses: Addresses) -> Iterator[Fault]:
    """Links and loads that lead nowhere, of HTML files by address."""
    for url, recorded in documents.items():
        for found, wrong in _wrong(url, recorded, addresses, ""):
            yield Fault(found.place.path, found.place.line, *wrong)


def _wrong(
    url: str, recorded: Recorded, addresses: Addresses, audience: str
) -> Iterator[tuple[Found, tuple[str, str]]]:
    for found in recorded.links:
        if wrong := addresses.wrong_link(url, found.value, audience):
            yield found, wrong
    for found in recorded.loads:
        if wrong := addresses.wrong_load(url, found.value):
            yield found, wrong
