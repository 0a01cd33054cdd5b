"""What all tests share."""

import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from unittest.mock import patch

import brotli
import pytest
from hypothesis import settings

from analytics.storage import clickhouse_client
from analytics.visits.store import shared_commits, sqlite
from generator import command
from generator.pictures.cache import ENVIRON

pytest_plugins = [
    "tests.fixtures.browsers",
    "tests.fixtures.clickhouse",
    "tests.fixtures.first_site",
    "tests.fixtures.postgresql",
    "tests.fixtures.quick_rules",
]

# A test is not timed: how long an example takes depends on what else the machine does.
settings.register_profile("plainsite", deadline=None)
settings.load_profile("plainsite")


def pytest_configure(config: pytest.Config) -> None:
    """What derives pictures does so once for all tests, in all their processes. Ctrl-C ends what
    they start, also where a shell had them ignore it, as it does in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Each of the many processes would compile all code anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if ENVIRON not in os.environ:
        os.environ[ENVIRON] = folder = tempfile.mkdtemp(prefix="plainsite-pictures-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that stands still for seconds, as those that are shared do, fails no test; what is
    said then is the matter of test_counters.py and test_report.py."""
    monkeypatch.setattr(shared_commits, "STUCK_SECONDS", 60)
    monkeypatch.setattr(sqlite, "BUSY_MS", 15_000)
    monkeypatch.setattr(clickhouse_client, "BUSY_SECONDS", 60)
    monkeypatch.setattr(command, "UNWATCHED_SECONDS", 600)


@pytest.fixture(autouse=True, scope="session")
def packed_once() -> Iterator[None]:
    """Many sites have the same style sheets, and packing these well is most of a small build."""
    pack = brotli.compress
    pack_once = lru_cache(maxsize=1_000)(pack)

    def compress(data: bytes, **options: int) -> bytes:
        return pack_once(data, **options) if len(data) < 200_000 else pack(data, **options)

    with patch.object(brotli, "compress", compress):
        yield


@pytest.fixture(autouse=True)
def handlers_of_the_log() -> Iterator[None]:
    """A test that starts a service leaves no handler that writes to where its output went."""
    ours = logging.getLogger("plainsite")
    before = ours.handlers[:]
    ours.handlers = []
    yield
    ours.handlers = before
