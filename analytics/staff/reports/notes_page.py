"""/staff/reports/notes/: what staff noted of days, beside the figures."""

from __future__ import annotations

from datetime import date

from flask import Response, request

from analytics.staff.access_log import Action
from analytics.staff.context import current_context
from analytics.staff.layout import current_staff, reads, show
from analytics.staff.reports.asked import earliest
from analytics.staff.roles import ANNOTATIONS, COUNTERS
from analytics.visits.store.annotations import LONGEST, Annotation, AnnotationError

__all__ = ["notes_page"]

REMOVE = "remove"


@reads((*COUNTERS, *ANNOTATIONS))
def notes_page() -> Response:
    """All notes, newest first, and what was just done: one was written, or removed."""
    if request.method == "GET":
        return _page()
    if request.form.get("what") == REMOVE:
        return _removed()
    try:
        return _written()
    except AnnotationError as error:
        return _page(422, problem=str(error))


def _written() -> Response:
    context, staff = current_context(), current_staff()
    try:
        day = date.fromisoformat(request.form.get("day", "").strip())
    except ValueError:
        raise AnnotationError("Give the day as a date, such as 2026-11-03.") from None
    first = earliest(context.register.table(*COUNTERS[0]), context.today)
    text = request.form.get("text", "")
    context.counted.annotations.add(day, text, earliest=first, today=context.today)
    context.access_log.record(staff, Action.WROTE_NOTE, context.now)
    return _page(said="The note is kept.")


def _removed() -> Response:
    context, form = current_context(), request.form
    try:
        note = Annotation(date.fromisoformat(form.get("day", "")), form.get("text", ""))
    except ValueError:
        return _page(422, problem="There is no such note.")
    if context.counted.annotations.remove(note):
        context.access_log.record(current_staff(), Action.REMOVED_NOTE, context.now)
    return _page(said="The note is removed.")


def _page(status: int = 200, *, problem: str = "", said: str = "") -> Response:
    context = current_context()
    notes = context.counted.annotations.between(date.min, date.max)
    return show(
        "notes.html",
        status,
        notes=list(reversed(notes)),
        problem=problem,
        said=said,
        typed=request.form if problem else request.args,
        most=LONGEST,
        today=context.today,
    )
