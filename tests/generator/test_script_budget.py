"""Scripts are small: visitors pay for every byte."""

from __future__ import annotations

import gzip

from generator.small_scripts import MADE_OF, SMALL, digests


def packed(*names: str) -> int:
    """Bytes of the scripts together, as gzip sends them."""
    return len(gzip.compress(b"".join((SMALL / name).read_bytes() for name in names), 9))


APART = "search.js"
"""It is on one page alone, which also loads Pagefind: no other page waits for it."""


def test_all_scripts_together_are_below_five_kilobytes():
    assert packed(*sorted(set(digests()) - {APART})) < 5_000


def test_the_script_of_the_search_page_is_below_two_kilobytes():
    assert packed(APART) < 2_000


def test_what_measures_is_below_two_kilobytes():
    assert packed("visit.js") < 2_000


def test_each_small_script_is_made_of_its_source():
    """Else: python -m generator.small_scripts, which says what it needs."""
    lines = MADE_OF.read_text(encoding="utf-8").splitlines()
    made_of = dict(line.split(maxsplit=1) for line in lines)
    assert made_of == digests()
    assert {path.name for path in SMALL.glob("*.js")} == set(made_of)
