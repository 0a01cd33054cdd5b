"""The list of contacts, the page of one, and mail that waits or was set aside.

Each reading is recorded before it is shown.
"""

from flask import Response, abort, request

from analytics.contacts.model import Contact
from analytics.contacts.repository import PAGE_SIZE
from analytics.staff.access_log import Action, legal_bases
from analytics.staff.context import current_context
from analytics.staff.layout import current_staff, may_read, page_number, reads, show
from analytics.staff.roles import ACCESS_LOG, CONTACTS, OUTBOX
from policy import Site

MOST_SEARCHED_CHARACTERS = 254


@reads(CONTACTS)
def contact_list() -> Response:
    """Those who wrote to us; or, in a tab of its own, those who may have been programs."""
    context = current_context()
    suspected = request.args.get("show") == "suspected-spam"
    search = request.args.get("search", "").strip()[:MOST_SEARCHED_CHARACTERS]
    counts = {tab: context.contacts.count(suspected=tab, search=search) for tab in (False, True)}
    page = page_number(counts[suspected], PAGE_SIZE)
    action = Action.SEARCHED if search else Action.READ_LIST
    context.access_log.record(current_staff(), action, context.now)
    return show(
        "contacts.html",
        contacts=context.contacts.listed(page, suspected=suspected, search=search),
        suspected=suspected,
        search=search,
        counts=counts,
        page=page,
        pages=max(1, -(-counts[suspected] // PAGE_SIZE)),
        forms=context.site.forms,
        labels=_labels(context.site),
        words=_words(context.site),
        mail_waits=len(context.forms.outbox.queued()),
    )


@reads(CONTACTS)
def contact_page(contact_id: str) -> Response:
    """All that one contact sent and allowed."""
    context = current_context()
    contact = context.contacts.find(contact_id)
    if contact is None:
        abort(404)
    context.access_log.record(current_staff(), Action.READ_CONTACT, context.now, contact.id)
    return show_contact(contact)


@reads((*CONTACTS, *OUTBOX))
def mail_page() -> Response:
    """Messages that wait or cannot be sent, with the reason. What they say is not shown."""
    context = current_context()
    context.access_log.record(current_staff(), Action.READ_MAIL, context.now)
    messages = context.forms.outbox.queued()
    return show(
        "mail.html",
        messages=messages,
        emails=context.contacts.emails({message.contact for message in messages}),
        prospect=context.forms.mail_sender.prospect,
        state=context.forms.mail_sender.state,
        keep=context.register.table(*OUTBOX[0]).keep_words,
    )


def show_contact(contact: Contact, status: int = 200, **values: object) -> Response:
    """The page of a contact, with what became of a disclosure, if one was tried."""
    context = current_context()
    given = {"said": "", "errors": {}, "disclosure": None, **values}
    return show(
        "contact.html",
        status,
        **given,
        legal_bases=legal_bases(context.register),
        contact=contact,
        forms=context.site.forms,
        labels=_labels(context.site),
        words=_words(context.site),
        shows_readers=may_read(ACCESS_LOG),
    )


def _labels(site: Site) -> dict[str, str]:
    """What each column of a submission is called."""
    columns = site.register.table("records", "submissions").columns
    return {column.name: column.label for column in columns if column.label}


def _words(site: Site) -> dict[tuple[str, str], str]:
    """The label of each option that a form offers, by field and value."""
    return {
        (field.name, option.value): option.label
        for form in site.forms.values()
        for field in form.fields
        for option in field.options
    }
