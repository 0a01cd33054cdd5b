"""The site that is audited: our own, built and served here, or one that is somewhere already."""

from __future__ import annotations

import hashlib
import io
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.routing import Map
from werkzeug.serving import WSGIRequestHandler, make_server

from analytics.app import create_app
from analytics.contacts.mail.transport import Relay
from analytics.storage.deletion_limits import LAST_RUN
from analytics.storage.secret import FILE as KEY
from audit.browsers.recorder import request_of
from audit.group_pages import for_groups_alone
from audit.instance import Clock, Instance
from audit.machine_deeds import Watched, acting_for
from audit.observations import Answer, Arrival
from audit.page_words import words_of
from audit.printed import printed_to
from audit.style_states import loaded_by_states
from policy import Site, read_site
from policy.manifest import audience_in, read_build

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Wrap = Callable[["WSGIApplication"], "WSGIApplication"]
Tamper = Callable[[Path], None]


ON_THE_WAY = ("staff.home", "staff.old_report", "staff.sign_in")
"""Pages that lead to others."""


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

    def words(self) -> Mapping[str, str]:
        """What each page says."""
        return words_of(self.public)

    def styled(self) -> tuple[tuple[str, str], ...]:
        """What its style sheets load only in a state of a visitor."""
        return loaded_by_states(self.public)

    def personal(self) -> frozenset[tuple[str, str]]:
        """The address and digest of what pages have for groups of visitors alone."""
        return for_groups_alone(self.public)

    @contextmanager
    def running(self, var: Path, stopped: float | None = None) -> Iterator[Instance]:
        """A service with its databases in `var`, until the context ends; its clock stands still
        where it is `stopped`, in seconds since 1970."""
        instance = Instance("", Clock(stopped=stopped), var=var, site=self.site)
        with instance.mailbox.listening() as relay, self._running(var, instance, relay):
            yield instance

    @contextmanager
    def _running(self, var: Path, instance: Instance, relay: Relay) -> Iterator[None]:
        clock = instance.clock
        var.mkdir(mode=0o700, parents=True)
        key = var / KEY
        key.touch(mode=0o600)
        key.write_text(self.secret, encoding="ascii")
        instance.watched = Watched(var, _own_files(self.site), (relay.host, relay.port))
        with acting_for(instance.watched):
            app = create_app(
                self.root,
                self.public,
                var,
                clock=clock,
                steady=clock.steady,
                relay=relay,
            )
        instance.service = app.extensions["plainsite"]
        instance.staff_pages = _staff_pages(app.url_map)
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
                yield
            finally:
                server.shutdown()
                thread.join()
                server.server_close()
                instance.service.close()


def _staff_pages(rules: Map) -> tuple[str, ...]:
    pages = (each for each in rules.iter_rules() if each.endpoint.startswith("staff."))
    asked = (each for each in pages if "GET" in (each.methods or ()) and not each.arguments)
    return tuple(each.rule for each in asked if each.endpoint not in ON_THE_WAY)


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
    def running(self, var: Path, stopped: float | None = None) -> Iterator[Instance]:
        """The site as it is: it has its own folder and clock."""
        del var, stopped
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
        self._instance.came.append(_arrival(environ, body))
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


def _arrival(environ: WSGIEnvironment, size: int) -> Arrival:
    """The request, which the service reads again."""
    sent = environ["wsgi.input"].read(size) if size else b""
    environ["wsgi.input"] = io.BytesIO(sent)
    headers = tuple(
        (name.removeprefix("HTTP_").replace("_", "-").lower(), str(value))
        for name, value in sorted(environ.items())
        if name.startswith("HTTP_") or (name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    )
    text = sent.decode("utf-8", "replace")
    return Arrival(environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, text)


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
