"""What the preview adds to a page, and what it shows where there is no page yet."""

from __future__ import annotations

from html import escape

from werkzeug.wrappers import Response

__all__ = ["SCRIPT", "SCRIPT_PATH", "fault_page", "with_script"]

SCRIPT_PATH = "/_preview/reload.js"

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

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>Not published yet</title>
<style>
body {{ margin: 0; padding: 1.5rem; background: #2b0d0b; color: #fff;
  font: 0.9375rem/1.5 ui-monospace, monospace; }}
h1 {{ font: 600 1.375rem/1.3 system-ui, sans-serif; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }}
</style>
</head>
<body>
<h1>This site cannot be shown yet</h1>
<pre role="alert">{faults}</pre>
<p>Mend it and save: this page becomes the site by itself.</p>
</body>
</html>
"""


def fault_page(faults: str) -> Response:
    """A page in place of a site that cannot be served. It looks again every two seconds."""
    headers = {"Cache-Control": "no-store", "Retry-After": "2"}
    html = _PAGE.format(faults=escape(faults or "The site is being built."))
    return Response(html, status=503, mimetype="text/html", headers=headers)


def with_script(response: Response) -> Response:
    """A page with the script that waits for the next build."""
    if response.mimetype == "text/html" and not response.direct_passthrough:
        tag = f'<script src="{SCRIPT_PATH}" defer></script></head>'
        response.set_data(response.get_data(as_text=True).replace("</head>", tag, 1))
    return response
