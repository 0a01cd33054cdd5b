"""A reload starts the new service beside the old one: nobody waits, and a bad one changes nothing.

gunicorn gets its socket from outside and tells who is the main process, as under systemd.
"""

from __future__ import annotations

import compileall
import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import generator
from tests.fixtures.deployed_site import ROOT, unit
from tests.fixtures.patience import PATIENCE

CODE = ("analytics", "policy", "deploy")
SITE = ("content", "templates", "site")
HAND_OVER = """
import os, socket, sys
held = socket.socket(fileno=int(sys.argv[1]))
os.dup2(held.fileno(), 3)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass
class Running:
    """The service in a folder of its own, code and all; `main` is its main process now."""

    folder: Path
    told: socket.socket
    main: int
    statuses: Counter[int | str] = field(default_factory=Counter)

    def ask(self, address: str = "/about/") -> int:
        connection = http.client.HTTPConnection("localhost", timeout=PATIENCE)
        with closing(socket.socket(socket.AF_UNIX)) as one:
            one.settimeout(PATIENCE)
            one.connect(str(self.folder / "service.sock"))
            connection.sock = one
            connection.request("GET", address)
            with connection.getresponse() as answer:
                answer.read()
                return answer.status

    def reload(self) -> subprocess.CompletedProcess[str]:
        """What the unit says; afterwards `main` is what systemd would believe."""
        words = unit("plainsite.service")["Service"]["ExecReload"].splitlines()[-1].split()
        assert words[2] == "$MAINPID"
        command = [sys.executable, words[1], str(self.main)]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=100, check=False
        )
        with suppress(BlockingIOError):
            while True:
                said = self.told.recv(1_000).decode()
                if said.startswith("MAINPID="):
                    self.main = int(said.removeprefix("MAINPID="))
        return done

    @contextmanager
    def visited(self) -> Iterator[None]:
        """Requests follow each other all the while."""
        stop = threading.Event()

        def visit() -> None:
            while not stop.is_set():
                try:
                    self.statuses[self.ask()] += 1
                except (OSError, http.client.HTTPException) as error:
                    self.statuses[repr(error)] += 1

        visitors = [threading.Thread(target=visit) for _ in range(2)]
        for visitor in visitors:
            visitor.start()
        try:
            yield
        finally:
            stop.set()
            for visitor in visitors:
                visitor.join()

    @property
    def log(self) -> str:
        return (self.folder / "service.log").read_text()


def _break_the_register(folder: Path) -> None:
    (folder / "site/policy.toml").write_text("verson = 1\n")


def _mend_the_register(folder: Path) -> None:
    shutil.copy(ROOT / "site/policy.toml", folder / "site/policy.toml")


def _break_the_code(folder: Path) -> None:
    (folder / "analytics/app.py").write_text("def create_app(:\n")


def _outgrow_the_database(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "var/records.sqlite3")) as database:
        database.execute("CREATE TABLE shoes (size TEXT)")
        database.execute("INSERT INTO shoes VALUES ('8')")
        database.commit()


def _lose_the_build(folder: Path) -> None:
    (folder / "public/_build.json").write_text("{")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code and a built site, with the code compiled, as a folder that a service has run in."""
    if not Path("/proc/self/task").is_dir():
        pytest.skip("needs Linux, as systemd does")
    folder = tmp_path_factory.mktemp("deployed")
    for part in (*CODE, *SITE):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=ignored)
    compileall.compile_dir(folder, quiet=1)
    generator.build(folder, folder / "public")
    return folder


@pytest.fixture
def running(deployed: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Running]:
    shutil.copytree(deployed, tmp_path, symlinks=True, dirs_exist_ok=True)
    getattr(request, "param", lambda _: None)(tmp_path)  # A harm before the first start.
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(tmp_path / "notify.sock"))
    told.setblocking(False)
    with closing(told), closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(tmp_path / "service.sock"))
        listener.listen(100)
        process = _started(tmp_path, listener)
        site = Running(tmp_path, told, process.pid)
        try:
            assert site.ask() == 200
            yield site
        finally:
            with suppress(ProcessLookupError):
                os.kill(site.main, signal.SIGTERM)
            process.wait(PATIENCE)
            while Path(f"/proc/{site.main}").exists() and site.main != process.pid:
                time.sleep(0.05)


def _started(folder: Path, listener: socket.socket) -> subprocess.Popen[bytes]:
    words = unit("plainsite.service")["Service"]["ExecStart"].split()[1:]
    program = str(Path(sys.executable).with_name("gunicorn"))
    given = {"NOTIFY_SOCKET": str(folder / "notify.sock"), "PLAINSITE_VAR": str(folder / "var")}
    with (folder / "service.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", HAND_OVER, str(listener.fileno()), program, *words],
            cwd=folder,
            env=os.environ | given,
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
        )


def test_a_reload_refuses_nobody_and_hands_on_the_main_process(running: Running) -> None:
    """Twice, as the second one is begun by a service that took over itself."""
    for _ in range(2):
        before = running.main
        with running.visited():
            done = running.reload()
        assert done.returncode == 0, done.stderr + running.log
        assert running.main != before
        assert not Path(f"/proc/{before}").exists() or _is_zombie(before)
        assert running.ask() == 200
    assert list(running.statuses) == [200], running.statuses


def _is_zombie(process: int) -> bool:
    return " Z " in Path(f"/proc/{process}/stat").read_text()


@pytest.mark.parametrize(
    "harm", [_break_the_register, _break_the_code, _outgrow_the_database, _lose_the_build]
)
def test_a_new_service_that_cannot_start_leaves_the_old_one(
    running: Running, harm: Callable[[Path], None]
) -> None:
    """The reload says so, the log says why, and pages are served all the while."""
    before = running.main
    harm(running.folder)
    with running.visited():
        done = running.reload()
    assert done.returncode == 1
    assert done.stderr == "The new service did not start; the old one goes on.\n"
    assert running.main == before
    assert list(running.statuses) == [200], running.statuses
    assert "Worker failed to boot" in running.log


@pytest.mark.parametrize("running", [_break_the_register], indirect=True)
def test_a_first_start_that_fails_serves_pages_until_a_reload_after_the_mend(
    running: Running,
) -> None:
    """A reload before the mend is refused, as one that would replace any other service."""
    assert [running.ask(address) for address in ("/about/", "/staff/", "/healthz")] == [
        200,
        503,
        503,
    ]
    assert "only pages are served: Misdeclared at policy.toml:1" in running.log
    before = running.main
    assert running.reload().returncode == 1
    assert running.main == before
    _mend_the_register(running.folder)
    with running.visited():
        done = running.reload()
    assert done.returncode == 0, done.stderr + running.log
    assert running.main != before
    assert list(running.statuses) == [200], running.statuses
    assert running.ask("/healthz") == 200
