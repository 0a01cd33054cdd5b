"""/staff/shared/: the links that were given out, until when, and no more of one."""

from __future__ import annotations

from flask import Response, request, url_for

from analytics.staff.access_log import Action
from analytics.staff.accounts import AccountError
from analytics.staff.context import current_context
from analytics.staff.layout import current_staff, reads, show
from analytics.staff.reports.tabs import TABS
from analytics.staff.roles import COUNTERS, SHARED_LINKS
from analytics.staff.shared.links import NOTES
from analytics.staff.token_pages import DAYS, REVOKE

__all__ = ["shared_links_page"]


@reads((*COUNTERS, *SHARED_LINKS))
def shared_links_page() -> Response:
    """All links, and what was just done: one was made, which is shown once, or revoked."""
    if request.method == "GET":
        return _page()
    try:
        return _revoked() if request.form.get("what") == REVOKE else _made()
    except AccountError as error:
        return _page(422, problem=error)


def _made() -> Response:
    context, form = current_context(), request.form
    name, days, chosen = form.get("name", ""), form.get("days", ""), form.getlist("part")
    length = int(days) if days in map(str, DAYS) else 0
    staff, now = current_staff(), context.now
    with context.records.begin() as connection:
        link, secret = context.shared_links.make(
            connection, name, chosen, staff.username, context.today, length
        )
        context.access_log.note(connection, staff, Action.SHARED_FIGURES, now)
    path = url_for("shared.report", secret=secret)
    return _page(made=link, path=path, address=context.site.settings.url.rstrip("/") + path)


def _revoked() -> Response:
    context, name = current_context(), request.form.get("name", "")
    with context.records.begin() as connection:
        link = context.shared_links.revoke(connection, name)
        context.access_log.note(connection, current_staff(), Action.ENDED_SHARING, context.now)
    return _page(revoked=link)


def _page(status: int = 200, **said: object) -> Response:
    context, failed = current_context(), status != 200
    return show(
        "shared-links.html",
        status,
        links=context.shared_links.all(),
        tabs=TABS,
        notes=NOTES,
        lengths=DAYS,
        typed=request.form if failed else {},
        chosen=request.form.getlist("part") if failed else [TABS[0].key],
        today=context.today,
        **{"problem": None, "made": None, "revoked": None, **said},
    )
