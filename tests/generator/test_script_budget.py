"""Scripts are small: visitors pay for every byte."""

from __future__ import annotations

import gzip

from generator.assets import SCRIPTS


def packed(*names: str) -> int:
    """Bytes of the scripts together, as gzip sends them."""
    return len(gzip.compress(b"".join((SCRIPTS / name).read_bytes() for name in names), 9))


def test_all_scripts_together_are_below_five_kilobytes():
    assert packed(*sorted(path.name for path in SCRIPTS.glob("*.js"))) < 5_000


def test_what_measures_is_below_two_kilobytes():
    assert packed("visit.js") < 2_000
