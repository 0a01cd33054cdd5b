"""The audience cookie: set by a form whose box was ticked, deleted by the visitor's choices.

The checked box is a new and specific yes, also under a standing "no" or a signal: `Sec-GPC` and
`DNT` ask not to be tracked or sold, and do not take back what somebody asks for by name a moment
later. The form says so beside the box. To reject all cookies deletes this one too, whenever it is
said (analytics/visits/routes.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from analytics.web.cookies import CookieWriter
from analytics.web.languages import here
from analytics.web.origin import is_from_our_forms
from analytics.web.own_cookies import CHOICES, OWN_COOKIES
from analytics.web.reload_due import gives_back
from analytics.web.static_files import Pages
from policy import Site

__all__ = ["Audiences", "blueprint"]


def blueprint(audiences: Audiences) -> Blueprint:
    """The address of the feature."""
    made = Blueprint("audiences", __name__, url_prefix="/audience")
    made.post("/forget")(audiences.forget)
    return made


@dataclass(frozen=True, slots=True)
class Audiences:
    """What sets and deletes the cookie."""

    site: Site
    cookies: CookieWriter
    pages: Pages

    @gives_back
    def forget(self) -> Response:
        """Have the browser forget the cookie, and show the visitor the page that they came from as
        everybody sees it; from the page of choices, what the browser keeps now."""
        if not is_from_our_forms(request):
            abort(HTTPStatus.FORBIDDEN)
        response = redirect(self._back(), HTTPStatus.SEE_OTHER)
        response.headers["Cache-Control"] = "no-store"
        self.cookies.delete(response, "audience")
        return response

    def _back(self) -> str:
        """Where the button stood, as our own pages tell it (Referrer-Policy: same-origin)."""
        path = urlsplit(request.referrer or "").path
        stood_on_a_page = path in self.pages.build.pages and path != here().page(CHOICES)
        return path if stood_on_a_page else here().service(OWN_COOKIES)

    def recognize(self, values: Mapping[str, str], response: Response) -> None:
        """Set the cookie by the answers to a form.

        The default audience is the absence of a cookie: an older one is deleted, since it no
        longer says what the visitor said last.
        """
        audience = self.site.audiences.match(values)
        if audience == self.site.audiences.default:
            self.cookies.delete(response, "audience")
            return
        version = self.site.register.version
        self.cookies.write(response, "audience", {"version": version, "audience": audience})
