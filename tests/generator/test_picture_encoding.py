"""What is made of a picture: upright, in sRGB, no larger than it was, and without a word."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFile, ImageStat, features

from generator.images import BrokenPicture
from generator.pictures.derived import RECIPES, Derived, card, cut, derived, kinds, widths
from generator.pictures.encode import decode, encoded
from generator.pictures.original import Original, TooManyPixels, read_original
from tests.generator.photos import (
    UPRIGHT,
    claimed_jpeg,
    claimed_png,
    corners,
    damaged_png,
    frames,
    near,
    saved,
    scene,
    seen,
    turned,
    wide_gamut,
)


def made(data: bytes, *recipes: str, wanted: tuple[int, ...] = (200,)) -> list[Image.Image]:
    original = read_original("x", data)
    asked = [
        each for recipe in recipes or kinds(original) for each in derived(original, recipe, wanted)
    ]
    return [Image.open(io.BytesIO(out)) for _, out in encoded(data, asked)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_stands_upright_whichever_way_its_camera_was_held(turn, kind):
    data = turned(turn, kind)
    original = read_original("x", data)
    assert (original.width, original.height) == (400, 300)
    for each in derived(original, "jpeg", (200,)):
        [(_, out)] = encoded(data, [each])
        assert Image.open(io.BytesIO(out)).size == each.size == (200, 150)
        assert corners(out) == UPRIGHT
    # A large one is first reduced as a whole.
    [(_, out)] = encoded(data, list(derived(original, "jpeg", (40,))))
    assert Image.open(io.BytesIO(out)).size == (40, 30)
    assert corners(out) == UPRIGHT


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("width", [30, 60, 90, 200, 300])
def test_a_picture_is_as_sharp_as_its_size_allows(kind, width):
    """Lines that are just wide enough to be seen in it, however it is decoded and reduced."""
    lines = Image.new("L", (960, 640), "white")
    step = 960 // width * 4
    for x in range(0, 960, step):
        lines.paste("black", (x, 0, x + step // 2, 640))
    data = saved(lines.convert("RGB"), kind, quality=95)
    original = read_original("x", data)
    [(_, out)] = encoded(data, [Derived(original, "png", None, (width, width * 2 // 3))])
    direct = lines.convert("RGB").resize((width, width * 2 // 3), Image.Resampling.LANCZOS)
    differs = ImageStat.Stat(ImageChops.difference(seen(out).convert("RGB"), direct)).mean
    assert max(differs) < 8


@pytest.mark.parametrize("turn", [1, 6])
def test_a_part_is_cut_from_the_picture_as_it_is_shown(turn):
    data = turned(turn)
    original = read_original("x", data)
    box = (0, 0, 100, 150)
    [(_, out)] = encoded(data, [Derived(original, "jpeg", box, (100, 150))])
    image = Image.open(io.BytesIO(out)).convert("RGB")
    assert near(image.getpixel((2, 2))) == "red"
    red, green, blue = scene().getpixel((97, 147))
    assert [
        abs(a - b) < 12 for a, b in zip(image.getpixel((97, 147)), (red, green, blue), strict=True)
    ] == [True] * 3


@pytest.mark.parametrize("recipe", RECIPES)
def test_nothing_of_the_original_but_its_picture_is_left(recipe):
    data = turned(6, "JPEG", icc_profile=wide_gamut(), comment=b"SECRETPLACE")
    original = read_original("x", data)
    [(_, out)] = encoded(data, [Derived(original, recipe, None, (200, 150))])
    left = Image.open(io.BytesIO(out))
    assert b"SECRET" not in out
    assert dict(left.getexif()) == {}
    assert not {"icc_profile", "exif", "xmp", "comment"} & left.info.keys()


def test_the_same_picture_is_made_to_the_same_bytes():
    data = turned(1)
    original = read_original("x", data)
    asked = [each for recipe in kinds(original) for each in derived(original, recipe, (320, 640))]
    assert list(encoded(data, asked)) == list(encoded(data, asked))


def test_colors_are_converted_from_the_profile():
    """The profile swaps red and green: not converted, the corner would be red."""
    for kind in ("JPEG", "PNG", "WEBP", "AVIF"):
        data = saved(scene(), kind, icc_profile=wide_gamut())
        for image in made(data):
            assert near(image.convert("RGB").getpixel((2, 2))) == "green", kind


@pytest.mark.parametrize("profile", [b"", b"nonsense", wide_gamut()[:200]])
def test_a_profile_that_makes_no_sense_is_passed_over(profile):
    for image in made(saved(scene(), "JPEG", icc_profile=profile)):
        assert near(image.convert("RGB").getpixel((2, 2))) == "red"


def test_print_colors_become_those_of_screens():
    """CMYK as programs for print save it, with Adobe's mark, by which its values are inverted."""
    for image in made(saved(scene().convert("CMYK"), "JPEG")):
        out = io.BytesIO()
        image.convert("RGB").save(out, "PNG")
        assert corners(out.getvalue()) == UPRIGHT


def test_sixteen_bits_become_eight():
    """A ramp of gray: the middle stays in the middle."""
    ramp = Image.new("I;16", (256, 8))
    for x in range(256):
        for y in range(8):
            ramp.putpixel((x, y), x * 256 + 128)
    for image in made(saved(ramp, "PNG"), wanted=(256,)):
        gray = image.convert("L")
        assert [abs(gray.getpixel((x, 4)) - x) <= 4 for x in (8, 64, 128, 192, 248)] == [True] * 5


@pytest.mark.parametrize("mode", ["P", "RGBA", "LA", "tRNS"])
def test_what_can_be_seen_through_stays_so(mode):
    image = scene().convert("RGBA")
    image.putalpha(
        Image.linear_gradient("L").rotate(90).resize(image.size).point(lambda v: 255 * (v > 127))
    )
    if mode == "P":
        data = saved(image.quantize(64), "PNG")
    elif mode == "tRNS":
        data = saved(Image.new("RGB", (400, 300), "red"), "PNG", transparency=(255, 0, 0))
    else:
        data = saved(image.convert(mode), "PNG")
    for out in made(data):
        alpha = out.convert("RGBA").getchannel("A").getextrema()
        assert alpha[0] < 10
        assert alpha[1] > 245 or mode == "tRNS"


def test_a_card_of_a_picture_that_can_be_seen_through_is_on_white():
    data = saved(Image.new("RGBA", (2400, 1260), (255, 0, 0, 0)), "PNG")
    [(_, out)] = encoded(data, [card(read_original("x", data))])
    image = Image.open(io.BytesIO(out))
    assert (image.size, near(image.getpixel((600, 300)))) == ((1200, 630), "white")


@pytest.mark.parametrize("mode", ["1", "L"])
def test_black_and_white_pictures_are_made_as_well(mode):
    image = Image.linear_gradient("L").resize((400, 300)).convert(mode)
    for out in made(saved(image, "PNG")):
        assert near(out.convert("RGB").getpixel((100, 2))) == "black"
        assert near(out.convert("RGB").getpixel((100, 148))) == "white"


def test_what_moves_is_known_as_such():
    first, second = frames()
    for kind in ("GIF", "PNG", "WEBP", "AVIF"):
        data = saved(first, kind, save_all=True, append_images=[second])
        assert read_original("x", data).moves, kind
        assert not read_original("x", saved(first, kind)).moves, kind


def test_a_photo_with_another_one_behind_it_does_not_move():
    """Phones save a second picture, for depth or for brightness, behind the first (MPO)."""
    data = saved(scene(), "MPO", save_all=True, append_images=[scene(40, 30)])
    assert Image.open(io.BytesIO(data)).format == "MPO"
    original = read_original("x", data)
    assert (original.format, original.moves) == ("JPEG", False)
    assert [image.size for image in made(data)] == [(200, 150)] * 3


@pytest.mark.parametrize("claimed", [claimed_png, claimed_jpeg])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(claimed, monkeypatch):
    bomb, large = claimed(60_000, 60_000), claimed(10_000, 10_000)
    monkeypatch.setattr(ImageFile.ImageFile, "load", None)  # Nobody may even try.
    with pytest.raises(TooManyPixels) as refused:
        read_original("x", bomb)
    assert (refused.value.width, refused.value.height) == (60_000, 60_000)
    assert read_original("x", large).width == 10_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Words.",
        saved(scene(), "JPEG")[:-200],
        saved(scene(), "PNG")[:400],
        saved(scene(), "BMP"),
    ],
)
def test_what_is_no_whole_picture_is_refused_by_its_header(data):
    with pytest.raises(BrokenPicture):
        read_original("x", data)


def test_what_cannot_be_decoded_is_refused_then():
    original = read_original("x", damaged_png())
    with pytest.raises(BrokenPicture):
        decode(damaged_png())
    with pytest.raises(BrokenPicture):
        list(encoded(damaged_png(), [Derived(original, "png", None, (200, 150))]))


@given(st.binary(max_size=400), st.sampled_from(["JPEG", "PNG", "WEBP", "AVIF", "GIF"]))
def test_bytes_of_any_kind_are_a_picture_or_refused(junk, kind):
    whole = bytearray(saved(scene(40, 30), kind))
    whole[20 : 20 + len(junk)] = junk
    for data in (bytes(whole), junk):
        try:
            read_original("x", data)
            decode(data)
        except (BrokenPicture, TooManyPixels):
            pass


@given(
    st.integers(1, 9000),
    st.integers(1, 9000),
    st.lists(st.integers(16, 5000), min_size=1, max_size=8),
)
def test_no_picture_is_made_larger_than_it_is_and_all_keep_its_proportions(width, height, wanted):
    original = Original("x.jpg", "0" * 64, "JPEG", width, height, moves=False)
    sizes = [each.size for each in derived(original, "jpeg", wanted)]
    assert [size[0] for size in sizes] == sorted({size[0] for size in sizes})
    assert sizes[-1][0] == min(width, max(wanted))  # None of these is too high for WebP.
    for wide, high in sizes:
        assert wide <= width
        assert abs(high - wide * height / width) <= 1
    assert {size[0] for size in sizes} <= {*wanted, width}


@given(st.integers(1, 9000), st.integers(1, 9000), st.integers(1, 20), st.integers(1, 20))
def test_a_part_lies_within_the_picture_and_has_the_proportions_asked_for(
    width, height, wide, high
):
    left, top, right, lower = cut(Original("x", "", "JPEG", width, height, moves=False), wide, high)
    assert 0 <= left < right <= width
    assert 0 <= top < lower <= height
    assert abs((right - left) * high - (lower - top) * wide) <= max(wide, high) * 1.01


@pytest.mark.parametrize(
    "size", [(1, 1), (5000, 3), (3, 5000), (17, 13), (100, 40_000), (1200, 20_000)]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pictures_of_any_shape_are_made(kind, size):
    """Also one so high that no WebP could be."""
    data = saved(Image.new("RGB", size, "red"), kind)
    original = read_original("x", data)
    asked = [
        *(each for recipe in kinds(original) for each in derived(original, recipe, (32, 1920))),
        card(original),
    ]
    for each, out in encoded(data, asked):
        assert seen(out).size == each.size
        assert max(each.size) <= 16_383


def test_a_width_that_is_nearly_the_whole_is_not_made_beside_it():
    assert widths(1000, 10, (320, 640, 960)) == [320, 640, 960]
    assert widths(990, 10, (320, 640, 960, 1280)) == [320, 640, 990]
    assert widths(200, 10, (320, 640)) == [200]


def test_avif_is_there():
    """Wheels of Pillow have it; a Pillow that a system built may not."""
    assert features.check("avif")
