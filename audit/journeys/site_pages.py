"""Which pages there are at an address, asked without a browser before any journey is made."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import urljoin, urlsplit

from audit.journeys.sitemap import NoSitemap, Sitemaps

__all__ = [
    "HOME",
    "Answer",
    "Pages",
    "Unreachable",
    "ask",
    "home_page",
    "site_origin",
    "site_pages",
]

HOME, SITEMAP = "/", "/sitemap.xml"
PATIENCE_SECONDS = 20
MOST_REDIRECTS = 10
MOST_BYTES = 50 * 1024 * 1024
"""Of a sitemap, by https://www.sitemaps.org/protocol.html."""


class Unreachable(Exception):
    """No site can be visited there. What it says is a whole sentence."""


@dataclass(frozen=True)
class Pages:
    """Paths of pages, the home page first; and what could not be told of them."""

    paths: tuple[str, ...]
    missed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a server answers, as far as it is of interest before a browser asks."""

    status: int
    location: str
    body: bytes
    kind: str
    """Its content type, without parameters."""
    handed: bool = False
    """Whether it is to be kept as a file, and not shown."""


def site_origin(url: str) -> str:
    """The origin that a site's address says. Raises Unreachable for what is no such address."""
    example = "write it as https://www.example.org"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unreachable(f"“{url}” is no address of a site ({error}): {example}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreachable(f"“{url}” is no address of a site: {example}")
    if parts.username is not None:
        raise Unreachable("the address holds a name and password, which browsers do not keep")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise Unreachable(f"“{url}” is one page; a whole site is audited: {example}")
    try:
        host = parts.hostname.encode("idna").decode("ascii")
    except UnicodeError:
        raise Unreachable(f"“{parts.hostname}” is no name of a host: {example}") from None
    host = f"[{host}]" if ":" in host else host
    usual = port in (None, 80 if parts.scheme == "http" else 443)
    return f"{parts.scheme}://{host}" + ("" if usual else f":{port}")


def site_pages(origin: str, home: str) -> Pages:
    """The pages that the sitemap at `origin` names; `home` is the origin by which it names them.

    Raises Unreachable where no browser could make any journey.
    """
    home_page(origin)
    maps = Sitemaps(lambda path: _sitemap(origin, path), (home, origin))
    try:
        maps.read(SITEMAP)
    except NoSitemap as error:
        return Pages((HOME,), (f"which pages there are: {error}",))
    missed = tuple(f"which pages there are: {each}" for each in maps.missed)
    if not maps.paths and not missed:
        return Pages((HOME,), (f"which pages there are: {SITEMAP} names none under {home}",))
    return Pages(tuple(sorted({*maps.paths, HOME}, key=lambda path: (path != HOME, path))), missed)


def _sitemap(origin: str, path: str) -> bytes:
    try:
        answer = ask(origin, path)
    except Unreachable as error:
        raise NoSitemap(str(error)) from None
    if answer.status != HTTPStatus.OK:
        raise NoSitemap(f"{path} {_status(answer.status)}")
    return answer.body


def home_page(origin: str, headers: Mapping[str, str] = MappingProxyType({})) -> None:
    """Raises Unreachable where the home page is not at this origin, or nowhere."""
    path = HOME
    for _ in range(MOST_REDIRECTS):
        answer = ask(origin, path, body=False, headers=headers)
        if not answer.location:
            return
        target = urlsplit(urljoin(origin + path, answer.location))
        if f"{target.scheme}://{target.netloc}" != origin:
            elsewhere = f"{target.scheme}://{target.netloc}"
            raise Unreachable(f"{origin} leads to {elsewhere}: audit that address, if it is meant")
        path = target.path + (f"?{target.query}" if target.query else "")
    raise Unreachable(f"{origin} redirects without end")


def _status(status: int) -> str:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return f"is answered with {status} {phrase}".strip()


def ask(
    origin: str,
    path: str,
    *,
    body: bool = True,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    """What is answered at a path of a site: at most 50 MB of its `body`, if that is wanted.

    Raises Unreachable.
    """
    parts = urlsplit(origin)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE_SECONDS)
    try:
        with _no_longer() as (held, late):
            try:
                connection.connect()
                held.append(connection.sock)  # An answer without a length takes it away.
                asked = {"Accept-Encoding": "identity", **headers}
                connection.request("GET", path, headers=asked)
                answer = connection.getresponse()
                read = answer.read(MOST_BYTES) if body else b""
                if late.is_set():
                    raise TimeoutError
            except (OSError, http.client.HTTPException) as error:
                raise Unreachable(_why(origin + path, error, late=late.is_set())) from None
        location = answer.getheader("Location") if 300 <= answer.status < 400 else None
        told = answer.headers.get_content_type()
        handed = answer.headers.get_content_disposition() == "attachment"
        return Answer(answer.status, location or "", read, told, handed)
    finally:
        connection.close()


@contextmanager
def _no_longer() -> Iterator[tuple[list[socket.socket], threading.Event]]:
    """End the sockets that are held when their time is over, and say so by the event: a byte now
    and then would keep an answer coming for ever."""
    held: list[socket.socket] = []
    late = threading.Event()

    def end() -> None:
        late.set()
        for each in held:
            with suppress(OSError):  # It is not connected any more.
                each.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(PATIENCE_SECONDS, end)
    timer.daemon = True
    timer.start()
    try:
        yield held, late
    finally:
        timer.cancel()


def _why(url: str, error: Exception, *, late: bool) -> str:
    if late or isinstance(error, TimeoutError):
        return f"{url} had not answered after {PATIENCE_SECONDS} seconds"
    if isinstance(error, socket.gaierror):
        return f"the name in {url} does not resolve: {error.strerror}"
    if isinstance(error, ssl.SSLError):
        told = getattr(error, "verify_message", "") or error.reason or str(error)
        return f"{url} offers no trusted connection: {told}"
    if isinstance(error, OSError):
        return f"{url} cannot be reached: {error.strerror or error}"
    return f"{url} answers something that is not HTTP"
