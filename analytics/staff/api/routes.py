"""/staff/api/v1/: the figures of the reports for programs, as JSON or CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError

from analytics.exports.forms import MISSING, is_there
from analytics.exports.table import AskedError
from analytics.staff.api.access import Unasked, admit, answer_failure, let_read
from analytics.staff.api.asked import Asked, BreakdownAsked, ExportAsked, SeriesAsked, told
from analytics.staff.api.figures import Answer, breakdown, series
from analytics.staff.context import StaffContext, current_context, use
from analytics.staff.csv_text import csv_text
from analytics.staff.reports.asked import earliest
from analytics.staff.reports.export import export_of
from analytics.staff.reports.history import History
from analytics.staff.reports.periods import Period, PeriodError, custom
from analytics.staff.roles import COUNTERS
from analytics.visits.model import Dimension
from analytics.visits.store.imported import DIMENSIONS as IMPORTED
from analytics.visits.store.query import NotKept, Query
from policy import Register

__all__ = ["blueprint"]

READ = ("GET", "HEAD", "OPTIONS")
ALTER = ("POST", "PUT", "PATCH", "DELETE")

MOST_HOURS = 24 * 92

Kind = TypeVar("Kind", bound=BaseModel)


def blueprint(context: StaffContext) -> Blueprint:
    """The addresses of the API, answered with the stores of `context`."""
    made = Blueprint("api", __name__, url_prefix="/staff/api")
    made.before_request(partial(use, context))
    made.before_request(admit)
    made.register_error_handler(Exception, answer_failure)
    made.get("/v1/series")(series_answer)
    made.get("/v1/breakdown/<dimension>")(breakdown_answer)
    made.get("/v1/export")(export_answer)
    # The rest is answered here too: of the staff's pages a program can make nothing.
    for rule in ("/", "/<path:elsewhere>"):
        made.add_url_rule(rule, "nowhere", _nowhere, methods=(*READ[:1], *ALTER))
    return made


def series_answer() -> Response:
    """The measures of the whole site by hour, day or month."""
    let_read(COUNTERS)
    asked, context = _asked(SeriesAsked), current_context()
    period = _period(asked)
    hours = period.hours(context.zone)
    if asked.interval == "hour" and len(hours) > MOST_HOURS:
        raise Unasked(400, f"Ask for {MOST_HOURS // 24} days at most by hour.")
    rows = context.counters.series(hours.start, hours.stop - 1)
    made = series(period, asked.interval, rows, context.zone, _history(period))
    return _answer(made, asked.format)


def breakdown_answer(dimension: str) -> Response:
    """The cells of a dimension, most counted first."""
    let_read(COUNTERS)
    context = current_context()
    there = _dimensions(context.register)
    if dimension not in there:
        raise Unasked(404, f"There is no such dimension. There are: {', '.join(there)}.")
    asked = _asked(BreakdownAsked)
    period = _period(asked)
    hours = period.hours(context.zone)
    query = Query(first=hours.start, last=hours.stop - 1, dimension=Dimension(dimension))
    found = context.counters.rows(query)
    if isinstance(found, NotKept):
        raise Unasked(404, found.reason)
    values: Mapping[str, int] = {}
    if dimension in IMPORTED:
        values = context.counted.imported.values(Dimension(dimension), period.first, period.last)
    made = breakdown(
        period,
        dimension,
        found,
        zone=context.zone,
        limit=asked.limit,
        history=_history(period),
        imported=values,
    )
    return _answer(made, asked.format)


def _dimensions(register: Register) -> tuple[str, ...]:
    """Those that the site counts, or could: what a feature that is off counts is none."""
    column = register.table("counters", "names").column("dimension")
    return column.options if column else ()


def export_answer() -> Response:
    """All that is told of days that have ended: each dimension, and each two of them together."""
    let_read(COUNTERS)
    asked, context = _asked(ExportAsked), current_context()
    if not is_there(asked.format):
        raise Unasked(501, f"This server writes no Parquet: {MISSING}.")
    given = (_day("from", asked.first, date.min), _day("to", asked.last, date.max))
    try:
        response = export_of(context, asked.format, *given)
    except AskedError as error:
        raise Unasked(400, str(error)) from None
    response.cache_control.no_store = True
    return response


def _day(name: str, text: str | None, other: date) -> date:
    try:
        return date.fromisoformat(text) if text else other
    except ValueError:
        raise Unasked(400, f"{name}: Give a day, such as 2026-11-03.") from None


def _history(period: Period) -> History:
    return History(current_context().counted.imported.days(period.first, period.last))


def _nowhere(elsewhere: str = "") -> Response:
    if request.method in ALTER:
        raise Unasked(405, "Figures are only read.", {"Allow": ", ".join(READ)})
    raise Unasked(404, "There is no such address.")


def _asked(kind: type[Kind]) -> Kind:
    if twice := [name for name, given in request.args.lists() if len(given) > 1]:
        raise Unasked(400, f"{twice[0]}: Give it once.")
    try:
        return kind.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise Unasked(400, told(error, kind)) from None


def _period(asked: Asked) -> Period:
    context = current_context()
    today = context.today
    kept_from = earliest(context.register.table(*COUNTERS[0]), today)
    try:
        return custom(asked.first, asked.last, today=today, earliest=kept_from)
    except PeriodError as error:
        raise Unasked(400, str(error)) from None


def _answer(answer: Answer, form: str) -> Response:
    if form == "csv":
        of_all = (*answer.rows, answer.last) if answer.last else answer.rows
        rows = ([row.get(name) for name in answer.columns] for row in of_all)
        text, kind = csv_text(answer.columns, rows), "text/csv; charset=utf-8; header=present"
    else:
        text = json.dumps({**answer.about, "rows": list(answer.rows)}, ensure_ascii=False)
        kind = "application/json"
    response = Response(text, content_type=kind)
    response.cache_control.no_store = True
    return response
