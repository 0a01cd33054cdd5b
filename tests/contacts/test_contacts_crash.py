"""A thank-you means that the submission is kept, whatever happens next."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from tests.fixtures.form_site import form_site
from tests.fixtures.patience import PATIENCE
from tests.fixtures.small_site import ROOT

SERVING = """
import sys
from pathlib import Path
from waitress.server import create_server
from analytics.app import create_app

root, public, var = map(Path, sys.argv[1:])
server = create_server(create_app(root, public, var), host="127.0.0.1", port=0)
print(server.effective_port, flush=True)
server.run()
"""
KEPT = """
SELECT email FROM contacts JOIN submissions ON submissions.contact = contacts.id
JOIN asks ON asks.submission = submissions.id JOIN outbox ON outbox.legal_basis_row = asks.id
"""
"""Each that was sent whole: with its contact, the question, and the email that asks it."""

SENDERS = 6


def test_killed_service_has_kept_every_submission_it_thanked_for(tmp_path: Path) -> None:
    """kill -9 while six visitors send: each who was thanked is in the file, with the email that
    asks whether the box was meant."""
    with form_site(tmp_path):
        pass
    folders = (ROOT, tmp_path / "public", tmp_path / "var")
    command = [sys.executable, "-c", SERVING, *map(str, folders)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        thanked: list[str] = []

        def send_until_killed(sender: int) -> None:
            for email in _thanked(port, sender):
                thanked.append(email)
                if len(thanked) == 40:
                    process.kill()

        with ThreadPoolExecutor(SENDERS) as threads:
            list(threads.map(send_until_killed, range(SENDERS)))
    assert len(thanked) >= 40
    with closing(sqlite3.connect(tmp_path / "var/records.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = connection.execute(KEPT).fetchall()
    assert {(email,) for email in thanked} <= set(kept)
    # Each sender may have had one more committed, and the service killed before it could say so.
    assert len(kept) <= len(thanked) + SENDERS


def _thanked(port: int, sender: int) -> Iterator[str]:
    """The addresses that were thanked for, until the service is gone."""
    for number in range(19):
        email = f"ada{number}@{sender}.example.org"
        try:
            answer = post_form(port, f"127.0.0.{sender + 2}", email)
        except ConnectionError:
            return
        if b" 303 " not in answer:
            return
        yield email


def post_form(port: int, source: str, email: str) -> bytes:
    """Post the newsletter's form from an address of this machine; the first bytes of the answer."""
    body = f"email={email}&permission=yes"
    head = (
        "POST /form/newsletter HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "",
        body,
    )
    address = ("127.0.0.1", port)
    with socket.create_connection(
        address, timeout=PATIENCE, source_address=(source, 0)
    ) as connection:
        connection.sendall("\r\n".join(head).encode())
        return connection.recv(16)
