"""/permission/*: the links in emails, by which a permission is confirmed and stopped.

To open a link changes nothing, since programs that look for viruses open every link: a button
posts. The link itself says who may do it, so no cookie, no sign-in and no page of ours is needed,
and mail programs stop mail with one request of their own (RFC 8058).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from analytics.contacts.links import NoSuchLink
from analytics.contacts.model import Ask, LegalBasis, NotStored, PermissionState
from analytics.service import Service, current_service
from analytics.web.form_pages import with_form
from analytics.web.reload_due import RETRY_SECONDS, ReloadDue, gives_back

__all__ = ["PAGE", "ask_by_mail", "blueprint"]

PAGE = "/email/"
MOST_BYTES = 4_096

blueprint = Blueprint("permission", __name__, url_prefix="/permission")


@blueprint.before_request
def _small() -> None:
    request.max_content_length = request.max_form_memory_size = MOST_BYTES


@blueprint.get("/confirm/<token>/")
def show_confirm(token: str) -> BaseResponse:
    """The words that were checked, and the button that says yes."""
    wording = current_service().contacts.asked(_ask(token))
    if wording is None:
        return _page("gone", HTTPStatus.NOT_FOUND)
    return _page("confirm", wording=wording)


@blueprint.post("/confirm/<token>/")
def confirm(token: str) -> BaseResponse:
    """Say yes: from now on the permission counts."""
    contacts, ask = current_service().contacts, _ask(token)
    state = contacts.confirm(ask)
    if state is None:
        return _page("gone", HTTPStatus.NOT_FOUND)
    if state is PermissionState.WITHDRAWN:
        return _page("withdrawn")
    return _page("confirmed", wording=contacts.asked(ask) or "")


@blueprint.get("/stop/<token>/")
def show_stop(token: str) -> BaseResponse:
    """The button that ends all email; the mail program may press it by itself."""
    _contact(token)
    return _page("stop")


@blueprint.post("/stop/<token>/")
@gives_back
def stop(token: str) -> BaseResponse:
    """End every permission of a contact. The answer is the same where there is none any more."""
    current_service().contacts.withdraw(_contact(token))
    return _page("stopped")


def ask_by_mail(service: Service, connection: Connection, ask: Ask) -> None:
    """Queue the email that asks whether a box was meant, within the caller's transaction."""
    settings = service.site.settings
    text = render_template(
        "mail/confirm-permission.txt",
        wording=ask.wording,
        link=f"{settings.url}{service.links.to_confirm(ask.id)}",
        stop=f"{settings.url}{service.links.to_stop(ask.contact)}",
        keep=service.site.register.table("records", "asks").keep_words,
    )
    subject = f"Confirm that {settings.organization.name} may email you"
    service.outbox.put(
        connection, ask.contact, LegalBasis("ask", ask.id), subject=subject, text=text
    )


def _ask(token: str) -> str:
    try:
        return current_service().links.ask_of(token)
    except NoSuchLink:
        abort(_page("gone", HTTPStatus.NOT_FOUND))


def _contact(token: str) -> str:
    try:
        return current_service().links.contact_to_stop(token)
    except NoSuchLink:
        abort(_page("gone", HTTPStatus.NOT_FOUND))


@blueprint.errorhandler(NotStored)
def _not_stored(error: NotStored) -> BaseResponse:
    current_service().log.say("personal data failed", error=error.kind)
    answer = _page("failed", HTTPStatus.SERVICE_UNAVAILABLE)
    answer.headers["Retry-After"] = "300"
    return answer


@blueprint.errorhandler(ReloadDue)
def _reload_due(error: ReloadDue) -> BaseResponse:
    answer = _page("renewed", HTTPStatus.SERVICE_UNAVAILABLE, says=error.says)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _page(state: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
    service = current_service()
    if PAGE not in service.build.pages:
        abort(HTTPStatus.NOT_FOUND)
    rendered = render_template("blocks/email.html", state=state, address=request.path, **values)
    text = with_form(service.pages.text(PAGE), "email", rendered, failed=state == "failed")
    response = Response(text, status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
