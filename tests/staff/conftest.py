"""What the tests of staff's pages share.

Passwords of staff are made in no time here: what they cost is another test's.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from analytics.staff import passwords
from tests.fixtures.small_site import SmallSite, small_site
from tests.fixtures.staff import add


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """As weak as Argon2id can be."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", quick)


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    """One whose reports Rita may read."""
    with small_site(tmp_path) as site:
        add(site, rita="reports")
        yield site
