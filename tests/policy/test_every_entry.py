"""Each entry of a site's register, removed or varied: a site that works, or a fault with its file,
line and mend."""

from __future__ import annotations

import copy
import datetime
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
import tomli_w

from policy import Faults, read_site
from policy.features import FEATURES
from policy.register import Basis, Category, Use
from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import SITES, served, use, whole_site

ANYTHING: tuple[object, ...] = (
    "",
    " ",
    "nothing of the kind",
    0,
    -1,
    10**12,
    1.5,
    True,
    [],
    ["visits"],
    {},
    {"unknown": 1},
    datetime.date(2026, 3, 2),
    datetime.datetime(2026, 3, 1),  # noqa: DTZ001  (TOML's local date and time)
)
"""Put in the place of each entry, whatever it is."""

TEXTS = (
    "<script>alert(1)</script> & {{ register }}\n{% end %} \"'` \u202eturned" + " long" * 1_000,
    "rings \a",
    "\u200b",
)
ORIGINS = (
    "https://other.example",
    "https://other.example/path",
    "https://other.example; script-src *",
    "https://other.example\r\nSet-Cookie: a=b",
    "https://*",
    "https://büro.example",
)
TIMES = ("1 minutes", "1 days", "2 months", "0 days", "9999 months", "session", "30 Days")
LAWFUL: Mapping[str, tuple[object, ...]] = {
    "category": get_args(Category),
    "use": get_args(Use),
    "basis": get_args(Basis),
    "purpose": ("answer", "audience", "usage", "operation"),
    "fullscreen": ("answer", "audience", "usage", "operation"),
    "formerly": ("role", "email", "day", "fax", "no such"),
    "features": tuple([each for each in FEATURES if each != off] for off in FEATURES),
    "entry": ("page", "section", "pages"),
    "date": (datetime.date(1, 1, 1), datetime.date(9999, 12, 31)),
    "version": (2, 999),
}
"""Other values that an entry of this name can have, or nearly."""

NAMES = ("day", "email", "select", "a" * 200, "Upper", "a b", "2", "", "permission", "name", "é")
"""Put in the place of the name of each entry that has one."""

BUILT = 5
"""One variation of so many is built although its register has a fault; `bench/every_entry.py`
builds them all."""

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


def inside(register: dict[str, Any], place: Place) -> Any:
    """What stands at a place."""
    found: Any = register
    for step in place:
        found = found[step]
    return found


def without(name: str, place: Place) -> str:
    """A register's file without what is at a place."""
    register = copy.deepcopy(REGISTERS[name])
    del inside(register, place[:-1])[place[-1]]
    return tomli_w.dumps(register)


def others(place: Place, value: object) -> Iterator[object]:
    """What else is put in the place of a value: of another kind, and of its own."""
    yield from ANYTHING
    yield from LAWFUL.get(str(place[-1]), ())
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1, 1)
        case str():
            yield from _others_of_text(value)
        case list():
            yield from (value[::-1], value * 2)
        case dict():
            yield {**value, "unknown": 1}


def _others_of_text(value: str) -> tuple[str, ...]:
    if value.startswith("https:"):
        return ORIGINS
    return TIMES if value[0].isdigit() else TEXTS


def varied(name: str, place: Place) -> Iterator[tuple[str, str]]:
    """Each variation of what is at a place: what it is, and the register's file with it."""
    value = inside(REGISTERS[name], place)
    for other in others(place, value):
        register = copy.deepcopy(REGISTERS[name])
        inside(register, place[:-1])[place[-1]] = other
        yield repr(other), tomli_w.dumps(register)
    if isinstance(place[-1], str):
        for other_name in NAMES:
            register = copy.deepcopy(REGISTERS[name])
            above = inside(register, place[:-1])
            renamed = {other_name if key == place[-1] else key: above[key] for key in above}
            above.clear()
            above.update(renamed)
            yield f"named {other_name!r}", tomli_w.dumps(register)


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
    assert works_or_says(sites[name], tmp_path / "var", without(name, place)) == ""


def wrong_with(
    root: Path, var: Path, place: Place, is_built: Callable[[int], bool]
) -> Mapping[str, str]:
    """What is wrong with each variation, each with databases of its own. A register that can be
    read is built, started and used; another where `is_built` says so of the variation's number."""
    wrong = {}
    for number, (what, text) in enumerate(varied("whole", place)):
        try:
            said = "" if is_built(number) else reads_or_says(root, text)
            if is_built(number) or said is None:
                said = works_or_says(root, var / str(number), text)
        except Exception as error:
            said = repr(error)
        if said:
            wrong[what] = said
    return wrong


@pytest.mark.parametrize("place", [place for name, place in PLACES if name == "whole"], ids=named)
def test_whatever_else_stands_there_the_site_works_or_says_why_not(
    sites: Mapping[str, Path], tmp_path: Path, place: Place
) -> None:
    """As above, for each variation. All that is wrong is shown, not the first alone."""
    among = sum(map(ord, named(place)))

    def is_built(number: int) -> bool:
        return (number + among) % BUILT == 0

    assert wrong_with(sites["whole"], tmp_path, place, is_built) == {}


@pytest.mark.parametrize("place", [place for name, place in PLACES if name == "first"], ids=named)
def test_the_first_site_is_read_or_says_why_not(sites: Mapping[str, Path], place: Place) -> None:
    """The same variations, not built: its pages are many."""
    wrong = {what: reads_or_says(sites["first"], text) for what, text in varied("first", place)}
    assert {what: said for what, said in wrong.items() if said} == {}


def reads_or_says(root: Path, text: str) -> str | None:
    """What the faults of a register do not say; None where it has none."""
    (root / "site" / "policy.toml").write_text(text, encoding="utf-8")
    try:
        read_site(root)
    except Faults as error:
        return unsaid(error)
    return None
