"""/visit/*: page views with their consent, engaged time, withdrawal. All is counted here."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, redirect, request
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from analytics.visits.bodies import Body, EngagedBody, ViewBody
from analytics.visits.early_hits import EarlyHits
from analytics.visits.receipts import receipt
from analytics.visits.state import (
    Agent,
    Counted,
    Engaged,
    State,
    View,
    begin,
    engage,
    from_parts,
    is_early,
    missing,
    to_parts,
    view,
)
from analytics.visits.store.base import CounterStore, StoreError
from analytics.visits.user_agents import Hints, agent_of
from analytics.web.clock import Clock, UnusableClock
from analytics.web.cookies import BadCookie, CookieWriter, ForgedCookie
from analytics.web.languages import here
from analytics.web.origin import is_from_our_forms, is_from_our_pages, may_read_own
from analytics.web.own_cookies import OWN_COOKIES, consented_cookies, wants_a_page
from analytics.web.problems import Reason, Refused
from analytics.web.rate_limits import CONSENTS, VISITS, RateLimiter
from analytics.web.reload_due import ReloadDue, gives_back
from analytics.web.static_files import NOT_FOUND, Pages
from policy import Site
from policy.referrers import DIRECT
from policy.sections import section_of

__all__ = ["Visits", "blueprint"]

MOST_BYTES = 4_096

A_PAGE_OF_OURS = "A page of ours"
"""What led to a page that there is not, where it is one that is gone too, or not known."""

UNKNOWN_PAGE = "*"
"""What a page says of the one before it that is ours and not known: the browser's history."""

Sent = TypeVar("Sent", bound=Body)


def blueprint(visits: Visits) -> Blueprint:
    """The addresses of the feature, answered by `visits`."""
    made = Blueprint("visits", __name__, url_prefix="/visit")
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
    early: EarlyHits = field(default_factory=EarlyHits)

    def count_view(self) -> Response:
        """Count a page view, and with it the consent that was just given."""
        body, agent = self._admit(ViewBody)
        if body.version != self.site.register.version:
            raise Refused(Reason.OUTDATED)
        if body.page not in ("", NOT_FOUND):
            self._check(body.page)
        if self.site.sources.is_spam(body.referrer):
            raise Refused(Reason.SPAM)
        state, now = self._held(), self.clock()
        given = body.version if body.given and state is None else None
        if body.page == NOT_FOUND:
            return self._count_missing(body, state, now)
        if not body.page:
            if state is None:
                self._begins()
                self._count(now, given=given)
            return self._done(state or begin(now))
        before, source = self._led_by(body.referrer)
        campaign = self.site.campaigns.of(body.utm)
        hit = View(now, body.page, self._entry(body.page), source, agent, before, campaign)
        if is_early(state, hit) and (again := self.early.again()):
            return again
        counted = view(state, hit, self.site.sources.channel_of)
        if counted.state.pages == 1:
            self._begins()
        self._count(now, counted, given=given)
        return self._done(counted.state)

    def _count_missing(self, body: ViewBody, state: State | None, now: float) -> Response:
        """Which address it was is not kept: anybody can write one."""
        led_by = unquote(body.referrer)
        if led_by not in self.pages.build.pages:
            ours = body.referrer.startswith("/") or body.referrer == UNKNOWN_PAGE
            led_by = A_PAGE_OF_OURS if ours else self._led_by(body.referrer)[1]
        given = body.version if body.given and state is None else None
        if given is not None:
            self._begins()
        state = state or begin(now)
        self._count(now, Counted(state, missing(led_by)), given=given)
        return self._done(None if given is None else state)

    def _entry(self, page: str) -> str:
        entry = self.site.register.cookie("visit").part("entry")
        return section_of(page) if entry.kind == "section" else page

    def _led_by(self, referrer: str) -> tuple[str | None, str]:
        """The entry that the page of ours which led here would be, and the source."""
        if referrer.startswith("/"):
            return self._entry(unquote(referrer)), DIRECT
        if referrer == UNKNOWN_PAGE:
            return "", DIRECT
        ours = {_bare(urlsplit(self.site.settings.url).netloc), _bare(request.host)}
        return None, DIRECT if _bare(referrer) in ours else self.site.sources.of(referrer)

    def count_engaged(self) -> Response:
        """Count engaged time.

        Only a page that is still in use sets the cookie. After one that is left the next page's
        view is on its way, and the state that it brings back must stand.
        """
        body, agent = self._admit(EngagedBody)
        if body.page == NOT_FOUND:
            return self._done()
        self._check(body.page)
        state, now = self._held(), self.clock()
        hit = Engaged(now, body.page, body.ms, agent, body.renews)
        if is_early(state, hit) and (again := self.early.again()):
            return again
        counted = engage(state or self._state(), hit, self.site.sources.channel_of)
        self._count(now, counted)
        return self._done(counted.state if body.renews else None)

    def _begins(self) -> None:
        if wait := self.rate_limiter.wait_seconds(CONSENTS, request.remote_addr or ""):
            raise Refused(Reason.TOO_OFTEN, wait)

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
            self._count_withdrawn(register.version)
        response = (
            redirect(here().service(OWN_COOKIES), HTTPStatus.SEE_OTHER) if plain else self._done()
        )
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

    def _check(self, page: str) -> None:
        known = self.pages.build.pages.get(page)
        if known is None or not known.counted:
            raise Refused(Reason.UNKNOWN_PAGE)

    def _held(self) -> State | None:
        """The state that the browser carries; None where there is none that can be used."""
        try:
            return self._state()
        except Refused:
            return None

    def _state(self) -> State:
        raw = self.cookies.raw(request.environ, "visit")
        if raw is None:
            raise Refused(Reason.NO_COOKIE)
        try:
            day, held = self.cookies.decode_dated("visit", raw)
        except ForgedCookie:
            raise Refused(Reason.FORGED) from None
        except BadCookie:
            # Signed, yet not understood: it names a page or a source that is gone since.
            raise Refused(Reason.OUTDATED) from None
        return from_parts(day, held)

    def _count(self, now: float, counted: Counted | None = None, given: int | None = None) -> None:
        """Both or neither: a consent that is counted without its view would be sent again."""
        increments, began = (counted.increments, counted.began) if counted else ((), None)
        consent = None if given is None else (self.clock.today(), given)
        if not increments and consent is None:
            return
        try:
            self.counters.add(int(now // 3600), increments, began=began, consent=consent)
        except StoreError:
            raise Refused(Reason.STORE) from None

    def _count_withdrawn(self, version: int) -> None:
        try:
            self.counters.answered(self.clock.today(), version, withdrawn=1)
        except StoreError:
            raise Refused(Reason.STORE) from None

    def _done(self, state: State | None = None) -> Response:
        response = Response(status=204)
        del response.headers["Content-Type"]
        response.cache_control.no_store = True
        if state is not None:
            day, parts = to_parts(state)
            values = {"version": self.site.register.version, **parts}
            self.cookies.write(response, "visit", values, day)
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


def _bare(host: str) -> str:
    """A host as it is without "www." and its port."""
    return host.lower().partition(":")[0].rstrip(".").removeprefix("www.")


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
