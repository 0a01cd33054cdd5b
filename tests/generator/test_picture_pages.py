"""A picture in a text becomes one of every kind and width, and what is wrong with one is told."""

from __future__ import annotations

import datetime
import re

import pytest

import generator
from generator import PictureWork
from policy import Faults
from policy.manifest import read_build
from tests.generator.photos import (
    claimed_jpeg,
    damaged_png,
    frames,
    page,
    put,
    saved,
    scene,
    seen,
    turned,
)
from tests.generator.test_build_site import DAY, published

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 260.4"><path d="M0 0"/></svg>'


def built(root, tmp_path, **given):
    out = tmp_path / "public"
    generator.build(root, out, today=DAY, **given)
    return out


def faults(root) -> list[str]:
    with pytest.raises(Faults) as found:
        generator.check(root, today=DAY)
    return [str(fault) for fault in found.value.faults]


def pictures(html: str) -> list[str]:
    return re.findall(r"<picture>.*?</picture>|<img[^>]*>", html, re.DOTALL)


def test_a_photo_is_offered_in_three_kinds_and_all_widths_that_fit(root, tmp_path):
    put(root, {"gate.jpg": turned(6)})
    page(root, "![A gate](gate.jpg)")
    out = built(root, tmp_path)
    [picture] = pictures((out / "photos" / "index.html").read_text())
    tag = re.search(r"gate\.(\w{12})-", picture)[1]
    base = f"/assets/pictures/gate.{tag}"
    assert picture == (
        f'<picture><source type="image/avif" srcset="{base}-320.avif 320w, {base}-400.avif 400w" '
        f'sizes="100vw"><source type="image/webp" '
        f'srcset="{base}-320.webp 320w, {base}-400.webp 400w" sizes="100vw">'
        f'<img width="400" height="300" src="{base}-400.jpg" '
        f'srcset="{base}-320.jpg 320w, {base}-400.jpg 400w" sizes="100vw" alt="A gate" '
        f'fetchpriority="high"></picture>'
    )
    for address in re.findall(r"/assets\S+", picture.replace('"', " ")):
        image = seen(out / address.lstrip("/"))
        width = int(address.rpartition("-")[2].partition(".")[0])
        assert image.size == (width, width * 3 // 4)
        file = read_build(out).files[address]
        kind = {".avif": "image/avif", ".webp": "image/webp", ".jpg": "image/jpeg"}
        assert (file.immutable, file.type) == (True, kind[address[-5:].lstrip("0")])


@pytest.mark.parametrize(
    ("name", "data", "endings"),
    [
        ("a.png", saved(scene(), "PNG"), [".avif", ".webp", ".png"]),
        ("a.webp", saved(scene(), "WEBP"), [".avif", ".webp"]),
        ("a.avif", saved(scene(), "AVIF"), [".avif", ".webp"]),
        ("a.gif", saved(scene(), "GIF"), [".avif", ".webp", ".png"]),
        ("wrong-ending.png", turned(1), [".avif", ".webp", ".jpg"]),
    ],
)
def test_the_last_kind_is_one_that_every_browser_shows(root, tmp_path, name, data, endings):
    put(root, {name: data})
    page(root, f"![A]({name})")
    html = (built(root, tmp_path) / "photos" / "index.html").read_text()
    sets = re.findall(r'srcset="([^"]*)"', html)
    assert [re.search(r"(\.\w+) 400w", each)[1] for each in sets] == endings


def test_what_moves_and_what_is_drawn_stays_as_it_is_with_room_kept_for_it(root, tmp_path):
    first, second = frames()
    moving = {
        f"{kind.lower()}.{kind.lower()}": saved(first, kind, save_all=True, append_images=[second])
        for kind in ("GIF", "PNG", "WEBP", "AVIF")
    }
    put(root, moving | {"d.svg": DRAWING.encode()})
    body = " ".join(f"![Moves]({name})" for name in (*moving, "d.svg"))
    page(root, body)
    out = built(root, tmp_path)
    shown = pictures((out / "photos" / "index.html").read_text())
    assert [re.search(r'src="(.*?)"', each)[1] for each in shown] == [
        f"/{n}" for n in (*moving, "d.svg")
    ]
    assert all('width="40" height="30"' in each for each in shown[:4])
    assert 'width="420" height="260"' in shown[4]
    assert not (out / "assets" / "pictures").exists()


def test_only_the_first_picture_of_a_page_is_loaded_at_once(root, tmp_path):
    put(root, {"a.jpg": turned(1), "b.jpg": saved(scene(64, 64), "JPEG")})
    page(root, "![A](a.jpg) ![B](b.jpg)\n\n/// note\n![A](a.jpg)\n///\n")
    html = (built(root, tmp_path) / "photos" / "index.html").read_text()
    loading = [re.findall(r'fetchpriority="high"|loading="lazy"', each) for each in pictures(html)]
    assert loading == [['fetchpriority="high"'], ['loading="lazy"'], ['loading="lazy"']]


def test_a_picture_says_that_it_says_nothing_or_has_words(root, tmp_path):
    put(root, {"a.jpg": turned(1)})
    path = page(root, "![](a.jpg){.decorative}")
    html = (built(root, tmp_path) / "photos" / "index.html").read_text()
    assert 'alt=""' in pictures(html)[0]
    path.write_text(path.read_text().replace("{.decorative}", ""))
    assert faults(root) == [
        "error: content/photos.md:5: the picture has no text for those who cannot see it\nhint: "
        "write what it shows between the square brackets: ![A school gate](gate.jpg); behind one "
        "that says nothing, write {.decorative}"
    ]


def test_both_engines_for_markdown_make_the_same_of_pictures(root, tmp_path):
    settings = root / "site" / "settings.toml"
    text = settings.read_text()
    put(root, {"a.jpg": turned(1), "b b.jpg": saved(scene(64, 64), "JPEG")})
    page(
        root,
        '![A "b" & c](a.jpg "T"){narrow="1:1"}\n\n![](a.jpg){.decorative}\n\n'
        "- ![B](<b b.jpg>){narrow=a.jpg}\n\n/// note\n![N](a.jpg)\n///\n\n![R][r]\n\n[r]: a.jpg\n",
    )
    shown = []
    for engine in ("python-markdown", "commonmark"):
        settings.write_text(f'markdown = "{engine}"\n{text}')
        html = (built(root, tmp_path) / "photos" / "index.html").read_text()
        shown.append(pictures(html))
    assert len(shown[0]) == 5
    assert shown[0] == shown[1]


def test_narrow_screens_get_another_file_or_a_part(root, tmp_path):
    put(root, {"wide.jpg": turned(1), "tall.jpg": saved(scene(300, 500), "JPEG")})
    page(root, '![A](wide.jpg){narrow="1:1"}\n\n![B](wide.jpg){narrow=tall.jpg}')
    html = (built(root, tmp_path) / "photos" / "index.html").read_text()
    part, other = pictures(html)
    for picture, size in ((part, (300, 300)), (other, (300, 500))):
        narrow = re.findall(r'<source media="\(max-width: 40rem\)"[^>]*>', picture)
        assert [re.search(r'type="(.*?)"', each)[1] for each in narrow] == [
            "image/avif", "image/webp", "image/jpeg"
        ]  # fmt: skip
        assert all(f'width="{size[0]}" height="{size[1]}"' in each for each in narrow)
        for address in re.findall(r"/assets\S+-300\.\w+", "".join(narrow)):
            image = seen(tmp_path / "public" / address.lstrip("/"))
            assert image.size == size
    assert "tall." in other
    assert "tall." not in part


def test_how_wide_pictures_are_shown_is_declared_in_one_place(root, tmp_path):
    settings = root / "site" / "settings.toml"
    text = settings.read_text() + (
        '\n[pictures]\nwidths = [100, 200]\nsizes = "(min-width: 50rem) 40rem, 90vw"\n'
        'lead_sizes = "70vw"\nnarrow = "(max-width: 30rem)"\n'
    )
    settings.write_text(text)
    put(root, {"a.jpg": turned(1)})
    page(root, "![A](a.jpg){narrow=a.jpg}")
    html = (built(root, tmp_path) / "photos" / "index.html").read_text()
    assert 'sizes="(min-width: 50rem) 40rem, 90vw"' in html
    assert '<source media="(max-width: 30rem)"' in html
    assert set(re.findall(r" (\d+)w", html)) == {"100", "200"}


def test_the_words_of_people_stay_words_in_attributes(root, tmp_path):
    put(root, {'Été, "1".jpg'.replace('"', "'"): turned(1)})
    page(root, "![\"A\" <b> & 'c'](<Été, '1'.jpg> \"T & <i>\")")
    [picture] = pictures((built(root, tmp_path) / "photos" / "index.html").read_text())
    assert "/assets/pictures/ete-1." in picture
    assert "<b>" not in picture
    assert "<i>" not in picture


def test_a_preview_shows_the_pictures_themselves_and_makes_none(root, tmp_path):
    put(root, {"a.jpg": turned(6), "b.jpg": saved(scene(30, 50), "JPEG")})
    page(root, "![A](a.jpg){narrow=b.jpg}", "image: a.jpg\nimage_alt: A\n")
    out = built(root, tmp_path, pictures=PictureWork(originals=True))
    html = (out / "photos" / "index.html").read_text()
    assert '<source media="(max-width: 40rem)" srcset="/b.jpg">' in html
    assert '<img width="400" height="300" src="/a.jpg"' in html
    assert not (out / "assets" / "pictures").exists()
    assert not (root / "var").exists()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "content/a.jpg is no whole picture of a kind that browsers show"),
        (turned(1)[:-300], "content/a.jpg is no whole picture of a kind that browsers show"),
        (b"Words.", "content/a.jpg is no whole picture of a kind that browsers show"),
        (
            claimed_jpeg(60_000, 60_000),
            "content/a.jpg has 60000 × 60000 pixels; 100 million are the most",
        ),
        (damaged_png(), "content/a.jpg begins well, but cannot be decoded to its end"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_told_where_it_is_used_and_once(
    root, tmp_path, data, what
):
    page(root, "Words.\n\n![A](a.jpg)")
    put(root, {"a.jpg": turned(1)})
    before = published(built(root, tmp_path))
    put(root, {"a.jpg": data})
    told = faults(root)
    assert [each.split("\n")[0] for each in told] == [f"error: content/photos.md:7: {what}"]
    with pytest.raises(Faults) as refused:
        built(root, tmp_path)
    assert [str(each) for each in refused.value.faults] == told
    assert refused.value.epilogue == "Nothing was published: public/ is as it was."
    assert published(tmp_path / "public") == before


def test_a_picture_that_is_not_there_is_told_where_it_is_used(root):
    page(
        root,
        "![A](nope.jpg)\n\n![B](gate.svg){narrow=nope2.jpg}",
        "image: nope3.jpg\nimage_alt: N\n",
    )
    assert [each.split("\n")[0] for each in faults(root)] == [
        "error: content/photos.md:4: there is no file /nope3.jpg",
        "error: content/photos.md:7: there is no file /nope.jpg",
        "error: content/photos.md:9: there is no file /nope2.jpg",
    ]


def test_an_asset_that_is_not_there_is_told_as_well(root):
    page(root, "![A](/assets/dot.svg)")
    assert faults(root)[0].startswith(
        "error: content/photos.md:5: there is no file /assets/dot.svg"
    )


def test_the_picture_of_a_page_comes_first_and_is_its_card(root, tmp_path):
    (root / "templates" / "page.html").write_text(
        "<!doctype html><title>{{ page.title }}</title>{{ lead_picture }}{% if social_card %}"
        '<meta property="og:image" content="{{ social_card.url }}" data-size="{{ social_card.width'
        ' }}x{{ social_card.height }}" data-alt="{{ social_card.alt }}">{% endif %}{{ page.body }}'
    )
    put(root, {"a.jpg": saved(scene(2000, 2000), "JPEG"), "b.jpg": turned(1)})
    page(root, "![B](b.jpg)", "image: a.jpg\nimage_alt: A gate\nimage_narrow: 4:5\n")
    out = built(root, tmp_path)
    html = (out / "photos" / "index.html").read_text()
    lead, second = pictures(html)
    assert 'alt="A gate" fetchpriority="high"' in lead
    assert "(max-width: 40rem)" in lead
    assert 'loading="lazy"' in second
    url, size, alt = re.search(r'content="(.*?)" data-size="(.*?)" data-alt="(.*?)"', html).groups()
    assert (size, alt) == ("1200x630", "A gate")
    assert url.startswith("https://small.example/assets/pictures/a.")
    card = seen(out / url.removeprefix("https://small.example/"))
    assert (card.size, card.format) == ((1200, 630), "JPEG")
    assert "og:image" not in (out / "about" / "index.html").read_text()


def test_the_picture_of_a_page_needs_words(root):
    put(root, {"a.jpg": turned(1)})
    page(root, "Words.", "image: a.jpg\n")
    assert faults(root) == [
        "error: content/photos.md:4: the picture has no text for those who cannot see it\n"
        "hint: add a line: image_alt: What the picture shows"
    ]


def test_a_photo_of_a_draft_waits_with_it_and_one_that_is_shown_elsewhere_does_not(root, tmp_path):
    put(root, {"a.jpg": turned(1), "b.jpg": saved(scene(64, 48), "JPEG"), "c.jpg": turned(3)})
    page(root, "![A](a.jpg) ![B](b.jpg)", "draft: true\nimage: c.jpg\nimage_alt: C\n", "draft.md")
    page(root, "![B](b.jpg)")
    out = built(root, tmp_path)
    assert [(out / name).exists() for name in ("a.jpg", "b.jpg", "c.jpg")] == [False, True, False]
    names = {path.name.partition(".")[0] for path in (out / "assets" / "pictures").iterdir()}
    assert names == {"b"}


def test_pictures_that_no_page_asks_for_any_more_are_kept_for_a_while(root, tmp_path):
    """Pages that were loaded before may still ask for them: as for all assets."""
    put(root, {"a.jpg": turned(1)})
    path = page(root, "![A](a.jpg)")
    out = built(root, tmp_path)
    old = {each.name for each in (out / "assets" / "pictures").iterdir()}
    path.write_text(path.read_text().replace("![A](a.jpg)", "Words."))
    built(root, tmp_path)
    assert {each.name for each in (out / "assets" / "pictures").iterdir()} == old
    generator.build(root, out, today=DAY + datetime.timedelta(days=9))
    assert not (out / "assets" / "pictures").exists()


def test_what_a_page_offers_is_all_published_and_nothing_else(root, tmp_path):
    put(root, {"a.jpg": turned(1), "b.png": saved(scene(900, 500), "PNG")})
    page(root, "![A](a.jpg){narrow=b.png}\n\n/// audience | teacher\n![B](b.png)\n///\n")
    out = built(root, tmp_path)
    named = {
        address
        for path in out.rglob("index.html")
        for address in re.findall(r"/assets/pictures/[^\s\"]+", path.read_text())
    }
    assert named == {
        f"/assets/pictures/{each.name}" for each in (out / "assets/pictures").iterdir()
    }
