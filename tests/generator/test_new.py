"""`build.py new`: what it makes passes every check at once, and nothing is overwritten."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from generator import starting
from tests.fixtures.other_sites import grow


def run(*words: object, status: int = 0) -> str:
    result = CliRunner().invoke(build.main, [str(each) for each in words])
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result.output


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new site with awkward facts."""
    folder = tmp_path_factory.mktemp("new") / "a" / "site"
    facts = ["--name", 'We & "us": #1', "--url", "https://us.example", "--email", "us@us.example"]
    run("new", "site", folder, *facts, "--organization", "Us \\ Co")
    return folder


def test_a_new_site_passes_check_at_once(site):
    assert run("--root", site, "check") == "No faults in 6 pages.\n"
    run("--root", site)
    page = (site / "public/index.html").read_text(encoding="utf-8")
    assert "<h1>We &amp; &#34;us&#34;: #1</h1>" in page
    assert "Us \\ Co" in page
    assert "Your site" not in page
    assert (site / ".gitignore").read_text().startswith("public/\nvar/\n")


def test_its_readme_says_the_next_three_steps(site):
    readme = (site / "README.md").read_text(encoding="utf-8")
    assert [line[:2] for line in readme.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3."]
    for command in ("serve", "new page", "check", "build --release"):
        assert command in readme


def test_new_pages_and_sections_pass_check_too(site):
    """With what their section asks for: an article of the feed has a date."""
    run("--root", site, "new", "section", "services")
    run("--root", site, "new", "page", "services/snow-days", "--title", "Snow: what to do")
    run("--root", site, "new", "page", "news/second")
    run("--root", site, "check")
    services = (site / "content/services/snow-days.md").read_text()
    assert services.startswith('---\ntitle: "Snow: what to do"\n')
    assert "draft: true" in services
    assert "\ndate: 20" in (site / "content/news/second.md").read_text()
    for file in (site / "content").rglob("*.md"):
        file.write_text(file.read_text().replace("draft: true\n", ""))
    assert run("--root", site, "check") == "No faults in 9 pages.\n"


BLOCKS = """---
title: Blocks
description: Each block that any site may use, on one page of a site that was just made.
---

/// faq | May I bring a friend?
    open: true

You may bring **two**.
///

/// figure | The gate
    credit: A neighbor
    width: wide

![A gate](gate.svg)
///

/// video | A tour, elsewhere
    page: https://video.example/tour
///
"""


def test_a_new_site_has_the_blocks_of_the_guide_and_tells_programs_what_it_is(site):
    """Search engines are told of questions, articles, places and who runs the site."""
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    (site / "content/gate.svg").write_text(drawing)
    (site / "content/blocks.md").write_text(BLOCKS)
    try:
        run("--root", site)
        said = {name: _told(site / "public" / name) for name in ("blocks", "news/first")}
    finally:
        (site / "content/blocks.md").unlink()
        (site / "content/gate.svg").unlink()
    assert said["blocks"] == {"Organization", "WebSite", "BreadcrumbList", "FAQPage"}
    assert said["news/first"] == {"Organization", "WebSite", "BreadcrumbList", "Article"}


def test_a_new_site_says_where_a_page_stands_in_each_language(site, tmp_path):
    """To people where that is news, to programs always, and to both the same."""
    root = tmp_path / "site"
    shutil.copytree(site, root, ignore=shutil.ignore_patterns("public", "var"))
    settings = root / "site/settings.toml"
    text = settings.read_text()
    settings.write_text(
        f'{text}\n[languages.en]\nlabel = "English"\n[languages.es]\nlabel = "Español"\n'
    )
    for name in ("index", "about", "news/index", "news/first"):
        page = (root / f"content/{name}.md").read_text().replace("News", "Novedades", 1)
        (root / f"content/{name}.es.md").write_text(page)
    run("--root", root)
    seen = {}
    for name in ("", "about", "news", "news/first"):
        for home in ("", "es/"):
            html = (root / "public" / home / name / "index.html").read_text(encoding="utf-8")
            (trail,) = re.findall('<nav class="crumbs".*?</nav>', html, re.DOTALL) or [""]
            crumbs = re.findall('<a href="(.*?)">(.*?)</a>', trail)
            links = [link for link, _ in crumbs]
            said = [
                each for each in _said(root / "public" / home / name) if "itemListElement" in each
            ]
            items = [
                re.sub("^https://[^/]+", "", each["item"])
                for one in said
                for each in one["itemListElement"]
            ]
            assert links in ([], items[:-1])
            names = [each["name"] for one in said for each in one["itemListElement"]]
            assert [name for _, name in crumbs] in ([], names[:-1])
            seen[f"/{home}{name}"] = links
    below = {"/news/first": ["/", "/news/"], "/es/news/first": ["/es/", "/es/news/"]}
    assert seen == {name: below.get(name, []) for name in seen}
    assert below.keys() < seen.keys()


def _said(folder: Path) -> list[dict[str, object]]:
    """What a page says of itself."""
    page = (folder / "index.html").read_text(encoding="utf-8")
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    return json.loads(data)["@graph"]


def _told(folder: Path) -> set[str]:
    """The kinds of that."""
    return {each["@type"] for each in _said(folder)}


@pytest.mark.parametrize(
    "words",
    [
        ("page", "about"),
        ("page", "/about/"),
        ("page", "content/about.md"),
        ("page", "news"),
        ("section", "news"),
        ("section", "about"),
    ],
)
def test_what_is_there_is_not_overwritten(site, words):
    before = {path: path.read_bytes() for path in (site / "content").rglob("*.md")}
    assert "is there already\nhint: " in run("--root", site, "new", *words, status=1)
    assert {path: path.read_bytes() for path in (site / "content").rglob("*.md")} == before


@pytest.mark.parametrize(
    "name", ["", "../x", "a/../../x", ".hidden", "what?", "staff/x", "a\nb", "_build", "/"]
)
def test_a_name_that_is_no_address_is_refused(site, name):
    assert run("--root", site, "new", "page", name, status=1).startswith("error: ")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    said = run("new", "site", tmp_path, status=1)
    assert "there is something in" in said
    assert names(tmp_path) == ["mine.txt"]


def test_an_empty_folder_and_a_link_to_one_are_used(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    run("new", "site", tmp_path / "link")
    assert (tmp_path / "real/content/index.md").is_file()


@pytest.mark.parametrize("is_there", [False, True])
def test_where_it_cannot_be_written_nothing_is_left(tmp_path, monkeypatch, is_there):
    """The disk is full after some files; tests may run as root, so the refusal is made up."""
    really, count = starting._write, []

    def full(path: Path, text: str) -> None:
        count.append(path)
        if len(count) > 5:
            raise OSError(28, "No space left on device", str(path))
        really(path, text)

    monkeypatch.setattr(starting, "_write", full)
    folder = tmp_path / "site"
    if is_there:
        folder.mkdir()
    assert "No space left on device" in run("new", "site", folder, status=2)
    assert names(tmp_path) == (["site"] if is_there else [])
    assert not is_there or names(folder) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert "Permission denied" in run("new", "site", tmp_path / "site", status=2)


def test_a_file_where_the_folder_would_be_is_told(tmp_path):
    (tmp_path / "site").write_text("mine")
    assert run("new", "site", tmp_path / "site", status=2).startswith("error: ")
    assert (tmp_path / "site").read_text() == "mine"


def test_a_fact_that_is_none_is_told_and_the_site_is_there(tmp_path):
    said = run("new", "site", tmp_path / "site", "--url", "nonsense")
    assert '"url" cannot be' in said
    assert "Next:" in said


def test_the_starter_names_nobody():
    """No organization's words or facts: examples only."""
    for path in starting.STARTER.rglob("*"):
        if path.is_file() and starting._is_ours(path):
            assert "SchoolMessenger" not in path.read_text(encoding="utf-8")


def test_outside_a_site_a_page_is_refused(tmp_path):
    assert "is no site" in run("--root", tmp_path, "new", "page", "x", status=1)


def test_a_new_page_has_the_keys_that_its_section_asks_for(site):
    """Each with a value that is allowed."""
    kinds = ("text", "integer", "number", "boolean", "date", "list", "link")
    keys = [
        f'[[section.key]]\nname = "a_{each}"\nkind = "{each}"\nrequired = true\n' for each in kinds
    ]
    keys.append(
        '[[section.key]]\nname = "level"\nkind = "choice"\nvalues = ["easy"]\nrequired = true\n'
    )
    schema = site / "site/sections.toml"
    schema.write_text('[[section]]\nfolder = "guides"\n' + "".join(keys))
    try:
        run("--root", site, "new", "page", "guides/first")
        page = site / "content/guides/first.md"
        assert "\nlevel: easy\n" in page.read_text()
        page.write_text(page.read_text().replace("draft: true\n", ""))
        run("--root", site, "check")
        said = run("--root", site, "explain", "/guides/first/")
        assert "easy  content/guides/first.md:11, a key of site/sections.toml" in said
    finally:
        schema.unlink()
        (site / "content/guides/first.md").unlink()


def test_a_file_that_a_new_page_needs_is_named(site):
    """Which file it is, only who writes the page knows; where it belongs is said."""
    schema = site / "site/sections.toml"
    schema.write_text(
        '[[section]]\nfolder = "guides"\n\n'
        '[[section.key]]\nname = "handout"\nkind = "file"\nrequired = true\n'
    )
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
    try:
        said = run("--root", site, "new", "page", "guides/first")
        assert "Put handout.pdf into content/guides/" in said
        run("--root", site, "check")
        page = site / "content/guides/first.md"
        text = page.read_text().replace("draft: true\n", "")
        page.write_text(text.replace("handout.pdf", "handout.svg"))
        (site / "content/guides/handout.svg").write_text(drawing)
        run("--root", site, "check")
    finally:
        schema.unlink()
        shutil.rmtree(site / "content/guides")


def test_a_new_article_is_of_the_day_where_the_site_is_at_home(site):
    """A day that has not begun there would keep it back."""
    settings = site / "site/settings.toml"
    before = settings.read_text()
    days = set()
    try:
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            settings.write_text(before.replace('timezone = "UTC"', f'timezone = "{zone}"'))
            run("--root", site, "new", "page", "news/today")
            page = site / "content/news/today.md"
            days.add(re.search("date: (.*)", page.read_text())[1])
            page.unlink()
    finally:
        settings.write_text(before)
    assert len(days) == 2, "they are 25 hours apart"


def test_its_templates_show_terms_long_lists_and_other_languages(site, tmp_path):
    """A new site can grow without a template that somebody must write first."""
    root = shutil.copytree(site, tmp_path / "grown")
    grow(root)
    run("--root", root)

    def page(address: str) -> str:
        return (root / f"public{address}index.html").read_text(encoding="utf-8")

    assert '<a href="/news/second/">S</a>' in page("/tags/snow/")
    assert '<a rel="tag" href="/tags/snow/">Snow</a>' in page("/news/second/")
    assert '<a rel="next" href="/news/page/2/">' in page("/news/")
    assert re.findall(r"<h2>.*?>(.*?)<", page("/news/page/3/")) == ["S"]
    spanish = page("/es/news/second/")
    assert "1 de marzo de 2026</time> · <bdi>1 min de lectura</bdi>" in spanish
    assert '<a class="brand" href="/es/">' in spanish
    assert 'hreflang="x-default" href="https://us.example/news/second/"' in spanish
    assert '<a href="/news/second/" hreflang="en" lang="en">English</a>' in spanish
    assert '<a href="/es/news/second/">Segunda</a>' in page("/es/")
    assert '<html lang="ar" dir="rtl">' in page("/ar/")
