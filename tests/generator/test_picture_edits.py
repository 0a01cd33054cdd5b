"""One edit, and the next build: what depends on it is made again, and nothing else is."""

from __future__ import annotations

import datetime
import shutil

import pytest

import build
from generator import Builder, Built
from generator.pictures import making
from tests.generator.photos import page, put, saved, scene, turned
from tests.generator.test_build_site import DAY

FONT = build.ROOT / "site" / "assets" / "fonts" / "besley.woff2"


class Edited:
    """A site with one photo, and what is in its folder of pictures after a build."""

    def __init__(self, root) -> None:
        self.root = root
        self.page = page(root, "![A](a.jpg)")
        put(root, {"a.jpg": turned(1)})
        self._builder = Builder(root, root / "public")
        self.build()

    def build(self, later: int = 0) -> Built:
        return self._builder.build(today=DAY + datetime.timedelta(days=later))

    def named(self) -> set[str]:
        """The pictures that the page names."""
        html = (self.root / "public" / "photos" / "index.html").read_text()
        words = html.replace('"', " ").replace(",", " ").split()
        return {each.rpartition("/")[2] for each in words if each.startswith("/assets/pictures/")}

    def there(self) -> set[str]:
        """The pictures that are published."""
        return {path.name for path in (self.root / "public" / "assets" / "pictures").iterdir()}

    def change(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture
def site(root) -> Edited:
    return Edited(root)


def never(*_: object) -> None:
    raise AssertionError("made again")


def test_words_that_change_make_no_picture_again(site, monkeypatch):
    before = site.named()
    monkeypatch.setattr(making, "_run", never)
    site.change("content/photos.md", "![A]", "Words. ![Another]")
    site.build()
    assert site.named() == before == site.there()
    assert "Another" in (site.root / "public" / "photos" / "index.html").read_text()


def test_a_photo_that_changes_is_made_again_on_its_page(site):
    before = site.named()
    put(site.root, {"a.jpg": saved(scene(500, 300), "JPEG")})
    site.build()
    assert site.named().isdisjoint(before)
    assert site.there() == site.named() | before  # Those who loaded the page before still ask.


def test_other_widths_are_another_page(site):
    site.change("site/settings.toml", "[organization]", "pictures.widths = [100]\n\n[organization]")
    site.build()
    assert {each.rpartition("-")[2].partition(".")[0] for each in site.named()} == {"100"}


def test_a_picture_that_somebody_removed_or_changed_comes_back(site):
    first, second, *_ = sorted(site.named())
    folder = site.root / "public" / "assets" / "pictures"
    whole = {name: (folder / name).read_bytes() for name in (first, second)}
    (folder / first).unlink()
    (folder / second).write_bytes(b"x")
    site.build()
    assert {name: (folder / name).read_bytes() for name in (first, second)} == whole


def test_a_photo_that_breaks_leaves_the_old_site_and_mends_it_again(site):
    before = site.there()
    (site.root / "content" / "a.jpg").write_bytes(b"Words.")
    with pytest.raises(Exception, match=r"photos\.md:5: content/a\.jpg is no whole picture"):
        site.build()
    assert site.there() == before
    put(site.root, {"a.jpg": turned(1)})
    site.build()
    assert site.there() == before == site.named()


def test_a_page_that_shows_no_picture_any_more_lets_them_go_in_time(site):
    before = site.named()
    site.change("content/photos.md", "![A](a.jpg)", "Words.")
    site.build()
    assert site.there() == before
    site.build(later=9)
    assert not (site.root / "public" / "assets" / "pictures").exists()


def test_cards_follow_the_title_the_colors_and_the_bytes_of_the_font(site):
    root = site.root
    shutil.copy(FONT, root / "site" / "assets" / "title.woff2")
    template = root / "templates" / "page.html"
    template.write_text(
        template.read_text().replace(
            "<main>", '{% if social_card %}<p title=" {{ social_card.url }} ">{% endif %}<main>'
        )
    )
    settings = '[card]\nink = "#000001"\nfonts = ["title.woff2"]\n\n[organization]'
    site.change("site/settings.toml", "[organization]", settings)
    site.build()
    seen = [cards(site)]
    site.change("content/photos.md", "title: Photos", "title: Other photos")
    site.build()
    seen.append(cards(site))
    site.change("site/settings.toml", "#000001", "#000002")
    site.build()
    seen.append(cards(site))
    other = FONT.with_name("atkinson-next.woff2")
    shutil.copy(other, root / "site" / "assets" / "title.woff2")
    site.build()
    seen.append(cards(site))
    assert len(set(seen)) == 4
    assert all(len(each) == 1 for each in seen)
    for each in seen:
        assert each <= site.there()


def cards(site: Edited) -> frozenset[str]:
    html = (site.root / "public" / "photos" / "index.html").read_text()
    return frozenset(each.rpartition("/")[2] for each in html.split() if "/card-" in each)
