"""Where in a TOML text something stands: its line, and in brackets and braces its text."""

from __future__ import annotations

import pytest

from policy.toml_lines import Lines

TEXT = '''name = "x"  # not { this = 1 }
list = ["a", "b,]",
  "c"]  # ["d"]
[menu]
header = [
  { label = "News", page = "/news/" },
  { label = "More", items = [
    { label = "A", page = "/a/" }, { label = "B",page="/b/" },

    { "the label" = 5, a.b = { c = [1, [2, 3]] } } ] },
  # { label = "Gone" },
  { label = """{ long
    "texts", [ } """, page = "/c/" },
]
after = 1
[[one.two]]
key = { a = 1 }
[[one.two]]
key = { a = 1 }
'''


@pytest.mark.parametrize(
    ("location", "line", "text"),
    [
        (("name",), 1, ""),
        (("list",), 2, ""),
        (("list", 0), 2, '"a"'),
        (("list", 1), 2, '"b,]"'),
        (("list", 2), 3, '"c"'),
        (("list", 3), 2, ""),
        (("menu",), 4, ""),
        (("menu", "header"), 5, ""),
        (("menu", "header", 0), 6, '{ label = "News", page = "/news/" }'),
        (("menu", "header", 0, "page"), 6, 'page = "/news/"'),
        (("menu", "header", 0, "nothing"), 6, '{ label = "News", page = "/news/" }'),
        (("menu", "header", 1, "items"), 7, "items = ["),
        (("menu", "header", 1, "items", 0, "page"), 8, 'page = "/a/"'),
        (("menu", "header", 1, "items", 1), 8, '{ label = "B",page="/b/" }'),
        (("menu", "header", 1, "items", 1, "page"), 8, 'page="/b/"'),
        (("menu", "header", 1, "items", 2, "the label"), 10, '"the label" = 5'),
        (("menu", "header", 1, "items", 2, "a", "b", "c", 1, 0), 10, "2"),
        (("menu", "header", 2), 12, '{ label = """'),
        (("menu", "header", 2, "page"), 13, 'page = "/c/"'),
        (("menu", "after"), 15, ""),
        (("one", "two", 1, "key", "a"), 19, "a = 1"),
        (("nowhere",), 1, ""),
    ],
)
def test_each_thing_is_found_however_deep_it_stands(location, line, text) -> None:
    """In braces within brackets all had the line of the outermost."""
    lines = Lines(TEXT)
    assert (lines.of(location), lines.text(location)) == (line, text)


def test_without_an_element_the_next_has_its_place() -> None:
    lines = Lines(TEXT).without(("menu", "header", 1, "items", 0))
    assert lines.text(("menu", "header", 1, "items", 0, "label")) == 'label = "B"'
    assert lines.of(("menu", "header", 2, "page")) == 13


@pytest.mark.parametrize(
    "text",
    [
        "a = [",
        "a = }]\nb = 1",
        'a = """\n\n',
        "a = [{{[",
        "= = =",
        "[[\n]]",
        'a = ["x\n',
        "a = {,=,}",
    ],
)
def test_a_broken_text_is_read_as_far_as_it_goes(text) -> None:
    assert Lines(text).of(("a",)) == 1
