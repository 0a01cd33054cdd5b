"""The site as deploy/ runs it: nginx with TLS in front of gunicorn, on free ports, in a folder."""

from __future__ import annotations

import configparser
import contextlib
import http.client
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import generator

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
HOST = "www.example.org"
PROGRAMS = ("nginx", "openssl")
MIME = "types { text/plain txt; }"


@dataclass
class Answer:
    """What came back; `headers` in the order in which they came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def one(self, name: str) -> str:
        """The value of a header that must be there once."""
        (value,) = self.all(name)
        return value


@dataclass
class Deployed:
    """The running site, and what holds it."""

    folder: Path
    tls: int
    plain: int
    service: subprocess.Popen[bytes]

    @property
    def certificate(self) -> Path:
        """Signed by itself, for HOST."""
        return self.folder / "fullchain.pem"

    @property
    def logs(self) -> str:
        """All that nginx and gunicorn have written."""
        return "\n".join(path.read_text() for path in sorted((self.folder / "log").iterdir()))

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        name: str = HOST,
    ) -> Answer:
        """One request over TLS, for the host `name`."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        raw = socket.create_connection(("127.0.0.1", self.tls), timeout=20)
        connection = http.client.HTTPConnection(name)
        connection.sock = context.wrap_socket(raw, server_hostname=name)
        return _exchange(connection, method, path, body, headers or {})

    def ask_plainly(self, path: str) -> Answer:
        """One request without TLS."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=20)
        return _exchange(connection, "GET", path, None, {"Host": HOST})


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: str | None,
    headers: Mapping[str, str],
) -> Answer:
    with contextlib.closing(connection):
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())


def missing() -> str:
    """The programs that are not here, in words; empty where all are."""
    lacking = [program for program in PROGRAMS if not _program(program)]
    return f"needs {' and '.join(lacking)}" if lacking else ""


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


@contextmanager
def deployed(folder: Path) -> Iterator[Deployed]:
    """A copy of the site in `folder`, built, served by gunicorn behind nginx; stopped after."""
    root = folder / "site"
    for part in ("content", "templates", "site"):
        shutil.copytree(ROOT / part, root / part)
    generator.build(root, root / "public")
    (folder / "log").mkdir()
    make_certificate(folder)
    site = Deployed(folder, _free_port(), _free_port(), start_service(folder))
    with _nginx(site):
        try:
            yield site
        finally:
            site.service.send_signal(signal.SIGTERM)
            site.service.wait(30)


def make_certificate(folder: Path) -> None:
    """fullchain.pem and privkey.pem, signed by themselves for HOST and localhost."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", f"/CN={HOST}"),
            *("-addext", f"subjectAltName=DNS:{HOST},DNS:example.org,DNS:localhost"),
            *("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )


def unit(name: str) -> configparser.ConfigParser:
    """A unit of systemd's. A key that is given twice holds its lines."""

    class Lines(dict):  # type: ignore[type-arg]
        def __setitem__(self, key: str, value: object) -> None:
            if isinstance(value, list) and isinstance(self.get(key), list):
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    parser = configparser.ConfigParser(
        strict=False, interpolation=None, dict_type=Lines, empty_lines_in_values=False
    )
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / name, encoding="utf-8")
    return parser


def start_service(folder: Path) -> subprocess.Popen[bytes]:
    """Runs what plainsite.service runs, in this folder; returns when it answers."""
    section = unit("plainsite.service")["Service"]
    program, *words = shlex.split(section["ExecStart"])
    given = dict(line.split("=", 1) for line in section["Environment"].splitlines())
    path = folder / "plainsite.sock"
    environment = {"PLAINSITE_ROOT": str(folder / "site"), "PLAINSITE_VAR": str(folder / "var")}
    with (folder / "log" / "service.log").open("ab") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name(Path(program).name), *words, "--bind", f"unix:{path}"],
            cwd=ROOT,
            env=os.environ | given | environment,
            stdout=log,
            stderr=log,
        )
    _wait_for(lambda: _answers(path), process)
    return process


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(20)
        try:
            one.connect(str(path))
            one.sendall(b"GET /robots.txt HTTP/1.0\r\n\r\n")
            return b" 200 " in one.recv(100)
        except OSError:
            return False


def configuration(site: Deployed) -> str:
    """deploy/nginx.conf, with this folder's files and ports for a server's."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        (r"^ *listen \[::\].*\n", ""),
        (r"(?<=listen )443\b", f"127.0.0.1:{site.tls}"),
        (r"(?<=listen )80\b", f"127.0.0.1:{site.plain}"),
        (r"/etc/letsencrypt/live/www\.example\.org", str(site.folder)),
        (r"/run/plainsite", str(site.folder)),
        (r"/var/log/nginx", str(site.folder / "log")),
    ):
        text, changed = re.subn(old, new, text, flags=re.MULTILINE)
        assert changed, f"nginx.conf has no {old}"
    return text


@contextmanager
def _nginx(site: Deployed) -> Iterator[None]:
    config, pid = site.folder / "nginx.conf", site.folder / "nginx.pid"
    temporary = "\n".join(
        f"{kind}_temp_path {site.folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    config.write_text(
        f"{user} daemon off; pid {pid}; error_log {site.folder}/log/start.log alert;"
        f"events {{}}\nhttp {{ {MIME} {temporary}\n{configuration(site)}\n}}\n"
    )
    start = site.folder / "log" / "start.log"
    with start.open("ab") as log:
        process = subprocess.Popen(
            [str(_program("nginx")), "-e", start, "-c", config], stdout=log, stderr=log
        )
    try:
        _wait_for(lambda: _listens(site.tls), process)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _wait_for(happens: object, process: subprocess.Popen[bytes]) -> None:
    assert callable(happens)
    for _ in range(600):
        if happens():
            return
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        time.sleep(0.05)
    raise AssertionError(f"{process.args} did not answer in 30 s")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
