"""/form/<name>: check, store, and only then answer.

What does not come from one of our own pages, or cannot be read, is not taken. Whatever the reason,
the visitor sees the form again with what was typed, and the reason above it. A field that the form
does not declare is left out: an old page may still be open somewhere, and its visitor should not
lose the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from analytics.contacts.audience import Audiences
from analytics.contacts.mail.asking import Asking
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.model import NotStored, Submission
from analytics.contacts.repository import Contacts
from analytics.contacts.spam import suspect_spam
from analytics.web.audience_cookie import audience_of
from analytics.web.cookies import CookieWriter
from analytics.web.form_pages import with_form
from analytics.web.languages import here
from analytics.web.log import ServiceLog
from analytics.web.origin import is_from_our_forms
from analytics.web.rate_limits import FORMS, RateLimiter
from analytics.web.reload_due import RETRY_SECONDS, ReloadDue
from analytics.web.static_files import Pages
from policy import Site
from policy.forms import SECONDS, Checked, Form
from policy.sentences import sentence, sentence_of

__all__ = ["Forms", "blueprint"]

MOST_BYTES = 256 * 1024
"""Far more than a form may hold, so that a long message comes back to be shortened."""


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


def blueprint(forms: Forms) -> Blueprint:
    """The addresses of the forms, answered by `forms`."""
    made = Blueprint("forms", __name__, url_prefix="/form")
    made.post("/<name>")(forms.submit)
    made.get("/<name>")(forms.open_form)
    made.errorhandler(ReloadDue)(forms.reload_due)
    return made


@dataclass(frozen=True, slots=True)
class Forms:
    """What takes forms, with what that needs. `pages` is what is served now."""

    site: Site
    cookies: CookieWriter
    pages: Pages
    contacts: Contacts
    audiences: Audiences
    asking: Asking
    mail_sender: MailSender
    rate_limiter: RateLimiter
    log: ServiceLog

    def submit(self, name: str) -> BaseResponse:
        """Take a form. 303 means that the submission is committed."""
        form = self._form(name)
        posted: MultiDict[str, str] = MultiDict()
        try:
            posted = self._posted()
            checked = form.check(posted.to_dict())
            self._take(form, posted, checked)
        except NotTaken as reason:
            return self._again(form, reason.posted or posted, reason)
        response = redirect(form.thanks, HTTPStatus.SEE_OTHER)
        response.headers["Cache-Control"] = "private, no-store"
        if checked.recognize:
            # Also for suspected spam: who was suspected wrongly gets what was checked, and a
            # program cannot tell from the answer that it was suspected.
            self.audiences.recognize(checked.values, response)
        return response

    def open_form(self, name: str) -> BaseResponse:
        """Somebody opened the address of a form that came back with errors."""
        return redirect(self._form(name).page)

    def reload_due(self, error: ReloadDue) -> BaseResponse:
        """What was typed comes back, for another try."""
        form = here().site.forms.get((request.view_args or {}).get("name", ""))
        if form is None:
            return error.get_response()
        try:
            posted, reason = self._posted(), NotTaken(503, {"": error.says}, RETRY_SECONDS)
        except NotTaken as other:
            posted, reason = other.posted or MultiDict(), other
        return self._again(form, posted, reason)

    def _form(self, name: str) -> Form:
        form = here().site.forms.get(name)
        return form or abort(HTTPStatus.NOT_FOUND)

    def _posted(self) -> MultiDict[str, str]:
        """The body, as posted. Raises `NotTaken`, with what could be read of it."""
        reach = self.site.settings.organization
        other_way = sentence(
            "You can also write to %(email)s or call %(phone)s.",
            email=reach.email,
            phone=reach.phone,
        )
        request.max_content_length = request.max_form_memory_size = MOST_BYTES
        try:
            posted = MultiDict(request.form)
        except RequestEntityTooLarge:
            text = sentence("That was too long. Go back to find what you typed, and shorten it.")
            raise NotTaken(413, {"": f"{text} {other_way}"}) from None
        if not is_from_our_forms(request):
            text = sentence(
                "Your browser did not say that this came from our own page, so we did not take it. "
                "What you typed is still below: please send it again."
            )
            raise NotTaken(403, {"": f"{text} {other_way}"}, posted=posted)
        if request.mimetype != "application/x-www-form-urlencoded":
            text = sentence("This form takes text only, and no files.")
            raise NotTaken(415, {"": f"{text} {other_way}"}, posted=posted)
        return posted

    def _take(self, form: Form, posted: MultiDict[str, str], checked: Checked) -> None:
        """Store what is valid, committed on return. Raises `NotTaken`."""
        if checked.errors:
            raise NotTaken(422, checked.errors)
        seconds = self.rate_limiter.wait_seconds(FORMS, request.remote_addr or "")
        if seconds:
            minutes = -(-seconds // 60)
            text = sentence_of(
                "Many forms came from your network just now. Please send it again in a minute.",
                "Many forms came from your network just now. "
                "Please send it again in %(number)s minutes.",
                minutes,
            )
            raise NotTaken(429, {"": text}, seconds)
        why = suspect_spam(form, dict(posted.lists()), checked.values)
        try:
            self._store(self._submission(form, checked, why))
        except NotStored as error:
            self.log.say("submission not stored", error=error.kind)
            text = sentence(
                "We could not keep what you sent. Please send it again in a few minutes."
            )
            raise NotTaken(503, {"": text}, 300) from error

    def _store(self, submission: Submission) -> None:
        """Store it, and queue the mail that asks whether its box was meant: both are committed, or
        neither."""
        with self.contacts.transaction() as connection:
            ask = self.contacts.submit(connection, submission)
            if ask is not None:
                self.asking.ask(connection, ask)
        self.mail_sender.call()

    def _submission(self, form: Form, checked: Checked, why: str) -> Submission:
        permission = form.permission if checked.permission else None
        return Submission(
            form=form.name,
            values=checked.values,
            channel=permission.channel if permission else "",
            wording=permission.wording(here().site.register) if permission else "",
            only_to_ask=permission is not None and permission.required,
            suspected_spam=why,
        )

    def _again(self, form: Form, posted: MultiDict[str, str], reason: NotTaken) -> BaseResponse:
        """The form's page with what was typed, and why it was not taken."""
        checked = form.check(posted.to_dict())
        audience = audience_of(self.cookies, request.environ)
        rendered = here().render(
            "blocks/form.html",
            form=form,
            audience=here().audience(audience),
            values={**checked.values, SECONDS: posted.get(SECONDS, "")},
            errors=reason.errors,
            ticked={"permission": checked.permission, "recognize": checked.recognize},
        )
        page = self.pages.text(form.page, audience)
        response = Response(with_form(page, form.name, rendered), reason.status, reason.headers)
        response.headers["Cache-Control"] = "private, no-store"
        return response
