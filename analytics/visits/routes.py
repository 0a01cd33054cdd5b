"""/visit/*: consent, page views, engaged time, withdrawal. All that counts is counted here."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict
from http import HTTPStatus
from typing import TypeVar

from flask import Blueprint, Response, redirect, request
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from analytics.service import Service, current_service
from analytics.visits.bodies import Body, ConsentBody, EngagedBody, ViewBody
from analytics.visits.model import Increment
from analytics.visits.receipts import receipt
from analytics.visits.state import (
    Agent,
    Engaged,
    State,
    View,
    begin,
    coarse_step,
    engage,
    view,
)
from analytics.visits.store.base import StoreError
from analytics.visits.user_agents import agent_of
from analytics.web.clock import UnusableClock
from analytics.web.cookies import BadCookie, ForgedCookie
from analytics.web.origin import is_from_our_forms, is_from_our_pages, may_read_own
from analytics.web.own_cookies import OWN_COOKIES, consented_cookies, wants_a_page
from analytics.web.problems import Reason, Refused
from analytics.web.rate_limits import VISITS
from analytics.web.reload_due import ReloadDue, gives_back
from policy.referrers import source_of

__all__ = ["blueprint"]

MOST_BYTES = 4_096

blueprint = Blueprint("visits", __name__, url_prefix="/visit")


Sent = TypeVar("Sent", bound=Body)


@blueprint.post("/consent")
def consent() -> Response:
    """Issue the visit cookie, which is the proof of consent. One that is valid is kept."""
    service = current_service()
    body, _ = _admit(ConsentBody)
    if body.version != service.site.register.version:
        raise Refused(Reason.OUTDATED)
    try:
        _state(service)
    except Refused:
        if body.given:
            _count_consent(service, body.version, given=1)
        return _done(service, begin(coarse_step(service.clock())))
    return _done(service)


@blueprint.post("/view")
def count_view() -> Response:
    """Count a page view."""
    service = current_service()
    body, agent = _admit(ViewBody)
    state = _state_on(service, body.page)
    now = service.clock()
    hit = View(coarse_step(now), body.page, source_of(body.referrer), agent)
    state, increments = view(state, hit)
    _count(service, now, increments)
    return _done(service, state)


@blueprint.post("/engaged")
def count_engaged() -> Response:
    """Count engaged time.

    A page that is being left sets no cookie: the next page's view is on its way, and the state
    that it brings back must stand.
    """
    service = current_service()
    body, agent = _admit(EngagedBody)
    state = _state_on(service, body.page)
    now = service.clock()
    after, increments = engage(state, Engaged(coarse_step(now), body.page, body.ms, agent))
    _count(service, now, increments)
    return _done(service) if body.leaving else _done(service, after)


@blueprint.post("/withdraw")
@gives_back
def withdraw() -> BaseResponse:
    """Delete every cookie that rests on consent, whatever it is; never refuse a visitor of ours.

    A script is told that it is done. Who runs none sent a form, gets the page of what the browser
    keeps now, and has it forget a "yes" that only a script could take back.
    """
    plain = wants_a_page()
    if not (is_from_our_forms(request) if plain else is_from_our_pages(request)):
        raise Refused(Reason.ORIGIN)
    service = current_service()
    with suppress(Refused):
        _state(service)  # Only who holds a valid cookie has something to take back.
        _count_consent(service, service.site.register.version, withdrawn=1)
    response = redirect(OWN_COOKIES, HTTPStatus.SEE_OTHER) if plain else _done(service)
    if plain:
        response.headers["Cache-Control"] = "no-store"
        # W3C Clear Site Data, section 3.1: also what no cookie holds.
        response.headers["Clear-Site-Data"] = '"storage"'
    for name in consented_cookies(service.site.register):
        service.cookies.delete(response, name)
    return response


@blueprint.get("/receipt")
def own_receipt() -> Response:
    """A signed record of the consent that this browser holds, to keep. Nothing is stored."""
    if not may_read_own(request):
        raise Refused(Reason.ORIGIN)
    service = current_service()
    _state(service)
    site = service.site
    purpose = site.register.cookie("visit").purpose
    made = receipt(site.register, site.settings, purpose, service.clock.today(), service.keys)
    text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    response = Response(text, content_type="application/ld+json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="consent-receipt.json"'
    response.cache_control.no_store = True
    return response


@blueprint.errorhandler(Refused)
def refused(refusal: Refused) -> Response:
    """No counter was changed and no cookie is set; say why."""
    return refusal.answer()


@blueprint.errorhandler(ReloadDue)
def reload_due(_: ReloadDue) -> Response:
    """The page asks for another version of the register, or was opened before that came."""
    return Refused(Reason.OUTDATED).answer()


@blueprint.errorhandler(UnusableClock)
def no_time(_: UnusableClock) -> Response:
    """A hit belongs to an hour, a consent to a day."""
    return Refused(Reason.CLOCK).answer()


def _admit(kind: type[Sent]) -> tuple[Sent, Agent]:
    if request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1":
        raise Refused(Reason.SIGNAL)
    if not is_from_our_pages(request):
        raise Refused(Reason.ORIGIN)
    agent = agent_of(request.headers.get("User-Agent", ""))
    if agent is None:
        raise Refused(Reason.BOT)
    body = _body(kind)
    limiter = current_service().rate_limiter
    if wait := limiter.wait_seconds(VISITS, request.remote_addr or ""):
        raise Refused(Reason.TOO_OFTEN, wait)
    return body, agent


def _body(kind: type[Sent]) -> Sent:
    request.max_content_length = MOST_BYTES
    try:
        sent = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise Refused(Reason.TOO_LARGE) from None
    if request.mimetype != "application/json":
        raise Refused(Reason.NOT_JSON)
    try:
        return kind.model_validate_json(sent)
    except ValidationError:
        raise Refused(Reason.NOT_UNDERSTOOD) from None


def _state_on(service: Service, page: str) -> State:
    known = service.build.pages.get(page)
    if known is None or not known.counted:
        raise Refused(Reason.UNKNOWN_PAGE)
    return _state(service)


def _state(service: Service) -> State:
    raw = service.cookies.raw(request.environ, "visit")
    if raw is None:
        raise Refused(Reason.NO_COOKIE)
    try:
        held = service.cookies.decode("visit", raw)
    except ForgedCookie:
        raise Refused(Reason.FORGED) from None
    except BadCookie:
        # Signed, yet not understood: it names a page or a source that is gone since.
        raise Refused(Reason.OUTDATED) from None
    del held["version"]
    return State(**held)  # type: ignore[arg-type]  # the register's value types checked each part


def _count(service: Service, now: float, increments: tuple[Increment, ...]) -> None:
    if not increments:
        return
    try:
        service.counters.add(int(now // 3600), increments)
    except StoreError:
        raise Refused(Reason.STORE) from None


def _count_consent(service: Service, version: int, *, given: int = 0, withdrawn: int = 0) -> None:
    try:
        service.counters.answered(service.clock.today(), version, given=given, withdrawn=withdrawn)
    except StoreError:
        raise Refused(Reason.STORE) from None


def _done(service: Service, state: State | None = None) -> Response:
    response = Response(status=204)
    del response.headers["Content-Type"]
    response.cache_control.no_store = True
    if state is not None:
        version = service.site.register.version
        service.cookies.write(response, "visit", {"version": version, **asdict(state)})
    return response
