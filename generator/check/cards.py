"""What cards are made with: fonts and pictures of the site's assets, which can be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from generator.pictures.cards import ASSETS, SETTINGS, CardStyle
from policy import Fault, Faults, Site, nearest
from policy.pictures import CardSettings
from policy.site_files import read_bytes

__all__ = ["card_style"]


def card_style(site: Site, assets: Mapping[str, str]) -> tuple[CardStyle | None, tuple[Fault, ...]]:
    """How cards look; None where the site wants none. `assets` are the names that it has."""
    settings = site.settings.card
    if settings is None:
        return None, ()
    faults = list(_faults(site, settings, assets))
    if faults:
        return None, tuple(faults)
    digests = tuple(_digest(site, name) for name in settings.assets)
    return CardStyle(settings, site.settings.name, site.settings.language, digests), ()


def _files(settings: CardSettings) -> Iterator[tuple[str, str]]:
    """(key, name of an asset) of each file that the cards are made with."""
    yield from (("fonts", name) for name in settings.fonts)
    yield from (
        (key, getattr(settings, key)) for key in ("picture", "logo") if getattr(settings, key)
    )


def _digest(site: Site, name: str) -> str:
    return hashlib.sha256(read_bytes(site.root, f"{ASSETS}/{name}")).hexdigest()


def _faults(site: Site, settings: CardSettings, assets: Iterable[str]) -> Iterator[Fault]:
    from generator.pictures.card_drawing import unusable  # noqa: PLC0415  (others need no fonts)

    known = set(assets)
    for key, name in _files(settings):
        line = site.line(SETTINGS, "card", key)
        if name not in known:
            yield Fault(SETTINGS, line, f'there is no asset "{name}"', nearest(name, known))
            continue
        try:
            data = read_bytes(site.root, f"{ASSETS}/{name}")
        except Faults as error:
            yield from error.faults
            continue
        if message := unusable(key, data):
            hint = (
                "name a TrueType, OpenType or WOFF2 font"
                if key == "fonts"
                else "name a PNG or JPEG"
            )
            yield Fault(SETTINGS, line, f'"{name}" {message}', hint)
