"""The preview's server: it answers, however many connections are open beside."""

from __future__ import annotations

import errno
import select
import socket
from typing import TYPE_CHECKING, Any

from waitress.server import create_server
from waitress.wasyncore import close_all

from analytics.preview.port_owner import owner_of
from policy.failures import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["let_go", "listen"]

HOST = "127.0.0.1"
THREADS = 32
"""Requests that wait for one commit share it, and each open preview holds one thread."""
IDLE_SECONDS = 30
FEW_CONNECTIONS, MANY_FILES, OWN_FILES = 100, 8_192, 256


def listen(app: WSGIApplication, port: int) -> Any:
    """A waitress server on 127.0.0.1, not running yet. Raises Refusal where the port cannot be had.

    Browsers open connections that they may never use. A server that is at its limit accepts no
    other one, so the limit is as high as the system allows, and what is idle is closed soon.
    """
    try:
        listener = _listener(port)
    except OSError as error:
        raise _refusal(port, error) from None
    try:
        return create_server(
            app,
            sockets=[listener],
            threads=THREADS,
            ident="",
            connection_limit=_most_connections(),
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            # select() knows no file number above 1,023.
            asyncore_use_poll=hasattr(select, "poll"),
        )
    except BaseException:  # Ctrl-C, for one.
        listener.close()
        raise


def let_go(server: Any) -> None:
    """Close the port, and every connection that a browser keeps open, with the files that it was
    not sent to the end."""
    for channel in [*server.active_channels.values()]:
        channel.handle_close()
    close_all(server._map, ignore_all=True)


def _refusal(port: int, error: OSError) -> Refusal:
    free = _free_port(port)
    hint = f"choose another: PORT={free} make run, or python build.py serve --port {free}"
    why = f"{error.strerror}"
    if error.errno == errno.EADDRINUSE:
        why = f"{owner_of(port) or 'another program'} has it"
        hint = f"end that, or {hint}"
    return Refusal(f"cannot serve on port {port}: {why}", hint)


def _free_port(taken: int) -> int:
    """The next port that is free now; 0, for any, where none of the next ones is."""
    for port in range(max(taken + 1, 1_024), min(max(taken + 1, 1_024) + 50, 65_536)):
        with socket.socket() as attempt:
            try:
                attempt.bind((HOST, port))
            except OSError:
                continue
            return port
    return 0


def _listener(port: int) -> socket.socket:
    """Bound here, as waitress leaves its socket open where the port is taken."""
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
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
