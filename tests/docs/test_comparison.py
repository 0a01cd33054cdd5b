"""The table of what others can says of each thing that we have which test tries it."""

from __future__ import annotations

import pytest

from tests.fixtures.small_site import ROOT

TEXT = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in TEXT.splitlines()
    if line.startswith("| ") and not line.startswith("| What ")
]
MARKS = ("●", "○", "◐", "–", "?")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_thing_that_is_there_names_a_test_that_is_there(row: list[str]) -> None:
    assert len(row) == 7
    assert all(cell.startswith(MARKS) for cell in row[1:6])
    is_there = row[1].startswith(("●", "◐"))
    assert bool(row[6]) == is_there
    if is_there:
        test = (ROOT / row[6].strip("`")).read_text(encoding="utf-8")
        assert "def test_" in test


def test_it_says_when_the_others_were_read() -> None:
    assert "on 27 November 2026" in TEXT
    assert len(ROWS) > 30
