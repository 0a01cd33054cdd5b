"""`make run` answers, however many connections are idle and however slowly others read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from waitress.wasyncore import close_all

from analytics.preview.listening import listen
from tests.fixtures.patience import PATIENCE
from tests.fixtures.slow_clients import idle, stalled
from tests.fixtures.small_site import small_site

BIG = 6_000_000
SOON = 5.0
"""Seconds. A page takes milliseconds; a machine that is busy with other tests, some more."""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A site with one big file, served as `make run` serves it."""
    with small_site(tmp_path) as site:
        (site.public / "assets/main.1a2b3c4d.css").write_bytes(b" " * BIG)
        server = listen(site.app.wsgi_app, 0)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield int(server.effective_port)
        finally:
            # What is being answered is let go of by the server itself, once it sees them leave.
            while server.active_channels:
                time.sleep(0.01)
            server.trigger.pull_trigger(lambda: close_all(server._map, ignore_all=True))
            thread.join()
            server.task_dispatcher.shutdown()


def seconds_for_a_page(port: int) -> float:
    start = time.monotonic()
    with urlopen(f"http://127.0.0.1:{port}/about/", timeout=PATIENCE) as answer:
        assert answer.status == 200
        answer.read()
    return time.monotonic() - start


def test_a_page_comes_beside_idle_connections(port: int) -> None:
    """Three times as many as the server's own limit would be."""
    with idle(port, 300):
        assert seconds_for_a_page(port) < SOON


def test_a_page_comes_beside_stalled_readers(port: int) -> None:
    """More of them than there are threads."""
    with stalled(port, 40, "/assets/main.1a2b3c4d.css"):
        assert seconds_for_a_page(port) < SOON
