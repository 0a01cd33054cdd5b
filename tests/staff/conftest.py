"""Passwords of staff are made in no time here: what they cost is another test's."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from analytics.staff import passwords


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """As weak as Argon2id can be."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", quick)
