"""Pictures that tests make: small, of every kind, right and wrong."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

TEXT = """---
title: Photos
description: A page with photos, so that its description is as long as it should be for search.
{front}---
{body}
"""


def scene(width: int = 400, height: int = 300) -> Image.Image:
    """Another color in each corner, and soft in between: red, green; blue, white."""
    corners = Image.new("RGB", (2, 2))
    for place, color in (((0, 0), "red"), ((1, 0), "lime"), ((0, 1), "blue"), ((1, 1), "white")):
        corners.putpixel(place, tuple(Image.new("RGB", (1, 1), color).getpixel((0, 0))))
    return corners.resize((width, height), Image.Resampling.BILINEAR)


def saved(image: Image.Image, kind: str, **given: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **given)
    return out.getvalue()


def turned(turn: int, kind: str = "JPEG", **given: object) -> bytes:
    """The scene as a camera saves it that was held otherwise: shown right, it is upright."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    image = scene().transpose(back[turn]) if turn in back else scene()
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = "SECRETCAMERA"
    return saved(image, kind, exif=exif.tobytes(), **given)


def corners(data: bytes) -> list[str]:
    """The nearest plain color in each corner of a picture: the upper left and right, the lower."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    edge = 3
    places = [
        (edge, edge),
        (width - edge, edge),
        (edge, height - edge),
        (width - edge, height - edge),
    ]
    return [near(image.getpixel(place)) for place in places]


def seen(data: bytes | Path) -> Image.Image:
    """A picture that is decoded, and whose file is closed."""
    with Image.open(data if isinstance(data, Path) else io.BytesIO(data)) as image:
        image.load()
        return image


def near(color: object) -> str:
    assert isinstance(color, tuple)
    known = {
        "red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "white": (255, 255, 255),
        "black": (0, 0, 0), "grey": (128, 128, 128),
    }  # fmt: skip
    return min(
        known, key=lambda name: sum((a - b) ** 2 for a, b in zip(known[name], color, strict=False))
    )


UPRIGHT = ["red", "green", "blue", "white"]


def wide_gamut() -> bytes:
    """A profile whose red is far redder than that of sRGB: with channels swapped, so that a
    picture with it that is not converted has quite another color."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tags = {name: profile.index(name, 128) for name in (b"rXYZ", b"gXYZ")}
    data = bytearray(profile)
    for new, old in ((b"rXYZ", b"gXYZ"), (b"gXYZ", b"rXYZ")):
        data[tags[new] : tags[new] + 4] = old
    return bytes(data).replace(b"s\0R\0G\0B\0", b"o\0d\0d\0 \0").replace(b"sRGB", b"odd ")


def claimed_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be that large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(100))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def claimed_jpeg(width: int, height: int) -> bytes:
    """A JPEG of a few bytes that claims to be that large."""
    data = bytearray(saved(scene(16, 16), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def damaged_png() -> bytes:
    """A PNG that is whole from the outside, with another byte in its pixels."""
    data = bytearray(saved(scene(), "PNG"))
    data[data.index(b"IDAT") + 200] ^= 0xFF
    return bytes(data)


def frames() -> list[Image.Image]:
    return [scene(40, 30), ImageOps.flip(scene(40, 30))]


def page(root: Path, body: str, front: str = "", name: str = "photos.md") -> Path:
    """Write a page of a site with pictures in it."""
    path = root / "content" / name
    path.write_text(TEXT.format(front=front, body=body), encoding="utf-8")
    return path


def put(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files beside the pages of a site."""
    for name, data in files.items():
        path = root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
