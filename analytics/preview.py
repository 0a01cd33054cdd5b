"""Serve a site while it is being written: build again on every save, and reload the browser.

`serve` uses the same application as a real service. Only when `reload` is on does it add one
script to each page, which waits for the next build; without it, pages are exactly as published.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from waitress.server import create_server
from watchfiles import watch
from werkzeug.wrappers import Request, Response

from analytics import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WATCHED = ("content", "templates", "site")
WAIT_SECONDS = 20
THREADS = 32
"""Requests that wait for one commit share it, and each open preview holds one thread."""

SCRIPT = """\
const wait = (build) =>
  fetch(`/_preview/next?build=${build}`)
    .then((answer) => answer.text())
    .then((now) => (build && now !== build ? location.reload() : wait(now)))
    .catch(() => setTimeout(wait, 1000, build));
wait("");
"""


class Preview:
    """WSGI application around the service; `renew` swaps in what was built last."""

    def __init__(self, make_app: Callable[[], Flask], *, reload: bool) -> None:
        self._make_app = make_app
        self._reload = reload
        self._app = make_app()
        self._builds = 0
        self._built = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        app: WSGIApplication = self._app.wsgi_app
        if not self._reload:
            return app(environ, start_response)
        request = Request(environ)
        if request.path == "/_preview/reload.js":
            return Response(SCRIPT, mimetype="text/javascript")(environ, start_response)
        if request.path == "/_preview/next":
            return self._next(request.args.get("build", ""))(environ, start_response)
        environ["HTTP_ACCEPT_ENCODING"] = "identity"
        for condition in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
            environ.pop(condition, None)
        return _with_script(Response.from_app(app, environ))(environ, start_response)

    def _next(self, known: str) -> Response:
        with self._built:
            self._built.wait_for(lambda: str(self._builds) != known, WAIT_SECONDS)
            return Response(str(self._builds), headers={"Cache-Control": "no-store"})

    def renew(self, *, site_changed: bool) -> None:
        """Serve the new build; where the declarations changed, with a new application."""
        if site_changed:
            old, self._app = self._app, self._make_app()
            old.extensions["plainsite"].close()
        else:
            self._app.extensions["plainsite"].reload()
        with self._built:
            self._builds += 1
            self._built.notify_all()

    def close(self) -> None:
        """Commit what was accepted and let go of the databases."""
        self._app.extensions["plainsite"].close()


def _with_script(response: Response) -> Response:
    if response.mimetype == "text/html" and not response.direct_passthrough:
        tag = '<script src="/_preview/reload.js" defer></script></head>'
        response.set_data(response.get_data(as_text=True).replace("</head>", tag, 1))
    return response


def serve(  # noqa: PLR0913  (the command line's own words)
    root: Path,
    public: Path,
    var: Path,
    *,
    port: int,
    reload: bool,
    rebuild: Callable[[], bool],
    ready: Callable[[str], None],
) -> None:
    """Serve on 127.0.0.1 until Ctrl-C. `rebuild` says whether there is a new build to serve.

    Raises OSError where the port is taken.
    """
    preview = Preview(lambda: create_app(root, public, var, tracebacks=True), reload=reload)
    server: Any = create_server(preview, host="127.0.0.1", port=port, threads=THREADS, ident="")
    stop = threading.Event()
    watcher = threading.Thread(target=_watch, args=(root, preview, rebuild, stop))
    watcher.start()
    ready(f"http://127.0.0.1:{server.effective_port}")
    try:
        server.run()
    finally:
        stop.set()
        server.close()
        watcher.join()
        preview.close()


def _watch(
    root: Path, preview: Preview, rebuild: Callable[[], bool], stop: threading.Event
) -> None:
    folders = [root / name for name in WATCHED]
    for changes in watch(*folders, stop_event=stop, rust_timeout=500, yield_on_timeout=False):
        if rebuild():
            site_changed = any(path.endswith(".toml") for _, path in changes)
            preview.renew(site_changed=site_changed)
