"""gunicorn as deploy/ runs it, asked without nginx before it: what it believes, what it logs."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fixtures.deployed_site import copy_of_the_site, start_service
from tests.fixtures.patience import PATIENCE

LINK = "/own/a-signed-link/"


@dataclass(frozen=True)
class Server:
    """gunicorn, on a socket in `folder`."""

    folder: Path

    @property
    def log(self) -> str:
        """All that it wrote."""
        return (self.folder / "log" / "service.log").read_text()

    def ask(self, request: str) -> str:
        """The first line of the answer to bytes, sent as they are."""
        with socket.socket(socket.AF_UNIX) as one:
            one.settimeout(PATIENCE)
            one.connect(str(self.folder / "plainsite.sock"))
            one.sendall(request.encode("latin-1"))
            return one.recv(1_000).decode("latin-1").partition("\r\n")[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests here."""
    folder = tmp_path_factory.mktemp("server")
    copy_of_the_site(folder)
    process = start_service(folder)
    try:
        yield Server(folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


@pytest.mark.parametrize(
    "header",
    [
        "SCRIPT_NAME: /elsewhere",
        "SCRIPT_NAME: /own",
        "PATH_INFO: /elsewhere",
        "REMOTE_USER: anna",
        "X-Forwarded-Ssl: on\r\nX-Forwarded-Protocol: ssl\r\nX-Forwarded-Proto: http",
    ],
)
def test_no_header_changes_what_was_asked(server: Server, header: str) -> None:
    """gunicorn maps some headers into the environment for a proxy; ours sends none of them."""
    asked = f"GET {LINK} HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n"
    assert server.ask(f"{asked}\r\n") == "HTTP/1.1 404 NOT FOUND"
    assert server.ask(f"{asked}{header}\r\n\r\n") == "HTTP/1.1 404 NOT FOUND"


@pytest.mark.parametrize(
    "request_line",
    [
        f"get {LINK} HTTP/1.1",
        f"GET {LINK} HTTP/9.9",
        f"GET {LINK} ada@example.org HTTP/1.1",
        f"GET http://[{LINK} HTTP/1.1",
        f"GET {LINK} HTTP/1.1\r\nada@example.org: 1",
        f"GET {LINK} HTTP/1.1\r\nContent-Length: ada@example.org",
        f"GET {LINK} HTTP/1.1\r\nTransfer-Encoding: ada@example.org",
        f"GET {LINK} HTTP/1.1\r\nExpect: ada@example.org",
    ],
)
def test_what_is_not_http_is_refused_and_not_quoted_in_the_log(
    server: Server, request_line: str
) -> None:
    """Neither who sent it nor what it said, which may be a signed link."""
    answer = server.ask(f"{request_line}\r\nHost: www.example.org\r\nConnection: close\r\n\r\n")
    assert answer.split()[1] in {"400", "417", "501", "505"}, answer
    for trace in ("/own/", "ada@example.org", "ip="):
        assert trace not in server.log
