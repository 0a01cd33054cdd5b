"""Preview as: whom a tab takes the pages for, which its address says and nothing else keeps.

`?preview-as=teacher` is a browser that a form has recognized, `?preview-signal=1` one that sends
Global Privacy Control, `?preview-variant=question` the time of a variant. Links, forms and
redirects hand them on: the browser says from which address it comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from werkzeug.http import parse_cookie

from analytics.web.cookies import CookieWriter
from analytics.web.page_server import CHOSEN

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from policy.site import Site

__all__ = ["AS", "SIGNAL", "SeenAs"]

AS, SIGNAL, VARIANT = "preview-as", "preview-signal", "preview-variant"
OURS = (AS, SIGNAL, VARIANT)


@dataclass(frozen=True, slots=True)
class SeenAs:
    """The audience, "" for the one that the browser's own cookie says; whether it signals; and the
    variant of experiments, "" for that of the clock."""

    audience: str = ""
    signals: bool = False
    variant: str = ""

    @classmethod
    def of(cls, environ: WSGIEnvironment) -> SeenAs:
        """What the address says, or the one that the browser comes from; takes it out of the query,
        which the service must get as a visitor's would be."""
        query = environ.get("QUERY_STRING", "")
        if _names_us(query):
            environ["QUERY_STRING"] = _without(query)
            return cls._read(query)
        return cls._read(_origin_query(environ))

    @classmethod
    def _read(cls, query: str) -> SeenAs:
        values = dict(parse_qsl(query))
        return cls(values.get(AS, ""), values.get(SIGNAL) == "1", values.get(VARIANT, ""))

    def carried(self, environ: WSGIEnvironment) -> str:
        """Where a page that was opened by a link must be asked for, so that its address says what
        that of the page before said; "" where nothing is to be said, or it is said already."""
        if not self._is_any or environ["REQUEST_METHOD"] != "GET":
            return ""
        if environ.get("HTTP_SEC_FETCH_DEST", "document") != "document":
            return ""
        raw = urlsplit(environ.get("REQUEST_URI", ""))
        return "" if _names_us(raw.query) else self.on(urlunsplit(("", "", *raw[2:4], "")))

    def on(self, address: str) -> str:
        """An address of this site, with what is to be handed on."""
        parts = urlsplit(address)
        if not self._is_any or _names_us(parts.query):
            return address
        signal = "1" if self.signals else ""
        said = {AS: self.audience, SIGNAL: signal, VARIANT: self.variant}
        query = urlencode({name: value for name, value in said.items() if value})
        return urlunsplit(parts._replace(query=f"{parts.query}&{query}".lstrip("&")))

    @property
    def _is_any(self) -> bool:
        return bool(self.audience or self.signals or self.variant)

    def pretend(self, environ: WSGIEnvironment, site: Site, cookies: CookieWriter) -> None:
        """Make a request into the one that such a browser would send."""
        if self.signals:
            environ["HTTP_SEC_GPC"] = "1"
        if self.variant:
            environ[CHOSEN] = self.variant
        known = (*site.audiences.names, site.audiences.default)
        if self.audience not in known or not site.register.has("audiences"):
            return
        name = site.register.cookie("audience").cookie
        kept = parse_cookie(environ.get("HTTP_COOKIE", ""))
        kept.poplist(name)
        pairs = [f"{key}={value}" for key, value in kept.items(multi=True)]
        if self.audience != site.audiences.default:
            values: dict[str, str | int] = {
                "version": site.register.version,
                "audience": self.audience,
            }
            pairs.append(f"{name}={cookies.encode('audience', values)}")
        environ["HTTP_COOKIE"] = "; ".join(pairs)


def _names_us(query: str) -> bool:
    return any(each.partition("=")[0] in OURS for each in query.split("&"))


def _without(query: str) -> str:
    kept = [each for each in query.split("&") if each.partition("=")[0] not in OURS]
    return "&".join(kept)


def _origin_query(environ: WSGIEnvironment) -> str:
    """The query of the page that asks, where it is one of ours."""
    came_from = urlsplit(environ.get("HTTP_REFERER", ""))
    return came_from.query if came_from.netloc == environ.get("HTTP_HOST", "") else ""
