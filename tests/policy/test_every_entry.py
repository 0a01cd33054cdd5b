"""Each entry of a site's register, removed or varied: a site that works, or a fault with its file,
line and mend."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from policy import Faults, read_site
from tests.fixtures.whole_site import SITES, served, use, whole_site

REGISTER = tomllib.loads((SITES / "whole" / "site" / "policy.toml").read_text(encoding="utf-8"))
OTHERS: tuple[object, ...] = ("", "nothing of the kind", 0, -1, 10**12, True, [], {}, "1 minutes")
Place = tuple[str | int, ...]


def entries(value: Any, place: Place = ()) -> Iterator[Place]:
    """Everything that stands in the file, tables and what is in them."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in steps:
        yield (*place, step)
        if isinstance(inner, dict | list):
            yield from entries(inner, (*place, step))


PLACES = list(entries(REGISTER))
BUILT = [place for place in PLACES if len(place) == 1]
"""Without these a whole site is built and used; without others it is read only, to save time."""


def changed(place: Place, *other: object) -> str:
    """The file without what is at a place, or with something else there."""
    register = copy.deepcopy(REGISTER)
    inside: Any = register
    for step in place[:-1]:
        inside = inside[step]
    if other:
        inside[place[-1]] = other[0]
    else:
        del inside[place[-1]]
    return tomli_w.dumps(register)


def works_or_says(root: Path, text: str) -> str:
    """What is wrong; empty where the site works, or each fault says where and how to mend it."""
    (root / "site" / "policy.toml").write_text(text, encoding="utf-8")
    try:
        site = served(root)
    except Faults as error:
        return "".join(str(each) for each in error.faults if not (each.line and each.hint))
    try:
        return "; ".join(use(site))
    finally:
        site.close()


@pytest.mark.parametrize("place", BUILT, ids=lambda place: ".".join(map(str, place)))
def test_without_it_the_site_works_or_says_why_not(tmp_path: Path, place: Place) -> None:
    assert works_or_says(whole_site(tmp_path / "site"), changed(place)) == ""


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_whatever_else_stands_there_the_site_is_read_or_says_why_not(
    tmp_path: Path, place: Place
) -> None:
    """Without building: it would take minutes."""
    root = whole_site(tmp_path / "site")
    texts = [changed(place), *(changed(place, other) for other in OTHERS)]
    for text in texts:
        (root / "site" / "policy.toml").write_text(text, encoding="utf-8")
        unsaid: list[str] = []
        try:
            read_site(root)
        except Faults as error:
            unsaid = [str(each) for each in error.faults if not (each.line and each.hint)]
        assert unsaid == []
