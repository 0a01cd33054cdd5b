"""A small site with forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.form_site import form_site
from tests.fixtures.small_site import SmallSite


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    """It runs, with empty databases, and sends no mail."""
    with form_site(tmp_path) as site:
        yield site
