"""The contacts' tables are touched in one place, so that one rule holds for all who use them."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.fixtures.small_site import ROOT

TABLES = {"contacts", "submissions", "permissions", "asks"}
ALLOWED = {"repository.py", "_permissions.py", "_listing.py", "_suspicion.py"}


def test_only_the_repository_names_a_table_of_the_contacts() -> None:
    """As the key of a mapping of tables, in any module of the service."""
    found = {
        path.relative_to(ROOT / "analytics").as_posix()
        for path in (ROOT / "analytics").rglob("*.py")
        if path.name not in ALLOWED and _named(path)
    }
    assert found == set()


def _named(path: Path) -> set[str]:
    return {
        node.slice.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and node.slice.value in TABLES
    }
