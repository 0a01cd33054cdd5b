"""Scripts are small: visitors pay for every byte."""

from __future__ import annotations

import gzip

from generator.assets import SCRIPTS


def packed(*names: str) -> int:
    """Bytes of the scripts together, as gzip sends them."""
    return len(gzip.compress(b"".join((SCRIPTS / name).read_bytes() for name in names), 9))


APART = "search.js"
"""It is on one page alone, which also loads Pagefind: no other page waits for it."""


def test_all_scripts_together_are_below_five_kilobytes():
    assert packed(*sorted({path.name for path in SCRIPTS.glob("*.js")} - {APART})) < 5_000


def test_the_script_of_the_search_page_is_below_two_kilobytes():
    assert packed(APART) < 2_000


def test_what_measures_is_below_two_kilobytes():
    assert packed("visit.js") < 2_000
