"""What is measured: a server on one core, the hits it is sent, and what it has kept of them."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.fixtures.deployed_site import free_port
from tests.fixtures.patience import PATIENCE

__all__ = ["CHROME", "CORE", "HITS", "HOST", "VISITORS", "WRK_CORE", "Server", "network", "raw"]

CORE, WRK_CORE = 0, 1
"""That of the server and its database, and that of whoever asks."""

HITS, VISITORS = 21_000, 700
"""How many hits are made up before the run, and how many visitors are there before it."""

HOST = "www.schoolmessenger.com"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
FIRST_NETWORK = 20 << 24
TICKS = os.sysconf("SC_CLK_TCK")


class Server(ABC):
    """A server that counts page views. A third of its hits begin a visit, the others go on with
    one; `prepared` begins what these go on with, and makes them up."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.at = 0
        self.hits: list[bytes] = []
        self.processes: list[int] = []

    @abstractmethod
    def start(self) -> None:
        """Returns when it answers; `processes` then has the roots of all that works for it."""

    @abstractmethod
    def stop(self) -> None:
        """End it, with all that works for it."""

    @abstractmethod
    def counted(self) -> int:
        """How many page views are committed, read from the database itself."""

    @abstractmethod
    def prepared(self, chance: random.Random) -> Iterator[bytes]:
        """The hits, without end."""

    def prepare(self) -> None:
        """Make up the hits, and write them for `hits.lua`."""
        made = self.prepared(random.Random(1))
        self.hits = [next(made) for _ in range(HITS)]
        with self.file.open("wb") as file:
            for hit in self.hits:
                file.write(b"%d\n%s" % (len(hit), hit))

    @property
    def file(self) -> Path:
        return self.folder / "hits"

    def ask(self, hit: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        """Send one hit over a connection of its own."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as one:
            one.sendall(hit)
            answer = http.client.HTTPResponse(one)
            answer.begin()
            body = answer.read()
        assert answer.status in (200, 204), (self.name, answer.status, body[:300])
        return answer, body

    def seconds(self) -> float:
        """Seconds for which processors have worked for it."""
        return sum(_seconds(each) for each in self.processes)

    def run(
        self, command: Sequence[str | Path], where: Path, environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a program on the core of servers, and wait until it listens."""
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                ["taskset", "-c", str(CORE), *command],
                cwd=where, env=os.environ | environment, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not self._listens():
            assert process.poll() is None, (self.folder / "log").read_text()[-2_000:]
            assert time.monotonic() < deadline, f"{self.name} does not answer"
            time.sleep(0.05)
        return process

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE).close()
        except OSError:
            return False
        return True


def raw(path: str, body: object, who: int, headers: Mapping[str, str]) -> bytes:
    """A POST as nginx hands it on, from the network with this number."""
    content = json.dumps(body).encode()
    given = {
        "Host": HOST,
        "X-Forwarded-For": network(who),
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": HOST,
        "Origin": f"https://{HOST}",
        "Sec-Fetch-Site": "same-origin",
        "User-Agent": CHROME,
        "Accept": "*/*",
        "Accept-Language": "en-US,en;q=0.9,es;q=0.8",
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        **headers,
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def network(number: int) -> str:
    """An address that is like any other to a server behind nginx."""
    return socket.inet_ntoa((FIRST_NETWORK + number).to_bytes(4))


def _seconds(process: int) -> float:
    """Those of a process, of its children that run, and of those that it has seen end."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
        found = Path(f"/proc/{process}/task").glob("*/children")
        children = [int(child) for each in found for child in each.read_text().split()]
    except FileNotFoundError:
        return 0.0
    ticks = sum(map(int, stat.rpartition(")")[2].split()[11:15]))
    return ticks / TICKS + sum(map(_seconds, children))
