"""The preview's server: it answers, however many connections are open beside."""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["listen"]

THREADS = 32
"""Requests that wait for one commit share it, and each open preview holds one thread."""
IDLE_SECONDS = 30
FEW_CONNECTIONS, MANY_FILES, OWN_FILES = 100, 8_192, 256


def listen(app: WSGIApplication, port: int) -> Any:
    """A waitress server on 127.0.0.1, not running yet. Raises OSError where the port is taken.

    Browsers open connections that they may never use. A server that is at its limit accepts no
    other one, so the limit is as high as the system allows, and what is idle is closed soon.
    """
    return create_server(
        app,
        sockets=[_listener(port)],
        threads=THREADS,
        ident="",
        connection_limit=_most_connections(),
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=5,
        # select() knows no file number above 1,023.
        asyncore_use_poll=hasattr(select, "poll"),
    )


def _listener(port: int) -> socket.socket:
    """Bound here, as waitress leaves its socket open where the port is taken."""
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise
    return listener


def _most_connections() -> int:
    """As many as files may be open, less those that the service needs."""
    if not hasattr(select, "poll"):
        return FEW_CONNECTIONS
    import resource  # noqa: PLC0415  (there is none where there is no poll)

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if most == resource.RLIM_INFINITY else min(most, MANY_FILES)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return max(wanted - OWN_FILES, FEW_CONNECTIONS)
