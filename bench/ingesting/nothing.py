"""An application that reads what is sent, says that it was taken, and keeps nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["nothing"]


def nothing(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """What a WSGI server calls (PEP 3333)."""
    environ["wsgi.input"].read()
    start_response("204 No Content", [("Cache-Control", "no-store")])
    return []
