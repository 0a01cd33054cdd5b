"""`build.py translations`: what is missing, and what its original has left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import build

SITE = Path(__file__).parents[1] / "sites" / "languages"


@pytest.fixture
def root(tmp_path):
    """The site in English, Spanish and Arabic, free to change."""
    return Path(shutil.copytree(SITE, tmp_path / "site"))


def told(root: Path, *words: str, status: int = 0) -> str:
    result = CliRunner().invoke(build.main, ["--root", str(root), "translations", *words])
    assert result.exit_code == status, result.output
    return result.output


def test_pages_and_sentences_that_are_not_translated_are_listed(root):
    said = told(root)
    assert "content/news/second.md: not in es\nhint: write content/news/second.es.md" in said
    assert "content/about.md: not in" not in said
    assert 'site/navigation.toml:2: not in site/locale/es.po: "News"' in said


def test_a_translation_is_stale_once_its_original_has_changed(root):
    page, original = "content/about.es.md", root / "content/about.md"
    told(root, "--current", page)
    text = (root / page).read_text(encoding="utf-8")
    assert text.count("source_digest: ") == 1
    assert "has changed" not in told(root)
    original.write_text(f"{original.read_text()}   \n\n")
    assert "has changed" not in told(root)
    original.write_text(f"{original.read_text()}More.\n")
    stale = "content/about.es.md:4: content/about.md has changed since this was translated"
    assert stale in told(root)
    told(root, "--current", page)
    assert "has changed" not in told(root)
    again = (root / page).read_text(encoding="utf-8")
    assert (again.count("source_digest: "), again.splitlines()[-1]) == (1, text.splitlines()[-1])


def test_only_a_translation_can_be_noted(root):
    assert "this is no translation" in told(root, "--current", "content/about.md", status=1)
    assert "this is no translation" in told(root, "--current", "content/nothing.md", status=1)


def test_a_page_that_is_in_another_language_than_its_name_says_is_told(root):
    page = (
        "---\ntitle: X\ndescription: A description of a length that nobody minds, here.\n---\nW.\n"
    )
    for name in ("about.fr.md", "about.final.md", "es/other.en.md", "other.md", "1.fr.md"):
        (root / "content" / name).parent.mkdir(exist_ok=True)
        (root / "content" / name).write_text(page)
    found = CliRunner().invoke(build.main, ["--root", str(root), "check"])
    said = [line for line in found.output.splitlines() if line.startswith("warning")]
    assert said == [
        'warning: content/about.fr.md: the site has no language "fr", so this is in its own, '
        "at /about.fr/",
        'warning: content/es/other.en.md: the folder of this page says "es", its name "en"',
    ]


def test_pages_of_a_language_that_no_list_has_are_told_once_a_section(root):
    page = "---\ntitle: X\ndescription: A description of a length that nobody minds, here.\n{}---\n"
    (root / "content/facts").mkdir()
    for name in ("index.md", "a.es.md", "b.es.md", "c.md"):
        (root / "content/facts" / name).write_text(page.format(""))
    found = CliRunner().invoke(build.main, ["--root", str(root), "check"])
    said = [line for line in found.output.splitlines() if line.startswith(("warning", "hint"))]
    assert said == [
        "warning: content/facts/a.es.md: no list and no feed has this page, since there is none at "
        "/es/facts/",
        "hint: write content/facts/index.es.md",
    ]
