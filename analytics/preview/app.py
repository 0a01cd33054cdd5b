"""The service, as a preview shows it: what was built last, and why there is nothing newer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.wrappers import Request, Response

from analytics.preview.pages import SCRIPT, SCRIPT_PATH, fault_page, with_script
from analytics.service import Service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Preview"]

WAIT_SECONDS = 20


class Preview:
    """WSGI application around the service; `renew` swaps in what was built last.

    With `reload`, each page gets one script, which waits for the next build; without it, pages are
    exactly as published. Until a site could be built, there is a page with the faults.
    """

    def __init__(self, make_app: Callable[[], Flask], *, reload: bool) -> None:
        self._make_app = make_app
        self._reload = reload
        self._app: Flask | None = None
        self._builds = self._failures = 0
        self._faults = ""
        self._told = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._app is None:
            return fault_page(self._faults)(environ, start_response)
        app: WSGIApplication = self._app.wsgi_app
        if not self._reload:
            return app(environ, start_response)
        request = Request(environ)
        if request.path == SCRIPT_PATH:
            return Response(SCRIPT, mimetype="text/javascript")(environ, start_response)
        if request.path == "/_preview/next":
            return self._next(request.args.get("known", ""))(environ, start_response)
        environ["HTTP_ACCEPT_ENCODING"] = "identity"
        for condition in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
            environ.pop(condition, None)
        return with_script(Response.from_app(app, environ))(environ, start_response)

    def _next(self, known: str) -> Response:
        with self._told:
            self._told.wait_for(lambda: self._state != known, WAIT_SECONDS)
            told = {"build": str(self._builds), "state": self._state, "faults": self._faults}
        headers = {"Cache-Control": "no-store"}
        return Response(json.dumps(told), mimetype="application/json", headers=headers)

    @property
    def service(self) -> Service | None:
        """What serves the newest build; None while there is none that can be served."""
        if self._app is None:
            return None
        service: Service = self._app.extensions["plainsite"]
        return service

    @property
    def _state(self) -> str:
        """Changes with every build, also one that failed."""
        return f"{self._builds}-{self._failures}"

    def fail(self, faults: str) -> None:
        """Show why there is no new build; what was built last goes on being served."""
        with self._told:
            self._failures += 1
            self._faults = faults
            self._told.notify_all()

    def renew(self, *, site_changed: bool) -> None:
        """Serve the new build; where the declarations changed, with a new application.

        Raises what making one raises; then the old one goes on.
        """
        if self._app is None or site_changed:
            old, self._app = self._app, self._make_app()
            if old is not None:
                old.extensions["plainsite"].close()
        with self._told:
            self._builds += 1
            self._faults = ""
            self._told.notify_all()

    def keep(self) -> None:
        """Serve what was built before this preview began, where there is such a site."""
        self._app = self._make_app()

    def close(self) -> None:
        """Commit what was accepted and let go of the databases."""
        if self._app is not None:
            self._app.extensions["plainsite"].close()
