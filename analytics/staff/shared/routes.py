"""/staff/shared/LINK/: a part of the reports, for whoever has the link, without any cookie."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, g, request, url_for
from werkzeug.exceptions import NotFound, TooManyRequests

from analytics.staff import layout
from analytics.staff.access_log import Action
from analytics.staff.context import StaffContext, current_context
from analytics.staff.link_pages import link_pages
from analytics.staff.reports.asked import read_asked
from analytics.staff.reports.definitions import definitions_in
from analytics.staff.reports.files import file_of
from analytics.staff.reports.making import Report
from analytics.staff.reports.report_page import Leads, page_of
from analytics.staff.roles import COUNTERS
from analytics.staff.shared.links import SharedLink
from analytics.web.rate_limits import FIGURES, UNKNOWN_LINKS

__all__ = ["NAME", "blueprint"]

NAME = "shared"
HOUR = 3_600


def blueprint(context: StaffContext) -> Blueprint:
    """The addresses behind a link, answered with the stores of `context`."""
    made = Blueprint(NAME, __name__, url_prefix="/staff/shared/<secret>")
    link_pages(made, context, _admit, _refusal)
    made.get("/")(report)
    made.get("/definitions/")(definitions)
    made.get("/<name>.<form>")(file)
    made.get("/<path:elsewhere>")(nowhere)
    return made


def _admit() -> None:
    """Find the link, and count what is asked with it; what it reads is noted once an hour."""
    context, network = current_context(), request.remote_addr or ""
    secret = (request.view_args or {}).get("secret", "")
    link = context.shared_links.known(secret)
    if link is None:
        _wait(context.rate_limiter.wait_seconds(UNKNOWN_LINKS, network))
        raise NotFound
    if not link.is_good(context.today):  # A screen on a wall may ask for it for ever.
        raise NotFound
    _wait(context.rate_limiter.wait_seconds(FIGURES, link.id))
    context.access_log.record_once(link, Action.READ_FIGURES, context.now, HOUR)
    g.shared_link = link


def _wait(seconds: int) -> None:
    if seconds:
        raise TooManyRequests(retry_after=seconds)


def _refusal(status: int) -> Response:
    return layout.show(
        "shared-refused.html",
        status,
        shared_link=g.get("shared_link"),
        secret=(request.view_args or {}).get("secret", ""),
        busy=status == 429,
        failed=status >= 500,
    )


def _link() -> SharedLink:
    link: SharedLink = g.shared_link
    return link


def _report() -> Report:
    """What the address asks for, of what the link shows."""
    context, link = current_context(), _link()
    asked = read_asked(request.args, context.today, context.register.table(*COUNTERS[0]))
    return Report(context.counted, asked, link.tabs, with_notes=link.has_notes)


def report(secret: str) -> Response:
    """The report."""
    return page_of(
        _report(),
        Leads(partial(_file, secret), url_for("shared.definitions", secret=secret)),
        "shared-report.html",
        shared_link=_link(),
    )


def _file(secret: str, name: str, form: str) -> str:
    return url_for("shared.file", secret=secret, name=name, form=form)


def definitions(secret: str) -> Response:
    """What each figure means."""
    made = _report()
    return definitions_in(
        "shared-definitions.html",
        url_for("shared.report", secret=secret),
        made.dimensions,
        with_experiments=made.with_notes,
    )


def file(secret: str, name: str, form: str) -> Response:
    """The chart, or a panel, as a file."""
    return file_of(_report(), name, form)


def nowhere(secret: str, elsewhere: str) -> Response:
    """Whatever else is asked for."""
    raise NotFound
