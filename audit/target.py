"""The site that is audited: our own, built and served here, or one that is somewhere already."""

from __future__ import annotations

import datetime
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from analytics.app import create_app
from analytics.service import Service
from analytics.staff.accounts import add_staff
from analytics.visits.store.daily import Daily, Struck
from audit.browsers.recorder import request_of
from audit.observations import SentRequest, Stored, Table, Trace
from policy import Site, read_site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PASSWORD = "seventeen paper lanterns"  # noqa: S105  (of an account in a database thrown away)

Wrap = Callable[["WSGIApplication"], "WSGIApplication"]
Tamper = Callable[[Path], None]


@dataclass
class Clock:
    """The service's clock, in seconds since 1970: the machine's and ahead of it, or stopped."""

    ahead: float = 0
    stopped: float | None = None

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.stopped if self.stopped is not None else time.time() + self.ahead


@dataclass
class Mailbox:
    """Stands for the relay: letters arrive here, unless it is `away`."""

    letters: list[EmailMessage] = field(default_factory=list)
    away: bool = False

    def send(self, message: EmailMessage) -> None:
        """Take a letter. Raises ConnectionRefusedError while it is `away`."""
        if self.away:
            raise ConnectionRefusedError("away")
        self.letters.append(message)


@dataclass
class Instance:
    """One running service. `arrived` is every request that reached it, whatever a browser says."""

    origin: str
    clock: Clock = field(default_factory=Clock)
    arrived: list[SentRequest] = field(default_factory=list)
    var: Path | None = None
    site: Site | None = None
    logged: list[str] = field(default_factory=list)
    mailbox: Mailbox = field(default_factory=Mailbox)
    service: Service | None = None

    def purge(self) -> None:
        """Have the service delete what is too old, as it does once an hour."""
        if self.service is not None:
            self._settle()
            self.service.retention_thread.purge()

    def strike(self) -> None:
        """Leave the hour at hand out of all reports, as an operator may."""
        if self.service is not None and self.service.counter_store is not None:
            today = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC).date()
            struck = Struck(int(self.clock() // 3_600), today, "The audit's own visits")
            Daily(self.service.counter_store).strike(struck)

    def add_staff(self, username: str, *roles: str) -> None:
        """An account to sign in with, its password PASSWORD. Raises RuntimeError for a site that is
        somewhere else."""
        from analytics.storage.database import open_records  # noqa: PLC0415  (only where there is one)

        if self.var is None or self.site is None:
            raise RuntimeError("accounts can be added to a local site only")
        register = self.site.register
        engine = open_records(self.var / "records.sqlite3", register)
        today = datetime.datetime.now(tz=datetime.UTC).date()
        add_staff(engine, register, username, PASSWORD, roles, today)
        engine.dispose()

    def stored(self, given: dict[str, str]) -> Stored | None:
        """What the service keeps by now. `given` is what the visitor gave away, by name: each is
        searched in every file and log line."""
        if self.var is None:
            return None
        self._settle()
        tables = tuple(
            table
            for path in sorted(self.var.glob("*.sqlite3"))
            for table in _tables(path, self._dated_by())
        )
        traces = tuple(self._traces(given))
        return Stored(tables, traces, tuple(self.logged), self.clock())

    def _settle(self) -> None:
        """Have written down what waits in memory, for ten seconds at most."""
        if self.service is not None and self.service.coverage is not None:
            self.service.coverage.write()

    def _dated_by(self) -> dict[str, str]:
        tables = self.site.register.tables if self.site else ()
        return {table.name: table.dated_by for table in tables if table.dated_by}

    def _traces(self, given: dict[str, str]) -> Iterator[Trace]:
        if self.var is None:
            return
        for path in sorted(self.var.iterdir()):
            data = path.read_bytes()
            for what, value in given.items():
                if value.encode() in data:
                    yield Trace(what, path.name)
        for what, value in given.items():
            if any(value in line for line in self.logged):
                yield Trace(what, "the log")


@dataclass(frozen=True)
class LocalSite:
    """A site folder that is built. Each journey gets a service of its own, with empty databases.

    `wrap` and `tamper` are for tests that seed a violation: around the service, and in its
    databases.
    """

    root: Path
    public: Path
    site: Site
    wrap: Wrap | None = None
    tamper: Tamper | None = None
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    """All services of an audit sign with the same key, so that their cookies can be compared."""

    @classmethod
    def read(cls, root: Path, public: Path) -> LocalSite:
        """The site in `root`, built in `public`. Raises Faults."""
        return cls(root, public, read_site(root))

    @contextmanager
    def running(self, var: Path) -> Iterator[Instance]:
        """A service with its databases in `var`, until the context ends."""
        clock = Clock()
        instance = Instance("", clock, var=var, site=self.site)
        var.mkdir(mode=0o700, parents=True)
        key = var / "secret.key"
        key.touch(mode=0o600)
        key.write_text(self.secret, encoding="ascii")
        app = create_app(self.root, self.public, var, clock=clock, relay=instance.mailbox)
        instance.service = app.extensions["plainsite"]
        served: WSGIApplication = app
        served = self.wrap(served) if self.wrap else served
        witness = _Witness(served, instance.arrived)
        server = make_server("127.0.0.1", 0, witness, threaded=True, request_handler=_Quiet)
        instance.origin = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        with _logs_to(instance.logged):
            try:
                if self.tamper:
                    self.tamper(var)
                yield instance
            finally:
                server.shutdown()
                thread.join()
                server.server_close()
                instance.service.close()


@dataclass(frozen=True)
class RemoteSite:
    """A site at an address, known by its register only. Nothing can be looked up behind it."""

    origin: str
    site: Site

    @contextmanager
    def running(self, var: Path) -> Iterator[Instance]:
        """The site as it is; `var` is not used."""
        del var
        yield Instance(self.origin)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """What arrives is kept by the witness."""


class _Witness:
    """WSGI middleware that notes each request, also those that no browser event tells of."""

    def __init__(self, app: WSGIApplication, arrived: list[SentRequest]) -> None:
        self._app = app
        self._arrived = arrived

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        host = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}"
        query = environ.get("QUERY_STRING", "")
        url = f"{host}{environ['PATH_INFO']}{'?' + query if query else ''}"
        body = int(environ.get("CONTENT_LENGTH") or 0)
        cookie = environ.get("HTTP_COOKIE", "")
        method = environ["REQUEST_METHOD"]
        self._arrived.append(request_of(method, url, "seen by the server", cookie, body))
        return _closed(self._app(environ, start))


def _closed(body: Iterable[bytes]) -> Iterator[bytes]:
    """The same, closed at its end, or once nobody asks for more: werkzeug's server does not close
    an answer where it still reads from a connection that the browser has reset."""
    with ExitStack() as at_the_end:
        if close := getattr(body, "close", None):
            at_the_end.callback(close)
        yield from body


@contextmanager
def _logs_to(lines: list[str]) -> Iterator[None]:
    """Keep what the service logs meanwhile."""
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]  # a handler of one line
    root = logging.getLogger()
    root.addHandler(handler)
    logging.getLogger("plainsite").setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)


def _tables(path: Path, dated_by: Mapping[str, str]) -> Iterator[Table]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (name,) in names.fetchall():
            info = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
            counts = ", ".join(f'count("{column[1]}")' for column in info)
            filled = connection.execute(f'SELECT {counts}, count(*) FROM "{name}"').fetchone()  # noqa: S608  (names of the register)
            columns = tuple(zip((column[1] for column in info), filled, strict=False))
            oldest = None
            if dated_by.get(name) in dict(columns):
                least = connection.execute(f'SELECT min("{dated_by[name]}") FROM "{name}"')  # noqa: S608  (as above)
                ((oldest,),) = least.fetchall()
            yield Table(path.name.removesuffix(".sqlite3"), name, columns, filled[-1], oldest)
