"""The list of contacts, the page of one, and what staff decide about what was sent.

Each reading is recorded before it is shown, and each decision together with it.
"""

from datetime import date

from flask import Response, abort, make_response, redirect, request, url_for

from analytics.contacts.model import Contact, NotSuspected
from analytics.contacts.repository import PAGE_SIZE
from analytics.staff.access_log import Action, legal_bases
from analytics.staff.context import current_context
from analytics.staff.layout import current_staff, may_read, page_and_pages, reads, show
from analytics.staff.roles import ACCESS_LOG, ASKS, CONTACTS
from policy import Site
from policy.durations import Duration

MOST_SEARCHED_CHARACTERS = 254


@reads(CONTACTS)
def contact_list() -> Response:
    """Those who wrote to us; or, in a tab of its own, those who may have been programs."""
    context = current_context()
    suspected = request.args.get("show") == "suspected-spam"
    search = request.args.get("search", "").strip()[:MOST_SEARCHED_CHARACTERS]
    counts = {tab: context.contacts.count(suspected=tab, search=search) for tab in (False, True)}
    page, pages = page_and_pages(counts[suspected], PAGE_SIZE)
    action = Action.SEARCHED if search else Action.READ_LIST
    context.access_log.record(current_staff(), action, context.now)
    return show(
        "contacts.html",
        contacts=context.contacts.listed(page, suspected=suspected, search=search),
        suspected=suspected,
        search=search,
        counts=counts,
        page=page,
        pages=pages,
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


@reads(CONTACTS)
def clear_suspicion(contact_id: str) -> Response:
    """Take a submission as sent by a person. If they checked a box, they are asked about it now."""
    if request.method == "GET":  # Somebody opened the address of the answer.
        return make_response(redirect(url_for("staff.contact", contact_id=contact_id), 303))
    context, forms = current_context(), current_context().forms
    action, said = Action.CLEARED_SUSPICION, "It counts as any other submission now."
    try:
        with forms.contacts.transaction() as connection:
            ask = forms.contacts.clear_suspicion(
                connection, contact_id, request.form.get("submission", ""), asks_since=_asks_since()
            )
            context.access_log.note(connection, current_staff(), action, context.now, contact_id)
            if ask is not None:
                forms.asking.ask(connection, ask)
                said = f"{said} An email asks whether the box was meant."
    except NotSuspected:
        return contact_page(contact_id=contact_id)
    forms.mail_sender.call()
    contact = forms.contacts.find(contact_id)
    return show_contact(contact, said=said) if contact else abort(404)


def show_contact(contact: Contact, status: int = 200, **values: object) -> Response:
    """The page of a contact, with what became of a disclosure, if one was tried."""
    context = current_context()
    given = {"said": "", "errors": {}, "disclosure": None, **values}
    asks = context.register.table(*ASKS)
    return show(
        "contact.html",
        status,
        **given,
        legal_bases=legal_bases(context.register),
        contact=contact,
        asks_since=_asks_since(),
        asks_keep=asks.keep_words,
        forms=context.site.forms,
        labels=_labels(context.site),
        words=_words(context.site),
        shows_readers=may_read(ACCESS_LOG),
    )


def _asks_since() -> date:
    """The first day of which a checked box is still asked about: an older ask would be deleted."""
    context = current_context()
    keep = context.register.table(*ASKS).keep
    return keep.before(context.clock.moment()).date() if isinstance(keep, Duration) else date.min


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
