"""/form/<name>: check, store, and only then answer.

What does not come from one of our own pages, or cannot be read, is not taken. Whatever the reason,
the visitor sees the form again with what was typed, and the reason above it. A field that the form
does not declare is left out: an old page may still be open somewhere, and its visitor should not
lose the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from analytics.contacts.audience import recognize
from analytics.contacts.model import NotStored, Submission
from analytics.contacts.permission_routes import ask_by_mail
from analytics.contacts.spam import suspect_spam
from analytics.service import Service, current_service
from analytics.web.audience_cookie import audience_of
from analytics.web.form_pages import with_form
from analytics.web.origin import is_from_our_forms
from analytics.web.rate_limits import FORMS
from analytics.web.reload_due import RETRY_SECONDS, ReloadDue
from policy.forms import SECONDS, Checked, Form

__all__ = ["blueprint"]

MOST_BYTES = 256 * 1024
"""Far more than a form may hold, so that a long message comes back to be shortened."""

blueprint = Blueprint("forms", __name__, url_prefix="/form")


class NotTaken(Exception):
    """Nothing was stored. `errors` are sentences by field; the key "" is for the whole form.
    `posted` is what was typed, where it is known only here."""

    def __init__(
        self,
        status: int,
        errors: Mapping[str, str],
        wait_seconds: int = 0,
        posted: MultiDict[str, str] | None = None,
    ) -> None:
        self.status = status
        self.errors = errors
        self.posted = posted
        self.headers = {"Retry-After": str(wait_seconds)} if wait_seconds else {}
        super().__init__(status)


@blueprint.post("/<name>")
def submit(name: str) -> BaseResponse:
    """Take a form. 303 means that the submission is committed."""
    service, form = current_service(), _form(name)
    posted: MultiDict[str, str] = MultiDict()
    try:
        posted = _posted(service)
        checked = form.check(posted.to_dict())
        _take(service, form, posted, checked)
    except NotTaken as reason:
        return _again(service, form, reason.posted or posted, reason)
    response = redirect(form.thanks, HTTPStatus.SEE_OTHER)
    response.headers["Cache-Control"] = "private, no-store"
    if checked.recognize:
        # Also for suspected spam: who was suspected wrongly gets what was checked, and a program
        # cannot tell from the answer that it was suspected.
        recognize(service, checked.values, response)
    return response


@blueprint.get("/<name>")
def open_form(name: str) -> BaseResponse:
    """Somebody opened the address of a form that came back with errors."""
    return redirect(_form(name).page)


@blueprint.errorhandler(ReloadDue)
def reload_due(error: ReloadDue) -> BaseResponse:
    """What was typed comes back, for another try."""
    service, name = current_service(), (request.view_args or {}).get("name", "")
    form = service.site.forms.get(name)
    if form is None:
        return error.get_response()
    try:
        posted, reason = _posted(service), NotTaken(503, {"": error.says}, RETRY_SECONDS)
    except NotTaken as other:
        posted, reason = other.posted or MultiDict(), other
    return _again(service, form, posted, reason)


def _form(name: str) -> Form:
    form = current_service().site.forms.get(name)
    return form or abort(HTTPStatus.NOT_FOUND)


def _posted(service: Service) -> MultiDict[str, str]:
    """The body, as posted. Raises `NotTaken`, with what could be read of it."""
    reach = service.site.settings.organization
    other_way = f"You can also write to {reach.email} or call {reach.phone}."
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    try:
        posted = MultiDict(request.form)
    except RequestEntityTooLarge:
        text = "That was too long. Go back to find what you typed, and shorten it."
        raise NotTaken(413, {"": f"{text} {other_way}"}) from None
    if not is_from_our_forms(request):
        text = (
            "Your browser did not say that this came from our own page, so we did not take it. "
            "What you typed is still below: please send it again."
        )
        raise NotTaken(403, {"": f"{text} {other_way}"}, posted=posted)
    if request.mimetype != "application/x-www-form-urlencoded":
        text = f"This form takes text only, and no files. {other_way}"
        raise NotTaken(415, {"": text}, posted=posted)
    return posted


def _take(service: Service, form: Form, posted: MultiDict[str, str], checked: Checked) -> None:
    """Store what is valid, committed on return. Raises `NotTaken`."""
    if checked.errors:
        raise NotTaken(422, checked.errors)
    seconds = service.rate_limiter.wait_seconds(FORMS, request.remote_addr or "")
    if seconds:
        minutes = -(-seconds // 60)
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        text = f"Many forms came from your network just now. Please send it again in {wait}."
        raise NotTaken(429, {"": text}, seconds)
    why = suspect_spam(form, dict(posted.lists()), checked.values)
    try:
        _store(service, _submission(service, form, checked, why))
    except NotStored as error:
        service.log.say("submission not stored", error=error.kind)
        text = "We could not keep what you sent. Please send it again in a few minutes."
        raise NotTaken(503, {"": text}, 300) from error


def _store(service: Service, submission: Submission) -> None:
    """Store it, and queue the mail that asks whether its box was meant: both are committed, or
    neither."""
    with service.contacts.transaction() as connection:
        ask = service.contacts.submit(connection, submission)
        if ask is not None:
            ask_by_mail(service, connection, ask)
    service.mail_sender.call()


def _submission(service: Service, form: Form, checked: Checked, why: str) -> Submission:
    permission = form.permission if checked.permission else None
    return Submission(
        form=form.name,
        values=checked.values,
        channel=permission.channel if permission else "",
        wording=permission.wording(service.site.register) if permission else "",
        only_to_ask=permission is not None and permission.required,
        suspected_spam=why,
    )


def _again(
    service: Service, form: Form, posted: MultiDict[str, str], reason: NotTaken
) -> BaseResponse:
    """The form's page with what was typed, and why it was not taken."""
    checked = form.check(posted.to_dict())
    rendered = render_template(
        "blocks/form.html",
        form=form,
        values={**checked.values, SECONDS: posted.get(SECONDS, "")},
        errors=reason.errors,
        ticked={"permission": checked.permission, "recognize": checked.recognize},
    )
    page = service.pages.text(form.page, audience_of(service.cookies, request.environ))
    response = Response(with_form(page, form.name, rendered), reason.status, reason.headers)
    response.headers["Cache-Control"] = "private, no-store"
    return response
