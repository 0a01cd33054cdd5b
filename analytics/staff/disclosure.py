"""Taking contacts out of the system: who did it, for whom, why, and on what legal basis (P10).

The entry in the access log is committed before anything is given. Nothing else hands contacts out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Response, abort, make_response, redirect, request, url_for

from analytics.contacts.personal_data.model import personal_data
from analytics.staff.access_log import Action, legal_bases
from analytics.staff.contact_pages import show_contact
from analytics.staff.context import current_context
from analytics.staff.csv_text import csv_text
from analytics.staff.layout import current_staff, reads, show
from analytics.staff.roles import CONTACTS
from policy import Register
from policy.fields import Field

__all__ = ["Disclosure", "disclose_contact", "export_list"]

MOST_CHARACTERS = 500
SEEN = Field(name="text", label="Text", kind="textarea")
"""A recipient or a reason that shows nothing would be none to whoever reads the access log."""
TOLD = "told"
"""The button that only records what was told in another way; the other gives a file."""


@dataclass(frozen=True)
class Disclosure:
    """For whom, why, and on which of the register's legal bases."""

    legal_basis: str
    recipient: str
    reason: str

    @classmethod
    def of(cls, posted: Mapping[str, str]) -> Disclosure:
        """What was typed, without what nobody types."""
        return cls(
            *(SEEN.clean(posted.get(name, "")) for name in ("legal_basis", "recipient", "reason"))
        )

    def errors(self, register: Register) -> dict[str, str]:
        """What is wrong, by field; empty where nothing is."""
        found = {}
        if self.legal_basis not in legal_bases(register):
            found["legal_basis"] = "Choose the legal basis."
        for name, missing in (
            ("recipient", "Say who gets it."),
            ("reason", "Say why they get it, so that somebody else can judge it."),
        ):
            text = getattr(self, name)
            if not text:
                found[name] = missing
            elif len(text) > MOST_CHARACTERS:
                found[name] = f"Shorten this to {MOST_CHARACTERS} characters."
            elif SEEN.wrong(text):
                found[name] = "This has only characters that cannot be seen. Type it again."
        return found


@reads(CONTACTS)
def disclose_contact(contact_id: str) -> Response:
    """Record that what is held about a contact is given out; then give it, if as a file."""
    if request.method == "GET":  # Somebody opened the address of the answer.
        return make_response(redirect(url_for("staff.contact", contact_id=contact_id), 303))
    context, register = current_context(), current_context().register
    contact = context.contacts.find(contact_id)
    rows = context.contacts.rows(contact_id)
    if contact is None or rows is None:
        abort(404)
    disclosure = Disclosure.of(request.form)
    errors = disclosure.errors(register)
    if errors:  # The page that comes back shows the contact again, which is a reading.
        context.access_log.record(current_staff(), Action.READ_CONTACT, context.now, contact.id)
        return show_contact(contact, 422, disclosure=disclosure, errors=errors)
    told = request.form.get("how") == TOLD
    action = Action.TOLD_CONTACT if told else Action.EXPORTED_CONTACT
    context.access_log.record(current_staff(), action, context.now, contact.id, disclosure)
    if told:
        return show_contact(contact, said="The disclosure is recorded.")
    text = (
        json.dumps(
            personal_data(register, contact.id, rows).as_json(register),
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )
    return _file(text, "application/json", "contact.json")


@reads(CONTACTS)
def export_list() -> Response:
    """Record why the list of contacts is taken along; then give it as CSV (RFC 4180)."""
    context, register = current_context(), current_context().register
    count = context.contacts.count(suspected=False)
    disclosure, errors = Disclosure("", "", ""), {}
    if request.method == "POST":
        disclosure = Disclosure.of(request.form)
        errors = disclosure.errors(register)
        if not errors:
            action = Action.EXPORTED_LIST
            context.access_log.record(current_staff(), action, context.now, None, disclosure)
            return _file(_list(), "text/csv", "contacts.csv")
    return show(
        "export.html",
        422 if errors else 200,
        count=count,
        disclosure=disclosure,
        errors=errors,
        legal_bases=legal_bases(register),
    )


def _list() -> str:
    context = current_context()
    permitted = context.contacts.permitted()
    submissions = context.register.table("records", "submissions")
    listed = [column for column in submissions.columns if column.listed]
    labels = (column.label or column.name for column in listed)

    def rows() -> Iterator[tuple[str | None, ...]]:
        for each in context.contacts.every():
            may = "yes" if each.id in permitted else "no"
            answers = (each.answers[column.name] for column in listed)
            yield each.email, *answers, each.form, each.day.isoformat(), may

    return csv_text(("email", *labels, "last form", "day", "may be emailed"), rows())


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
