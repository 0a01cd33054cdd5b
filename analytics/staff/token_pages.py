"""The tokens of programs that read our figures: who made them, until when, and no more of one."""

from __future__ import annotations

from flask import Response, request

from analytics.staff.access_log import Action
from analytics.staff.accounts import AccountError
from analytics.staff.context import current_context
from analytics.staff.layout import current_staff, reads, show
from analytics.staff.roles import TOKENS

__all__ = ["DAYS", "tokens_page"]

DAYS = (7, 30, 90, 365)
"""For how long a token can be made on the page; commands take any number of days."""

REVOKE = "revoke"


@reads(TOKENS)
def tokens_page() -> Response:
    """All tokens, and what was just done: one was made, which is shown once, or revoked."""
    if request.method == "GET":
        return _page()
    try:
        return _revoked() if request.form.get("what") == REVOKE else _made()
    except AccountError as error:
        return _page(422, problem=error)


def _made() -> Response:
    context, form = current_context(), request.form
    name, days = form.get("name", ""), form.get("days", "")
    chosen, length = form.getlist("role"), int(days) if days in map(str, DAYS) else 0
    staff, now = current_staff(), context.now
    with context.records.begin() as connection:
        made = context.tokens.make(connection, name, chosen, staff.username, context.today, length)
        context.access_log.note(connection, staff, Action.ADMITTED_PROGRAM, now)
    return _page(made=made[0], secret=made[1])


def _revoked() -> Response:
    context, name = current_context(), request.form.get("name", "")
    with context.records.begin() as connection:
        token = context.tokens.revoke(connection, name)
        context.access_log.note(connection, current_staff(), Action.ENDED_PROGRAM, context.now)
    return _page(revoked=token)


def _page(status: int = 200, **said: object) -> Response:
    context = current_context()
    return show(
        "tokens.html",
        status,
        tokens=context.tokens.all(),
        roles=context.tokens.roles,
        lengths=DAYS,
        typed=request.form if status != 200 else {},
        chosen=request.form.getlist("role") if status != 200 else ["reports"],
        today=context.today,
        address=f"{context.site.settings.url.rstrip('/')}/staff/api/v1/",
        **{"problem": None, "made": None, "secret": "", "revoked": None, **said},
    )
