"""`build.py explain`: where a page's values come from, what it is made of, and who needs it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import build


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the base, built, with a draft."""
    folder = tmp_path_factory.mktemp("explain") / "site"
    shutil.copytree(build.ROOT / "tests/sites/base", folder)
    draft = "---\ntitle: Later\ndraft: true\naliases: [/soon/]\n---\nSee [us](/about/#people).\n"
    (folder / "content/later.md").write_text(draft)
    assert CliRunner().invoke(build.main, ["--root", str(folder)]).exit_code == 0
    return folder


def explained(root: Path, *words: str, status: int = 0) -> str:
    result = CliRunner().invoke(build.main, ["--root", str(root), "explain", *words])
    assert result.exit_code == status, result.output
    return result.output


def part(text: str, title: str) -> list[str]:
    """The lines below a heading."""
    found = re.search(rf"^{re.escape(title)}\n((?:  .*\n)+)", text, re.MULTILINE)
    assert found, text
    return [line[2:] for line in found[1].splitlines()]


def test_a_page_is_explained_with_the_place_of_each_value(root):
    said = explained(root, "/about/")
    assert part(said, "/about/")[:2] == ["About us", "written in content/about.md"]
    assert "/us/ leads here, by content/about.md:4" in part(said, "/about/")
    values = {line.split()[0]: line.split(maxsplit=1)[1] for line in part(said, "values")}
    assert values["title"] == "About us  content/about.md:2"
    assert values["layout"] == "page  not written: the usual layout"
    assert values["draft"] == "false  not written: the default"


def test_what_a_page_is_made_of_is_what_was_read_while_it_was_rendered(root):
    made_of = "\n".join(part(explained(root, "/about/"), "made of"))
    assert "files: content/gate.svg" in made_of
    assert "templates/blocks/note.html" in made_of
    assert re.search(r"^site/settings\.toml: .*language", made_of, re.MULTILINE)
    assert "templates/blocks/quote.html" not in made_of, "it has no quotation"


def test_who_needs_a_page_is_told(root):
    """Menus and forms with their lines, the pages that link to it, the old addresses."""
    said = explained(root, "/about/")
    broken = part(said, "breaks without it")
    assert '"About" of the menu, site/navigation.toml:3' in broken
    assert "the old address /us/" in broken
    ask = explained(root, "content/ask.md")
    assert any(
        line.startswith('"page" of a form, site/forms/ask.toml:')
        for line in part(ask, "breaks without it")
    )


def test_what_is_published_of_a_page_is_told_with_its_sizes(root):
    """For everyone, and for each audience that gets another."""
    said = explained(root, "/")
    lines = part(said, "published as")
    size = (root / "public/index.html").stat().st_size
    assert lines[0].startswith(f"public/index.html: {size:,} bytes, ")
    assert any('for the audience "teacher": ' in line for line in lines)


@pytest.mark.parametrize(
    "name",
    [
        "content/about.md",
        "about.md",
        "./content/about.md",
        "/about/",
        "about",
        "/about",
        "https://small.example/about/",
        "/about/#people",
    ],
)
def test_a_page_is_named_by_its_file_or_its_address(root, name):
    assert explained(root, name).startswith("/about/\n")


def test_a_page_that_waits_says_why(root):
    said = explained(root, "later")
    assert "not published: a draft, by content/later.md:3" in part(said, "/later/")
    assert part(said, "published as") == ["nothing yet"]


def test_one_value_is_explained_with_the_pages_that_show_it(root):
    said = explained(root, "/about/", "title")
    assert part(said, "title of /about/") == ["About us  content/about.md:2"]
    news = explained(root, "content/news/first.md", "title")
    assert "/news/" in part(news, "read by")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["/abuot/"], 'did you mean "/about/"?'),
        (["/about/", "titel"], 'did you mean "title"?'),
    ],
)
def test_what_is_not_there_is_a_fault_with_what_was_meant(root, words, message):
    assert message in explained(root, *words, status=1)


def test_a_site_with_faults_is_explained_as_it_was_built(root, tmp_path):
    """Where it was ever built; else the faults are told."""
    copy = Path(shutil.copytree(root, tmp_path / "copy", symlinks=True))
    (copy / "content/x.md").write_text("---\ntitel: T\n---\n")
    assert 'unknown key "titel"' in explained(copy, "/about/", status=1), "built elsewhere"
    broken = root / "content/x.md"
    broken.write_text("---\ntitel: T\n---\n")
    try:
        said = explained(root, "/about/")
    finally:
        broken.unlink()
    assert "The site has faults (1 error); this is the last build." in said
    assert "/about/\n  About us" in said


def test_what_is_for_an_audience_is_told_with_its_reasons(root):
    """Which blocks, what is declared to be seen first, and what is published; by its place."""
    folder = root.parent / "for-an-audience"
    shutil.copytree(root, folder)
    audiences = folder / "site/audiences.toml"
    audiences.write_text(audiences.read_text() + '[audience.sees]\nhero = "For you."\n')
    assert CliRunner().invoke(build.main, ["--root", str(folder)]).exit_code == 0
    said = explained(folder, "/", "--audience", "teacher")
    shown = part(said, "/ for teacher (Teachers)")
    assert any(re.fullmatch(r"the block for teacher is shown  content/index\.md:\d+", each)
               for each in shown)  # fmt: skip
    assert part(said, "what its templates may ask for") == ["hero  For you.  site/audiences.toml:8"]
    assert part(said, "published as")[0].startswith("public/_variants/teacher/index.html: ")
    plain = explained(folder, "/about/", "--audience", "teacher")
    assert part(plain, "published as") == ["the page that everybody sees"]


def test_an_audience_that_there_is_not_is_a_fault(root):
    said = explained(root, "/about/", "--audience", "teecher", status=1)
    assert 'no audience is called "teecher"' in said
    assert 'did you mean "teacher"?' in said


TERMS = (
    '[[taxonomy]]\nname = "tags"\nlabel = "Topics"\n\n[[taxonomy.term]]\nname = "C#"\nslug = "c"\n'
)


def test_a_term_is_explained_with_the_lines_that_name_it(root, tmp_path):
    site = shutil.copytree(root, tmp_path / "site")
    (site / "site/taxonomies.toml").write_text(TERMS)
    (site / "site/sections.toml").write_text('[[section]]\nfolder = "news"\npage_size = 1\n')
    for name in ("term", "terms"):
        (site / f"templates/{name}.html").write_text("{{ page.title }}{{ pager and pager.number }}")
    article = "---\ntitle: N\ndate: 2026-03-0{}\ntags: [{}]\n---\nWords.\n"
    (site / "content/news/a.md").write_text(article.format(1, "été 1, C#"))
    (site / "content/news/b.md").write_text(article.format(2, "Été 1, Été 1"))
    said = explained(site, "/tags/%C3%A9t%C3%A9-1/")
    assert part(said, "/tags/été-1/") == [
        "Été 1",
        'a term of "tags", by site/taxonomies.toml:2',
        "its address is made of the term, below /tags/",
    ]
    assert part(said, "values")[0].split("  ")[-1] == "content/news/b.md:4"
    assert part(said, "pages of the term") == [
        'content/news/b.md:4 as "Été 1"',
        'content/news/a.md:4 as "été 1"',
        "followed at /tags/été-1/feed.xml",
    ]
    assert "what 2 pages say of themselves" in part(said, "breaks without it")
    said = explained(site, "/tags/c/")
    assert "its address ends with its slug, by site/taxonomies.toml:7" in part(said, "/tags/c/")
    assert part(said, "values")[0].split("  ")[-1] == "site/taxonomies.toml:6"
    said = explained(site, "/tags/")
    assert part(said, "/tags/")[1] == 'the list of the terms of "tags", by site/taxonomies.toml:2'
    assert part(said, "terms") == ["C#: 1, /tags/c/", "Été 1: 2, /tags/été-1/"]
    assert "page 2 of the list at /news/" in explained(site, "/news/page/2/")
    assert "a key of site/taxonomies.toml" in explained(site, "/news/a/", "tags")
