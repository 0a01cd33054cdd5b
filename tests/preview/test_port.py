"""A port that is taken: who has it, and what to do."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analytics.preview.listening import listen
from analytics.preview.port_owner import owner_of
from policy.failures import Refusal
from tests.fixtures.first_site import ROOT
from tests.fixtures.serving import serving

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")


@pytest.fixture
def taken() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


@on_linux
def test_the_program_that_has_it_is_named(taken: int) -> None:
    assert f"process {os.getpid()} (" in owner_of(taken)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert owner_of(free.getsockname()[1]) == "", "it is bound, but nobody listens"


def test_the_command_says_so_and_the_hint_mends_it(taken: int) -> None:
    """The port that the hint names can be had."""
    command = [sys.executable, "build.py", "serve", "--port", str(taken)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    error, hint = done.stderr.strip().splitlines()
    assert error.startswith(f"error: cannot serve on port {taken}: ")
    other = int(hint.rpartition("--port ")[2])
    server = listen(lambda environ, start: [], other)
    server.close()
    server.task_dispatcher.shutdown()


def test_a_port_that_needs_rights_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("analytics.preview.listening._listener", refused)
    with pytest.raises(Refusal, match="cannot serve on port 80: Permission denied"):
        listen(lambda environ, start: [], 80)


def test_a_file_that_was_not_sent_to_its_end_is_closed(tmp_path: Path) -> None:
    """By who reads no further, when the server lets go of it."""
    path, opened = tmp_path / "big", []
    with path.open("wb") as file:
        file.truncate(50_000_000)

    def app(environ: dict[str, Any], start: Any) -> Any:
        start("200 OK", [("Content-Length", str(path.stat().st_size))])
        opened.append(path.open("rb"))
        return environ["wsgi.file_wrapper"](opened[-1])

    with socket.socket() as client:
        with serving(app) as address:
            client.connect(("127.0.0.1", int(address.rpartition(":")[2])))
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        assert [file.closed for file in opened] == [True]
