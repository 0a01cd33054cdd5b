"""What pages behind a link have in common: whoever follows it has no account and no session."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from analytics.staff import layout
from analytics.staff.context import StaffContext, use
from analytics.web.clock import UnusableClock
from analytics.web.well_formed import only_texts

__all__ = ["link_pages"]


def link_pages(
    made: Blueprint,
    context: StaffContext,
    admit: Callable[[], None],
    refusal: Callable[[int], Response],
) -> Blueprint:
    """The blueprint, whose addresses are answered with the stores of `context`, and never stored.

    `admit` looks at each request before anything else, and raises HTTPException for one that may
    not be answered; `refusal` makes the page that says so, by its status.
    """
    made.before_request(partial(use, context))
    made.before_request(admit)
    made.before_request(only_texts)
    made.after_request(_never_stored)
    made.register_error_handler(HTTPException, partial(_refused, refusal))
    made.register_error_handler(SQLAlchemyError, layout.database_page)
    made.register_error_handler(UnusableClock, layout.clock_page)
    return made


def _never_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(refusal: Callable[[int], Response], error: HTTPException) -> Response:
    """In words for somebody who knows nothing of our staff's pages."""
    if error.response is not None and (error.code or 0) < 400:
        return layout.error_page(error)
    response = refusal(error.code or 500)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response
