"""The key `section`: a page is listed elsewhere than in the folder that its address has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
import generator
from policy.faults import Faults

PAGE = "---\ntitle: {}\ndescription: One sentence that says what stands on this page.\n{}---\n{}\n"


def write(root: Path, name: str, keys: str, title: str = "Of old") -> None:
    path = root / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(title, keys, "Words."), encoding="utf-8")


def public(root: Path, address: str) -> str:
    return (root / "public" / address / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("written", ["/news/", "news"])
def test_a_page_is_in_the_list_and_the_feed_that_it_names(root: Path, written: str) -> None:
    """At the address that it has: with its layout, its neighbours, and what it is in."""
    write(root, "2025/of-old.md", f"date: 2025-02-03\nsection: {written}\n")
    with (root / "templates/page.html").open("a") as template:
        template.write("<p>{{ previous.url if previous }}</p>")
    generator.build(root, root / "public")
    assert '<a href="/2025/of-old/">' in public(root, "news")
    feed = json.loads((root / "public/news/feed.json").read_text())
    assert "https://small.example/2025/of-old/" in [each["url"] for each in feed["items"]]
    assert "<p>/2025/of-old/</p>" in public(root, "news/first"), "the earlier article"
    told = CliRunner().invoke(build.main, ["--root", str(root), "explain", "/2025/of-old/"]).output
    assert "article  not written" in told
    assert "/news/  content/2025/of-old.md:5" in told


def test_it_comes_and_goes_with_what_the_page_says(root: Path) -> None:
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    write(root, "2025/of-old.md", "date: 2025-02-03\nlayout: article\n")
    builder.build()
    assert "/2025/of-old/" not in public(root, "news")
    write(root, "2025/of-old.md", "date: 2025-02-03\nlayout: article\nsection: news\n")
    builder.build()
    assert "/2025/of-old/" in public(root, "news")
    write(root, "2025/of-old.md", "date: 2025-02-03\nlayout: article\n")
    builder.build()
    assert "/2025/of-old/" not in public(root, "news")


def test_a_translation_is_in_the_list_of_its_language(root: Path) -> None:
    with (root / "site/settings.toml").open("a") as settings:
        settings.write("\n[languages.es]\n")
    write(root, "news/index.es.md", "", "Noticias")
    for ending in ("", ".es"):
        write(root, f"2025/of-old{ending}.md", "date: 2025-02-03\nsection: news\n")
    generator.build(root, root / "public")
    assert '<a href="/es/2025/of-old/">' in public(root, "es/news")
    assert '<a href="/es/2025/of-old/">' not in public(root, "news")


@pytest.mark.parametrize(
    ("name", "section", "said"),
    [
        ("x.md", "nowhere", "there is no section /nowhere/"),
        ("x.md", "about", "there is no section /about/"),
        ("x.md", "/", ""),
        ("x/index.md", "news", "an index.md is in the section around its folder"),
        ("x.md", "../news", '"section" cannot be "../news"'),
    ],
)
def test_a_section_is_one_that_there_is(root: Path, name: str, section: str, said: str) -> None:
    write(root, name, f"section: {section}\ndate: 2025-02-03\n")
    if not said:
        generator.check(root)
        return
    with pytest.raises(Faults) as told:
        generator.check(root)
    (fault,) = told.value.faults
    assert (fault.path, fault.line) == (f"content/{name}", 4)
    assert said in fault.message
