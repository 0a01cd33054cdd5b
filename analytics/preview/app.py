"""The service, as a preview shows it: what was built last, and why there is nothing newer."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from analytics.preview.builds import Built, Failed, Order
from analytics.preview.pages import OURS, fault_page, is_for_html, with_script
from analytics.preview.updates import Updates
from policy.manifest import BUILD_FILE
from policy.places import Places

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

    from analytics.service import Service

__all__ = ["Preview", "Shown"]


@dataclass(frozen=True, slots=True)
class Shown:
    """Which site is shown: that of a day, None for today, with or without drafts."""

    day: datetime.date | None = None
    drafts: bool = False

    def out(self, places: Places) -> Path:
        """Where it is built. What is not public yet never comes near what is published."""
        if self == Shown():
            return places.public
        return places.var / "preview" / "public"


class Preview:
    """WSGI application around the service that `make_app` makes of what stands in a folder.

    Unless `as_published`, each page gets the preview's script. Until a site could be built, there
    is a page with the faults. `request` is called where another site is to be built.
    """

    def __init__(
        self,
        places: Places,
        make_app: Callable[[Path], Flask],
        *,
        drafts: bool = False,
        as_published: bool = False,
    ) -> None:
        self.root = places.root
        self.updates = Updates()
        self.request: Callable[[], object] = lambda: None
        self.open = False
        """Whether the bar is, on every page."""
        self._places = places
        self._make_app = make_app
        self._as_published = as_published
        self._app: Flask | None = None
        self._served: Path | None = None
        self._declarations_changed = False
        self._shown = Shown(drafts=drafts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        answer = self._service_answer if self._as_published else self._answer
        try:
            return answer(environ)(environ, start_response)
        # Whatever it is: it is told where somebody looks for a page.
        except Exception as error:
            return fault_page(Failed.of(error, self.root), "")(environ, start_response)

    def _service_answer(self, environ: WSGIEnvironment) -> WSGIApplication:
        if self._app is None or not self.is_there:
            return fault_page(self.updates.now.failed, "")
        application: WSGIApplication = self._app.wsgi_app
        return application

    def _answer(self, environ: WSGIEnvironment) -> WSGIApplication:
        # What needs the service's libraries is imported once there is a service.
        from analytics.preview.endpoints import answer_of_ours  # noqa: PLC0415  (when it is first needed)
        from analytics.preview.seen_as import SeenAs  # noqa: PLC0415  (when it is first needed)

        if environ["PATH_INFO"].startswith(OURS):
            return answer_of_ours(self, environ)
        # Before the page is read: at worst, it is taken for older than it is, and asked for again.
        build = self.updates.build
        if self._app is None or not self.is_there:
            return fault_page(self.updates.now.failed, build)
        seen_as, service = SeenAs.of(environ), self.service
        if service is not None:
            if address := seen_as.carried(environ):
                return redirect(address, 307)
            seen_as.pretend(environ, service.site, service.cookies)
        application: WSGIApplication = self._app.wsgi_app
        if not is_for_html(environ):
            return application
        response = Response.from_app(application, environ)
        leads_to = response.headers.get("Location", "")
        if leads_to and urlsplit(leads_to).netloc in ("", environ.get("HTTP_HOST", "")):
            response.headers["Location"] = seen_as.on(leads_to)
        return with_script(response, build, environ["REQUEST_METHOD"], signals=seen_as.signals)

    @property
    def service(self) -> Service | None:
        """What serves the newest build; None while there is none that can be served."""
        if self._app is None:
            return None
        service: Service = self._app.extensions["plainsite"]
        return service

    @property
    def is_there(self) -> bool:
        """Whether what was built is still there, and was not removed with the folder around it."""
        if self._served is None:
            return False
        return os.path.isfile(self._served / BUILD_FILE)  # noqa: PTH113  (Path.is_file raises)

    @property
    def shown(self) -> Shown:
        """Which site is asked for."""
        return self._shown

    def show(self, shown: Shown) -> None:
        """Build and serve another site."""
        if shown != self._shown:
            self._shown = shown
            self.request()

    def order(self, changed: frozenset[str] | None) -> Order:
        """What to build, where these files changed."""
        shown = self._shown
        return Order(shown.out(self._places), shown.drafts, shown.day, changed)

    def begin(self, order: Order, noticed: float) -> None:
        """A build begins, for a save that was noticed then (seconds since 1970).

        A declaration that changes in one that fails is new to the next one.
        """
        self._declarations_changed = (
            self._declarations_changed
            or order.changed is None
            or any(path.endswith(".toml") for path in order.changed)
        )
        self.updates.begin(noticed)

    def fail(self, failed: Failed) -> None:
        """Show why there is no new build; what was built last goes on being served."""
        self.updates.fail(failed)

    def renew(self, order: Order, built: Built) -> None:
        """Serve the new build; where the declarations changed, with a new application.

        Raises what making one raises; then the old one goes on.
        """
        if self._app is None or self._declarations_changed or order.out != self._served:
            self._start(order.out)
        self._declarations_changed = False
        self.updates.serve(built.warnings)

    def keep(self) -> None:
        """Serve what was built before this preview began. Raises what making the service raises."""
        self._start(self._shown.out(self._places))
        self.updates.serve()

    def _start(self, out: Path) -> None:
        old, self._app = self._app, self._make_app(out)
        self._served = out
        if old is not None:
            old.extensions["plainsite"].close()

    def close(self) -> None:
        """Commit what was accepted and let go of the databases."""
        if self._app is not None:
            self._app.extensions["plainsite"].close()
