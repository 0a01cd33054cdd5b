"""POST /visit/withdraw and GET /visit/receipt: taking a consent back, and a record of it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from analytics.visits.early_hits import AGAIN
from analytics.visits.receipts import receipt
from analytics.visits.store.base import CounterStore, StoreError
from analytics.visits.visit_cookie import VisitCookie
from analytics.web.clock import Clock
from analytics.web.languages import here
from analytics.web.origin import is_from_our_forms, is_from_our_pages, may_read_own
from analytics.web.own_cookies import OWN_COOKIES, consented_cookies, wants_a_page
from analytics.web.problems import Reason, Refused
from analytics.web.rate_limits import WITHDRAWALS, RateLimiter
from analytics.web.reload_due import gives_back
from policy import Site

__all__ = ["Withdrawals"]

LATE = "late"
"""The key of the query of a withdrawal that was counted before."""


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """Gives back what a consent allowed. `keys` sign receipts."""

    site: Site
    cookie: VisitCookie
    counters: CounterStore
    clock: Clock
    rate_limiter: RateLimiter
    keys: tuple[bytes, ...]

    @gives_back
    def withdraw(self) -> BaseResponse:
        """Delete every cookie that rests on consent, whatever it is; never refuse our visitor.

        A script is told that it is done. Who runs none sent a form, gets the page of what the
        browser keeps now, and has it forget a "yes" that only a script could take back. One that
        is `late` comes after a withdrawal, for the cookie that an answer on its way brought back;
        one that is sent `again` may have been counted before.
        """
        plain = wants_a_page()
        if not (is_from_our_forms(request) if plain else is_from_our_pages(request)):
            raise Refused(Reason.ORIGIN)
        late = LATE in request.args
        with suppress(Refused):
            self.cookie.state()  # Only who holds a valid cookie has something to take back.
            if not late and AGAIN not in request.args:
                self._count()
        response: BaseResponse = self.cookie.answer()
        if plain:
            response = redirect(here().service(OWN_COOKIES), HTTPStatus.SEE_OTHER)
            response.headers["Cache-Control"] = "no-store"
            # W3C Clear Site Data, section 3.1: also what no cookie holds.
            response.headers["Clear-Site-Data"] = '"storage"'
        for name in ("visit",) if late else consented_cookies(self.site.register):
            self.cookie.cookies.delete(response, name)
        return response

    def _count(self) -> None:
        if self.rate_limiter.wait_seconds(WITHDRAWALS, request.remote_addr or ""):
            return
        try:
            version = self.site.register.version
            self.counters.answered(self.clock.today(), version, withdrawn=1)
        except StoreError:
            raise Refused(Reason.STORE) from None

    def own_receipt(self) -> Response:
        """A signed record of the consent that this browser holds, to keep. Nothing is stored."""
        if not may_read_own(request):
            raise Refused(Reason.ORIGIN)
        self.cookie.state()
        site = self.site
        purpose = site.register.cookie("visit").purpose
        made = receipt(site.register, site.settings, purpose, self.clock.today(), self.keys)
        text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
        response = Response(text, content_type="application/ld+json; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="consent-receipt.json"'
        response.cache_control.no_store = True
        return response
