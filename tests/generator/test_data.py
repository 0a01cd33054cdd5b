"""Data files: read as their schema says, shown by templates, and made again where they change."""

from __future__ import annotations

import datetime
from itertools import pairwise

import pytest

import generator
from policy import Faults

DAY = datetime.date(2026, 3, 10)
SCHEMA = """[[file]]
name = "offices"
[[file.key]]
name = "zip"
kind = "text"
[[file.key]]
name = "opened"
kind = "date"
[[file.key]]
name = "desks"
kind = "number"
[[file.key]]
name = "open"
kind = "boolean"
[[file.key]]
name = "days"
kind = "list"
"""
FILES = {
    "offices.csv": "zip,opened,desks,open,days\n01234,2026-03-01,2.50,no,Mon; Tue\n1.10,,,,\n",
    "offices.json": '[{"zip": "01234", "opened": "2026-03-01", "desks": 2.50, "open": false, '
    '"days": ["Mon", "Tue"]}, {"zip": 1.10}]',
    "offices.yaml": "- zip: 01234\n  opened: 2026-03-01\n  desks: 2.50\n  open: no\n"
    "  days: [Mon, Tue]\n- zip: 1.10\n",
    "offices.toml": '[[offices]]\nzip = "01234"\nopened = 2026-03-01\ndesks = 2.50\nopen = false\n'
    'days = ["Mon", "Tue"]\n[[offices]]\nzip = 1.10\n',
}
SHOWN = """{% for each in data.offices %}{{ each.zip }} {{ each.opened }} {{ each.desks }}
{{- " " }}{{ each.open }} {{ each.days }};{% endfor %}"""


@pytest.mark.parametrize("name", FILES)
def test_a_file_in_any_language_means_the_same(root, name):
    (root / "site/data.toml").write_text(SCHEMA)
    (root / "site/data").mkdir()
    (root / "site/data" / name).write_text(FILES[name])
    (root / "templates/page.html").write_text(SHOWN)
    generator.build(root, root / "public", today=DAY)
    assert (root / "public/about/index.html").read_text() == (
        "01234 2026-03-01 2.5 False (&#39;Mon&#39;, &#39;Tue&#39;);1.10 None None None None;"
    )


def test_only_the_pages_that_show_a_file_are_made_again(root):
    (root / "site/data").mkdir()
    for name in ("a", "b"):
        (root / f"site/data/{name}.csv").write_text(f"x\n{name}1\n")
    (root / "templates/article.html").write_text("{{ data.a[0].x }}")
    (root / "templates/page.html").write_text("{{ data.b[0].x }}")
    builder = generator.Builder(root, root / "public", jobs=1)
    builder.build(today=DAY)
    article, page = root / "public/news/first/index.html", root / "public/about/index.html"
    before = page.stat().st_mtime_ns
    (root / "site/data/a.csv").write_text("x\na2 and more\n")
    builder.build(today=DAY)
    assert article.read_text() == "a2 and more"
    assert page.stat().st_mtime_ns == before


def test_data_that_is_not_there_is_told_where_a_template_asks(root):
    (root / "templates/page.html").write_text("\n{{ data.offices }}")
    with pytest.raises(Faults, match=r"templates/page.html:2"):
        generator.build(root, root / "public", today=DAY)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("site/data/a.yaml", "[" * 5_000 + "]" * 5_000, "nested too deeply"),
        ("site/data/a.json", "[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ("site/data/a.toml", f"a = {'[' * 5_000}{']' * 5_000}", "nested too deeply"),
        ("site/data/a.json", f"[1,\n{'9' * 5_000}]", "too many digits"),
        ("site/data/a.json", f'["{"9" * 5_000}",\n{"9" * 5_000}]', "too many digits"),
        ("site/data/a.toml", f"b = '{'9' * 5_000}'\na = {'9' * 5_000}", "too many digits"),
        ("site/data/a.toml", 'b = "nan"\na = nan', "nan is no number"),
        ("site/data/a.toml", "b = 1.5\na = [1.5, -inf]", "-inf is no number"),
        ("site/data/a.json", '["NaN",\nNaN]', "nan is no number"),
        ("site/data/a.json", '["1e999",\n-1e999]', "-inf is no number"),
        ("site/data/a.toml", f"\na = {'9' * 5_000}", "too many digits"),
        ("site/navigation.toml", f"\na = {'9' * 5_000}", "too many digits"),
        ("content/x.md", f"+++\norder = {'9' * 5_000}\n+++\n", "too many digits"),
    ],
)
def test_what_is_too_deep_or_too_long_is_told(root, name, text, message):
    (root / "site/data").mkdir()
    (root / name).write_text(text)
    with pytest.raises(Faults) as error:
        generator.build(root, root / "public", today=DAY)
    (fault,) = error.value.faults
    assert (fault.path, message in fault.message) == (name, True)
    assert fault.line == (None if "deeply" in message else 2)


def test_a_value_that_repeats_others_a_million_times_is_told_at_once(root):
    lists = [
        f"{name}: &{name} [{', '.join([f'*{of}'] * 10)}]" for of, name in pairwise("abcdefghi")
    ]
    (root / "site/data").mkdir()
    (root / "site/data/x.yaml").write_text("\n".join(["a: &a [1]", *lists]))
    with pytest.raises(Faults, match="a value is used twice"):
        generator.build(root, root / "public", today=DAY)


def test_a_long_text_can_stand_in_a_table(root):
    (root / "site/data").mkdir()
    (root / "site/data/x.csv").write_text(f"text\n{'word ' * 40_000}\n")
    (root / "templates/page.html").write_text("{{ data.x[0].text|length }}")
    generator.build(root, root / "public", today=DAY)
    assert (root / "public/about/index.html").read_text() == "200000"
