"""Serve a site while it is being written: build again on every save, and reload the browser.

`serve` uses the same application as a real service. Only when `reload` is on does it add one
script to each page, which waits for the next build; without it, pages are exactly as published.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from waitress.server import create_server
from watchfiles import watch
from werkzeug.wrappers import Request, Response

from analytics.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WATCHED = ("content", "templates", "site")
WAIT_SECONDS = 20
THREADS = 32
"""Requests that wait for one commit share it, and each open preview holds one thread."""

SCRIPT = """\
// Not a class: the page's own styles must neither reach it nor be needed.
const look = { position: "fixed", inset: "auto 0 0 0", maxBlockSize: "60vh", overflow: "auto",
  margin: "0", padding: "1.25rem 1.5rem", borderBlockStart: "4px solid #ff9b91", zIndex: "9999",
  background: "#2b0d0b", color: "#fff", font: "0.9375rem/1.5 ui-monospace, monospace",
  whiteSpace: "pre-wrap" };
let shown;
const say = (faults) => {
  shown?.remove();
  if (!faults) return;
  shown = document.createElement("pre");
  shown.setAttribute("role", "alert");
  Object.assign(shown.style, look);
  shown.textContent = `Not published. This page is as it was.\\n\\n${faults}`;
  document.body.append(shown);
};
const wait = (known) =>
  fetch(`/_preview/next?known=${known}`)
    .then((answer) => answer.json())
    .then(({ build, state, faults }) => {
      if (known && build !== known.split("-")[0]) return location.reload();
      say(faults);
      return wait(state);
    })
    .catch(() => setTimeout(wait, 1000, known));
wait("");
"""


class Preview:
    """WSGI application around the service; `renew` swaps in what was built last."""

    def __init__(self, make_app: Callable[[], Flask], *, reload: bool) -> None:
        self._make_app = make_app
        self._reload = reload
        self._app = make_app()
        self._builds = self._failures = 0
        self._faults = ""
        self._built = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        app: WSGIApplication = self._app.wsgi_app
        if not self._reload:
            return app(environ, start_response)
        request = Request(environ)
        if request.path == "/_preview/reload.js":
            return Response(SCRIPT, mimetype="text/javascript")(environ, start_response)
        if request.path == "/_preview/next":
            return self._next(request.args.get("known", ""))(environ, start_response)
        environ["HTTP_ACCEPT_ENCODING"] = "identity"
        for condition in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
            environ.pop(condition, None)
        return _with_script(Response.from_app(app, environ))(environ, start_response)

    def _next(self, known: str) -> Response:
        with self._built:
            self._built.wait_for(lambda: self._state != known, WAIT_SECONDS)
            told = {"build": str(self._builds), "state": self._state, "faults": self._faults}
        headers = {"Cache-Control": "no-store"}
        return Response(json.dumps(told), mimetype="application/json", headers=headers)

    @property
    def _state(self) -> str:
        """Changes with every build, also one that failed."""
        return f"{self._builds}-{self._failures}"

    def fail(self, faults: str) -> None:
        """Show why there is no new build; what was built last goes on being served."""
        with self._built:
            self._failures += 1
            self._faults = faults
            self._built.notify_all()

    def renew(self, *, site_changed: bool) -> None:
        """Serve the new build; where the declarations changed, with a new application."""
        if site_changed:
            old, self._app = self._app, self._make_app()
            old.extensions["plainsite"].close()
        with self._built:
            self._builds += 1
            self._faults = ""
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
    rebuild: Callable[[], str],
    ready: Callable[[str], None],
) -> None:
    """Serve on 127.0.0.1 until Ctrl-C. `rebuild` says which faults kept it from a new build.

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


def _watch(root: Path, preview: Preview, rebuild: Callable[[], str], stop: threading.Event) -> None:
    folders = [root / name for name in WATCHED]
    for changes in watch(*folders, stop_event=stop, rust_timeout=500, yield_on_timeout=False):
        faults = rebuild()
        if faults:
            preview.fail(faults)
        else:
            site_changed = any(path.endswith(".toml") for _, path in changes)
            preview.renew(site_changed=site_changed)
