"""A page without a picture gets a card with its title: in lines that fit, and never in boxes."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, features

import build
import generator
from generator.pictures.card_drawing import drawn
from generator.pictures.card_text import broken, runs_right_to_left
from generator.pictures.cards import Card, CardStyle
from policy import Faults
from policy.pictures import CardSettings
from tests.generator.photos import saved, scene, seen
from tests.generator.test_build_site import DAY

FONT = build.ROOT / "site" / "assets" / "fonts" / "besley.woff2"
ARABIC = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf")
CARD = (
    '\n[card]\nground = "#ffffff"\nink = "#000000"\naccent = "#ff0000"\nfonts = ["title.woff2"]\n'
)
NEEDS_ARABIC = pytest.mark.skipif(
    not ARABIC.exists() or not features.check("raqm"), reason="no font, or no Raqm, for Arabic"
)


@pytest.fixture
def folder(tmp_path):
    """A site's folder with fonts."""
    assets = tmp_path / "site" / "assets"
    assets.mkdir(parents=True)
    shutil.copy(FONT, assets / "title.woff2")
    if ARABIC.exists():
        shutil.copy(ARABIC, assets / "arabic.ttf")
    return tmp_path


def card(
    folder: Path, title: str, *fonts: str, name: str = "Brand", **given: object
) -> Image.Image:
    settings = CardSettings(ground="#ffffff", ink="#000000", accent="#ff0000", fonts=fonts, **given)
    return seen(drawn(Card(title, CardStyle(settings, name, "en", ())), folder)).convert("RGB")


def ink(
    image: Image.Image, box: tuple[int, int, int, int] | None = None
) -> tuple[int, int, int, int] | None:
    """The edges of what is dark in a part of a card; None where nothing is."""
    gray = (
        image.crop(box or (0, 0, *image.size)).convert("L").point(lambda value: 255 * (value < 60))
    )
    return gray.getbbox()


TITLE_BOX = (80, 190, 1120, 550)


@pytest.mark.parametrize(
    "title",
    ["Us", "Snow days: what to say before the storm", "word " * 80, "x" * 300, "L’été à l’école"],
)
def test_a_title_fits_its_box(folder, title):
    image = card(folder, title, "title.woff2")
    assert image.size == (1200, 630)
    found = ink(image, (0, 150, 1200, 610))
    left, top, right, lower = found
    assert left >= TITLE_BOX[0] - 4
    assert right <= TITLE_BOX[2] + 4
    assert top + 150 >= TITLE_BOX[1]
    assert lower + 150 <= TITLE_BOX[3] + 4


def test_letters_that_no_font_has_are_no_boxes_but_leave_the_brand_alone(folder):
    """The same card as for any other title of which there are no letters, with a larger name."""
    cards = [card(folder, title, "title.woff2") for title in ("雪の日", "❄🎉", "a❄", "طقس")]
    first, *others = cards[:3]
    assert all(ImageChops.difference(first, other).getbbox() is None for other in others)
    assert ink(first, (0, 0, 1200, 200)) is None
    assert ink(first, (0, 200, 1200, 450)) is not None
    assert ink(card(folder, "Words", "title.woff2"), (0, 0, 1200, 120)) is not None


def test_a_brand_without_letters_is_left_out(folder):
    assert ink(card(folder, "雪", "title.woff2", name="雪")) is None


@NEEDS_ARABIC
def test_a_title_from_right_to_left_begins_at_the_right_in_the_font_that_has_it(folder):
    image = card(folder, "طقس المدرسة", "title.woff2", "arabic.ttf")
    left, _, right, _ = ink(image, (0, 150, 1200, 610))
    assert right > 1100
    assert left > 300
    plain = card(folder, "Weather", "title.woff2", "arabic.ttf")
    assert ink(plain, (0, 150, 1200, 610))[0] < 100


@NEEDS_ARABIC
def test_letters_that_are_joined_need_a_program_that_joins_them(folder, monkeypatch):
    """Without Raqm they would stand apart, from left to right: then there is no title."""
    monkeypatch.setattr(features, "check", lambda name: name != "raqm")
    assert ink(card(folder, "طقس المدرسة", "arabic.ttf"), (0, 0, 1200, 180)) is None
    assert ink(card(folder, "Weather", "arabic.ttf"), (0, 150, 1200, 610))


def test_without_a_font_of_the_site_there_is_one(folder):
    assert ink(card(folder, "Weather"), (0, 150, 1200, 610))


def test_a_picture_of_the_site_is_the_ground(folder):
    (folder / "site" / "assets" / "ground.png").write_bytes(saved(scene(600, 315), "PNG"))
    image = card(folder, "Us", "title.woff2", picture="ground.png")
    assert image.getpixel((5, 5))[0] > 200
    assert image.getpixel((5, 5))[1] < 60


def test_equal_cards_are_equal_bytes_and_any_change_is_another_address(folder):
    settings = CardSettings(fonts=("title.woff2",))
    style = CardStyle(settings, "Brand", "en", ("a",))
    first = Card("Us", style)
    assert drawn(first, folder) == drawn(first, folder)
    others = [
        Card("We", style),
        Card("Us", CardStyle(settings, "Other", "en", ("a",))),
        Card("Us", CardStyle(settings, "Brand", "en", ("b",))),
        Card("Us", CardStyle(CardSettings(ink="#000001"), "Brand", "en", ("a",))),
    ]
    assert len({each.key for each in (first, *others)}) == 5
    assert len({each.address for each in (first, *others)}) == 5


@pytest.fixture
def site(root):
    shutil.copy(FONT, root / "site" / "assets" / "title.woff2")
    settings = root / "site" / "settings.toml"
    settings.write_text(settings.read_text() + CARD)
    return root


def test_each_page_has_its_card(site, tmp_path):
    page = site / "templates" / "page.html"
    tag = '<meta property="og:image" content="{{ social_card.url }}" title="{{ social_card.alt }}">'
    page.write_text(
        page.read_text().replace("<main>", f"{{% if social_card %}}{tag}{{% endif %}}<main>")
    )
    generator.build(site, tmp_path / "public", today=DAY)
    html = (tmp_path / "public" / "about" / "index.html").read_text()
    address = html.partition('content="https://small.example')[2].partition('"')[0]
    assert address.startswith("/assets/pictures/card-about-us.")
    assert 'title="About us"' in html
    assert seen(tmp_path / "public" / address.lstrip("/")).size == (1200, 630)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"title.woff2"', '"titel.woff2"', 'there is no asset "titel.woff2"'),
        ('"title.woff2"', '"main.css"', '"main.css" is no font that can be read'),
        ("fonts", 'logo = "dot.svg"\nfonts', '"dot.svg" is no picture that can be read'),
        ("#ffffff", "white", "\"ground\" cannot be 'white'"),
    ],
)
def test_what_cards_are_made_with_is_checked_where_it_is_declared(site, old, new, told):
    settings = site / "site" / "settings.toml"
    settings.write_text(settings.read_text().replace(old, new))
    with pytest.raises(Faults) as faults:
        generator.check(site, today=DAY)
    [fault] = faults.value.faults
    assert fault.path == "site/settings.toml"
    assert fault.message == told
    assert (
        settings.read_text()
        .split("\n")[fault.line - 1]
        .startswith(new.split(" ")[0].strip('"#')[:3])
        or new in (settings.read_text().split("\n")[fault.line - 1])
    )


@given(st.text(alphabet="ab é雪、\u0301 ", max_size=80), st.integers(3, 30), st.integers(1, 6))
def test_lines_hold_all_of_a_text_or_say_that_they_do_not(text, width, most):
    """Each letter is one wide."""
    found = broken(text, len, width, most)
    assert len(found.lines) <= most
    assert all(len(line) <= width for line in found.lines)
    if found.whole:
        assert "".join("".join(found.lines).split()) == "".join(text.split())
    else:
        assert found.lines[-1].endswith("…")


def test_lines_are_about_as_long_as_each_other():
    assert broken("one two three four five six", len, 22, 3).lines == (
        "one two three",
        "four five six",
    )


def test_no_line_begins_with_what_closes_a_sentence():
    lines = broken("雪の日。学校へ、行く。", len, 4, 9).lines
    assert not [line for line in lines if line[0] in "。、"]


@pytest.mark.parametrize(
    ("text", "backward"),
    [("abc", False), ("2026: طقس", True), ("«abc» طقس", False), ("", False), ("שלום", True)],
)
def test_the_first_letter_with_a_direction_decides(text, backward):
    assert runs_right_to_left(text) is backward


def test_one_page_may_have_a_ground_of_its_own(site, tmp_path):
    """Its card changes with that ground, and no other page's does."""
    (site / "site" / "assets" / "own.png").write_bytes(saved(scene(1200, 630), "PNG"))
    page = site / "templates" / "page.html"
    page.write_text(
        page.read_text().replace(
            "<main>", "<main>{% if social_card %}{{ social_card.url }}{% endif %}"
        )
    )

    def cards() -> dict[str, str]:
        generator.build(site, tmp_path / "public", today=DAY)
        pages = ("about", "ask")
        htmls = {name: (tmp_path / "public" / name / "index.html").read_text() for name in pages}
        return {name: re.search(r"card-[\w.-]+png", html)[0] for name, html in htmls.items()}

    before = cards()
    settings = site / "site" / "settings.toml"
    plain = settings.read_text()
    settings.write_text(plain + 'page = [{ page = "/about/", picture = "own.png" }]\n')
    after = cards()
    assert after["about"] != before["about"]
    assert after["ask"] == before["ask"]
    (site / "site" / "assets" / "own.png").write_bytes(
        saved(scene(1200, 630).transpose(Image.Transpose.FLIP_TOP_BOTTOM), "PNG")
    )
    assert cards()["about"] not in (before["about"], after["about"])
