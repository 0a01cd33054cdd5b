"""The audience cookie: set by a form whose box was ticked, deleted by the visitor's choices.

The checked box is a new and specific yes, also under a standing "no" or a signal: `Sec-GPC` and
`DNT` ask not to be tracked or sold, and do not take back what somebody asks for by name a moment
later. The form says so beside the box. To reject all cookies deletes this one too, whenever it is
said (analytics/visits/routes.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from analytics.service import Service, current_service
from analytics.web.origin import is_from_our_forms
from analytics.web.own_cookies import OWN_COOKIES
from analytics.web.reload_due import gives_back

__all__ = ["blueprint", "recognize"]

blueprint = Blueprint("audiences", __name__, url_prefix="/audience")


@blueprint.post("/forget")
@gives_back
def forget() -> Response:
    """Have the browser forget the cookie, and show the visitor what it keeps now."""
    if not is_from_our_forms(request):
        abort(HTTPStatus.FORBIDDEN)
    response = redirect(OWN_COOKIES, HTTPStatus.SEE_OTHER)
    response.headers["Cache-Control"] = "no-store"
    current_service().cookies.delete(response, "audience")
    return response


def recognize(service: Service, values: Mapping[str, str], response: Response) -> None:
    """Set the cookie by the answers to a form.

    The default audience is the absence of a cookie: an older one is deleted, since it no longer
    says what the visitor said last.
    """
    audience = service.site.audiences.match(values)
    if audience == service.site.audiences.default:
        service.cookies.delete(response, "audience")
        return
    version = service.site.register.version
    service.cookies.write(response, "audience", {"version": version, "audience": audience})
