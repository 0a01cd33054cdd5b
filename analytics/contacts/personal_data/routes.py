"""/own/*: ask for the link, and what the link leads to. No cookie, no script, nothing counted.

The answer to the question is the same, and costs the same, whether or not the address is known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from analytics.contacts.links import HOURS, NoSuchLink
from analytics.contacts.model import AddressTaken, LegalBasis, NotStored
from analytics.contacts.personal_data.model import PersonalData, personal_data
from analytics.service import Service, current_service
from analytics.storage.erasure import StillThere
from analytics.web.clock import UnusableClock
from analytics.web.form_pages import with_form
from analytics.web.origin import is_from_our_forms
from analytics.web.rate_limits import MAILBOX, PERSONAL_DATA
from analytics.web.reload_due import RETRY_SECONDS, ReloadDue, gives_back
from policy.fields import Field
from policy.forms import SURE, TICKED

__all__ = ["PAGE", "blueprint"]

PAGE = "/your-data/"
MOST_BYTES = 256 * 1024
ADDRESS = Field(
    name="email", label="Email address", kind="email", required=True, most_characters=254
)
OTHER = Field(name="other", label="This", kind="textarea", most_characters=5_000)
"""For an answer to a form that is no longer declared."""

LATER = "Our database could not do it, and nothing was changed. Please try again in a few minutes."
RETRY = {"Retry-After": "300"}

blueprint = Blueprint("own", __name__, url_prefix="/own")


@blueprint.before_request
def _only_from_here() -> BaseResponse | None:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    if request.method == "POST" and not is_from_our_forms(request):
        text = "Your browser did not say that this came from our own page, so we did nothing."
        return _page("ask", HTTPStatus.FORBIDDEN, errors={"": text})
    return None


@blueprint.post("/ask")
def ask() -> BaseResponse:
    """Send the link to an address, if it is that of a contact."""
    service, email = current_service(), request.form.get("email", "")
    wrong = ADDRESS.wrong(email)
    if wrong:
        return _page("ask", 422, errors={"email": wrong}, email=email)
    prospect = service.mail_sender.prospect
    if prospect == "never":
        reach = service.site.settings.organization
        text = (
            f"We cannot send email just now. Please write to {reach.email} or call {reach.phone}."
        )
        return _page("ask", HTTPStatus.SERVICE_UNAVAILABLE, errors={"": text}, email=email)
    many = "You asked many times. Please ask again in {} minutes."
    sent = (
        "Somebody asked for this address many times just now. If we hold something about it, the "
        "link is in our newest email, perhaps among your junk mail. Or ask again in {} minutes."
    )
    for limit, who, text in (
        (PERSONAL_DATA, request.remote_addr or "", many),
        # Whether or not it is known, so that the answer does not tell.
        (MAILBOX, ADDRESS.clean(email).casefold(), sent),
    ):
        seconds = service.rate_limiter.wait_seconds(limit, who)
        if seconds:
            errors = {"": text.format(-(-seconds // 60))}
            headers = {"Retry-After": seconds}
            return _page("ask", 429, errors=errors, email=email, headers=headers)
    try:
        _send_link(service, ADDRESS.clean(email))
    except NotStored as error:
        service.log.say("personal data failed", error=error.kind)
        return _page("ask", 503, errors={"": LATER}, email=email, headers=RETRY)
    return _page("asked", HTTPStatus.OK, hours=HOURS, late=prospect == "later")


@blueprint.get("/ask")
def ask_again() -> BaseResponse:
    """Somebody opened the address of the answer."""
    return redirect(PAGE)


@blueprint.get("/<token>/")
def show(token: str) -> BaseResponse:
    """Everything that is held."""
    return _shown(token, _personal_data(token))


@blueprint.get("/<token>/export")
def export(token: str) -> BaseResponse:
    """Everything that is held, as JSON to keep."""
    held = _personal_data(token)
    if held is None:
        return _gone()
    register = current_service().site.register
    text = json.dumps(held.as_json(register), ensure_ascii=False, indent=2) + "\n"
    response = Response(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="your-data.json"'
    return _private(response)


@blueprint.post("/<token>/address")
def move(token: str) -> BaseResponse:
    """Store another address. The permissions given for the old one end."""
    held = _personal_data(token)
    if held is None:
        return _gone()
    email = request.form.get("email", "")
    wrong = ADDRESS.wrong(email)
    if not wrong:
        try:
            current_service().contacts.move(held.contact, ADDRESS.clean(email))
        except AddressTaken:
            wrong = "We hold something else under that address already. Please write to us."
        except NotStored as error:
            return _not_done(token, held, error, email=email)
    if wrong:
        return _shown(token, held, 422, errors={"email": wrong}, email=email)
    return _shown(token, _personal_data(token), said="Your address is stored.")


@blueprint.post("/<token>/correct/<submission>")
def correct(token: str, submission: str) -> BaseResponse:
    """Store what was corrected in a submission, or say what is wrong and change nothing."""
    held = _personal_data(token)
    entry = held.submission(submission) if held else None
    if held is None or entry is None:
        return _gone()
    posted = {
        fact.column.name: request.form[fact.column.name]
        for fact in entry.facts
        if fact.correctable and fact.column.name in request.form
    }
    checked = {name: _field(name).wrong(text) for name, text in posted.items() if text}
    errors = {f"{submission}-{name}": wrong for name, wrong in checked.items() if wrong}
    if errors:
        return _shown(token, held, 422, errors=errors, posted={submission: posted})
    corrected = {name: _field(name).clean(text) for name, text in posted.items()}
    try:
        current_service().contacts.correct(submission, corrected)
    except NotStored as error:
        return _not_done(token, held, error, posted={submission: posted})
    return _shown(token, _personal_data(token), said="Your corrections are stored.")


@blueprint.post("/<token>/withdraw")
@gives_back
def withdraw(token: str) -> BaseResponse:
    """End every permission to write."""
    held = _personal_data(token)
    if held is None:
        return _gone()
    try:
        current_service().contacts.withdraw(held.contact)
    except NotStored as error:
        return _not_done(token, held, error)
    return _shown(token, _personal_data(token), said="We will not email you any more.")


@blueprint.post("/<token>/erase")
@gives_back
def erase(token: str) -> BaseResponse:
    """Erase everything, once the box says that it is meant."""
    held = _personal_data(token)
    if held is None:
        return _gone()
    if request.form.get(SURE) != TICKED:
        text = "Check the box first. What is erased cannot be brought back."
        return _shown(token, held, 422, errors={SURE: text})
    try:
        current_service().contacts.erase(held.contact)
    except NotStored as error:
        return _not_done(token, held, error)
    except StillThere as error:
        current_service().log.say("personal data failed", error=type(error).__name__)
        return _page("erased", HTTPStatus.ACCEPTED, still_there=True)
    return _page("erased", HTTPStatus.OK)


def _send_link(service: Service, email: str) -> None:
    contact = service.contacts.id_of(email)
    with service.contacts.transaction() as connection:
        if contact is None:
            service.outbox.put_nothing(connection)
        else:
            link = f"{service.site.settings.url}{service.links.to_data(contact)}"
            text = render_template("mail/own-data.txt", link=link, hours=HOURS)
            subject = f"What {service.site.settings.organization.name} holds about you"
            basis = LegalBasis("request")
            service.outbox.put(connection, contact, basis, subject=subject, text=text)
    service.mail_sender.call()


def _personal_data(token: str) -> PersonalData | None:
    service = current_service()
    try:
        contact = service.links.contact_of_data(token)
    except NoSuchLink:
        return None
    found = service.contacts.rows(contact)
    return personal_data(service.site.register, contact, found) if found else None


def _field(name: str) -> Field:
    forms = current_service().site.forms.values()
    known = {field.name: field for form in forms for field in form.fields}
    return known.get(name, OTHER)


def _shown(token: str, held: PersonalData | None, status: int = 200, **values: Any) -> BaseResponse:
    if held is None:
        return _gone()
    return _page("shown", status, token=token, held=held, field=_field, **values)


def _not_done(token: str, held: PersonalData, error: NotStored, **values: Any) -> BaseResponse:
    """What is held, as it was, with what was typed, and that nothing was changed."""
    current_service().log.say("personal data failed", error=error.kind)
    return _shown(token, held, 503, errors={"": LATER}, headers=RETRY, **values)


@blueprint.errorhandler(StillThere)
def _not_overwritten(error: StillThere) -> BaseResponse:
    """It is stored, but what was there before may still be in a file. It is tried again."""
    current_service().log.say("personal data failed", error=type(error).__name__)
    return _page("stored", HTTPStatus.ACCEPTED)


@blueprint.errorhandler(NotStored)
@blueprint.errorhandler(UnusableClock)
def _not_read(error: NotStored | UnusableClock) -> BaseResponse:
    """What is held could not be looked up, or nobody can tell whether the link still holds."""
    kind = error.kind if isinstance(error, NotStored) else type(error).__name__
    current_service().log.say("personal data failed", error=kind)
    return _page("failed", HTTPStatus.SERVICE_UNAVAILABLE, headers=RETRY)


@blueprint.errorhandler(ReloadDue)
def _reload_due(error: ReloadDue) -> BaseResponse:
    email = request.form.get("email", "") if request.path == "/own/ask" else ""
    state = "ask" if email else "renewed"
    errors = {"": error.says}
    return _page(state, 503, headers={"Retry-After": RETRY_SECONDS}, errors=errors, email=email)


def _gone() -> BaseResponse:
    return _page("gone", HTTPStatus.NOT_FOUND)


def _page(
    state: str, status: int, headers: Mapping[str, Any] | None = None, **values: Any
) -> BaseResponse:
    service = current_service()
    if PAGE not in service.build.pages:
        abort(HTTPStatus.NOT_FOUND)
    given = {"errors": {}, "posted": {}, "email": "", "said": "", "still_there": False, **values}
    rendered = render_template("blocks/your-data.html", state=state, **given)
    text = service.pages.text(PAGE)
    failed = bool(given["errors"]) or state == "failed"
    response = Response(with_form(text, "your-data", rendered, failed=failed), status, headers)
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response
