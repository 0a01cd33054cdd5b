"""What is admitted: a hit that a page of ours sends from a browser of a person, who does not ask
not to be tracked, and not too often; and what it says of that browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from flask import request
from pydantic import ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from analytics.visits.bodies import Body
from analytics.visits.countries import Countries
from analytics.visits.model import Dimension
from analytics.visits.state import Agent, State
from analytics.visits.user_agents import Hints, agent_of
from analytics.visits.versions import browser_version, language_of, screen_of, system_version
from analytics.web.audience_cookie import audience_of
from analytics.web.cookies import CookieWriter
from analytics.web.origin import is_from_our_pages
from analytics.web.problems import Reason, Refused
from analytics.web.rate_limits import VISITS, RateLimiter
from analytics.web.static_files import Pages
from policy import Site

__all__ = ["Admission"]

MOST_BYTES = 4_096

Sent = TypeVar("Sent", bound=Body)


@dataclass(frozen=True, slots=True)
class Admission:
    """`pages` is what is served now, whichever build that is."""

    site: Site
    cookies: CookieWriter
    pages: Pages
    rate_limiter: RateLimiter
    countries: Countries | None = None

    def admit(self, kind: type[Sent]) -> tuple[Sent, Agent]:
        """What the request at hand sends, and the browser that does. Raises Refused."""
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
        return body, replace(agent, more=self._more(body, agent))

    def _more(self, body: Body, agent: Agent) -> tuple[tuple[Dimension, str], ...]:
        """What the hit says besides, by dimension; of what this site does not have, nothing."""
        header, page, site = request.headers.get("User-Agent", ""), body.page, self.site
        found = [
            (Dimension.BROWSER_VERSION, browser_version(agent.browser, header)),
            (Dimension.SYSTEM_VERSION, system_version(agent.system, header)),
            (Dimension.SCREEN, screen_of(body.width)),
            (Dimension.LANGUAGE, language_of(request.headers.get("Accept-Language", ""))),
        ]
        if languages := site.settings.all_languages:
            found.append((Dimension.PAGE_LANGUAGE, languages.of_address(page)))
        if site.audiences.audiences:
            audience = audience_of(self.cookies, request.environ)
            served = self.pages.build.is_for(page, audience) if audience else False
            found.append((Dimension.AUDIENCE, audience if served else site.audiences.default))
        if self.countries:  # The address goes nowhere else, and is kept by nothing that it meets.
            found.append((Dimension.COUNTRY, self.countries.of(request.remote_addr or "")))
        return tuple(found)

    def at_entry(self, state: State, deed: str = "") -> Mapping[Dimension, str]:
        """What followed from the first page of a visit: of a section, its language alone. Who sent
        a form, by this deed or one that the visit has as a goal, may have become of an audience by
        it: then the visit began as everybody's."""
        entry, found = state.entry, dict[Dimension, str]()
        if (languages := self.site.settings.all_languages) and entry.startswith("/"):
            found[Dimension.PAGE_LANGUAGE] = languages.of_address(entry)
        if self.site.audiences.audiences and entry in self.pages.build.pages:
            is_known = deed != "form" and self.site.goals.by_form.isdisjoint(state.goals)
            audience = audience_of(self.cookies, request.environ) if is_known else ""
            served = self.pages.build.is_for(entry, audience) if audience else False
            found[Dimension.AUDIENCE] = audience if served else self.site.audiences.default
        return found


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
