"""One original decoded, and all that is made of it: upright, in sRGB, and without a word."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from PIL import Image, ImageCms, ImageOps

from generator.pictures.derived import RECIPES, Derived
from generator.pictures.original import opened

__all__ = ["decode", "encoded"]

_OPAQUE = ("JPEG",)
_SIXTEEN_BITS = 256


def encoded(data: bytes, wanted: Sequence[Derived]) -> Iterator[tuple[Derived, bytes]]:
    """Each of the `wanted` pictures of one original, whose bytes are `data`.

    They are decoded once, and no larger than the largest needs. Raises BrokenPicture where they
    cannot be.
    """
    with opened(data) as image:
        _read_small(image, wanted)
        image.load()
        upright = _plain(ImageOps.exif_transpose(_reduced(image, wanted)))
    original = wanted[0].original
    for each in wanted:
        yield each, _saved(_resized(upright, each, upright.width / original.width), each)


def decode(data: bytes) -> None:
    """Decode a picture to see whether it can be. Raises BrokenPicture."""
    with opened(data) as image:
        image.draft(None, (1, 1))  # A JPEG is read to its end, but into an eighth of its size.
        image.load()


def _read_small(image: Image.Image, wanted: Sequence[Derived]) -> None:
    """Let a JPEG be decoded at a half, a quarter or an eighth, where that is enough."""
    scale = _largest_scale(wanted)
    width, height = image.size
    image.draft(None, (max(1, round(width * scale)), max(1, round(height * scale))))


def _largest_scale(wanted: Sequence[Derived]) -> float:
    """How many pixels the largest has for one of the original, side by side."""
    whole = wanted[0].original.width
    return max(each.size[0] / (each.box[2] - each.box[0] if each.box else whole) for each in wanted)


def _reduced(image: Image.Image, wanted: Sequence[Derived]) -> Image.Image:
    """Twice as large as the largest needs: what follows makes copies, of which each pixel of a
    large original would take bytes."""
    original = wanted[0].original
    decoded = max(image.size) / max(original.width, original.height)
    factor = int(0.5 * decoded / _largest_scale(wanted))
    if factor < 2 or image.mode not in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    reduced = image.reduce(factor)
    image.close()
    return reduced


def _plain(image: Image.Image) -> Image.Image:
    """In L, RGB or RGBA, with eight bits for each, and the colors of sRGB."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        image = image.convert("I").point(lambda value: value / _SIXTEEN_BITS).convert("L")
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
    if image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("L" if image.mode in ("1", "LA") else "RGB")
    image = _in_srgb(image, profile) if profile else image
    image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    if alpha:
        image = image.convert("RGB")
        image.putalpha(alpha)
    return image


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Converted from its profile. One that makes no sense, or is for another kind of picture, is
    passed over, as browsers do."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if (source.profile.profile_description or "").startswith("sRGB"):
            return image
        return (
            ImageCms.profileToProfile(
                image,
                source,
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            or image
        )
    except (ImageCms.PyCMSError, OSError):
        return image


def _resized(image: Image.Image, wanted: Derived, scale: float) -> Image.Image:
    box = None
    if wanted.box:
        left, top, right, lower = (edge * scale for edge in wanted.box)
        box = (left, top, min(right, image.width), min(lower, image.height))
    return image.resize(wanted.size, Image.Resampling.LANCZOS, box, reducing_gap=3.0)


def _saved(image: Image.Image, wanted: Derived) -> bytes:
    recipe = RECIPES[wanted.recipe]
    if recipe.format in _OPAQUE and image.mode == "RGBA":
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image).convert("RGB")
    image.info.clear()  # Pillow would write the profile and notes of the original again.
    data = _bytes(image, recipe.format, recipe.options)
    if wanted.recipe == "sharp-webp":
        # Flat colors are often smaller without loss, and then there is no reason for any.
        return min(data, _bytes(image, recipe.format, {"lossless": True, "method": 4}), key=len)
    return data


def _bytes(image: Image.Image, format_: str, options: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()
