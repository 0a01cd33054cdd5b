"""Feature blocks show what belongs to a feature that is on, and nothing of one that is off."""

from __future__ import annotations

import pytest

from generator.content.feature_blocks import as_on

NESTED = """\
Always.
/// feature | forms, visits
Either.
/// feature | visits
Visits.
/// otherwise
No visits.
///
/// otherwise
Neither.
///
Always again."""


@pytest.mark.parametrize(
    ("on", "shown"),
    [
        ((), ["Always.", "Neither.", "Always again."]),
        (("staff",), ["Always.", "Neither.", "Always again."]),
        (("forms",), ["Always.", "Either.", "No visits.", "Always again."]),
        (("visits",), ["Always.", "Either.", "Visits.", "Always again."]),
        (("visits", "forms"), ["Always.", "Either.", "Visits.", "Always again."]),
    ],
)
def test_one_of_the_features_is_enough_and_otherwise_is_for_none(on, shown):
    assert [line for line in as_on(NESTED, on).split("\n") if line] == shown


@pytest.mark.parametrize("on", [(), ("forms",), ("visits",)])
def test_every_line_keeps_its_number(on):
    lines = as_on(NESTED, on).split("\n")
    assert len(lines) == len(NESTED.split("\n"))
    assert lines.index("Always again.") == NESTED.split("\n").index("Always again.")


@pytest.mark.parametrize(
    "text",
    [
        "A feature of ours, and no block.",
        "```\n/// feature | forms\nShown as it is written.\n///\n```",
        "<!--\n/// feature | forms\n///\n-->",
        "/// feature | forms\nWithout an end, which the check of blocks tells.",
    ],
)
def test_what_is_no_block_stays(text):
    assert as_on(text, ()) == text


def test_other_blocks_in_it_go_with_it_and_those_around_it_stay():
    text = "/// note | N\n/// feature | forms\n/// form | ask\n///\n///\nWords.\n///"
    assert as_on(text, ()) == "/// note | N\n\n\n\n\nWords.\n///"
    assert as_on(text, ("forms",)) == "/// note | N\n\n/// form | ask\n///\n\nWords.\n///"
