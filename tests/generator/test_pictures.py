"""Pictures leave without a word of where, when and with what they were taken, and look the same."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, PngImagePlugin, features

import generator
from generator.images import BrokenPicture, HiddenTrack, clean
from tests.generator.test_build_site import DAY

SECRETS = (b"SECRETCAMERA", b"SECRETPLACE", b"SECRETNAME", b"2026:11:24", b"GPSLatitude")
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description exif:GPSLatitude="37,3.1N" name="SECRETPLACE"/></rdf:RDF>'
    b"</x:xmpmeta>"
)
LATITUDE = struct.pack(">IIIIII", 37, 1, 3, 1, 4321, 100)
"""37° 3' 43.21", as Exif stores it; in the other order of bytes too."""

PLACES = (LATITUDE, struct.pack("<IIIIII", 37, 1, 3, 1, 4321, 100))


def notes(turn: int = 1) -> bytes:
    """Exif with camera, time and GPS position."""
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    exif[0x9286] = "SECRETNAME"
    exif[0x0132] = "2026:11:24 10:00:00"
    exif[0x0112] = turn
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (37.0, 3.0, 43.21)
    gps[3], gps[4] = "W", (122.0, 0.0, 55.0)
    return exif.tobytes()


def picture(mode: str = "RGB") -> Image.Image:
    """Wider than high, and different in each corner."""
    image = Image.new("RGB", (40, 24), "white")
    image.paste("red", (0, 0, 20, 12))
    image.paste("blue", (20, 12, 40, 24))
    return image.convert(mode)


PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def saved(kind: str, turn: int = 1, **given: object) -> bytes:
    out = io.BytesIO()
    picture().save(out, kind, exif=notes(turn), icc_profile=PROFILE, **given)
    return out.getvalue()


def jpeg(turn: int = 1, **given: object) -> bytes:
    """With everything that cameras and programs add, and a second picture behind the first."""
    data = saved("JPEG", turn, xmp=XMP, comment=b"SECRETNAME", **given)
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x12\x1c\x02\x5a\0\x0bSECRETPLACE\0"
    more = b"\xff\xed" + (len(iptc) + 2).to_bytes(2) + iptc
    more += b"\xff\xe5\0\x0eSECRETCAMERA"
    return data[:2] + more + data[2:] + saved("JPEG") + b"SECRETNAME"


def png(turn: int = 1) -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "SECRETNAME")
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    texts.add_text("Comment", "SECRETPLACE " * 9, zip=False)
    texts.add(b"tIME", b"\x07\xea\x0b\x18\x0a\0\0")
    return saved("PNG", turn, pnginfo=texts) + b"SECRETNAME"


def webp(turn: int = 1) -> bytes:
    return saved("WEBP", turn, xmp=XMP, lossless=True) + b"SECRETNAME"


def gif(turn: int = 1) -> bytes:
    out = io.BytesIO()
    second = ImageOps.flip(picture()).convert("P")
    picture("P").save(
        out, "GIF", save_all=True, append_images=[second], comment=b"SECRETNAME", loop=0, xmp=XMP
    )
    data = out.getvalue()
    xmp = b"\x21\xff\x0bXMP DataXMP" + XMP + b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    return data[:-1] + b"\x21\xfe\x0bSECRETPLACE\0" + xmp + b"\x3bSECRETNAME"


def avif(turn: int = 1) -> bytes:
    return saved("AVIF", turn, xmp=XMP)


def ico(turn: int = 1) -> bytes:
    """A PNG and a bitmap, with notes in the one, between them and behind them."""
    first, second = png(), bitmap()
    entry = struct.Struct("<BBBBHHII").pack
    return (
        b"\0\0\1\0\2\0"
        + entry(40, 24, 0, 0, 1, 32, len(first), 38)
        + entry(16, 16, 0, 0, 1, 32, len(second), 38 + len(first) + 10)
        + first
        + b"SECRETNAME"
        + second
        + b"SECRETPLACE"
    )


def bitmap() -> bytes:
    """As an icon of 16 x 16 has it: twice as high, for the mask."""
    out = io.BytesIO()
    Image.new("RGBA", (16, 16), "red").save(out, "ICO", bitmap_format="bmp", sizes=[(16, 16)])
    return out.getvalue()[22:]


KINDS: dict[str, Callable[[int], bytes]] = {
    "jpg": jpeg, "png": png, "webp": webp, "gif": gif, "avif": avif, "ico": ico
}  # fmt: skip


def shown(data: bytes) -> Image.Image:
    """The picture as a browser shows it: turned as its file says."""
    return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_a_published_picture_tells_nothing_and_looks_the_same(kind, turn):
    """A byte search finds no camera, place, time or name; every pixel is as before, and upright."""
    data = KINDS[kind](turn)
    assert any(secret in data for secret in SECRETS)
    cleaned = clean(data)
    assert [secret for secret in (*SECRETS, *PLACES) if secret in cleaned] == []
    assert shown(cleaned).tobytes() == shown(data).tobytes()
    assert shown(cleaned).size == (
        (24, 40) if turn in (6, 8) and kind not in ("gif", "ico") else (40, 24)
    )
    left = Image.open(io.BytesIO(cleaned)).getexif()
    assert set(left) <= {0x0112}
    assert left.get_ifd(0x8825) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_cleaning_twice_changes_nothing_more(kind):
    once = clean(KINDS[kind](6))
    assert clean(once) == once


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "avif"])
def test_the_color_profile_stays(kind):
    assert Image.open(io.BytesIO(clean(KINDS[kind](1)))).info["icc_profile"] == PROFILE


def test_jpeg_is_not_compressed_again():
    """What follows the headers, up to its end, is bit for bit what it was; progressive as well."""
    for options in ({}, {"progressive": True}, {"restart_marker_blocks": 1}):
        data = jpeg(**options)
        start = data.index(b"\xff\xdb")
        end = data.index(b"\xff\xd9\xff\xd8", start)
        assert clean(data).endswith(data[start : end + 2])


def test_animations_go_on():
    cleaned = Image.open(io.BytesIO(clean(gif())))
    assert (cleaned.n_frames, cleaned.info["loop"]) == (2, 0)
    out = io.BytesIO()
    frames = [picture(), ImageOps.flip(picture())]
    frames[0].save(
        out, "WEBP", save_all=True, append_images=frames[1:], exif=notes(), lossless=True
    )
    assert Image.open(io.BytesIO(clean(out.getvalue()))).n_frames == 2
    out = io.BytesIO()
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:], exif=notes())
    assert Image.open(io.BytesIO(clean(out.getvalue()))).n_frames == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_was_saved_in_part_is_refused(kind):
    whole = clean(KINDS[kind](6))  # Nothing stands behind its end.
    for share in (0.7, 0.8, 0.9, 0.95):
        with pytest.raises(BrokenPicture):
            clean(whole[: int(len(whole) * share)])


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_damaged_picture_is_a_fault_and_never_a_crash(kind, data):
    """Cut short, or with bytes changed anywhere: cleaned, or refused."""
    whole = bytearray(KINDS[kind](6))
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        cleaned = clean(cut)
    except (BrokenPicture, HiddenTrack):
        return
    assert len(cleaned) <= len(cut) + 64


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return (len(body) + 8).to_bytes(4) + kind + body


def video(handler: bytes = b"vide") -> bytes:
    place = box(b"\xa9xyz", b"\0\x12\x15\xc7+37.0620-122.0153/")
    track = box(
        b"trak",
        box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12), b"\0")),
        box(b"udta", b"SECRETCAMERA"),
    )
    return (
        box(b"ftyp", b"isom\0\0\2\0isomiso2")
        + box(b"mdat", b"PICTURES")
        + box(b"moov", box(b"mvhd", bytes(100)), track, box(b"udta", place), box(b"meta", XMP))
        + box(b"uuid", bytes(16), XMP)
    )


def test_a_video_tells_nothing_either():
    data = video()
    cleaned = clean(data)
    assert b"+37.0620" in data
    assert [each for each in (*SECRETS, b"+37.0620", b"xmpmeta") if each in cleaned] == []
    assert len(cleaned) == len(data)
    assert b"PICTURES" in cleaned


def test_a_video_with_a_track_of_positions_is_refused():
    with pytest.raises(HiddenTrack, match="meta"):
        clean(video(b"meta"))


def test_what_is_published_is_clean_wherever_it_stands(root, tmp_path):
    """Beside a page, under a wrong ending, in site/assets, and inside a drawing."""
    content = root / "content"
    (content / "a.JPG").write_bytes(jpeg(6))
    (content / "b.png").write_bytes(jpeg())
    (root / "site" / "assets" / "c.webp").write_bytes(webp())
    inner = base64.b64encode(jpeg()).decode()
    (content / "d.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="http://www.inkscape.org/namespaces/ink'
        'scape" i:export-filename="/home/SECRETNAME/a.png"><!-- SECRETNAME --><metadata>SECRETPLACE'
        f'</metadata><image href="data:image/jpeg;base64,{inner}" width="40" height="24"/></svg>'
    )
    text = (content / "about.md").read_text()
    (content / "about.md").write_text(text + "\n![A](a.JPG) ![B](b.png) ![D](d.svg)\n")
    generator.build(root, tmp_path / "public", today=DAY)
    for path in (tmp_path / "public").rglob("*"):
        if path.is_file() and path.suffix not in (".br", ".gz"):
            data = path.read_bytes()
            for found in data.split(b"base64,")[1:]:
                data += base64.b64decode(found.split(b'"')[0])
            assert [each for each in SECRETS if each in data] == [], path
    assert (tmp_path / "public" / "d.svg").read_text().startswith("<svg xmlns=")


def test_pictures_of_this_site_are_as_they_were():
    """Ours have no metadata, and so they are published bit for bit."""
    for path in (Path(__file__).parents[2] / "site" / "assets").rglob("*.png"):
        assert shown(clean(path.read_bytes())).tobytes() == shown(path.read_bytes()).tobytes()


assert features.check("avif")
