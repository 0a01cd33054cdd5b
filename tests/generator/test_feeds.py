"""Feeds: whole articles, with addresses that lead somewhere from elsewhere, and ids that stay."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

import generator
from policy.manifest import read_build

PAGE = "---\ntitle: {}\ndescription: One sentence that says what stands on this page.\n{}---\n{}\n"
ATOM = "{http://www.w3.org/2005/Atom}"
INSTANT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
URL = {"type": "string", "pattern": "^https://[^ ]+$"}
TEXT = {"type": "string"}
JSON_FEED = {
    "required": ["version", "title", "items"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {**TEXT, "minLength": 1},
        "home_page_url": URL,
        "feed_url": URL,
        "description": TEXT,
        "language": TEXT,
        "authors": {"minItems": 1, "items": {"properties": {"name": TEXT, "url": URL}}},
        "items": {
            "items": {
                "required": ["id", "content_html"],
                "additionalProperties": False,
                "properties": {
                    "id": URL,
                    "url": URL,
                    "title": TEXT,
                    "summary": TEXT,
                    "content_html": {**TEXT, "minLength": 1},
                    "date_published": INSTANT,
                    "date_modified": INSTANT,
                },
            }
        },
    },
}
"""Written from jsonfeed.org/version/1.1."""


def add(root: Path, name: str, words: str, more: str = "", *, title: str = "") -> None:
    text = PAGE.format(title or name.title(), f"date: 2026-03-05\n{more}", words)
    (root / f"content/news/{name}.md").write_text(text, encoding="utf-8")


def fed(root: Path, public: str = "public") -> tuple[ElementTree.Element, dict[str, Any]]:
    """Both feeds, as programs read them."""
    folder = root / public / "news"
    xml = ElementTree.fromstring((folder / "feed.xml").read_bytes())
    return xml, json.loads((folder / "feed.json").read_bytes())


def entry(xml: ElementTree.Element, title: str) -> dict[str, str]:
    """The texts of one entry."""
    (found,) = [each for each in xml if each.findtext(f"{ATOM}title") == title]
    return {each.tag.removeprefix(ATOM): each.text or "" for each in found}


def test_articles_are_whole_and_their_addresses_too(root: Path) -> None:
    words = (
        "[About](../about.md#people), [on](first.md), [out](https://x.example/?a=1&b=2)\n\n"
        '![A gate](../gate.svg)\n\n<img src="../gate.svg" srcset="../gate.svg 1x, /gate.svg 2x" '
        'alt="x">\n\n/// note | A\n]]> & <b>bold</b>\n///\n\n<!-- for us -->\n'
    )
    add(root, "whole", words, title='"Whole <&> ]]>"')
    generator.build(root, root / "public")
    xml, as_json = fed(root)
    jsonschema.validate(as_json, JSON_FEED)
    html = entry(xml, "Whole <&> ]]>")["content"]
    (item,) = [each for each in as_json["items"] if each["title"] == "Whole <&> ]]>"]
    assert item["content_html"] == html
    addresses = re.findall(r'(?:href|src)="([^"]*)"', html)
    assert len(addresses) == 5
    assert all(each.startswith("https://") for each in addresses), addresses
    assert "https://base.example/about/#people" in html or "/about/#people" in html
    assert "<b>bold</b>" in html
    assert "for us" not in html
    candidates = re.findall(r'srcset="([^"]*)"', html)[-1].split(", ")
    assert all(each.startswith("https://") for each in candidates)
    build = read_build(root / "public")
    assert build.files["/news/feed.json"].type == "application/feed+json"
    for name in ("id", "title", "updated", "author", "link"):
        assert xml.find(f"{ATOM}{name}") is not None
    for each in xml.findall(f"{ATOM}entry"):
        for name in ("id", "title", "updated", "published", "summary", "content", "link"):
            assert each.find(f"{ATOM}{name}") is not None


def test_what_no_feed_can_hold_is_left_out(root: Path) -> None:
    add(root, "odd", "/// form | x\n///".replace("/// form | x\n///", "One \ufffe two \U0001f600."))
    generator.build(root, root / "public")
    xml, _ = fed(root)
    assert entry(xml, "Odd")["content"] == "<p>One  two \U0001f600.</p>"


def test_the_newest_are_in_it_and_no_more_than_asked(root: Path) -> None:
    settings = root / "site/settings.toml"
    settings.write_text(f"feed_entries = 2\n{settings.read_text()}")
    for day in range(1, 6):
        add(root, f"no{day}", "Words.")
        page = root / f"content/news/no{day}.md"
        page.write_text(page.read_text().replace("2026-03-05", f"2026-03-0{day}"))
    generator.build(root, root / "public")
    xml, as_json = fed(root)
    titles = [each.findtext(f"{ATOM}title") for each in xml.findall(f"{ATOM}entry")]
    assert titles == [each["title"] for each in as_json["items"]] == ["No5", "No4"]


@pytest.fixture
def known(root: Path) -> tuple[generator.Builder, str]:
    """A site that was built with the article "The same", and what readers know that by."""
    add(root, "old", "Words.", title="The same")
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    return builder, entry(fed(root)[0], "The same")["id"]


def test_an_old_address_alone_makes_no_article_a_new_one(
    root: Path, known: tuple[generator.Builder, str]
) -> None:
    builder, name = known
    add(root, "old", "Words.", "aliases: [/short/, /news/1/]\n", title="The same")
    assert not [each for each in builder.build().warnings if "feed readers" in each.message]
    assert name in _ids_in_json(root)
    assert entry(fed(root)[0], "The same")["id"] == name


def test_whoever_renames_an_article_is_told_how_readers_know_it(
    root: Path, known: tuple[generator.Builder, str]
) -> None:
    """With the old address as an alias, or in site/redirects.toml; and what the hint says keeps it,
    also when it is renamed again."""
    builder, name = known
    (root / "content/news/old.md").unlink()
    add(root, "new", "Words.", "aliases: [/news/old/]\n", title="The same")
    checked = generator.check(root, published=root / "public").warnings
    (told,) = (each for each in checked if "feed readers know" in each.message)
    assert told.path == "content/news/new.md"
    assert told.message.startswith("feed readers know this article as /news/old/, and would")
    line = told.hint.partition(".md: ")[2]
    add(root, "new", "Words.", f"aliases: [/news/old/]\n{line}\n", title="The same")
    assert not [each for each in builder.build().warnings if "feed readers" in each.message]
    assert entry(fed(root)[0], "The same")["id"] == name
    (root / "content/news/new.md").unlink()
    add(root, "newer", "Words.", f"{line}\n", title="The same")
    (root / "site/redirects.toml").write_text(
        '[redirects]\n"/news/old/" = "/news/newer/"\n"/news/new/" = "/news/newer/"\n'
    )
    assert not [each for each in builder.build().warnings if "feed readers" in each.message]
    assert entry(fed(root)[0], "The same")["id"] == name


def test_an_article_of_another_site_keeps_what_readers_know_it_by(root: Path) -> None:
    add(root, "moved", "Words.", "feed_id: tag:old.example,2020:7\n", title="Moved")
    generator.build(root, root / "public")
    assert entry(fed(root)[0], "Moved")["id"] == "tag:old.example,2020:7"
    assert "tag:old.example,2020:7" in _ids_in_json(root)


def test_another_address_of_the_whole_site_is_no_other_article(
    root: Path, known: tuple[generator.Builder, str]
) -> None:
    settings = root / "site/settings.toml"
    text = settings.read_text()
    settings.write_text(re.sub("^url = .*", 'url = "https://new.example"', text, flags=re.M))
    warnings = generator.check(root, published=root / "public").warnings
    assert not [each for each in warnings if "feed readers" in each.message]


@pytest.mark.parametrize("feed", [b"", b"[]", b"\xff", b'{"feed_url": 1}', b'{"items": [1]}'])
def test_a_feed_that_nobody_can_read_says_nothing(
    root: Path, known: tuple[generator.Builder, str], feed: bytes
) -> None:
    (root / "public/news/feed.json").write_bytes(feed)
    warnings = generator.check(root, published=root / "public").warnings
    assert not [each for each in warnings if "feed readers" in each.message]


def _ids_in_json(root: Path) -> set[str]:
    return {each["id"] for each in fed(root)[1]["items"]}


@pytest.mark.parametrize("what", ["text", "block", "picture"])
def test_it_follows_what_its_articles_are_made_of(root: Path, what: str) -> None:
    add(root, "made", "/// note | A\nB\n///\n\n![A gate](../gate.svg)")
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    before = (root / "public/news/feed.xml").read_bytes()
    if what == "text":
        add(root, "made", "Other.")
    elif what == "block":
        (root / "templates/blocks/note.html").write_text("<p>{{ title }}!</p>{{ body }}")
    else:
        gate = root / "content/gate.svg"
        text = gate.read_text()
        gate.write_text(text.replace("<svg ", '<svg width="77" height="33" ', 1))
    builder.build()
    after = (root / "public/news/feed.xml").read_bytes()
    generator.build(root, root / "clean")
    assert after == (root / "clean/news/feed.xml").read_bytes()
    assert (after != before) or what == "picture"


def test_a_large_sitemap_is_an_index(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.outputs.addresses.MOST_PAGES", 3)
    monkeypatch.setattr("generator.outputs.sitemap.MOST_PAGES", 3)
    for day in range(1, 5):
        add(root, f"no{day}", "Words.", f"updated: 2026-03-1{day}\n")
    add(root, "hidden", "Words.", "unlisted: true\n")
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    public = root / "public"
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    index = ElementTree.fromstring((public / "sitemap.xml").read_bytes())
    assert index.tag == f"{space}sitemapindex"
    parts = [each.findtext(f"{space}loc") or "" for each in index]
    assert [each.rpartition("/")[2] for each in parts] == [
        f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)
    ]
    texts = [(public / each.rpartition("/")[2]).read_text() for each in parts]
    pages = [url for text in texts for url in re.findall("<loc>(.*?)</loc>", text)]
    assert pages == sorted(pages)
    assert sum("/news/no" in url for url in pages) == 4
    assert not [url for url in pages if "hidden" in url or "404" in url]
    for number, text in enumerate(texts):
        latest = max(re.findall("<lastmod>(.*?)</lastmod>", text), default=None)
        assert index[number].findtext(f"{space}lastmod") == latest
    for day in range(1, 5):
        add(root, f"no{day}", "Words.", "draft: true\n")
    builder.build()
    assert len(list(public.glob("sitemap*.xml"))) < len(parts) + 1
