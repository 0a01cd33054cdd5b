"""/visit/*: consent, page views, engaged time, withdrawal. All that counts is counted here."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import TypeVar

from flask import Blueprint, Response, redirect, request
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

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
from analytics.visits.store.base import CounterStore, StoreError
from analytics.visits.user_agents import Hints, agent_of
from analytics.web.clock import Clock, UnusableClock
from analytics.web.cookies import BadCookie, CookieWriter, ForgedCookie
from analytics.web.origin import is_from_our_forms, is_from_our_pages, may_read_own
from analytics.web.own_cookies import OWN_COOKIES, consented_cookies, wants_a_page
from analytics.web.problems import Reason, Refused
from analytics.web.rate_limits import VISITS, RateLimiter
from analytics.web.reload_due import ReloadDue, gives_back
from analytics.web.static_files import Pages
from policy import Site
from policy.sections import section_of

__all__ = ["Visits", "blueprint"]

MOST_BYTES = 4_096

Sent = TypeVar("Sent", bound=Body)


def blueprint(visits: Visits) -> Blueprint:
    """The addresses of the feature, answered by `visits`."""
    made = Blueprint("visits", __name__, url_prefix="/visit")
    made.post("/consent")(visits.consent)
    made.post("/view")(visits.count_view)
    made.post("/engaged")(visits.count_engaged)
    made.post("/withdraw")(visits.withdraw)
    made.get("/receipt")(visits.own_receipt)
    made.errorhandler(Refused)(refused)
    made.errorhandler(ReloadDue)(reload_due)
    made.errorhandler(UnusableClock)(no_time)
    return made


@dataclass(frozen=True, slots=True)
class Visits:
    """What counts visits, with what that needs. `keys` sign receipts; `pages` is what is served
    now, whichever build that is."""

    site: Site
    cookies: CookieWriter
    pages: Pages
    counters: CounterStore
    clock: Clock
    rate_limiter: RateLimiter
    keys: tuple[bytes, ...]

    def consent(self) -> Response:
        """Issue the visit cookie, which is the proof of consent. One that is valid is kept."""
        body, _ = self._admit(ConsentBody)
        if body.version != self.site.register.version:
            raise Refused(Reason.OUTDATED)
        try:
            self._state()
        except Refused:
            if body.given:
                self._count_consent(body.version, given=1)
            return self._done(begin(coarse_step(self.clock())))
        return self._done()

    def count_view(self) -> Response:
        """Count a page view."""
        body, agent = self._admit(ViewBody)
        state = self._state_on(body.page)
        now = self.clock()
        if self.site.sources.is_spam(body.referrer):
            raise Refused(Reason.SPAM)
        source = self.site.sources.of(body.referrer)
        hit = View(coarse_step(now), body.page, self._entry(body.page), source, agent)
        state, increments = view(state, hit)
        self._count(now, increments)
        return self._done(state)

    def _entry(self, page: str) -> str:
        entry = self.site.register.cookie("visit").part("entry")
        return section_of(page) if entry.kind == "section" else page

    def count_engaged(self) -> Response:
        """Count engaged time.

        A page that is being left sets no cookie: the next page's view is on its way, and the state
        that it brings back must stand.
        """
        body, agent = self._admit(EngagedBody)
        state = self._state_on(body.page)
        now = self.clock()
        after, increments = engage(state, Engaged(coarse_step(now), body.page, body.ms, agent))
        self._count(now, increments)
        return self._done() if body.leaving else self._done(after)

    @gives_back
    def withdraw(self) -> BaseResponse:
        """Delete every cookie that rests on consent, whatever it is; never refuse our visitor.

        A script is told that it is done. Who runs none sent a form, gets the page of what the
        browser keeps now, and has it forget a "yes" that only a script could take back.
        """
        plain = wants_a_page()
        if not (is_from_our_forms(request) if plain else is_from_our_pages(request)):
            raise Refused(Reason.ORIGIN)
        register = self.site.register
        with suppress(Refused):
            self._state()  # Only who holds a valid cookie has something to take back.
            self._count_consent(register.version, withdrawn=1)
        response = redirect(OWN_COOKIES, HTTPStatus.SEE_OTHER) if plain else self._done()
        if plain:
            response.headers["Cache-Control"] = "no-store"
            # W3C Clear Site Data, section 3.1: also what no cookie holds.
            response.headers["Clear-Site-Data"] = '"storage"'
        for name in consented_cookies(register):
            self.cookies.delete(response, name)
        return response

    def own_receipt(self) -> Response:
        """A signed record of the consent that this browser holds, to keep. Nothing is stored."""
        if not may_read_own(request):
            raise Refused(Reason.ORIGIN)
        self._state()
        site = self.site
        purpose = site.register.cookie("visit").purpose
        made = receipt(site.register, site.settings, purpose, self.clock.today(), self.keys)
        text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
        response = Response(text, content_type="application/ld+json; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="consent-receipt.json"'
        response.cache_control.no_store = True
        return response

    def _admit(self, kind: type[Sent]) -> tuple[Sent, Agent]:
        if request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1":
            raise Refused(Reason.SIGNAL)
        if not is_from_our_pages(request):
            raise Refused(Reason.ORIGIN)
        agent = agent_of(request.headers.get("User-Agent", ""), Hints.of(request.headers))
        if agent is None:
            raise Refused(Reason.BOT)
        body = _body(kind)
        if wait := self.rate_limiter.wait_seconds(VISITS, request.remote_addr or ""):
            raise Refused(Reason.TOO_OFTEN, wait)
        return body, agent

    def _state_on(self, page: str) -> State:
        known = self.pages.build.pages.get(page)
        if known is None or not known.counted:
            raise Refused(Reason.UNKNOWN_PAGE)
        return self._state()

    def _state(self) -> State:
        raw = self.cookies.raw(request.environ, "visit")
        if raw is None:
            raise Refused(Reason.NO_COOKIE)
        try:
            held = self.cookies.decode("visit", raw)
        except ForgedCookie:
            raise Refused(Reason.FORGED) from None
        except BadCookie:
            # Signed, yet not understood: it names a page or a source that is gone since.
            raise Refused(Reason.OUTDATED) from None
        del held["version"]
        return State(**held)  # type: ignore[arg-type]  # the register's value types checked each part

    def _count(self, now: float, increments: tuple[Increment, ...]) -> None:
        if not increments:
            return
        try:
            self.counters.add(int(now // 3600), increments)
        except StoreError:
            raise Refused(Reason.STORE) from None

    def _count_consent(self, version: int, *, given: int = 0, withdrawn: int = 0) -> None:
        try:
            self.counters.answered(self.clock.today(), version, given=given, withdrawn=withdrawn)
        except StoreError:
            raise Refused(Reason.STORE) from None

    def _done(self, state: State | None = None) -> Response:
        response = Response(status=204)
        del response.headers["Content-Type"]
        response.cache_control.no_store = True
        if state is not None:
            version = self.site.register.version
            self.cookies.write(response, "visit", {"version": version, **asdict(state)})
        return response


def refused(refusal: Refused) -> Response:
    """No counter was changed and no cookie is set; say why."""
    return refusal.answer()


def reload_due(_: ReloadDue) -> Response:
    """The page asks for another version of the register, or was opened before that came."""
    return Refused(Reason.OUTDATED).answer()


def no_time(_: UnusableClock) -> Response:
    """A hit belongs to an hour, a consent to a day."""
    return Refused(Reason.CLOCK).answer()


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
