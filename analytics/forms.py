"""/form/<name>: check, store, and only then answer. /audience/forget: forget the audience."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, redirect, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from analytics.form_pages import Answered, redrawn
from analytics.rates import MINUTES, Rate
from analytics.records import Submission, store
from analytics.service import Service, current_service
from analytics.spam import doubt
from policy.forms import Checked, Form

__all__ = ["blueprint"]

MOST_BYTES = 64 * 1024
MOST_SUBMISSIONS = 20
"""A school's office shares one address, so this is generous to people and mean to programs."""

blueprint = Blueprint("forms", __name__)


@blueprint.record
def _own_rate(state: BlueprintSetupState) -> None:
    """Each application counts for itself."""
    state.app.extensions["form_rate"] = Rate(MOST_SUBMISSIONS)


@blueprint.post("/form/<name>")
def submit(name: str) -> BaseResponse:
    """Take a form. 303 means that the submission is committed."""
    service = current_service()
    form = service.site.forms.get(name)
    if form is None:
        abort(HTTPStatus.NOT_FOUND)
    _admit_own_page()
    answers = _answers()
    checked = form.check(answers)
    if checked.errors:
        return _again(service, form, answers, checked, checked.errors)
    if not current_app.extensions["form_rate"].allows(request.remote_addr or ""):
        text = f"Too many forms came from your network. Send it again in {MINUTES} minutes."
        limited = _again(service, form, answers, checked, {"": text})
        limited.status_code = HTTPStatus.TOO_MANY_REQUESTS
        limited.headers["Retry-After"] = str(MINUTES * 60)
        return limited
    why = doubt(answers, checked.values)
    store(service.records, service.site.register, _submission(service, form, checked, why))
    response = _go_to(form.thanks)
    if checked.recognise:  # also when in doubt: the answer must not tell a program it was caught
        _recognise(service, checked.values, response)
    return response


@blueprint.post("/audience/forget")
def forget() -> BaseResponse:
    """Have the browser forget the audience cookie, and go back to the visitor's choices."""
    _admit_own_page()
    response = _go_to("/cookies/")
    current_service().cookies.delete(response, "audience")
    return response


def _go_to(page: str) -> BaseResponse:
    response = redirect(page, HTTPStatus.SEE_OTHER)
    response.headers["Cache-Control"] = "no-store"
    return response


def _admit_own_page() -> None:
    """Only a page of ours may post. Where a browser leaves out Origin, the Referer says so."""
    ours = (f"https://{request.host}", f"http://{request.host}")
    origin = request.headers.get("Origin")
    referrer = request.headers.get("Referer", "")
    if origin in ours:
        return
    if origin is None and referrer.startswith(tuple(f"{each}/" for each in ours)):
        return
    abort(HTTPStatus.FORBIDDEN, "Forms are taken from this site's own pages only.")


def _answers() -> Mapping[str, str]:
    request.max_content_length = MOST_BYTES
    request.max_form_memory_size = MOST_BYTES
    try:
        return request.form.to_dict()
    except RequestEntityTooLarge:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The form holds too much text.")


def _again(
    service: Service,
    form: Form,
    answers: Mapping[str, str],
    checked: Checked,
    errors: dict[str, str],
) -> Response:
    """The page with what was typed and what is wrong. Nothing was stored."""
    typed = {field.name: answers.get(field.name, "") for field in form.fields}
    typed["seconds"] = answers.get("seconds", "")
    ticked = {"permission": checked.permission, "recognise": checked.recognise}
    html = redrawn(service, form, Answered(typed, errors, ticked))
    return Response(html, 422, {"Cache-Control": "no-store"}, mimetype="text/html")


def _submission(service: Service, form: Form, checked: Checked, why: str) -> Submission:
    zone = ZoneInfo(service.site.settings.timezone)
    permitted = form.permission if checked.permission else None
    return Submission(
        form=form.name,
        day=datetime.datetime.fromtimestamp(service.clock(), tz=zone).date(),
        values=checked.values,
        channel=permitted.channel if permitted else "",
        wording=permitted.text if permitted else "",
        doubt=why,
    )


def _recognise(service: Service, values: Mapping[str, str], response: BaseResponse) -> None:
    """Set the audience cookie; for the default audience there is none to set."""
    audience = service.site.audiences.match(values)
    if audience == service.site.audiences.default:
        service.cookies.delete(response, "audience")
        return
    version = service.site.register.version
    service.cookies.write(response, "audience", {"version": version, "audience": audience})
