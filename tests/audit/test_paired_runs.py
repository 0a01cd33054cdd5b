"""Of two browsers that did the same, each keeps what the other was given: sooner or later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.observations import Journey, KeptCookie, Observed, SetCookie, Snapshot
from audit.rules.compare import compare
from policy import read_site
from tests.fixtures.first_site import ROOT

SITE = read_site(ROOT)
KEPT = KeptCookie("__Secure-visit", "", "localhost", "/visit", True, True, "Strict", None)
STEPS = ("open /", "accept", "open /about/")


def journey(name: str, values: tuple[str, ...], sent: tuple[str, ...] = ()) -> Journey:
    """What a browser kept after each step, and what it was sent in the last one."""
    set_cookies = tuple(
        SetCookie(f"__Secure-visit={value}; Path=/visit", "/visit/view", "http://x")
        for value in sent
    )
    snapshots = [
        Snapshot(step, "/", 0, frozenset({"usage"}), (replace(KEPT, value=value),) if value else ())
        for step, value in zip(STEPS, values, strict=True)
    ]
    snapshots[-1] = replace(snapshots[-1], set_cookies=set_cookies)
    paired = "" if name == "paired run" else "paired run"
    return Journey(name, "chromium", tuple(snapshots), origin="http://x", paired_with=paired)


@pytest.mark.parametrize(
    ("one", "other", "sent", "is_told"),
    [
        (("", "a", "b"), ("", "a", "b"), (), False),
        (("", "a", "b"), ("", "", "b"), ("a", "b"), False),  # Given a step later.
        (("", "a", "b"), ("", "a", "c"), ("c",), True),
        (("", "a", "b"), ("", "c", "b"), (), True),
        (("", "", ""), ("", "", "c"), (), True),
        (("", "a", ""), ("", "", ""), (), True),
    ],
)
def test_only_bytes_that_the_other_never_got_are_an_identifier(
    one: tuple[str, ...], other: tuple[str, ...], sent: tuple[str, ...], is_told: bool
) -> None:
    made = journey("paired run", one), journey("another visitor", other, sent)
    found = compare(SITE, Observed("", made, pages=("/", "/about/")), complete=False)
    named = {each.subject for each in found if each.rule == "identifier"}
    assert named == ({"__Secure-visit"} if is_told else set())
