"""`build.py check --external`: links to other sites, asked of a server on this machine."""

from __future__ import annotations

import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from generator.external.asking import Limits, ask

QUICK = Limits(pause=0.01, patience=2.0, longest_wait=0.5)


class Server(ThreadingHTTPServer):
    """Answers by the path, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str]] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:  # noqa: PLR0912  (a table)
        server = self.server
        with server.lock:
            server.asked.append((self.command, self.path))
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        time.sleep(0.01)
        status, headers = 200, {}
        match self.path.partition("?")[0]:
            case "/robots.txt":
                status = 200
            case "/gone":
                status = 410
            case "/missing":
                status = 404
            case "/no-head" if self.command == "HEAD":
                status = 405
            case "/busy" if len([each for each in server.asked if each[1] == "/busy"]) < 2:
                status, headers = 429, {"Retry-After": "0"}
            case "/forbidden":
                status = 403
            case "/moved":
                status, headers = 301, {"Location": "/here"}
            case "/for-now":
                status, headers = 302, {"Location": "/here"}
            case "/round":
                status, headers = 302, {"Location": "/round"}
            case "/to-a-file":
                status, headers = 302, {"Location": "file:///etc/passwd"}
            case "/slow":
                time.sleep(4)
        with server.lock:
            server.at_once -= 1
        body = b"User-agent: *\nDisallow: /private\n" if self.path == "/robots.txt" else b""
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:  # Whoever asked has gone.
            pass

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("path", "status", "is_well"),
    [
        ("/here", 200, True),
        ("/no-head", 200, True),
        ("/busy", 200, True),
        ("/for-now", 200, True),
        ("/é?q=ü x", 200, True),
        ("/private/x", 0, True),
        ("/gone", 410, False),
        ("/missing", 404, False),
        ("/forbidden", 403, False),
        ("/round", 302, False),
        ("/to-a-file", 302, False),
        ("/slow", 0, False),
    ],
)
def test_each_answer_is_taken_for_what_it_is(server, tmp_path, path, status, is_well):
    address = server.origin + path
    answer = ask([address], tmp_path / "known.json", QUICK)[address]
    assert (answer.status, answer.is_well) == (status, is_well)
    if path == "/private/x":
        assert [each for _, each in server.asked] == ["/robots.txt"]


def test_a_move_for_good_is_told_with_the_new_address(server, tmp_path):
    moved, now = f"{server.origin}/moved", f"{server.origin}/for-now"
    answers = ask([moved, now], tmp_path / "known.json", QUICK)
    assert (answers[moved].moved, answers[now].moved) == (f"{server.origin}/here", "")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "http://no-such-host.invalid/", "http://[", "http://a:b/"]
)
def test_a_server_that_is_not_there_is_told(tmp_path, address):
    answer = ask([address], tmp_path / "known.json", QUICK)[address]
    assert answer.status == 0
    assert answer.reason
    assert not answer.is_well


def test_one_server_gets_one_question_at_a_time(server, tmp_path):
    ask([f"{server.origin}/{n}" for n in range(20)], tmp_path / "known.json", QUICK)
    assert server.most_at_once == 1
    assert [each for each in server.asked if each[1] == "/robots.txt"] == [("GET", "/robots.txt")]


def test_good_answers_hold_for_a_while_and_others_do_not(server, tmp_path):
    file = tmp_path / "var/known.json"
    good, bad = f"{server.origin}/here", f"{server.origin}/gone"
    ask([good, bad], file, QUICK)
    server.asked.clear()
    ask([good, bad], file, QUICK)
    assert {path for _, path in server.asked} == {"/robots.txt", "/gone"}
    server.asked.clear()
    ask([good], file, Limits(kept=0, pause=0.01))
    assert ("HEAD", "/here") in server.asked


@pytest.mark.parametrize(
    "text", ["", "[]", '{"form": 9}', '{"form": 1, "answers": {"x": 5}}', "\0"]
)
def test_what_is_kept_may_be_damaged(server, tmp_path, text):
    file = tmp_path / "known.json"
    file.write_text(text)
    address = f"{server.origin}/here"
    assert ask([address], file, QUICK)[address].is_well
    assert json.loads(file.read_text())["answers"][address]["status"] == 200


def test_links_are_told_with_file_and_line(server, tmp_path):
    """Gone ones stop; others warn; without the option nobody is asked."""
    root = Path(shutil.copytree(build.ROOT / "tests/sites/base", tmp_path / "site"))
    page = root / "content/x.md"
    here, gone, moved = (f"{server.origin}/{each}" for each in ("here", "gone", "moved"))
    head = "---\ntitle: X\n---\n"
    page.write_text(f"{head}[a]({here}#part)\n[b]({moved})\n[c]({gone})\n")
    words = ["--root", str(root), "check"]
    assert CliRunner().invoke(build.main, words).exit_code == 0
    assert server.asked == []
    result = CliRunner().invoke(build.main, [*words, "--external"])
    assert result.exit_code == 1
    assert f"error: content/x.md:6: {gone} is gone (410)\n  5 | " in result.output
    assert "    |     ^^^^" in result.output
    settings = root / "site/settings.toml"
    settings.write_text(
        re.sub(r'^url = ".*"', f'url = "{server.origin}"', settings.read_text(), flags=re.M)
    )
    page.write_text(f"{head}[a]({here}#part)\n[b]({moved})\n[own]({server.origin}/about/)\n")
    result = CliRunner().invoke(build.main, [*words, "--external"])
    assert result.exit_code == 0, result.output
    assert f"warning: content/x.md:5: {moved} has moved for good\nhint: write {here}" in (
        result.output
    )
    assert not [path for _, path in server.asked if path in ("/", "/x/", "/about/")]
