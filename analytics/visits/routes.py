"""/visit/*: page views with their consent, engaged time, and what is done on pages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, request

from analytics.visits.admission import Admission
from analytics.visits.beginnings import as_begun, parted
from analytics.visits.bodies import ActionBody, EngagedBody, ViewBody
from analytics.visits.checked_deeds import deed_of, told_of
from analytics.visits.countries import Countries
from analytics.visits.deeds import DIMENSION_OF, deed_cells
from analytics.visits.early_hits import EarlyHits
from analytics.visits.lately import Lately
from analytics.visits.model import Increment
from analytics.visits.state import (
    Counted,
    Engaged,
    State,
    View,
    begin,
    do,
    engage,
    in_segments,
    is_early,
    missing,
    view,
)
from analytics.visits.store.base import CounterStore, StoreError
from analytics.visits.store.trials import Tried
from analytics.visits.trying import tried_in
from analytics.visits.visit_cookie import VisitCookie
from analytics.visits.withdrawals import Withdrawals
from analytics.web.audience_cookie import audience_of
from analytics.web.clock import Clock, UnusableClock
from analytics.web.cookies import CookieWriter
from analytics.web.problems import Reason, Refused
from analytics.web.rate_limits import CONSENTS, RateLimiter
from analytics.web.reload_due import ReloadDue
from analytics.web.static_files import NOT_FOUND, Pages
from policy import Site
from policy.referrers import DIRECT
from policy.sections import section_of

__all__ = ["Visits", "blueprint"]

A_PAGE_OF_OURS = "A page of ours"
"""What led to a page that there is not, where it is one that is gone too, or not known."""

UNKNOWN_PAGE = "*"
"""What a page says of the one before it that is ours and not known: the browser's history."""


def blueprint(visits: Visits) -> Blueprint:
    """The addresses of the feature, answered by `visits`."""
    made = Blueprint("visits", __name__, url_prefix="/visit")
    made.post("/view")(visits.count_view)
    made.post("/engaged")(visits.count_engaged)
    made.post("/action")(visits.count_action)
    made.post("/withdraw")(visits.withdrawals.withdraw)
    made.get("/receipt")(visits.withdrawals.own_receipt)
    made.errorhandler(Refused)(refused)
    made.errorhandler(ReloadDue)(reload_due)
    made.errorhandler(UnusableClock)(no_time)
    return made


@dataclass(frozen=True, slots=True)
class Visits:
    """What counts visits, with what that needs. `keys` sign receipts; `pages` is what is served
    now, whichever build that is; `countries` tell whence a hit comes, where that is counted."""

    site: Site
    cookies: CookieWriter
    pages: Pages
    counters: CounterStore
    clock: Clock
    rate_limiter: RateLimiter
    keys: tuple[bytes, ...]
    lately: Lately = field(default_factory=Lately)
    early: EarlyHits = field(default_factory=EarlyHits)
    countries: Countries | None = None
    cookie: VisitCookie = field(init=False)
    admission: Admission = field(init=False)
    withdrawals: Withdrawals = field(init=False)

    def __post_init__(self) -> None:
        cookie = VisitCookie(self.site.register, self.cookies)
        made = {
            "cookie": cookie,
            "admission": Admission(
                self.site, self.cookies, self.pages, self.rate_limiter, self.countries
            ),
            "withdrawals": Withdrawals(
                self.site, cookie, self.counters, self.clock, self.rate_limiter, self.keys
            ),
        }
        for name, part in made.items():
            object.__setattr__(self, name, part)

    def count_view(self) -> Response:
        """Count a page view, and with it the consent that was just given."""
        body, agent = self.admission.admit(ViewBody)
        if body.version != self.site.register.version:
            raise Refused(Reason.OUTDATED)
        if body.page not in ("", NOT_FOUND):
            self._check(body.page)
        if self.site.sources.is_spam(body.referrer):
            raise Refused(Reason.SPAM)
        state, now = self.cookie.held(), self.clock()
        given = body.version if body.given and state is None else None
        if body.page == NOT_FOUND:
            self._check_again(body)
            return self._count_missing(body, state, now)
        if not body.page:
            self._check_again(body)
            if state is None:
                self._begins()
                self._count(now, given=given)
            return self.cookie.answer(state or begin(now))
        before, source = self._led_by(body.referrer)
        campaign = self.site.campaigns.of(body.utm)
        reached = self.site.goals.reached("page", self.site.plain(body.page))
        hit = View(
            now, body.page, self._entry(body.page), source, agent, before, campaign, reached,
            form=self.pages.build.pages[body.page].form or "",
            after=self._after(body.referrer),
        )  # fmt: skip
        # Who agreed on this page sent nothing before: no answer is on its way.
        if not body.given and is_early(state, hit) and (again := self.early.again()):
            return again
        self._check_again(body)
        counted = view(state, hit, self.site.sources.channel_of)
        if counted.state.pages == 1:
            self._begins()
        self._count(now, counted, given=given)
        if counted.state.pages == 1:
            self.lately.began(now)
        return self.cookie.answer(counted.state)

    def _check_again(self, body: ViewBody) -> None:
        """A hit that waited for a cookie as long as it may, and has none, begins no visit: the
        visitor may have said no since it was first sent."""
        waited = self.early.times and not body.given
        if waited and not self.cookie.is_there:
            raise Refused(Reason.NO_COOKIE)

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
        return self.cookie.answer(None if given is None else state)

    def _entry(self, page: str) -> str:
        entry = self.site.register.cookie("visit").part("entry")
        return section_of(page) if entry.kind == "section" else page

    def _led_by(self, referrer: str) -> tuple[str | None, str]:
        """The entry that the page of ours which led here would be, and the source. A page that is
        not counted is none, and has sent no view."""
        if referrer.startswith("/"):
            page = unquote(referrer)
            return self._entry(page) if self._is_counted(page) else None, DIRECT
        if referrer == UNKNOWN_PAGE:
            return "", DIRECT
        ours = {_bare(urlsplit(self.site.settings.url).netloc), _bare(request.host)}
        return None, DIRECT if _bare(referrer) in ours else self.site.sources.of(referrer)

    def _after(self, referrer: str) -> str:
        page = unquote(referrer)
        return page if page.startswith("/") and self._is_counted(page) else ""

    def count_engaged(self) -> Response:
        """Count engaged time.

        Only a page that is still in use sets the cookie. After one that is left the next page's
        view is on its way, and the state that it brings back must stand.
        """
        body, agent = self.admission.admit(EngagedBody)
        if body.page == NOT_FOUND:
            return self.cookie.answer()
        self._check(body.page)
        state, now = self.cookie.held(), self.clock()
        told = told_of(self.site, body)
        hit = Engaged(now, body.page, body.ms, agent, body.renews, told)
        if is_early(state, hit) and (again := self.early.again()):
            return again
        counted = engage(state or self.cookie.state(), hit, self.site.sources.channel_of)
        self._count(now, counted)
        return self.cookie.answer(counted.state if body.renews else None)

    def count_action(self) -> Response:
        """Count something that was done on a page, with the goals that it reaches."""
        body, agent = self.admission.admit(ActionBody)
        if body.page or body.deed != "form":
            self._check(body.page)
        # Which links a page has, it has for an audience.
        is_link = body.deed == "outbound"
        audience = audience_of(self.cookies, request.environ) if is_link else ""
        what, properties = deed_of(self.site, self.pages, body, audience)
        state = self.cookie.held()
        if (state is None or state.pages == 0) and (again := self.early.again()):
            return again
        state, now = state or self.cookie.state(), self.clock()
        if state.pages == 0:
            raise Refused(Reason.NO_COOKIE)  # Nothing that was counted has it.
        if not body.page:
            # A page of thanks does not say which it is: then it is like the first one of the visit.
            more = {**dict(agent.more), **self.admission.at_entry(state, body.deed)}
            agent = replace(agent, more=tuple(more.items()))
        cells = deed_cells(body.deed, what, properties)
        deed = [Increment(DIMENSION_OF[body.deed], cell, times=1) for cell in cells]
        reached = self.site.goals.reached(body.deed, what)
        counted = do(state, agent, self.site.sources.channel_of, deed, reached)
        self._count(now, counted, deed=body.deed)
        return self.cookie.answer(counted.state if counted.state != state else None)

    def _begins(self) -> None:
        if wait := self.rate_limiter.wait_seconds(CONSENTS, request.remote_addr or ""):
            raise Refused(Reason.TOO_OFTEN, wait)

    def _check(self, page: str) -> None:
        if not self._is_counted(page):
            raise Refused(Reason.UNKNOWN_PAGE)

    def _is_counted(self, page: str) -> bool:
        known = self.pages.build.pages.get(page)
        return known is not None and known.counted

    def _count(
        self,
        now: float,
        counted: Counted | None = None,
        given: int | None = None,
        *,
        deed: str = "",
    ) -> None:
        """Both or neither: a consent that is counted without its view would be sent again."""
        increments: tuple[Increment, ...] = ()
        if counted:
            at_entry = partial(self.admission.at_entry, counted.state, deed)
            increments = as_begun(counted.increments, at_entry)
        began = counted.began if counted else None
        tried = self._tried(counted) if counted else ()
        segments = self.site.segments
        increments += tuple(
            each for part in parted(increments) for each in in_segments(segments, part)
        )
        consent = None if given is None else (self.clock.today(), given)
        if not increments and consent is None:
            return
        try:
            self.counters.add(
                int(now // 3600), increments, began=began, consent=consent, tried=tried
            )
        except StoreError:
            raise Refused(Reason.STORE) from None

    def _tried(self, counted: Counted) -> tuple[Tried, ...]:
        if not self.site.experiments.experiments:
            return ()  # Those of a newer build have no table before the reload.
        on, zone = self.pages.build.experiments, self.clock.zone
        return tuple(tried_in(on, counted.state, counted.increments, self._entry, zone))


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
