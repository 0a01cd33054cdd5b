"""Templates are compiled once in a process, and anew where their text is another."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
from jinja2 import Environment

import generator
from generator.compiled_templates import CompiledTemplates

SITES = Path(__file__).parents[1] / "sites"
DAY = datetime.date(2026, 3, 10)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that Jinja compiles from now on."""
    names: list[str] = []
    compile_one = Environment.compile

    def noted(self: Environment, source: str, name: str, *given: object) -> object:
        names.append(name)
        return compile_one(self, source, name, *given)

    monkeypatch.setattr(Environment, "compile", noted)
    monkeypatch.setattr("generator.watched_templates.COMPILED", CompiledTemplates())
    return names


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_only_what_was_saved_is_compiled_again(root: Path, compiled: list[str]) -> None:
    """As the preview builds, in one process."""
    generator.build(root, root / "public", today=DAY)
    assert len(compiled) == len(set(compiled)) > 3
    compiled.clear()
    append(root / "content" / "about.md", "\nOne more line.\n")
    generator.build(root, root / "public", today=DAY)
    assert compiled == []
    append(root / "templates" / "page.html", "{# One more line. #}\n<!--x--><p>Here.</p>\n")
    generator.build(root, root / "public", today=DAY)
    assert compiled == ["page.html"]
    assert "<p>Here.</p>" in (root / "public" / "about" / "index.html").read_text(encoding="utf-8")


def test_two_sites_with_templates_of_one_name_are_told_apart(
    tmp_path: Path, compiled: list[str]
) -> None:
    for name in ("one", "two"):
        root = Path(shutil.copytree(SITES / "base", tmp_path / name))
        append(root / "templates" / "page.html", f"<p>This is {name}.</p>\n")
        generator.build(root, root / "public", today=DAY)
        page = (root / "public" / "about" / "index.html").read_text(encoding="utf-8")
        assert f"<p>This is {name}.</p>" in page
    assert compiled.count("page.html") == 2
    assert compiled.count("article.html") == 1


def test_what_a_filter_makes_of_a_constant_is_said_in_the_language_of_now(tmp_path: Path) -> None:
    """Jinja works out constants when it compiles, once for all languages."""
    root = Path(shutil.copytree(SITES / "languages", tmp_path / "site"))
    append(root / "templates" / "page.html", "<p>{{ 1234567|number }}</p>\n")
    settings = root / "site" / "settings.toml"
    for locale, said in (("es-US", "1,234,567"), ("es-ES", "1.234.567")):
        written = settings.read_text(encoding="utf-8").replace('"es-US"', f'"{locale}"')
        settings.write_text(written, encoding="utf-8")
        generator.build(root, root / "public", today=DAY)
        page = (root / "public" / "es" / "index.html").read_text(encoding="utf-8")
        assert f"<p>{said}</p>" in page
