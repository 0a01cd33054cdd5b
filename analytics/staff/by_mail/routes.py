"""/staff/by-mail/: the links in mail to staff, by which an address is confirmed, or mail ended.

To open a link changes nothing, since programs that look for viruses open every link: a button
posts. The link itself says who may do it, so no cookie and no sign-in is needed, and mail programs
end mail with one request of their own (RFC 8058).
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, NotFound, TooManyRequests

from analytics.staff.access_log import Action
from analytics.staff.by_mail.due import closed
from analytics.staff.by_mail.links import PREFIX
from analytics.staff.by_mail.model import WORDS, Address, Ask
from analytics.staff.context import StaffContext, current_context
from analytics.staff.layout import show
from analytics.staff.link_pages import link_pages
from analytics.web.rate_limits import UNKNOWN_LINKS
from analytics.web.reload_due import gives_back

__all__ = ["blueprint"]

MOST_BYTES = 4_096


def blueprint(context: StaffContext) -> Blueprint:
    """The addresses of the links, answered with the stores of `context`."""
    made = Blueprint("by_mail", __name__, url_prefix=PREFIX)
    link_pages(made, context, _small, _refusal)
    made.get("/confirm/<secret>/")(show_confirm)
    made.post("/confirm/<secret>/")(confirm)
    made.get("/stop/<token>/")(show_stop)
    made.post("/stop/<token>/")(stop)
    made.get("/<path:elsewhere>")(nowhere)
    return made


def _small() -> None:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES


def _refusal(status: int) -> Response:
    return _page("failed" if status >= 500 else "busy" if status == 429 else "gone", status)


def show_confirm(secret: str) -> Response:
    """What is to be mailed to whom, and the button that says yes."""
    return _page("confirm", ask=_known(secret))


def _known(secret: str) -> Ask:
    context = current_context()
    ask = context.mailing.addresses.asked(secret, context.now)
    if ask is None:
        raise _unknown()
    return ask


def _unknown() -> HTTPException:
    wait = current_context().rate_limiter.wait_seconds(UNKNOWN_LINKS, request.remote_addr or "")
    return TooManyRequests(retry_after=wait) if wait else NotFound()


def confirm(secret: str) -> Response:
    """Say yes: from now on figures are mailed there, of what ends after this day."""
    context, addresses = current_context(), current_context().mailing.addresses
    now, today = context.now, context.today
    with context.records.begin() as connection:
        ask = addresses.confirm(connection, secret, now, today, closed(today))
        if ask is not None:
            context.access_log.note(connection, ask, Action.CONFIRMED_DIGESTS, now)
    if ask is None:
        raise _unknown()
    return _page("confirmed", ask=ask)


def show_stop(token: str) -> Response:
    """The button that ends the mail; the mail program may press it by itself."""
    _to_stop(token)
    return _page("stop")


@gives_back
def stop(token: str) -> Response:
    """End it. The answer is the same where it is ended already."""
    context, found = current_context(), _to_stop(token)
    with context.records.begin() as connection:
        ended: Address | None = context.mailing.stop(connection, found)
        if ended is not None:
            context.access_log.note(connection, ended, Action.ENDED_DIGESTS, context.now)
    return _page("stopped")


def _to_stop(token: str) -> str:
    found = current_context().mailing.links.to_be_stopped(token)
    if found is None:
        raise _unknown()
    return found


def nowhere(elsewhere: str) -> Response:
    """Whatever else is asked for."""
    raise NotFound


def _page(state: str, status: int = 200, ask: Ask | None = None) -> Response:
    wishes = [WORDS[wish] for wish in ask.wishes] if ask else []
    return show("by-mail-link.html", status, state=state, ask=ask, wishes=wishes)
