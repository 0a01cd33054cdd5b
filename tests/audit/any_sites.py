"""Sites as others make them, on this machine: with the banners that are most used, with counters
and pixels of other origins, as one page that changes by script, as WordPress has them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from tests.fixtures.odd_servers import always, answering

LIBRARIES = Path(__file__).parents[1] / "validators" / "node_modules"
YEAR = 31_536_000

COUNTER = f"""
function count() {{
  if (!/(^|; )_ga=/.test(document.cookie))
    document.cookie = "_ga=GA1.1." + Math.floor(Math.random() * 1e9) + "; path=/; max-age={YEAR}";
  fetch("%s/collect?v=2", {{ method: "POST", mode: "no-cors", body: location.pathname }});
}}
"""
"""Counts as the most used counter does: a cookie of the site's own, and a request to another."""


@dataclass
class Made:
    """A site that is served: its origin, and those of the counter and the pixel."""

    origin: str
    counter: str
    pixel: str


@dataclass
class AnySite:
    """A site. `pages` are bodies by path, in which %C and %P stand for the other origins."""

    pages: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Callable[[Request], Response]] = field(default_factory=dict)

    @contextmanager
    def served(self) -> Iterator[Made]:
        """The site and the two others, until the context ends."""
        with ExitStack() as stack:
            counter = stack.enter_context(answering(always(_count), host="127.0.0.2"))
            pixel = stack.enter_context(answering(always(_pixel), host="127.0.0.3"))
            made = Made("", counter, pixel)
            made.origin = stack.enter_context(
                answering(always(lambda asked: self._answer(asked, made)))
            )
            yield made

    def _answer(self, request: Request, made: Made) -> Response:
        path = request.path
        if path in self.answers:
            return self.answers[path](request)
        if path.startswith("/lib/"):
            return _file(path.removeprefix("/lib/"))
        if path not in self.pages:
            return Response("nothing is here", 404, mimetype="text/html")
        body = self.pages[path].replace("%C", made.counter).replace("%P", made.pixel)
        return Response(page(body), mimetype="text/html", headers=self.headers)


def page(body: str) -> str:
    """A whole page."""
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>A site</title>'
    return f'{head}<link rel="icon" href="data:,">{body}'


def library(*names: str) -> None:
    """Skip the test where one of these is not installed."""
    for name in names:
        if not (LIBRARIES / name).is_dir():
            pytest.skip("needs: npm ci --ignore-scripts --prefix tests/validators")


def _file(name: str) -> Response:
    path = LIBRARIES / name
    kind = {".css": "text/css", ".js": "text/javascript"}.get(path.suffix, "text/plain")
    if not path.is_file():
        return Response("", 404)
    return Response(path.read_bytes(), mimetype=kind)


def _count(request: Request) -> Response:
    if request.path == "/tag.js":
        origin = request.host_url.rstrip("/")
        return Response(COUNTER % origin + "count();", mimetype="text/javascript")
    return Response("", 204)


def _pixel(request: Request) -> Response:
    if request.path == "/frame.html":
        script = "localStorage.setItem('frame-id', Math.random()); document.cookie = 'fr_id=7; SameSite=None; Secure; max-age=900'"
        return Response(page(f"<p>A film<script>{script}</script>"), mimetype="text/html")
    answer = Response(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", mimetype="image/gif")
    answer.set_cookie("IDE", "abcdef", max_age=YEAR, secure=True, samesite="None", path="/")
    return answer


LINKS = (
    '<nav><a href="/">Home</a> <a href="/about/">About</a> <a href="/contact/">Contact</a></nav>'
)
LOAD_TAG = (
    'const s = document.createElement("script"); s.src = "%C/tag.js"; document.head.append(s);'
)
LOAD_PIXEL = 'new Image().src = "%P/px.gif";'


def three(body: str) -> dict[str, str]:
    """Three pages with the same banner."""
    return {path: f"<h1>{path}</h1>{LINKS}{body}" for path in ("/", "/about/", "/contact/")}


def with_vanilla(*, right: bool) -> AnySite:
    """vanilla-cookieconsent: set up as it should be, or asking only for show."""
    library("vanilla-cookieconsent")
    erase = {"cookies": [{"name": "_ga"}]}
    config = {
        "hideFromBots": True,
        "categories": {
            "necessary": {"enabled": True, "readOnly": True},
            "analytics": {"autoClear": erase, **({} if right else {"enabled": True})},
        },
        "language": {
            "default": "en",
            "translations": {"en": VANILLA_WORDS if right else _no_reject()},
        },
    }
    tag = (
        f"<script>{LOAD_TAG}</script>"
        if not right
        else ('<script type="text/plain" data-category="analytics" src="%C/tag.js"></script>')
    )
    return AnySite(
        three(
            '<footer><button data-cc="show-preferencesModal">Cookie settings</button></footer>'
            '<link rel="stylesheet" href="/lib/vanilla-cookieconsent/dist/cookieconsent.css">'
            '<script src="/lib/vanilla-cookieconsent/dist/cookieconsent.umd.js"></script>'
            f"{tag}<script>CookieConsent.run({json.dumps(config)})</script>"
        )
    )


VANILLA_WORDS = {
    "consentModal": {
        "title": "We use cookies",
        "description": "For our statistics we would like to use cookies.",
        "acceptAllBtn": "Accept all",
        "acceptNecessaryBtn": "Reject all",
        "showPreferencesBtn": "Manage preferences",
    },
    "preferencesModal": {
        "title": "Cookie preferences",
        "acceptAllBtn": "Accept all",
        "acceptNecessaryBtn": "Reject all",
        "savePreferencesBtn": "Save preferences",
        "closeIconLabel": "Close",
        "sections": [
            {"title": "Needed", "description": "Always on.", "linkedCategory": "necessary"},
            {"title": "Statistics", "description": "Counts visits.", "linkedCategory": "analytics"},
        ],
    },
}


def _no_reject() -> dict:
    """The same words, and no way to say no but behind the preferences."""
    words = json.loads(json.dumps(VANILLA_WORDS))
    del words["consentModal"]["acceptNecessaryBtn"]
    del words["preferencesModal"]["acceptNecessaryBtn"]
    return words


def with_klaro(*, right: bool) -> AnySite:
    """Klaro, with a counter that waits for it, or with one that is on by default."""
    library("klaro")
    service = {
        "name": "counter",
        "title": "Our counter",
        "purposes": ["analytics"],
        "cookies": ["_ga"],
        "default": not right,
    }
    config = {
        "version": 1,
        "services": [service],
        "hideDeclineAll": not right,
        "acceptAll": True,
        "translations": {"en": {"purposes": {"analytics": "Statistics"}}},
        "lang": "en",
    }
    tag = '<script type="text/plain" data-type="application/javascript" data-name="counter" data-src="%C/tag.js"></script>'
    return AnySite(
        three(
            f"<script>var klaroConfig = {json.dumps(config)};</script>{tag}"
            '<script defer src="/lib/klaro/dist/klaro.js"></script>'
            '<footer><a href="#" onclick="klaro.show(undefined, true); return false">Cookie settings</a></footer>'
        )
    )


def with_tarteaucitron(*, right: bool) -> AnySite:
    """tarteaucitron, in French, with a service of the site's own."""
    library("tarteaucitronjs")
    config = {
        "privacyUrl": "",
        "hashtag": "#tarteaucitron",
        "cookieName": "tarteaucitron",
        "orientation": "middle",
        "showAlertSmall": False,
        "showIcon": True,
        "iconPosition": "BottomRight",
        "DenyAllCta": right,
        "AcceptAllCta": True,
        "highPrivacy": right,
        "removeCredit": True,
        "useExternalCss": False,
        "googleConsentMode": False,
        "bingConsentMode": False,
        "softConsentMode": False,
    }
    service = {
        "key": "counter",
        "type": "analytic",
        "name": "Notre compteur",
        "uri": "",
        "needConsent": True,
        "cookies": ["_ga"],
    }
    script = (
        'var tarteaucitronForceLanguage = "fr"; var tarteaucitronCdn = "/lib/tarteaucitronjs/";'
        f"tarteaucitron.init({json.dumps(config)});"
        f"tarteaucitron.services.counter = Object.assign({json.dumps(service)},"
        f" {{ js() {{ {LOAD_TAG} }}, fallback() {{}} }});"
        "(tarteaucitron.job = tarteaucitron.job || []).push('counter');"
    )
    return AnySite(
        three(
            '<script src="/lib/tarteaucitronjs/tarteaucitron.js"></script>'
            f"<script>{script}</script>"
        )
    )


def without_anything() -> AnySite:
    """A page that keeps nothing, asks nobody, and is alone."""
    return AnySite({"/": "<h1>One page</h1><p>That is all."})


BANNER = """
<style>#ask {{ position: fixed; inset: auto 0 0 0; background: #eee; padding: 1rem }} #ask button {{ font: 1rem sans-serif;
  padding: .5rem 1rem; color: #000; background: #fff; border: 1px solid #000 }} {style}</style>
<div id="ask" hidden>We would like to use cookies. {buttons}</div>
<footer><button onclick="localStorage.removeItem('answer'); ask.hidden = false">Cookie settings</button></footer>
<script>
  const answer = localStorage.getItem("answer");
  const load = () => {{ {load} }};
  function say(what) {{
    localStorage.setItem("answer", what); ask.hidden = true;
    if (what === "yes") load(); else document.cookie = "_ga=; path=/; max-age=0";
  }}
  if (answer === "yes") load();
  {always}
  setTimeout(() => {{ ask.hidden = Boolean(answer) && !{nags}; }}, {late});
</script>"""
"""A banner of a site's own, which keeps the answer in localStorage."""

BOTH = '<button onclick="say(\'yes\')">Accept all</button> <button id="no" onclick="say(\'no\')">Reject all</button>'


def with_banner(  # what may be wrong of it
    *,
    style: str = "",
    buttons: str = BOTH,
    always: str = "",
    nags: bool = False,
    late: int = 0,
) -> AnySite:
    """A site with a banner of its own."""
    nagging = "true" if nags else "false"
    body = BANNER.format(
        style=style, buttons=buttons, load=LOAD_TAG, always=always, nags=nagging, late=late
    )
    return AnySite(three(body))


def in_a_shadow_root() -> AnySite:
    """A banner in German, in an open shadow root, which is in another."""
    inner = """
      <style>div { position: fixed; bottom: 0; background: white }</style>
      <div role="dialog"><p>Wir möchten Cookies verwenden.</p><button>Alle akzeptieren</button><button>Alle ablehnen</button></div>"""
    script = f"""
      customElements.define("ask-inner", class extends HTMLElement {{ connectedCallback() {{
        this.attachShadow({{ mode: "open" }}).innerHTML = `{inner}`;
        this.shadowRoot.querySelectorAll("button").forEach((button) => {{ button.onclick = () => {{
          document.cookie = `answer=${{button.textContent.at(5)}}; path=/`; this.remove(); }} }}); }} }});
      customElements.define("ask-outer", class extends HTMLElement {{ connectedCallback() {{
        this.attachShadow({{ mode: "open" }}).innerHTML = "<ask-inner></ask-inner>"; }} }});
      if (!document.cookie.includes("answer=")) document.body.append(document.createElement("ask-outer"));"""
    return AnySite(three(f"<script>{script}</script>"))


def in_a_frame() -> AnySite:
    """A banner in Spanish, in a frame, which tells the page of the answer."""
    frame = """<p>Este sitio usa cookies.</p><button onclick="parent.postMessage('yes', '*')">Aceptar todo</button>
      <button onclick="parent.postMessage('no', '*')">Rechazar todo</button>"""
    script = """
      if (!document.cookie.includes("answer=")) {
        const made = document.createElement("iframe");
        made.src = "/ask.html"; made.style = "position: fixed; left: 100px; bottom: 0; width: 500px; height: 150px";
        document.body.append(made);
        addEventListener("message", ({ data }) => { document.cookie = `answer=${data}; path=/`; made.remove(); });
      }"""
    site = AnySite(three(f"<script>{script}</script>"))
    site.pages["/ask.html"] = frame
    return site


def of_one_page() -> AnySite:
    """One page that changes its address by script, and keeps things in every way there is."""
    script = """
      document.addEventListener("click", (event) => {
        const link = event.target.closest("a");
        if (!link) return;
        event.preventDefault(); history.pushState({}, "", link.href); shown.textContent = location.pathname;
        if (location.pathname === "/about/") indexedDB.open("visits");
        if (location.pathname === "/contact/") {
          caches.open("offline").then((cache) => cache.put("/kept", new Response("1")));
          navigator.serviceWorker.register("/sw.js"); new WebSocket("%C".replace("http", "ws") + "/live");
        }
      });"""
    site = AnySite({"/": f'{LINKS}<h1 id="shown">/</h1><script>{script}</script>'})
    site.answers["/sw.js"] = lambda _: Response("/* nothing */", mimetype="text/javascript")
    return site


def as_wordpress() -> AnySite:
    """What WordPress has: a session of PHP, cookies of its own, a film of another site in a frame."""
    body = (
        '<meta name="generator" content="WordPress"><script>'
        'document.cookie = "wp-wpml_current_language=en; path=/";'
        "document.cookie = 'wordpress_test_cookie=WP%20Cookie%20check; path=/';"
        '</script><iframe src="%P/frame.html" name="film"></iframe>'
    )
    site = AnySite(three(body))
    site.headers["Set-Cookie"] = "PHPSESSID=0123456789abcdef; path=/; HttpOnly"
    return site


def with_odd_pages() -> AnySite:
    """An index of sitemaps, one of them packed, a document, a download, a page that leads on."""
    site = AnySite(
        {
            "/": '<h1>Home</h1><a href="/moving/">Moving</a> <a href="/save">Save</a> <a href="/guide.pdf">Guide</a>',
            "/packed/": "<h1>Found in the packed one</h1>",
            "/moving/": '<script>setTimeout(() => location.replace("/packed/"), 50)</script>',
        }
    )
    here = '<{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{1}</{0}>'

    def told(kind: str, tag: str, *paths: str) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            root = request.host_url.rstrip("/")
            inner = "".join(f"<{tag}><loc>{root}{path}</loc></{tag}>" for path in paths)
            text = here.format(kind, inner).encode()
            packed = request.path.endswith(".gz")
            return Response(gzip.compress(text) if packed else text, mimetype="application/xml")

        return answer

    site.answers |= {
        "/robots.txt": lambda asked: Response(f"Sitemap: {asked.host_url}maps.xml\n"),
        "/maps.xml": told("sitemapindex", "sitemap", "/one.xml", "/two.xml.gz"),
        "/one.xml": told("urlset", "url", "/", "/guide.pdf"),
        "/two.xml.gz": told("urlset", "url", "/packed/"),
        "/guide.pdf": lambda _: Response(b"%PDF-1.7", mimetype="application/pdf"),
        "/save": lambda _: Response(
            "a,b", mimetype="text/csv", headers={"Content-Disposition": "attachment"}
        ),
    }
    return site
