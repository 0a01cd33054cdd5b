"""All figures of days that have ended, in one file that is sent while it is read."""

from __future__ import annotations

from datetime import date

from flask import Response, abort

from analytics.exports.forms import CONTENT, FORMS, MISSING, is_there
from analytics.exports.table import Asked, rows_of
from analytics.staff.context import StaffContext, current_context
from analytics.staff.layout import reads
from analytics.staff.roles import COUNTERS

__all__ = ["export_of", "export_page"]


@reads(COUNTERS)
def export_page(form: str) -> Response:
    """All of it, for who is signed in; 404 for another form, 501 for one that needs a library."""
    if form not in FORMS:
        abort(404)
    if not is_there(form):
        abort(501, MISSING)
    return export_of(current_context(), form)


def export_of(
    context: StaffContext, form: str, first: date = date.min, last: date = date.max
) -> Response:
    """What lies on the days from `first` to `last`, in one of the FORMS. Raises AskedError."""
    asked = Asked(first, last, context.zone, context.now // 3600)
    # The store, and not this request, is what the parts are read from when they are sent.
    parts = FORMS[form](rows_of(context.counters, asked))
    response = Response(parts, content_type=CONTENT[form])
    called = f"figures-{context.today}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{called}"'
    return response
