"""The site that is audited: our own, built and served here, or one that is somewhere already."""

from __future__ import annotations

import datetime
import hashlib
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from analytics.app import create_app
from analytics.service import Service
from analytics.staff.accounts import add_staff
from analytics.storage.deletion_limits import LAST_RUN
from analytics.visits.model import Dimension
from analytics.visits.store.daily import Daily, Struck
from analytics.visits.store.imported import Cell, Day, Import, Imported
from analytics.visits.store.publications import Publications
from audit.browsers.recorder import request_of
from audit.group_pages import for_groups_alone
from audit.machine_deeds import Watched, acting_for
from audit.observations import Answer, SentRequest, Stored, Table, Trace
from audit.printed import printed_to
from audit.traces import in_files, in_lines
from policy import Site, read_site
from policy.manifest import audience_in, read_build

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PASSWORD = "seventeen paper lanterns"  # noqa: S105  (of an account in a database thrown away)

KEY = "secret.key"
PUT_SECONDS = 20.0
"""For so long the figures that are mailed may take to be put together."""

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
    answered: list[Answer] = field(default_factory=list)
    """Every answer that left it."""
    address: str = "127.0.0.1"
    """From where its visitor comes, as far as the service knows."""
    printed: list[str] = field(default_factory=list)
    var: Path | None = None
    site: Site | None = None
    logged: list[str] = field(default_factory=list)
    mailbox: Mailbox = field(default_factory=Mailbox)
    service: Service | None = None
    watched: Watched | None = None

    def purge(self) -> None:
        """Have the service delete what is too old, as it does once an hour."""
        if self.service is not None:
            self._settle()
            with acting_for(self.watched):
                self.service.retention_thread.purge()

    def strike(self) -> None:
        """Leave the hour at hand out of all reports, as an operator may."""
        if self.service is not None and self.service.counter_store is not None:
            today = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC).date()
            struck = Struck(int(self.clock() // 3_600), today, "The audit's own visits")
            Daily(self.service.counter_store).strike(struck)

    def take_over(self) -> None:
        """Import what another tool had counted on the day before, as an operator may."""
        store = self.service.counter_store if self.service else None
        if store is None or "imports" not in store.database.tables.tables:
            return
        today = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC).date()
        day = today - datetime.timedelta(days=2)  # Over, whatever the site's time zone is.
        made = Import("before", "Plausible", day, day)
        cells = [Cell("day", day, Dimension.PAGE, "/", 10)]
        Imported(store).add(made, [Day(day, 10, 10)], cells, datetime.UTC)

    def change_pages(self) -> None:
        """Note that pages are other ones than before, as with a new build."""
        store = self.service.counter_store if self.service else None
        if store is None or "published_changes" not in store.database.tables.tables:
            return
        today = datetime.datetime.fromtimestamp(self.clock(), datetime.UTC).date()
        published = Publications(store)
        for source in ("before", "after"):
            published.take_up({"/": source}, today)

    def mail_figures(self) -> None:
        """Have the service look which figures are to be mailed, as it does every ten minutes, and
        wait until they wait to be sent."""
        service = self.service
        if service is None or service.digests is None or service.staff_sender is None:
            return
        outbox, taken = service.staff_sender.outbox, len(self.mailbox.letters)
        service.digests.call()
        end = time.monotonic() + PUT_SECONDS
        while time.monotonic() < end and len(self.mailbox.letters) == taken:
            if any(outbox.counts().values()):
                break
            time.sleep(0.05)

    def send_what_waits(self) -> None:
        """Have the service try again to send it."""
        if self.service is not None and self.service.staff_sender is not None:
            with acting_for(self.watched):
                self.service.staff_sender.round()

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
        deeds = tuple(dict.fromkeys(self.watched.deeds)) if self.watched else ()
        return Stored(tables, traces, tuple(self.logged), self.clock(), deeds)

    def _settle(self) -> None:
        """Have written down what waits in memory, for ten seconds at most."""
        if self.service is not None and self.service.coverage is not None:
            with acting_for(self.watched):
                self.service.coverage.write()

    def _dated_by(self) -> dict[str, str]:
        tables = self.site.register.tables if self.site else ()
        return {table.name: table.dated_by for table in tables if table.dated_by}

    def _traces(self, given: dict[str, str]) -> Iterator[Trace]:
        if self.var is not None:
            yield from in_files(self.var, given)
        yield from in_lines(self.logged, "the log", given)
        yield from in_lines(self.printed, "what the process prints", given)


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

    def published(self) -> frozenset[str]:
        """The digests of all files that were built."""
        files = (path for path in self.public.rglob("*") if path.is_file())
        return frozenset(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)

    def variants(self) -> dict[tuple[str, str], frozenset[str]]:
        """Of each page with an experiment, and each digest of a file of it: in which variants."""
        build, found = read_build(self.public), dict[tuple[str, str], frozenset[str]]()
        for each in build.experiments:
            audiences = {audience_in(key) for key in build.variants.get(each.page, ())} | {""}
            for audience, name in product(audiences, each.variants):
                file = build.file(each.page, audience, build.variant(each.page, name))
                for stored in file.stored:
                    data = (self.public / stored.path).read_bytes()
                    place = each.page, hashlib.sha256(data).hexdigest()
                    found[place] = found.get(place, frozenset()) | {name}
        return found

    def personal(self) -> frozenset[tuple[str, str]]:
        """The address and digest of what pages have for groups of visitors alone."""
        return for_groups_alone(self.public)

    @contextmanager
    def running(self, var: Path) -> Iterator[Instance]:
        """A service with its databases in `var`, until the context ends."""
        clock = Clock()
        instance = Instance("", clock, var=var, site=self.site)
        var.mkdir(mode=0o700, parents=True)
        key = var / KEY
        key.touch(mode=0o600)
        key.write_text(self.secret, encoding="ascii")
        instance.watched = Watched(var, _own_files(self.site))
        with acting_for(instance.watched):
            app = create_app(self.root, self.public, var, clock=clock, relay=instance.mailbox)
        instance.service = app.extensions["plainsite"]
        served: WSGIApplication = app
        served = self.wrap(served) if self.wrap else served
        witness = _Witness(served, instance)
        server = make_server("127.0.0.1", 0, witness, threaded=True, request_handler=_Quiet)
        instance.origin = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        with acting_for(instance.watched):
            thread.start()
        with _logs_to(instance.logged), printed_to(instance.printed):
            try:
                if self.tamper:
                    self.tamper(var)
                yield instance
            finally:
                server.shutdown()
                thread.join()
                server.server_close()
                instance.service.close()


def _own_files(site: Site) -> frozenset[str]:
    """The names of all files that a service keeps."""
    databases = {str(table.database) for table in site.register.tables}
    endings = (".sqlite3", ".tables.json")
    return frozenset({KEY, LAST_RUN, *map("".join, product(databases, endings))})


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

    def __init__(self, app: WSGIApplication, instance: Instance) -> None:
        self._app = app
        self._instance = instance

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        host = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}"
        query = environ.get("QUERY_STRING", "")
        url = f"{host}{environ['PATH_INFO']}{'?' + query if query else ''}"
        body = int(environ.get("CONTENT_LENGTH") or 0)
        cookie = environ.get("HTTP_COOKIE", "")
        method = environ["REQUEST_METHOD"]
        arrived = self._instance.arrived
        arrived.append(request_of(method, url, "seen by the server", cookie, body))
        environ["REMOTE_ADDR"] = self._instance.address
        begun: list[tuple[int, tuple[tuple[str, str], ...]]] = []

        def starting(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kept = tuple((name.lower(), value) for name, value in headers)
            begun[:] = [(int(status.split(maxsplit=1)[0]), kept)]
            return start(status, headers, *more)

        def ended(digest: str) -> None:
            for code, headers in begun:
                now = self._instance.clock()
                answer = Answer(method, environ["PATH_INFO"], code, headers, digest, now)
                self._instance.answered.append(answer)

        return _closed(self._app(environ, starting), ended)


def _closed(body: Iterable[bytes], ended: Callable[[str], None]) -> Iterator[bytes]:
    """The same, closed at its end, or once nobody asks for more: werkzeug's server does not close
    an answer where it still reads from a connection that the browser has reset. `ended` is told the
    digest of one that went out whole."""
    digest = hashlib.sha256()
    with ExitStack() as at_the_end:
        if close := getattr(body, "close", None):
            at_the_end.callback(close)
        for chunk in body:
            digest.update(chunk)
            yield chunk
        ended(digest.hexdigest())


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
        names = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
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
