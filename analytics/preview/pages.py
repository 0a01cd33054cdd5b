"""What the preview adds to a page, and what it shows where there is no page yet."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from analytics.preview.builds import Failed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["OURS", "fault_page", "is_for_html", "with_script"]

OURS = "/_preview/"
SCRIPTS = f"{OURS}client/"

_DOCTYPE = re.compile(rb"\s*<!doctype[^>]*>", re.IGNORECASE)
_SIGNAL = f'<script src="{SCRIPTS}signal.js"></script>'.encode()

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
{head}
<title>{title}</title>
<style>
body {{ max-width: 44rem; margin: 0 auto; padding: 10vh 1.5rem 3rem;
  font: 1.0625rem/1.6 system-ui, sans-serif; }}
h1 {{ margin: 0 0 1rem; font-size: 1.625rem; line-height: 1.25; text-wrap: balance; }}
pre {{ margin: 1.5rem 0; padding: 1rem 1.25rem; border-inline-start: 4px solid #c62f1f;
  background: rgb(198 47 31 / 10%); font: 0.9375rem/1.55 ui-monospace, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{told}
</main>
</body>
</html>
"""


def fault_page(failed: Failed | None, build: str) -> Response:
    """A page in place of a site that cannot be served; it becomes the site by itself.

    Without the name of a `build`, there is no script, and it looks again every two seconds.
    """
    if failed is None:
        title, told = "The site is being built", "<p>It appears here as soon as it is there.</p>"
    else:
        title = "This site cannot be shown yet"
        told = (
            f'<pre role="alert">{escape(failed.text)}</pre>\n'
            "<p>Mend it and save: this page becomes the site by itself.</p>"
        )
    head = _tag(build, "none") if build else '<meta http-equiv="refresh" content="2">'
    return Response(
        _PAGE.format(head=head, title=title, told=told),
        status=503,
        mimetype="text/html",
        headers={"Cache-Control": "no-store", "Retry-After": "2"},
    )


def is_for_html(environ: WSGIEnvironment) -> bool:
    """Whether the answer may be a page; what surely is none is sent as the service does.

    If so, the request is made into one for a page as it stands, which a script can be added to.
    """
    name = environ["PATH_INFO"].rpartition("/")[2]
    if ("." in name and not name.endswith(".html")) or environ["REQUEST_METHOD"] == "HEAD":
        return False
    environ["HTTP_ACCEPT_ENCODING"] = "identity"
    for header in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE"):
        environ.pop(header, None)
    return True


def with_script(response: Response, build: str, method: str, *, signals: bool = False) -> Response:
    """The page with the preview's script, at its end: where a page leaves out what HTML allows to
    be left out, no other place is surely there. Anything but a page is as it was.

    Where the browser `signals`, a script says so before any of the page's runs.
    """
    if response.mimetype != "text/html":
        return response
    response.direct_passthrough = False
    page = response.get_data()
    if signals and (begin := _DOCTYPE.match(page)):
        page = page[: begin.end()] + _SIGNAL + page[begin.end() :]
    response.set_data(page + _tag(build, method).encode())
    # It is not the page that the tag stands for.
    response.headers.pop("ETag", None)
    return response


def _tag(build: str, method: str) -> str:
    return (
        f'<script src="{SCRIPTS}main.js" type="module" data-build="{build}"'
        f' data-method="{method}"></script>'
    )
