"""Each entry of a site's register, removed or varied: a site that works, or a fault with its file,
line and mend."""

from __future__ import annotations

import copy
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from policy import Faults, read_site
from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import SITES, served, use, whole_site

OTHERS: tuple[object, ...] = ("", "nothing of the kind", 0, -1, 10**12, True, [], {}, "1 minutes")
Place = tuple[str | int, ...]


def entries(value: Any, place: Place = ()) -> Iterator[Place]:
    """Everything that stands in the file, tables and what is in them."""
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in steps:
        yield (*place, step)
        if isinstance(inner, dict | list):
            yield from entries(inner, (*place, step))


def first_site(root: Path) -> Path:
    """A copy of the first site in `root`, which is returned."""
    for folder in ("content", "site", "templates"):
        shutil.copytree(ROOT / folder, root / folder)
    return root


REGISTERS = {
    name: tomllib.loads((folder / "site" / "policy.toml").read_text(encoding="utf-8"))
    for name, folder in (("whole", SITES / "whole"), ("first", ROOT))
}
PLACES = [(name, place) for name, register in REGISTERS.items() for place in entries(register)]


def named(value: object) -> str:
    return ".".join(map(str, value)) if isinstance(value, tuple) else str(value)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Each is built again for each case, as after an edit: that writes only what is another."""
    folder = tmp_path_factory.mktemp("sites")
    return {"whole": whole_site(folder / "whole"), "first": first_site(folder / "first")}


def changed(name: str, place: Place, *other: object) -> str:
    """A register's file without what is at a place, or with something else there."""
    register = copy.deepcopy(REGISTERS[name])
    inside: Any = register
    for step in place[:-1]:
        inside = inside[step]
    if other:
        inside[place[-1]] = other[0]
    else:
        del inside[place[-1]]
    return tomli_w.dumps(register)


def unsaid(error: Faults) -> str:
    """The faults that do not say where, or how to mend them."""
    return "".join(str(each) for each in error.faults if not (each.line and each.hint))


def works_or_says(root: Path, var: Path, text: str) -> str:
    """What is wrong; empty where the site works, or each fault says where and how to mend it."""
    (root / "site" / "policy.toml").write_text(text, encoding="utf-8")
    try:
        site = served(root, var)
    except Faults as error:
        return unsaid(error)
    try:
        return "; ".join(use(site))
    finally:
        site.close()


@pytest.mark.parametrize(("name", "place"), PLACES, ids=named)
def test_without_it_the_site_works_or_says_why_not(
    sites: Mapping[str, Path], tmp_path: Path, name: str, place: Place
) -> None:
    """Built, started, each page and declared address asked for, a visit counted, a form taken."""
    assert works_or_says(sites[name], tmp_path / "var", changed(name, place)) == ""


@pytest.mark.parametrize(("name", "place"), PLACES, ids=named)
def test_whatever_else_stands_there_the_site_is_read_or_says_why_not(
    sites: Mapping[str, Path], name: str, place: Place
) -> None:
    """Without building: it would take minutes."""
    for other in OTHERS:
        assert reads_or_says(sites[name], changed(name, place, other)) == ""


def reads_or_says(root: Path, text: str) -> str:
    (root / "site" / "policy.toml").write_text(text, encoding="utf-8")
    try:
        read_site(root)
    except Faults as error:
        return unsaid(error)
    return ""
