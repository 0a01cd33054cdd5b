"""The card that is drawn of a page's title where the page has no picture of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from generator.pictures.derived import CARD_SIZE, FOLDER, Derived, digest_of_parts, plain_name
from policy.pictures import CardSettings

__all__ = ["ASSETS", "SETTINGS", "Card", "CardStyle", "Wanted"]

ASSETS = "site/assets"
SETTINGS = "site/settings.toml"
_DRAWN_BY = 1
"""The next number, when the code that draws cards changes what they look like."""


@dataclass(frozen=True, slots=True)
class CardStyle:
    """What all cards of a site share. `digests` are those of the files that it names; `own` has,
    by address, the ground that is one page's alone, and its digest."""

    settings: CardSettings
    name: str
    language: str
    digests: tuple[str, ...]
    own: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def of_page(self, url: str) -> CardStyle:
        """That of one page, which depends on no other page's ground."""
        picture, digest = self.own.get(url, ("", ""))
        changed = {"pages": (), **({"picture": picture} if picture else {})}
        settings = self.settings.model_copy(update=changed)
        digests = (*self.digests, digest) if picture else self.digests
        return replace(self, settings=settings, digests=digests, own={})


@dataclass(frozen=True, slots=True)
class Card:
    """The card of a page with that title."""

    title: str
    style: CardStyle

    size = CARD_SIZE
    source = SETTINGS

    @property
    def key(self) -> str:
        """A digest of all that its bytes depend on."""
        return digest_of_parts(_DRAWN_BY, _versions(), self.title, self.style)

    @property
    def address(self) -> str:
        """Where it is published."""
        return f"{FOLDER}card-{plain_name(self.title)}.{self.key[:12]}.png"


Wanted = Derived | Card
"""What is to be made for a page."""


@cache
def _versions() -> str:
    from PIL import __version__, features  # noqa: PLC0415  (as above)

    names = ("freetype2", "raqm", "fribidi", "harfbuzz", "zlib", "zlib_ng")
    return f"Pillow {__version__} {[features.version(name) for name in names]}"
