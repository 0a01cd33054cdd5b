"""What cards are made with: fonts and pictures of the site's assets, which can be read."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping

from generator.content.urls import closest
from generator.pictures.cards import ASSETS, SETTINGS, CardStyle
from policy import Fault, Faults, Site, nearest
from policy.pictures import CardSettings
from policy.site_files import read_bytes

__all__ = ["card_page_faults", "card_style"]


def card_style(site: Site, assets: Mapping[str, str]) -> tuple[CardStyle | None, tuple[Fault, ...]]:
    """How cards look; None where the site wants none. `assets` are the names that it has."""
    settings = site.settings.card
    if settings is None:
        return None, ()
    faults = list(_faults(site, settings, assets))
    if faults:
        return None, tuple(faults)
    digests = tuple(_digest(site, name) for name in settings.assets)
    own = {each.page: (each.picture, _digest(site, each.picture)) for each in settings.pages}
    return CardStyle(settings, site.settings.name, site.settings.language, digests, own), ()


def card_page_faults(site: Site, pages: Collection[str]) -> Iterator[Fault]:
    """Cards of pages that are not there, or that another card is declared for."""
    seen: set[str] = set()
    for index, each in enumerate(site.settings.card.pages if site.settings.card else ()):
        line = site.line(SETTINGS, "card", "page", index, "page")
        if each.page not in pages:
            message = f"a card is declared for no page: {each.page}"
            yield Fault(SETTINGS, line, message, closest(each.page, pages))
        if each.page in seen:
            message = f"the card of {each.page} is declared twice"
            yield Fault(SETTINGS, line, message, "remove one of them")
        seen.add(each.page)


def _files(settings: CardSettings) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """(place, name of an asset) of each file that the cards are made with."""
    yield from ((("fonts",), name) for name in settings.fonts)
    yield from (
        ((key,), getattr(settings, key)) for key in ("picture", "logo") if getattr(settings, key)
    )
    for index, each in enumerate(settings.pages):
        yield ("page", index, "picture"), each.picture


def _digest(site: Site, name: str) -> str:
    return hashlib.sha256(read_bytes(site.root, f"{ASSETS}/{name}")).hexdigest()


def _faults(site: Site, settings: CardSettings, assets: Iterable[str]) -> Iterator[Fault]:
    from generator.pictures.card_drawing import unusable  # noqa: PLC0415  (others need no fonts)

    known = set(assets)
    for place, name in _files(settings):
        key, line = place[0], site.line(SETTINGS, "card", *place)
        if name not in known:
            yield Fault(SETTINGS, line, f'there is no asset "{name}"', nearest(name, known))
            continue
        try:
            data = read_bytes(site.root, f"{ASSETS}/{name}")
        except Faults as error:
            yield from error.faults
            continue
        if message := unusable(str(key), data):
            hint = (
                "name a TrueType, OpenType or WOFF2 font"
                if key == "fonts"
                else "name a PNG or JPEG"
            )
            yield Fault(SETTINGS, line, f'"{name}" {message}', hint)
