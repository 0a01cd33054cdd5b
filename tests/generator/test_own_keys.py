"""Keys that a section's pages have of their own: typed as `site/sections.toml` says."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import generator
from generator.content.front_matter import read_front_matter
from generator.content.own_keys import PageKeys
from policy import Faults
from policy.section_schemas import OwnKey

KINDS = {
    "version": "text",
    "zip": "text",
    "country": "text",
    "places": "integer",
    "price": "number",
    "open": "boolean",
    "begins": "date",
    "topics": "list",
    "more": "link",
    "paper": "file",
}
KEYS = PageKeys({name: OwnKey(name=name, kind=kind) for name, kind in KINDS.items()})
VALUES = {
    "version": "1.10",
    "zip": "01234",
    "country": "no",
    "places": 12,
    "price": 2.5,
    "open": False,
    "begins": datetime.date(2026, 3, 9),
    "topics": ("1.10", "no"),
    "more": "/news/one/",
    "paper": "/news/paper.pdf",
}
YAML = """---
title: T
version: 1.10
zip: 01234
country: no
places: 12
price: 2.50
open: no
begins: 2026-03-09
topics: [1.10, no]
more: one.md
paper: paper.pdf
---
Words.
"""
TOML = """+++
title = "T"
version = 1.10
zip = "01234"
country = "no"
places = 12
price = 2.50
open = false
begins = 2026-03-09
topics = [1.10, "no"]
more = "one.md"
paper = "paper.pdf"
+++
Words.
"""


@pytest.mark.parametrize("source", [YAML, TOML], ids=["yaml", "toml"])
def test_what_stands_behind_a_key_is_what_its_kind_says(source):
    parsed = read_front_matter("content/news/x.md", source, KEYS)
    assert parsed.faults == ()
    assert parsed.extra == VALUES
    assert parsed.lines["paper"] == 12
    assert parsed.text.split("\n")[13] == "Words."


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_a_text_in_quotes_is_read_as_it_is_in_both_languages(text):
    """Whatever it looks like: a number, a date, a truth."""
    if not text.strip():
        return
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    yaml = read_front_matter("content/x.md", f'---\ntitle: T\nzip: "{quoted}"\n---\n', KEYS)
    toml = read_front_matter("content/x.md", f'+++\ntitle = "T"\nzip = "{quoted}"\n+++\n', KEYS)
    if not yaml.faults:  # YAML folds some line ends, and refuses some characters.
        assert toml.faults == ()
        assert toml.extra["zip"] == text


SECTIONS = """[[section]]
folder = ""
[[section.key]]
name = "level"
kind = "text"
[[section]]
folder = "news"
sort = "title"
direction = "descending"
"""


def test_a_template_reads_own_keys_and_the_section_is_in_its_order(root):
    (root / "site/sections.toml").write_text(SECTIONS)
    for name in ("a", "c", "b"):
        (root / f"content/news/{name}.md").write_text(
            f"---\ntitle: {name.upper()}\ndate: 2026-03-01\nlevel: 0{name}\n---\nWords.\n"
        )
    listed = "{% for each in section.pages %}{{ each.title }}={{ each.extra.level }} {% endfor %}"
    (root / "templates/resources.html").write_text(listed)
    generator.build(root, root / "public", today=datetime.date(2026, 3, 10))
    html = (root / "public/news/index.html").read_text()
    assert html == "First: a word=None C=0c B=0b A=0a "


def test_a_key_that_no_section_declares_is_told_at_its_line(root):
    (root / "templates/resources.html").write_text("\n{{ page.extra.levl }}")
    with pytest.raises(Faults, match=r"templates/resources.html:2"):
        generator.build(root, root / "public", today=datetime.date(2026, 3, 10))
