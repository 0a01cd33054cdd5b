"""What the tests of the generator share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from generator.pictures.cache import ENVIRON

SITES = Path(__file__).parents[1] / "sites"


MAKING = ("test_cards", "test_drawings", "test_pdf", "test_picture", "test_reproducible")
"""Tests of how pictures are made: none of theirs may be there already."""


@pytest.fixture(autouse=True)
def pictures_of_their_own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.module.__name__.rpartition(".")[2].startswith(MAKING):
        monkeypatch.delenv(ENVIRON, raising=False)


@pytest.fixture
def root(tmp_path):
    """A copy of the base site, free to change."""
    shutil.copytree(SITES / "base", tmp_path / "site")
    return tmp_path / "site"
