"""A template means the same whether the generator or the service renders it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from flask import Flask, render_template
from jinja2 import UndefinedError

from analytics.app import create_app
from generator.watched_templates import environment
from policy import read_site
from policy.templates import open_comment, without_comments
from tests.fixtures.small_site import ROOT, write_build

WORDS = """\
{% if "<" %}
  {{ "<b>" }} {{ site.name }} {{ asset("main.css") }}
{% endif %}
{{ register.version }} {{ versions | length }} {{ audit is none }} {{ forms | length }}
{{ navigation is defined }} {{ audiences.default }}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for part in ("site", "templates"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for name in ("both.html", "both.txt"):
        (tmp_path / "templates" / name).write_text(WORDS)
    (tmp_path / "templates/wrong.html").write_text("{{ nothing }}")
    write_build(tmp_path / "public")
    return tmp_path


def by_the_service(root: Path, name: str) -> str:
    app: Flask = create_app(root, root / "public", root / "var")
    try:
        with app.test_request_context():
            return render_template(name)
    finally:
        app.extensions["plainsite"].close()


def by_the_generator(root: Path, name: str) -> str:
    assets = {"main.css": "/assets/main.1a2b3c4d.css"}
    return environment(read_site(root), assets).get_template(name).render()


@pytest.mark.parametrize("name", ["both.html", "both.txt"])
def test_the_same_text_comes_out(root: Path, name: str) -> None:
    made = by_the_generator(root, name)
    assert made == by_the_service(root, name)
    assert made.startswith("  &lt;b&gt; " if name == "both.html" else "  <b> ")
    assert made.endswith("\n")


COMMENTED = {
    "<p>a<!-- ask Anna --> b</p>": "<p>a b</p>",
    "<p><!-- ask\nAnna\n-->\n<!-- and -- Ben --!>b</p><!-->c<!--->d": "<p>\nb</p>cd",
    "<!doctype html><!ENTITY x><?xml a?>": "<!doctype html>",
    "{% if true %}<!-- {{ site.name }} {% endif %} -->b": "b",
    # What only looks like one.
    '<a title="<!-- b -->">': None,
    "<script>x = '<!-- b -->'</script>": None,
    "<textarea><!-- b --></textarea>": None,
    "<svg><style><![CDATA[ a ]]></style></svg>": None,
    # By it the service finds a form in its page.
    "<!-- form ask-us --><form></form><!-- /form -->": None,
    "<!-- form for Anna -->": "",
}


@pytest.mark.parametrize("render", [by_the_generator, by_the_service])
@pytest.mark.parametrize(("written", "published"), COMMENTED.items())
def test_no_comment_leaves(root: Path, render, written: str, published: str | None) -> None:
    """Those who write templates leave notes for each other, as those who write texts do."""
    (root / "templates/note.html").write_text(written)
    assert render(root, "note.html") == (written if published is None else published)


@pytest.mark.parametrize("piece", ['<a "', "<!--", "<script ", "<a '", "<", "<!doctype ", "<p b='"])
def test_a_page_without_ends_is_read_once(piece: str) -> None:
    """A pattern that looks to the end of the page from each place would take minutes."""
    page = "<!-- a -->" + piece * 50_000
    start = time.monotonic()
    without_comments(page)
    open_comment(page)
    assert time.monotonic() - start < 5


def test_an_email_is_no_page(root: Path) -> None:
    (root / "templates/note.txt").write_text("<!-- a -->")
    assert by_the_service(root, "note.txt") == "<!-- a -->"


@pytest.mark.parametrize("render", [by_the_generator, by_the_service])
def test_what_nobody_gives_is_an_error(root: Path, render) -> None:
    with pytest.raises(UndefinedError):
        render(root, "wrong.html")
