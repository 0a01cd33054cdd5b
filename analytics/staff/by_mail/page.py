"""/staff/reports/mail/: where one's figures are mailed to, and which of them."""

from __future__ import annotations

from flask import Response, render_template, request

from analytics.staff.access_log import Action
from analytics.staff.by_mail.due import MORNING, closed
from analytics.staff.by_mail.model import WORDS, Wish, in_order
from analytics.staff.context import current_context
from analytics.staff.layout import current_staff, may_read, reads, show
from analytics.staff.roles import COUNTERS
from analytics.web.rate_limits import Limit
from policy.email_addresses import NotMailable, as_kept

__all__ = ["by_mail_page"]

STOP, TAKE_BACK = "stop", "take-back"
ASKS = Limit("figures by mail", 3)
"""Mail that an account can have sent to addresses which nobody confirmed."""

MOST_CHARACTERS, MOST_BEFORE = 254, 64
"""No relay need take more: of the whole, and of what is before the @ (RFC 5321, 4.5.3.1)."""


class NotAsked(ValueError):
    """What was typed will not do; the message is a sentence for who typed it."""


def by_mail_page() -> Response:
    """What is mailed to whoever is signed in, and what was just done about it. Whoever may not read
    figures any more can end it all the same."""
    context, staff = current_context(), current_staff()
    mailing, what = context.mailing_store, request.form.get("what")
    has_one = mailing is not None and (
        mailing.addresses.of_account(staff.id) or mailing.addresses.asked_by(staff.id, context.now)
    )
    ends = request.method == "GET" or what in (STOP, TAKE_BACK)
    return _answer(what) if has_one and ends else _for_readers(what=what or "")


@reads(COUNTERS)
def _for_readers(what: str) -> Response:
    return _answer(what)


def _answer(what: str | None) -> Response:
    if what == STOP:
        return _stopped()
    if what == TAKE_BACK:
        return _taken_back()
    if request.method == "GET":
        return _page()
    try:
        return _asked()
    except NotAsked as error:
        return _page(422, problem=str(error))


def _asked() -> Response:
    """Change what is mailed to the address that there is, or ask another one."""
    context, staff, wishes = current_context(), current_staff(), _wishes()
    email, address = _email(), context.mailing.addresses.of_account(current_staff().id)
    if address and address.email == email:
        with context.records.begin() as connection:
            context.mailing.addresses.change(connection, address, wishes, closed(context.today))
            context.access_log.note(connection, staff, Action.ASKED_DIGESTS, context.now)
        return _page(said="It is kept.")
    if context.rate_limiter.wait_seconds(ASKS, staff.id):
        raise NotAsked("You asked for this often just now. Try again in a quarter of an hour.")
    context.access_log.record(staff, Action.ASKED_DIGESTS, context.now)
    context.mailing.ask(staff, email, wishes, context.now, render_template)
    if context.mailing.sender.prospect == "never":
        return _page(said=f"A link to {email} is written, and waits until mail can be sent.")
    return _page(said=f"A link is on its way to {email}. Follow it within 24 hours.")


def _wishes() -> tuple[Wish, ...]:
    wishes = in_order(request.form.getlist("wish"))
    if not wishes:
        raise NotAsked("Choose what you would like to be mailed.")
    return wishes


def _email() -> str:
    typed = request.form.get("email", "").strip()
    try:
        if len(typed) > MOST_CHARACTERS or len(typed.rpartition("@")[0].encode()) > MOST_BEFORE:
            raise NotMailable(typed, reads_as_one=False)
        return as_kept(typed)
    except NotMailable as error:
        words = "No message can be sent to that address" if error.reads_as_one else "Check it"
        raise NotAsked(f"{words}: write your address like name@example.org.") from None


def _stopped() -> Response:
    context, staff = current_context(), current_staff()
    address = context.mailing.addresses.of_account(staff.id)
    if address is None:
        return _page(said="Nothing is mailed to you.")
    with context.records.begin() as connection:
        context.mailing.stop(connection, address.id)
        context.access_log.note(connection, staff, Action.ENDED_DIGESTS, context.now)
    return _page(said="Nothing is mailed to you any more, and your address is forgotten.")


def _taken_back() -> Response:
    context = current_context()
    if ask := context.mailing.addresses.asked_by(current_staff().id, context.now):
        with context.records.begin() as connection:
            context.mailing.take_back(connection, ask)
    return _page(said="That address is forgotten.")


def _page(status: int = 200, **said: object) -> Response:
    context, staff = current_context(), current_staff()
    mailing = context.mailing
    address = mailing.addresses.of_account(staff.id)
    ask = mailing.addresses.asked_by(staff.id, context.now)
    failed = status != 200
    there = ask or address
    return show(
        "by-mail.html",
        status,
        address=address,
        ask=ask,
        words=WORDS,
        may_ask=may_read(COUNTERS),
        typed=request.form.get("email", "") if failed else there.email if there else "",
        chosen=in_order(request.form.getlist("wish")) if failed else _asked_for(there),
        troubles=mailing.outbox.troubles(staff.id),
        prospect=mailing.sender.prospect,
        morning=MORNING,
        **{"problem": "", "said": "", **said},
    )


def _asked_for(there: object) -> tuple[Wish, ...]:
    """What is checked already: what was asked for. No box is checked before somebody did so."""
    return getattr(there, "wishes", ())
