"""Who read what, who may, and what was deleted: the access log, the staff, the retention."""

from flask import Response, request

from analytics.staff.access_log import PAGE_SIZE, READINGS
from analytics.staff.by_mail.model import WORDS
from analytics.staff.context import current_context
from analytics.staff.layout import may_read, page_and_pages, reads, show
from analytics.staff.roles import ACCESS_LOG, CONTACTS, RETENTION_RUNS, STAFF, declared
from analytics.storage.retention import runs
from policy import Register
from policy.register import Purpose


@reads(ACCESS_LOG)
def access_log_page() -> Response:
    """The access log, newest first; `contact` narrows it to those who read one contact, and
    `show=given-out` to what was exported or disclosed."""
    log, register = current_context().access_log, current_context().register
    contact = request.args.get("contact") or None
    given_out = request.args.get("show") == "given-out"
    count = log.count(contact, given_out=given_out)
    page, pages = page_and_pages(count, PAGE_SIZE)
    return show(
        "access-log.html",
        entries=log.read(page, contact, given_out=given_out),
        contact=contact,
        given_out=given_out,
        readings=READINGS,
        purpose=_purpose_of_contacts(register),
        count=count,
        page=page,
        pages=pages,
        shows_contacts=may_read(CONTACTS),
    )


def _purpose_of_contacts(register: Register) -> Purpose | None:
    """None where there are no contacts, so that nobody can have read them."""
    there = declared(register, CONTACTS)
    return register.purpose(register.table(*CONTACTS[0]).purpose) if there else None


@reads(STAFF)
def accounts_page() -> Response:
    """All accounts, what they may see, and what they are mailed."""
    context = current_context()
    mailed = context.mailing_store.addresses.all() if context.mailing_store else ()
    return show(
        "accounts.html",
        accounts=context.accounts.everyone(),
        mailed={each.account: each for each in mailed},
        words=WORDS,
    )


@reads(RETENTION_RUNS)
def retention_page() -> Response:
    """How long each table is kept, and what was deleted because its time was over."""
    context = current_context()
    return show(
        "retention.html",
        tables=context.register.tables,
        runs=runs(context.records, context.register),
        refusal=context.retention.refusal,
        state=context.retention.state,
    )
