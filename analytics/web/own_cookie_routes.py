"""/visit/cookies: what this browser sent, for the page of the visitor's choices.

It is there where any visitor's cookie is: those of visits, or of audiences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, redirect, request
from jinja2 import TemplateNotFound
from werkzeug.wrappers import Response as BaseResponse

from analytics.web.audience_cookie import audience_of
from analytics.web.form_pages import with_form
from analytics.web.languages import here
from analytics.web.own_cookies import CHOICES, OwnCookies, wants_a_page
from analytics.web.problems import Reason, Refused

__all__ = ["blueprint"]


def blueprint(own: OwnCookies) -> Blueprint:
    """The address, answered with what `own` reads."""
    made = Blueprint("own_cookies", __name__, url_prefix="/visit")
    made.get("/cookies")(_Views(own).show)
    made.errorhandler(Refused)(refused)
    return made


@dataclass(frozen=True, slots=True)
class _Views:
    own: OwnCookies

    def show(self) -> BaseResponse:
        """The cookies that this browser sent, as they are and in words: for a script, or as a
        page."""
        plain = wants_a_page()
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if plain and site not in ("same-origin", "none"):
            # The browser kept cookies back that it would send to us from our own page.
            return redirect(here().page(CHOICES), HTTPStatus.SEE_OTHER)
        if not plain and site != "same-origin":
            raise Refused(Reason.ORIGIN)
        signed = [cookie.name for cookie in self.own.site.register.cookies if cookie.signed]
        found = {name: self.own.describe(name, request.environ) for name in signed}
        response = (_own_page(self.own, found) if plain else None) or jsonify(found)
        response.cache_control.no_store = True
        return response


def _own_page(own: OwnCookies, found: Mapping[str, object]) -> Response | None:
    """The page of choices with the cookies in it; None where a site has no place for them."""
    held = [cookie for cookie in found.values() if cookie]
    try:
        choices = here().page(CHOICES)
        page = own.pages.text(choices, audience_of(own.cookies, request.environ))
        rendered = here().render("blocks/own-cookies.html", cookies=held)
        return Response(with_form(page, "own-cookies", rendered, failed=False))
    except (LookupError, TemplateNotFound):
        return None


def refused(refusal: Refused) -> Response:
    """Say why."""
    return refusal.answer()
