"""A whole site with terms, own keys, tables, menus of three levels, long lists, old addresses."""

from __future__ import annotations

import datetime
import json
import re
import shutil
from pathlib import Path

import pytest

import generator
from policy.manifest import read_build

SITES = Path(__file__).parents[1] / "sites"
DAY = datetime.date(2026, 3, 10)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The site, free to change."""
    return Path(shutil.copytree(SITES / "terms", tmp_path / "site"))


def texts(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix in (".html", ".xml")
    }


def test_it_is_built_to_the_letter(root: Path) -> None:
    generator.build(root, root / "public", today=DAY)
    assert texts(root / "public") == texts(SITES / "terms-good")


def test_its_old_addresses_lead_on_and_what_is_over_is_gone(root: Path) -> None:
    generator.build(root, root / "public", today=DAY)
    found = read_build(root / "public")
    assert json.loads(json.dumps(dict(found.redirects))) == {
        "/index.php?id=7": "/news/",
        "/news/over/": "/topics/snow/",
        "/old/": "/solutions/one/",
        # An old address of what is over, and leads on.
        "/was/": "/topics/snow/",
    }
    assert found.gone == set()


def test_lists_of_terms_and_terms_are_the_same_page_in_each_language(root: Path) -> None:
    """So menus lead to them, and choosers and search engines learn of them."""
    generator.build(root, root / "public", today=DAY)
    pages = texts(root / "public")
    for name in ("topics", "topics/c-sharp"):
        found = [
            re.findall(r'hreflang="(.*?)" href="https://small.example(.*?)"', pages[each])
            for each in (f"{name}/index.html", f"es/{name}/index.html")
        ]
        assert found == [[("en", f"/{name}/"), ("es", f"/es/{name}/")]] * 2
    assert '<a href="/es/topics/">Temas</a>' in pages["es/index.html"]
    assert "<h1>Temas</h1>\n\n<h2>Temas</h2>" in pages["es/topics/index.html"]
    assert "C#</a> 1 Programas." in pages["es/topics/index.html"]
    assert "hreflang" not in pages["es/topics/nieve/index.html"]
