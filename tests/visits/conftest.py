"""A small site that counts, and a visitor who agreed to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.small_site import SmallSite, Visitor, small_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    """It runs, with empty databases."""
    with small_site(tmp_path) as site:
        yield site


@pytest.fixture
def visitor(site: SmallSite) -> Visitor:
    """With a consent, and no page seen yet."""
    visitor = site.visitor()
    visitor.consent()
    return visitor
