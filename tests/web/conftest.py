"""A small site that runs; a module that needs forms makes its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.small_site import SmallSite, small_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    """With empty databases."""
    with small_site(tmp_path) as site:
        yield site
