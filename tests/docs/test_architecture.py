"""docs/architecture.md draws the tree as it is, and imports run only the way its arrows do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from policy import read_site
from tests.fixtures.small_site import ROOT

BELOW = {
    "policy": set(),
    "generator": {"policy"},
    "analytics": {"policy"},
    "audit": {"policy", "analytics", "generator"},
    "build": {"policy", "analytics", "generator", "audit"},
}
"""What each package may import of the others."""

FEATURES = {"analytics.visits", "analytics.contacts", "analytics.staff"}
TREE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").split("```")[1]


def modules() -> dict[str, Path]:
    """Every module of ours, by its name."""
    paths = [ROOT / "build.py"]
    paths += [path for name in BELOW if name != "build" for path in (ROOT / name).rglob("*.py")]
    dotted = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {name.removesuffix(".__init__"): path for path, name in dotted.items()}


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All statements and what has some, but those that are there for the type checker only."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.expr):
            continue  # No statement stands in an expression.
        if not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield child
            yield from nodes(child)


@cache
def imports() -> dict[str, set[str]]:
    """The modules of ours that each module imports, also within a function."""
    known = modules()
    found: dict[str, set[str]] = {name: set() for name in known}
    for name, path in known.items():
        for node in nodes(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found[name] |= {each.name for each in node.names} & known.keys()
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{name} imports by dots"
                for each in node.names:
                    whole = f"{node.module}.{each.name}"
                    found[name].add(whole if whole in known else str(node.module))
    return {name: imported & known.keys() for name, imported in found.items()}


def test_packages_import_only_what_is_below_them():
    wrong = {
        (name, imported)
        for name, all_of_it in imports().items()
        for imported in all_of_it
        if (below := imported.split(".")[0]) not in BELOW[name.split(".")[0]]
        and below != name.split(".")[0]
    }
    assert wrong == set()


def test_no_module_imports_itself_by_way_of_others():
    """Raises CycleError, with the modules, where one does."""
    assert len(list(TopologicalSorter(imports()).static_order())) == len(imports())


def test_only_the_application_imports_all_features():
    """The stores are values that parts share (`analytics.service`); the routes are its alone."""
    routes = {
        name
        for name, path in modules().items()
        if re.search(r"= Blueprint\(", path.read_text(encoding="utf-8"))
    }
    features = {
        name: {feature for feature in FEATURES for each in imported if each.startswith(feature)}
        for name, imported in imports().items()
    }
    whole = [
        name
        for name, imported in features.items()
        # Staff see what the others keep: their stores, and not their routes.
        if imported == FEATURES and not name.startswith("analytics.staff.")
    ]
    assert whole == ["analytics.app"]
    assert routes <= imports()["analytics.app"]
    elsewhere = {
        name
        for name, imported in imports().items()
        for route in imported & routes
        if name.split(".")[:2] != route.split(".")[:2]
    }
    assert elsewhere == {"analytics.app"}


def test_features_get_what_they_need_as_arguments() -> None:
    """What holds all parts is for who makes and ends a service. No feature reaches for it, nor for
    the application that answers."""
    whole = {name for name, imported in imports().items() if "analytics.service" in imported}
    assert whole == {"analytics.app", "audit.instance"}
    reaching = {
        (name, word)
        for name, path in modules().items()
        if name.startswith(tuple(FEATURES)) or name.startswith("analytics.web.")
        for word in ("current_service", "current_app", ".extensions[")
        if word in path.read_text(encoding="utf-8")
    }
    assert reaching == set()
    assert "current_service" not in "".join(path.read_text() for path in modules().values())


@pytest.mark.parametrize("below", ["analytics.web.", "analytics.storage."])
def test_what_features_share_imports_none_of_them(below: str) -> None:
    """What several features need lies in web and storage, and what one knows comes as an
    argument."""
    upward = {
        (name, imported)
        for name, all_of_it in imports().items()
        if name.startswith(below)
        for imported in all_of_it
        if ".".join(imported.split(".")[:2]) in FEATURES
    }
    assert upward == set()


def test_one_module_names_the_file_between_generator_and_service():
    naming = [
        name
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == "_build.json"
    ]
    assert naming == ["policy.manifest"]


def drawn() -> dict[str, str]:
    """What the tree says of each folder, by its path."""
    found: dict[str, str] = {}
    parents: list[str] = []
    here = ""
    for line in TREE.splitlines():
        folder = re.match(r"( *)([a-z_]+)/ ", line)
        if folder and len(folder[1]) < 10:
            depth = len(folder[1]) // 2
            parents[depth:] = [folder[2]]
            here = "/".join(parents)
            found[here] = line[folder.end() :]
        elif here:
            found[here] += "\n" + line
    return found


@pytest.mark.parametrize("package", [name for name in BELOW if name != "build"])
def test_the_tree_names_every_module_where_it_is(package: str) -> None:
    tree = drawn()
    for path in sorted((ROOT / package).rglob("*")):
        folder = path.parent.relative_to(ROOT).as_posix()
        if path.name == "__pycache__" or path.parent.name == "__pycache__":
            continue
        if path.is_dir():
            assert path.relative_to(ROOT).as_posix() in tree, path
        elif path.suffix in (".py", ".toml") and path.stem not in ("__init__", "referrers"):
            said = re.findall(r"\w+", tree[folder])
            assert path.stem in said, f"put {path.stem} into the tree of docs/architecture.md"
    for folder, words in tree.items():
        if folder.split("/")[0] == package:
            assert (ROOT / folder).is_dir()
            for name in re.findall(r"\b[a-z]+_[a-z_]+\b", words):
                assert (ROOT / folder / f"{name}.py").exists(), f"{folder}/{name}"


def test_each_cookie_of_the_register_is_in_the_table_with_what_sets_it():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(__[^`]+)` [^|]*\|([^|]*)\|", text, re.MULTILINE)
    cookies = read_site(ROOT).register.cookies
    assert {name for name, _ in rows} == {cookie.cookie for cookie in cookies}
    for cookie in cookies:
        assert all(path in dict(rows)[cookie.cookie] for path in cookie.set_by)
