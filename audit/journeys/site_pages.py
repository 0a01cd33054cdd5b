"""Which pages there are at an address, asked without a browser before any journey is made."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

__all__ = ["HOME", "Pages", "Unreachable", "site_origin", "site_pages"]

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
class _Answer:
    status: int
    location: str
    body: bytes


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
    _home_page(origin)
    try:
        answer = _get(origin, SITEMAP)
        if answer.status != HTTPStatus.OK:
            return Pages((HOME,), (f"which pages there are: {SITEMAP} {_status(answer.status)}",))
        paths = _paths(answer.body, {home, origin})
    except Unreachable as error:
        return Pages((HOME,), (f"which pages there are: {error}",))
    except ElementTree.ParseError:
        return Pages((HOME,), (f"which pages there are: {SITEMAP} is no sitemap",))
    if not paths:
        return Pages((HOME,), (f"which pages there are: {SITEMAP} names none under {home}",))
    return Pages(tuple(sorted(paths | {HOME}, key=lambda path: (path != HOME, path))))


def _home_page(origin: str) -> None:
    """Raises Unreachable where the home page is not at this origin, or nowhere."""
    path = HOME
    for _ in range(MOST_REDIRECTS):
        answer = _get(origin, path, body=False)
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


def _paths(sitemap: bytes, homes: set[str]) -> set[str]:
    tree = ElementTree.fromstring(sitemap)  # noqa: S314  (expat bounds entities by itself)
    found = [
        (element.text or "").strip() for element in tree.iter() if element.tag.endswith("}loc")
    ]
    return {
        url.removeprefix(home) or HOME
        for url in found
        for home in homes
        if url.removeprefix(home)[:1] in ("", "/")
    }


def _get(origin: str, path: str, *, body: bool = True) -> _Answer:
    parts = urlsplit(origin)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE_SECONDS)
    try:
        with _no_longer() as (held, late):
            try:
                connection.connect()
                held.append(connection.sock)  # An answer without a length takes it away.
                connection.request("GET", path, headers={"Accept-Encoding": "identity"})
                answer = connection.getresponse()
                read = answer.read(MOST_BYTES) if body else b""
                if late.is_set():
                    raise TimeoutError
            except (OSError, http.client.HTTPException) as error:
                raise Unreachable(_why(origin + path, error, late=late.is_set())) from None
        location = answer.getheader("Location") if 300 <= answer.status < 400 else None
        return _Answer(answer.status, location or "", read)
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
