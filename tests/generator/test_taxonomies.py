"""Terms of pages: their pages, counts and feeds; lists that go over several pages; what is near."""

from __future__ import annotations

import datetime
import html
import json
import re
from pathlib import Path

import pytest

import generator
from policy import Faults
from policy.manifest import read_build

DAY = datetime.date(2026, 3, 20)
TAGS = (["Snow", "page"], ["snow", "C#"], ["C#", "العربية", "🌨️ ice"], ["a/b", "Snow", "page"])
TAXONOMIES = """[[taxonomy]]
name = "tags"
label = "Topics"
page_size = 2

[[taxonomy.term]]
name = "C#"
slug = "c-sharp"
description = "What is said of it."
"""
LIST = """{{ page.title }}|{{ page.canonical }}|{{ pager.previous }}|{{ pager.next }}|
{%- for each in pager.pages %}{{ each.title }} {% endfor %}|{{ pager.number }}/{{ pager.total }}|
{%- for each in page.breadcrumbs %}{{ each.title }}>{% endfor %}"""
TERM = "{% include 'section.html' %}|{{ term.count }}|{{ term.feed }}|{{ page.description }}"
TERMS = """{% for each in taxonomy.terms -%}
{{ each.title }}={{ each.count }} {{ each.url }},{% endfor %}"""
ARTICLE = """{% for each in page.terms.tags %}{{ each.title }} {{ each.url }},{% endfor %}|
{%- for each in page.related %}{{ each.title }},{% endfor %}"""


@pytest.fixture
def tagged(root):
    """The base site with a taxonomy, and articles N0 to N3 of one day after the other."""
    write(root, "site/taxonomies.toml", TAXONOMIES)
    write(root, "site/sections.toml", '[[section]]\nfolder = "news"\npage_size = 3\n')
    for name, text in {"term": TERM, "terms": TERMS, "article": ARTICLE}.items():
        write(root, f"templates/{name}.html", text)
    for name in ("section", "resources"):
        write(root, f"templates/{name}.html", LIST)
    for number, tags in enumerate(TAGS):
        article(root, number, tags)
    return root


def write(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text, encoding="utf-8")


def article(root: Path, number: int, tags: list[str]) -> None:
    named = json.dumps(tags, ensure_ascii=False)
    text = f"---\ntitle: N{number}\ndate: 2026-03-1{number}\ntags: {named}\n---\nWords.\n"
    write(root, f"content/news/n{number}.md", text)


def built(root: Path) -> generator.Built:
    return generator.build(root, root / "public", today=DAY)


def page(root: Path, address: str) -> str:
    return (root / "public" / address.lstrip("/") / "index.html").read_text(encoding="utf-8")


def test_each_term_has_a_page_with_its_pages_the_newest_first(tagged):
    told = built(tagged).warnings
    assert page(tagged, "/tags/snow/") == (
        "Snow|https://small.example/tags/snow/||/tags/snow/page/2/|N3 N1 |1/2|Home>Topics>"
        "|3|/tags/snow/feed.xml|"
    )
    assert page(tagged, "/tags/c-sharp/").endswith("|2|/tags/c-sharp/feed.xml|What is said of it.")
    assert page(tagged, "/tags/") == (
        "a/b=1 /tags/a-b/,C#=2 /tags/c-sharp/,page=2 /tags/page/,Snow=3 /tags/snow/,"
        "العربية=1 /tags/العربية/,🌨️ ice=1 /tags/🌨️-ice/,"
    )
    assert [fault.line for fault in told if "is written" in fault.message] == [4]


def test_a_page_leads_to_its_terms_and_to_what_shares_them(tagged):
    built(tagged)
    links = "Snow /tags/snow/,page /tags/page/,|N3,N1,N2,"
    assert page(tagged, "/news/n0/").replace("First: a word,", "N2,") == links


def test_a_term_called_page_and_the_second_page_of_a_list_stand_apart(tagged):
    article(tagged, 4, ["page"])
    built(tagged)
    assert page(tagged, "/tags/page/").startswith("page|")
    assert page(tagged, "/tags/page/page/2/").startswith("page (2)|")


def test_a_list_goes_on_for_as_long_as_it_is_and_no_longer(tagged):
    builder = generator.Builder(tagged, tagged / "public", jobs=1)
    builder.build(today=DAY)
    assert page(tagged, "/news/page/2/") == (
        "News (2)|https://small.example/news/page/2/|/news/||N0 First: a word |2/2|Home>News>"
    )
    for number in (2, 3):
        (tagged / f"content/news/n{number}.md").unlink()
    builder.build(today=DAY)
    assert not (tagged / "public/news/page").exists()
    assert not (tagged / "public/tags/c-sharp/page").exists()
    titles = [each.title for each in read_build(tagged / "public").pages.values()]
    assert len(titles) == len(set(titles))


def test_only_the_pages_of_a_list_that_changed_are_made_again(tagged):
    """The newest article moves every page of the list; the oldest, only the last one."""
    builder = generator.Builder(tagged, tagged / "public", jobs=1)
    builder.build(today=DAY)
    write(tagged, "content/news/old.md", "---\ntitle: Old\ndate: 2026-01-01\n---\nWords.\n")
    before = {
        path: path.stat().st_mtime_ns for path in (tagged / "public/news").rglob("index.html")
    }
    builder.build(today=DAY)
    changed = {path.parent.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert changed <= {"2", "first"}
    assert "Old" in page(tagged, "/news/page/2/")


def test_a_feed_of_a_term_has_its_pages_and_is_made_again_with_them_alone(tagged):
    builder = generator.Builder(tagged, tagged / "public", jobs=1)
    builder.build(today=DAY)
    feed, other = (tagged / f"public/tags/{each}/feed.xml" for each in ("snow", "c-sharp"))
    assert re.findall("<title>(.*)</title>", feed.read_text()) == ["Small: Snow", "N3", "N1", "N0"]
    before = other.stat().st_mtime_ns
    write(tagged, "content/news/n0.md", "---\ntitle: N\ndate: 2026-03-10\ntags: [Snow]\n---\nW.\n")
    builder.build(today=DAY)
    assert "<title>N</title>" in feed.read_text()
    assert other.stat().st_mtime_ns == before


def test_a_feed_of_a_term_has_whole_articles_in_its_language(tagged):
    """And follows what they are made of, as a build from nothing has it."""
    front = "---\ntitle: N0\ndate: 2026-03-10\ntags: [Snow]\n---\n"
    write(tagged, "content/news/n0.md", f"{front}/// note | A\nSee [it](first.md).\n///\n")
    builder = generator.Builder(tagged, tagged / "public", jobs=1)
    builder.build(today=DAY)
    feed = tagged / "public/tags/snow/feed.xml"
    before = feed.read_text(encoding="utf-8")
    assert before.count("<content ") == before.count("<entry>") == 3
    assert 'href="https://small.example/news/first/"' in html.unescape(before)
    write(tagged, "templates/blocks/note.html", "<p>{{ title }}!</p>{{ body }}")
    builder.build(today=DAY)
    after = feed.read_text(encoding="utf-8")
    assert after != before
    generator.build(tagged, tagged / "clean", today=DAY)
    assert after == (tagged / "clean/tags/snow/feed.xml").read_text(encoding="utf-8")


def test_a_term_can_have_a_page_of_its_own_with_title_text_and_keys(tagged):
    """As an author has: the role and the link are keys of that page."""
    sections = '[[section]]\nfolder = "tags"\n[[section.key]]\nname = "role"\nkind = "text"\n'
    write(tagged, "site/sections.toml", sections)
    (tagged / "content/tags").mkdir()
    write(tagged, "content/tags/snow.md", "---\ntitle: All of snow\nrole: Weather\n---\nWords.\n")
    write(tagged, "templates/term.html", "{{ page.body }}{{ pager.pages|length }}{{ term.title }}")
    roles = "{% for each in page.terms.tags %}{{ each.title }}: {{ each.extra.role }},{% endfor %}"
    write(tagged, "templates/article.html", f"Of {roles}")
    built(tagged)
    assert page(tagged, "/tags/snow/") == "<p>Words.</p>2All of snow"
    assert page(tagged, "/news/n0/") == "Of All of snow: Weather,page: None,"


def test_each_language_has_its_own_terms(tagged):
    settings = tagged / "site/settings.toml"
    text = settings.read_text()
    write(tagged, "site/settings.toml", f'{text}\n[languages.es]\nname = "Pequeño"\n')
    spanish = "---\ntitle: Nieve\ndate: 2026-03-01\ntags: [Nieve]\n---\nPalabras.\n"
    write(tagged, "content/news/n9.es.md", spanish)
    built(tagged)
    assert page(tagged, "/es/tags/") == "Nieve=1 /es/tags/nieve/,"
    assert "Nieve" not in page(tagged, "/tags/")


@pytest.mark.parametrize(
    ("address", "is_right"),
    [
        ("https://status.example/now", True),
        ("mailto:us@small.example", True),
        ("httsp://status.example/", False),
        ("https://status", False),
        ("//status.example/", False),
    ],
)
def test_a_menu_leads_to_a_page_or_out_of_the_site(root, address, is_right):
    menu = (root / "site/navigation.toml").read_text()
    item = f'[[footer]]\nlabel = "Status"\npage = "{address}"\n'
    write(root, "site/navigation.toml", f"{menu}\n{item}")
    if is_right:
        built(root)
    else:
        with pytest.raises(Faults, match="the menu leads to no page"):
            built(root)


def test_a_page_of_a_term_is_there_before_what_has_the_term_and_stays_after_it(tagged):
    write(tagged, "templates/term.html", "{{ term.title }} {{ term.count }} {{ pager.total }}")
    (tagged / "content/tags").mkdir()
    write(tagged, "content/tags/ice.md", "---\ntitle: On ice\n---\nWords.\n")
    article = "---\ntitle: N\ndate: 2026-03-20\nexpire: 2026-03-22\ntags: [Ice]\n---\nWords.\n"
    write(tagged, "content/news/ice.md", article)
    builder = generator.Builder(tagged, tagged / "public", jobs=1)
    found = []
    for day in (19, 20, 21, 22):
        when = datetime.date(2026, 3, day)
        builder.build(today=when)
        generator.build(tagged, tagged / "clean", today=when)
        clean = (tagged / "clean/tags/ice/index.html").read_text()
        assert page(tagged, "/tags/ice/") == clean
        assert (tagged / "public/tags/ice/feed.xml").exists()
        found.append((clean, "On ice=" in page(tagged, "/tags/")))
    assert found == [("On ice 0 1", False), *[("On ice 1 1", True)] * 2, ("On ice 0 1", False)]
