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
