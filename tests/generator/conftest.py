"""What the tests of the generator share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SITES = Path(__file__).parents[1] / "sites"


@pytest.fixture
def root(tmp_path):
    """A copy of the base site, free to change."""
    shutil.copytree(SITES / "base", tmp_path / "site")
    return tmp_path / "site"
