"""The server that journeys talk to: what it opened is closed, whatever the browser does."""

from __future__ import annotations

import gc
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from audit.target import LocalSite
from tests.fixtures.first_site import ROOT
from tests.fixtures.patience import PATIENCE

TRIES = 60


class Body:
    """What a page is sent from, which says whether it was closed."""

    def __init__(self, bodies: list[Body]) -> None:
        self.closed = False
        bodies.append(self)

    def __iter__(self) -> Iterator[bytes]:
        yield b"words"

    def close(self) -> None:
        self.closed = True


def test_what_a_browser_drops_is_closed(public: Path, tmp_path: Path) -> None:
    """A connection that is reset right after the answer has come: werkzeug still reads from it
    then, and would not come to close what it sent."""
    bodies: list[Body] = []

    def wrap(_: Any) -> Any:
        def app(_environ: Any, start: Any) -> Body:
            start("200 OK", [("Content-Length", "5")])
            return Body(bodies)

        return app

    site = LocalSite.read(ROOT, public)
    with replace(site, wrap=wrap).running(tmp_path / "var") as instance:
        port = int(instance.origin.rpartition(":")[2])
        for _ in range(TRIES):
            with socket.create_connection(("127.0.0.1", port)) as browser:
                browser.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                browser.recv(1, socket.MSG_PEEK)  # Unread bytes make closing a reset.
        deadline = time.monotonic() + PATIENCE
        while len(bodies) < TRIES or not all(body.closed for body in bodies):
            gc.collect()
            assert time.monotonic() < deadline, sum(not body.closed for body in bodies)
            time.sleep(0.05)
