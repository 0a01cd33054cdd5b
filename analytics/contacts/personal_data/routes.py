"""/own/*: ask for the link, and what the link leads to. No cookie, no script, nothing counted.

The answer to the question is the same, and costs the same, whether or not the address is known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from analytics.contacts.links import HOURS, Links, NoSuchLink
from analytics.contacts.mail.outbox import Outbox
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.model import AddressTaken, LegalBasis, NotStored
from analytics.contacts.personal_data.model import PersonalData, personal_data
from analytics.contacts.personal_data.words import LATER, OFTEN, SENT, asked, other
from analytics.contacts.repository import Contacts
from analytics.storage.erasure import StillThere
from analytics.web.clock import UnusableClock
from analytics.web.form_pages import with_form
from analytics.web.languages import here
from analytics.web.log import ServiceLog
from analytics.web.origin import is_from_our_forms
from analytics.web.rate_limits import MAILBOX, PERSONAL_DATA, RateLimiter
from analytics.web.reload_due import RETRY_SECONDS, ReloadDue, gives_back
from analytics.web.static_files import Pages
from policy import Site
from policy.fields import Field
from policy.forms import SURE, TICKED
from policy.sentences import sentence, sentence_of

__all__ = ["PAGE", "OwnData", "blueprint"]

PAGE = "/your-data/"
MOST_BYTES = 256 * 1024
RETRY = {"Retry-After": "300"}


def blueprint(own: OwnData) -> Blueprint:
    """The addresses of the feature, answered by `own`."""
    made = Blueprint("own", __name__, url_prefix="/own")
    made.before_request(own.only_from_here)
    made.post("/ask")(own.ask)
    made.get("/ask")(own.ask_again)
    made.get("/<token>/")(own.show)
    made.get("/<token>/export")(own.export)
    made.post("/<token>/address")(own.move)
    made.post("/<token>/correct/<submission>")(own.correct)
    made.post("/<token>/withdraw")(own.withdraw)
    made.post("/<token>/erase")(own.erase)
    made.errorhandler(StillThere)(own.not_overwritten)
    made.errorhandler(NotStored)(own.not_read)
    made.errorhandler(UnusableClock)(own.not_read)
    made.errorhandler(ReloadDue)(own.reload_due)
    return made


@dataclass(frozen=True, slots=True)
class OwnData:
    """What shows people their own data, with what that needs. `pages` is what is served now."""

    site: Site
    pages: Pages
    contacts: Contacts
    links: Links
    outbox: Outbox
    mail_sender: MailSender
    rate_limiter: RateLimiter
    log: ServiceLog

    def only_from_here(self) -> BaseResponse | None:
        request.max_content_length = request.max_form_memory_size = MOST_BYTES
        if request.method == "POST" and not is_from_our_forms(request):
            text = sentence(
                "Your browser did not say that this came from our own page, so we did nothing."
            )
            return self._page("ask", HTTPStatus.FORBIDDEN, errors={"": text})
        return None

    def ask(self) -> BaseResponse:
        """Send the link to an address, if it is that of a contact."""
        email = request.form.get("email", "")
        wrong = asked().wrong(email)
        if wrong:
            return self._page("ask", 422, errors={"email": wrong}, email=email)
        prospect = self.mail_sender.prospect
        if prospect == "never":
            reach = self.site.settings.organization
            text = sentence(
                "We cannot send email just now. Please write to %(email)s or call %(phone)s.",
                email=reach.email,
                phone=reach.phone,
            )
            return self._page("ask", HTTPStatus.SERVICE_UNAVAILABLE, errors={"": text}, email=email)
        for limit, who, sentences in (
            (PERSONAL_DATA, request.remote_addr or "", OFTEN),
            # Whether or not it is known, so that the answer does not tell.
            (MAILBOX, asked().clean(email).casefold(), SENT),
        ):
            seconds = self.rate_limiter.wait_seconds(limit, who)
            if seconds:
                errors = {"": sentence_of(*sentences, -(-seconds // 60))}
                headers = {"Retry-After": seconds}
                return self._page("ask", 429, errors=errors, email=email, headers=headers)
        try:
            self._send_link(asked().clean(email))
        except NotStored as error:
            self.log.say("personal data failed", error=error.kind)
            return self._page("ask", 503, errors={"": sentence(LATER)}, email=email, headers=RETRY)
        return self._page("asked", HTTPStatus.OK, hours=HOURS, late=prospect == "later")

    def ask_again(self) -> BaseResponse:
        """Somebody opened the address of the answer."""
        return redirect(here().page(PAGE))

    def show(self, token: str) -> BaseResponse:
        """Everything that is held."""
        return self._shown(token, self._personal_data(token))

    def export(self, token: str) -> BaseResponse:
        """Everything that is held, as JSON to keep."""
        held = self._personal_data(token)
        if held is None:
            return self._gone()
        register = self.site.register
        text = json.dumps(held.as_json(register), ensure_ascii=False, indent=2) + "\n"
        response = Response(text, content_type="application/json; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="your-data.json"'
        return _private(response)

    def move(self, token: str) -> BaseResponse:
        """Store another address. The permissions given for the old one end."""
        held = self._personal_data(token)
        if held is None:
            return self._gone()
        email = request.form.get("email", "")
        wrong = asked().wrong(email)
        if not wrong:
            try:
                self.contacts.move(held.contact, asked().clean(email))
            except AddressTaken:
                wrong = sentence(
                    "We hold something else under that address already. Please write to us."
                )
            except NotStored as error:
                return self._not_done(token, held, error, email=email)
        if wrong:
            return self._shown(token, held, 422, errors={"email": wrong}, email=email)
        return self._shown(
            token, self._personal_data(token), said=sentence("Your address is stored.")
        )

    def correct(self, token: str, submission: str) -> BaseResponse:
        """Store what was corrected in a submission, or say what is wrong and change nothing."""
        held = self._personal_data(token)
        entry = held.submission(submission) if held else None
        if held is None or entry is None:
            return self._gone()
        posted = {
            fact.column.name: request.form[fact.column.name]
            for fact in entry.facts
            if fact.correctable and fact.column.name in request.form
        }
        checked = {name: self._field(name).wrong(text) for name, text in posted.items() if text}
        errors = {f"{submission}-{name}": wrong for name, wrong in checked.items() if wrong}
        if errors:
            return self._shown(token, held, 422, errors=errors, posted={submission: posted})
        corrected = {name: self._field(name).clean(text) for name, text in posted.items()}
        try:
            self.contacts.correct(submission, corrected)
        except NotStored as error:
            return self._not_done(token, held, error, posted={submission: posted})
        return self._shown(
            token, self._personal_data(token), said=sentence("Your corrections are stored.")
        )

    @gives_back
    def withdraw(self, token: str) -> BaseResponse:
        """End every permission to write."""
        held = self._personal_data(token)
        if held is None:
            return self._gone()
        try:
            self.contacts.withdraw(held.contact)
        except NotStored as error:
            return self._not_done(token, held, error)
        return self._shown(
            token, self._personal_data(token), said=sentence("We will not email you any more.")
        )

    @gives_back
    def erase(self, token: str) -> BaseResponse:
        """Erase everything, once the box says that it is meant."""
        held = self._personal_data(token)
        if held is None:
            return self._gone()
        if request.form.get(SURE) != TICKED:
            text = sentence("Check the box first. What is erased cannot be brought back.")
            return self._shown(token, held, 422, errors={SURE: text})
        try:
            self.contacts.erase(held.contact)
        except NotStored as error:
            return self._not_done(token, held, error)
        except StillThere as error:
            self.log.say("personal data failed", error=type(error).__name__)
            return self._page("erased", HTTPStatus.ACCEPTED, still_there=True)
        return self._page("erased", HTTPStatus.OK)

    def _send_link(self, email: str) -> None:
        contact = self.contacts.id_of(email)
        with self.contacts.transaction() as connection:
            if contact is None:
                self.outbox.put_nothing(connection)
            else:
                link = f"{self.site.settings.url}{here().service(self.links.to_data(contact))}"
                text = here().render("mail/own-data.txt", link=link, hours=HOURS)
                name = self.site.settings.organization.name
                subject = sentence("What %(name)s holds about you", name=name)
                basis = LegalBasis("request")
                self.outbox.put(connection, contact, basis, subject=subject, text=text)
        self.mail_sender.call()

    def _personal_data(self, token: str) -> PersonalData | None:
        try:
            contact = self.links.contact_of_data(token)
        except NoSuchLink:
            return None
        found = self.contacts.rows(contact)
        return personal_data(here().site.register, contact, found) if found else None

    def _field(self, name: str) -> Field:
        forms = here().site.forms.values()
        known = {field.name: field for form in forms for field in form.fields}
        return known.get(name) or other()

    def _shown(
        self, token: str, held: PersonalData | None, status: int = 200, **values: Any
    ) -> BaseResponse:
        if held is None:
            return self._gone()
        return self._page("shown", status, token=token, held=held, field=self._field, **values)

    def _not_done(
        self, token: str, held: PersonalData, error: NotStored, **values: Any
    ) -> BaseResponse:
        """What is held, as it was, with what was typed, and that nothing was changed."""
        self.log.say("personal data failed", error=error.kind)
        return self._shown(token, held, 503, errors={"": sentence(LATER)}, headers=RETRY, **values)

    def not_overwritten(self, error: StillThere) -> BaseResponse:
        """It is stored, but what was there before may still be in a file. It is tried again."""
        self.log.say("personal data failed", error=type(error).__name__)
        return self._page("stored", HTTPStatus.ACCEPTED)

    def not_read(self, error: NotStored | UnusableClock) -> BaseResponse:
        """What is held could not be looked up, or nobody can tell whether the link still holds."""
        kind = error.kind if isinstance(error, NotStored) else type(error).__name__
        self.log.say("personal data failed", error=kind)
        return self._page("failed", HTTPStatus.SERVICE_UNAVAILABLE, headers=RETRY)

    def reload_due(self, error: ReloadDue) -> BaseResponse:
        email = request.form.get("email", "") if request.path == "/own/ask" else ""
        state = "ask" if email else "renewed"
        errors = {"": error.says}
        return self._page(
            state, 503, headers={"Retry-After": RETRY_SECONDS}, errors=errors, email=email
        )

    def _gone(self) -> BaseResponse:
        return self._page("gone", HTTPStatus.NOT_FOUND)

    def _page(
        self, state: str, status: int, headers: Mapping[str, Any] | None = None, **values: Any
    ) -> BaseResponse:
        if PAGE not in self.pages.build.pages:
            abort(HTTPStatus.NOT_FOUND)
        given = {
            "errors": {},
            "posted": {},
            "email": "",
            "said": "",
            "still_there": False,
            **values,
        }
        rendered = here().render("blocks/your-data.html", state=state, **given)
        text = self.pages.text(here().page(PAGE))
        failed = bool(given["errors"]) or state == "failed"
        response = Response(with_form(text, "your-data", rendered, failed=failed), status, headers)
        return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response
