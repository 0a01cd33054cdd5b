"""Pages in several languages: their addresses, what each leads to in the others, their feeds."""

from __future__ import annotations

import datetime
import re
import shutil
from pathlib import Path

import pytest

import generator
from generator.content.languages import Named, address_of, named
from policy.faults import Faults
from policy.languages import Language, Languages, direction_of
from policy.manifest import read_build

SITES = Path(__file__).parents[1] / "sites"
DAY = datetime.date(2026, 3, 10)


@pytest.fixture
def root(tmp_path):
    """The site in English, Spanish and Arabic, free to change."""
    return Path(shutil.copytree(SITES / "languages", tmp_path / "site"))


def built(root: Path) -> Path:
    generator.build(root, root / "public", today=DAY)
    return root / "public"


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix in (".html", ".xml")
    }


def alternates(page: str) -> dict[str, str]:
    return dict(re.findall(r'<link rel="alternate" hreflang="(.*?)" href="(.*?)">', page))


def test_a_site_in_three_languages_is_built_to_the_letter(root):
    assert texts(built(root)) == texts(SITES / "languages-good")


def test_pages_that_say_the_same_name_each_other_in_every_language_that_has_them(root):
    pages = texts(built(root))
    of_home = alternates(pages["index.html"])
    assert list(of_home) == ["en", "es", "ar"]
    for name in ("es/index.html", "ar/index.html"):
        assert alternates(pages[name]) == of_home
    assert alternates(pages["ar/who-we-are/index.html"]) == alternates(pages["about/index.html"])
    assert alternates(pages["es/only-here/index.html"]) == {}


def test_where_a_page_is_missing_the_chooser_leads_to_the_section_or_the_home_page(root):
    pages = texts(built(root))
    assert '<a href="/es/news/" hreflang="es"' in pages["news/second/index.html"]
    assert '<a href="/ar/" hreflang="ar"' in pages["news/second/index.html"]
    assert '<a href="/" hreflang="en"' in pages["es/only-here/index.html"]


def test_a_draft_is_in_no_language_that_others_lead_to(root):
    page = root / "content/about.es.md"
    page.write_text(page.read_text(encoding="utf-8").replace("title", "draft: true\ntitle", 1))
    home = root / "content/index.md"
    pages = texts(built(root))
    assert list(alternates(pages["about/index.html"])) == ["en", "ar"]
    assert "es/about/index.html" not in pages
    assert home.exists()


def test_a_section_that_waits_in_one_language_is_read_in_another(root):
    (root / "content/news/gate.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    (root / "content/news/index.es.md").write_text(
        (root / "content/es/news/index.md").read_text(encoding="utf-8")
    )
    shutil.rmtree(root / "content/es")
    index = root / "content/news/index.md"
    index.write_text(index.read_text().replace("title", "draft: true\ntitle", 1))
    settings = root / "site/settings.toml"
    settings.write_text(settings.read_text().replace('feed = "news"\n', ""))
    (root / "site/navigation.toml").write_text("")
    for page in ("index.md", "index.es.md", "ar/who-we-are.md"):
        text = (root / "content" / page).read_text(encoding="utf-8")
        (root / "content" / page).write_text(text.partition("---\n")[0] + _front(text))
    pages = texts(built(root))
    assert "news/first/index.html" not in pages
    assert "es/news/index.html" in pages
    assert (root / "public/news/gate.svg").exists()


def _front(text: str) -> str:
    return "---\n" + text.split("---\n")[1] + "---\n"


def test_a_page_of_a_language_without_a_home_page_is_offered_nowhere_else(root):
    shutil.rmtree(root / "content/ar")
    pages = texts(built(root))
    assert 'hreflang="ar"' not in "".join(pages.values())


def test_a_sentence_with_tags_is_translated_and_its_links_are_told_at_the_template_s_line(root):
    """Marks in a template's tags are in no catalogue."""
    page = root / "templates/page.html"
    said = '{% trans %}Go <a href="/news/second/">on</a>.{% endtrans %}'
    page.write_text(page.read_text().replace("<main>", f"<main>\n{said}"))
    (root / "site/locale").mkdir()
    (root / "site/locale/es.po").write_text(
        'msgid ""\nmsgstr ""\n\nmsgid "Go <a href=\\"/news/second/\\">on</a>."\n'
        'msgstr "<a href=\\"/news/second/\\">Siga</a> ya."\n'
    )
    pages = texts(built(root))
    assert 'Go <a href="/news/second/">on</a>.' in pages["index.html"]
    assert '<a href="/news/second/">Siga</a> ya.' in pages["es/index.html"]
    (root / "content/news/second.md").unlink()
    with pytest.raises(Faults) as raised:
        built(root)
    line = page.read_text().split("\n").index(said) + 1
    assert any(
        (each.path, each.line) == ("templates/page.html", line) for each in raised.value.faults
    )


def test_each_language_has_the_feed_of_its_own_section(root):
    pages = texts(built(root))
    assert 'xml:lang="es"' in pages["es/news/feed.xml"]
    assert "La primera" in pages["es/news/feed.xml"]
    assert "The first" not in pages["es/news/feed.xml"]
    assert "ar/news/feed.xml" not in pages


def test_a_page_that_stands_where_a_language_has_its_feed_is_told(root):
    (root / "content/es/news/feed.xml").write_text("<feed/>")
    with pytest.raises(Faults) as raised:
        built(root)
    assert "es/news/feed.xml" in str(raised.value)


def test_the_manifest_says_where_the_service_finds_a_page_in_a_language(root):
    pages = read_build(built(root)).pages
    assert pages["/about/"].translations == {"ar": "/ar/who-we-are/", "es": "/es/about/"}
    assert pages["/es/about/"].translations == {}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("about.md", ("", "about.md", "/about/")),
        ("about.es.md", ("es", "about.md", "/es/about/")),
        ("es/about.md", ("es", "about.md", "/es/about/")),
        ("es/about.es.md", ("es", "about.md", "/es/about/")),
        ("es/index.md", ("es", "index.md", "/es/")),
        ("index.pt-BR.md", ("pt-BR", "index.md", "/pt-br/")),
        ("news/one.pt-br.md", ("pt-BR", "news/one.md", "/pt-br/news/one/")),
        ("pt/news/one.md", ("pt", "news/one.md", "/pt/news/one/")),
        ("zh-Hant-TW/404.md", ("zh-Hant-TW", "404.md", "/zh-hant-tw/404.html")),
        ("en/about.md", ("", "about.md", "/about/")),
        ("about.en.md", ("", "about.md", "/about/")),
        ("about.fr.md", ("", "about.fr.md", "/about.fr/")),
        ("version-1.2.md", ("", "version-1.2.md", "/version-1.2/")),
        ("news/es.md", ("", "news/es.md", "/news/es/")),
        ("news/es/one.md", ("", "news/es/one.md", "/news/es/one/")),
    ],
)
def test_the_path_says_the_language_and_the_original(path, expected):
    languages = Languages("en", dict.fromkeys(("es", "pt-BR", "pt", "zh-Hant-TW"), Language()))
    assert (*named(languages, path), address_of(languages, path)) == expected


def test_a_site_in_one_language_reads_no_name_as_that_of_a_language():
    languages = Languages("en", {"en": Language(label="Plain English")})
    assert named(languages, "en/about.en.md") == Named("", "en/about.en.md")


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("fa-AF", "rtl"),
        ("he", "rtl"),
        ("az-Arab", "rtl"),
        ("ar-Latn", "ltr"),
        ("pa-Arab-PK", "rtl"),
        ("zh-Hant-TW", "ltr"),
        ("ckb", "rtl"),
    ],
)
def test_the_tag_says_how_a_language_is_written(tag, direction):
    assert direction_of(tag) == direction


def test_directions_are_those_of_the_unicode_locales():
    babel = pytest.importorskip("babel")
    for name in babel.localedata.locale_identifiers():
        locale = babel.Locale.parse(name)
        expected = "rtl" if locale.text_direction == "rtl" else "ltr"
        tag = "-".join(part for part in (locale.language, locale.script) if part)
        assert direction_of(tag) == expected, name
