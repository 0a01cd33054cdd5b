"""Front matter of plain lines is read without YAML, and means what YAML says it means."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from generator.content.front_matter_plain import plain_entries
from generator.content.front_matter_yaml import entries

KEYS = st.sampled_from(["title", "date", "a-b", "_x", "null", "y", "é", "a b", "-a", "1", "title "])
WORDS = st.lists(
    st.sampled_from("aZ9_ ,.-/+();'’“…–é中٣²#:&*!|>%@`{[]?\"\u00a0\u3000\u0301\u2028\ufeff\t\x07")
    | st.sampled_from(["  ", "- ", " #", ": ", "true", "null", "1e3", "0x1", "2026-11-24", "..."]),
    max_size=8,
).map("".join)
LINES = st.lists(st.tuples(KEYS, WORDS).map(": ".join) | WORDS, max_size=4)


@given(LINES)
@example(["title: One, two (three); it's 4/5", "date: 2026-11-24", "draft: true"])
@example(["title: Twice", "title: Twice"])
def test_what_is_read_without_yaml_is_what_yaml_reads(lines):
    whole = ["---", *lines, "---"]
    found = plain_entries(whole, len(lines) + 1)
    if found is not None and lines:
        assert entries("x.md", whole, len(lines) + 1, ("title",)) == (found, [])


def test_most_front_matter_is_of_that_kind():
    lines = ["---", "title: One, two (three)", "date: 2026-11-24", "order: 10", "---"]
    assert {key: each.value for key, each in (plain_entries(lines, 4) or {}).items()} == {
        "title": "One, two (three)",
        "date": "2026-11-24",
        "order": "10",
    }
