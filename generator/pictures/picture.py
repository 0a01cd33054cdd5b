"""The HTML of a picture: every kind and width that there is, with its place kept free for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from generator.pictures.derived import RECIPES, Box, Derived, derived, kinds
from generator.pictures.original import Original

__all__ = ["Narrow", "Shown", "element", "img", "plain"]

_TYPES = {
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}
_FALLBACK_WIDTH = 1280
"""What browsers get that know no `srcset`, and programs that read only `src`."""


@dataclass(frozen=True)
class Shown:
    """An original as it is shown somewhere: all, or the part `box`, as wide as `sizes` says."""

    original: Original
    sizes: str
    widths: Sequence[int]
    box: Box | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels of the original."""
        if self.box:
            return self.box[2] - self.box[0], self.box[3] - self.box[1]
        return self.original.width, self.original.height

    def made(self, recipe: str) -> list[Derived]:
        """What is made of it by one recipe, the smallest first."""
        return list(derived(self.original, recipe, self.widths, self.box))

    @property
    def all_made(self) -> list[Derived]:
        """What is made of it by all recipes."""
        return [each for recipe in kinds(self.original) for each in self.made(recipe)]


@dataclass(frozen=True)
class Narrow:
    """What narrow screens get, those of which the query `media` is true: `shown`, or the file at an
    address as it is."""

    media: str
    shown: Shown | str


def element(wide: Shown, attributes: Mapping[str, str], narrow: Narrow | None) -> Markup:
    """A `<picture>`. `attributes` are those of its `<img>`."""
    *better, last = kinds(wide.original)
    fallback = wide.made(last)
    usual = next((each for each in fallback if each.size[0] >= _FALLBACK_WIDTH), fallback[-1])
    own = {"src": usual.address, "srcset": _srcset(fallback), "sizes": wide.sizes}
    sources = [*_narrow_sources(narrow), *_sources(wide, better, {})]
    return _picture(sources, own | dict(attributes), wide.size)


def plain(
    attributes: Mapping[str, str], size: tuple[int, int] | None, narrow: Narrow | None
) -> Markup:
    """An `<img>` of a file as it is; in a `<picture>` where narrow screens get something else."""
    sources = list(_narrow_sources(narrow))
    return _picture(sources, attributes, size) if sources else img(attributes, size)


def img(attributes: Mapping[str, str], size: tuple[int, int] | None) -> Markup:
    """An `<img>`, with its size in pixels where that is known."""
    known = {"width": str(size[0]), "height": str(size[1])} if size else {}
    return _tag("img", known | dict(attributes))


def _picture(
    sources: Sequence[Markup], attributes: Mapping[str, str], size: tuple[int, int] | None
) -> Markup:
    inner = (*sources, img(attributes, size))
    return Markup("<picture>{}</picture>").format(Markup("").join(inner))


def _narrow_sources(narrow: Narrow | None) -> Iterator[Markup]:
    if narrow is None:
        return
    where = {"media": narrow.media}
    if isinstance(narrow.shown, str):
        yield _tag("source", where | {"srcset": narrow.shown})
        return
    width, height = narrow.shown.size
    where |= {"width": str(width), "height": str(height)}
    yield from _sources(narrow.shown, kinds(narrow.shown.original), where)


def _sources(shown: Shown, recipes: Sequence[str], where: Mapping[str, str]) -> Iterator[Markup]:
    for recipe in recipes:
        kind = _TYPES[RECIPES[recipe].ending]
        given = {"type": kind, "srcset": _srcset(shown.made(recipe)), "sizes": shown.sizes}
        yield _tag("source", {**where, **given})


def _srcset(made: Sequence[Derived]) -> str:
    return ", ".join(f"{each.address} {each.size[0]}w" for each in made)


def _tag(name: str, attributes: Mapping[str, str]) -> Markup:
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{written}>")  # noqa: S704  (escaped above)
