"""/permission/*: the links in emails, by which a permission is confirmed and stopped.

To open a link changes nothing, since programs that look for viruses open every link: a button
posts. The link itself says who may do it, so no cookie, no sign-in and no page of ours is needed,
and mail programs stop mail with one request of their own (RFC 8058).
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, request
from werkzeug.wrappers import Response as BaseResponse

from analytics.contacts.links import Links, NoSuchLink
from analytics.contacts.model import NotStored, PermissionState
from analytics.contacts.repository import Contacts
from analytics.web.form_pages import with_form
from analytics.web.languages import here
from analytics.web.log import ServiceLog
from analytics.web.reload_due import RETRY_SECONDS, ReloadDue, gives_back
from analytics.web.static_files import Pages

__all__ = ["PAGE", "Permissions", "blueprint"]

PAGE = "/email/"
MOST_BYTES = 4_096


def blueprint(permissions: Permissions) -> Blueprint:
    """The addresses of the links, answered by `permissions`."""
    made = Blueprint("permission", __name__, url_prefix="/permission")
    made.before_request(_small)
    made.get("/confirm/<token>/")(permissions.show_confirm)
    made.post("/confirm/<token>/")(permissions.confirm)
    made.get("/stop/<token>/")(permissions.show_stop)
    made.post("/stop/<token>/")(permissions.stop)
    made.errorhandler(NotStored)(permissions.not_stored)
    made.errorhandler(ReloadDue)(permissions.reload_due)
    return made


def _small() -> None:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES


@dataclass(frozen=True, slots=True)
class Permissions:
    """What confirms and stops permissions, with what that needs. `pages` is what is served now."""

    pages: Pages
    contacts: Contacts
    links: Links
    log: ServiceLog

    def show_confirm(self, token: str) -> BaseResponse:
        """The words that were checked, and the button that says yes."""
        wording = self.contacts.asked(self._ask(token))
        if wording is None:
            return self._page("gone", HTTPStatus.NOT_FOUND)
        return self._page("confirm", wording=wording)

    def confirm(self, token: str) -> BaseResponse:
        """Say yes: from now on the permission counts."""
        ask = self._ask(token)
        state = self.contacts.confirm(ask)
        if state is None:
            return self._page("gone", HTTPStatus.NOT_FOUND)
        if state is PermissionState.WITHDRAWN:
            return self._page("withdrawn")
        return self._page("confirmed", wording=self.contacts.asked(ask) or "")

    def show_stop(self, token: str) -> BaseResponse:
        """The button that ends all email; the mail program may press it by itself."""
        self._contact(token)
        return self._page("stop")

    @gives_back
    def stop(self, token: str) -> BaseResponse:
        """End every permission of a contact. The answer is the same where there is none left."""
        self.contacts.withdraw(self._contact(token))
        return self._page("stopped")

    def _ask(self, token: str) -> str:
        try:
            return self.links.ask_of(token)
        except NoSuchLink:
            abort(self._page("gone", HTTPStatus.NOT_FOUND))

    def _contact(self, token: str) -> str:
        try:
            return self.links.contact_to_stop(token)
        except NoSuchLink:
            abort(self._page("gone", HTTPStatus.NOT_FOUND))

    def not_stored(self, error: NotStored) -> BaseResponse:
        self.log.say("personal data failed", error=error.kind)
        answer = self._page("failed", HTTPStatus.SERVICE_UNAVAILABLE)
        answer.headers["Retry-After"] = "300"
        return answer

    def reload_due(self, error: ReloadDue) -> BaseResponse:
        answer = self._page("renewed", HTTPStatus.SERVICE_UNAVAILABLE, says=error.says)
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
        return answer

    def _page(self, state: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
        if PAGE not in self.pages.build.pages:
            abort(HTTPStatus.NOT_FOUND)
        address = here().service(request.path)
        rendered = here().render("blocks/email.html", state=state, address=address, **values)
        text = with_form(
            self.pages.text(here().page(PAGE)), "email", rendered, failed=state == "failed"
        )
        response = Response(text, status)
        response.headers["Cache-Control"] = "private, no-store"
        return response
