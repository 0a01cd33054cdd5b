"""A visitor's own cookies, in words, for the page that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from analytics.web.clock import MOST_HOURS, STEP_SECONDS
from analytics.web.cookies import BadCookie, CookieWriter, Value
from analytics.web.languages import here
from analytics.web.static_files import Pages
from policy import Site
from policy.goals import Funnel, Goal
from policy.register import Part, Register
from policy.sentences import sentence
from policy.values import MARK

__all__ = [
    "CHOICES",
    "OWN_COOKIES",
    "OwnCookies",
    "began_words",
    "consented_cookies",
    "step_words",
    "wants_a_page",
]

CHOICES = "/cookies/"
"""The page of a visitor's choices."""

OWN_COOKIES = "/visit/cookies"
"""Where that page is rendered with the cookies that the browser sent."""


def consented_cookies(register: Register) -> tuple[str, ...]:
    """The names of the cookies that rest on consent: what a refusal deletes."""
    return tuple(
        cookie.name
        for cookie in register.cookies
        if register.purpose(cookie.purpose).basis == "consent"
    )


def wants_a_page() -> bool:
    """Whether a person's browser navigates, rather than a script that asks."""
    kinds = ["application/json", "text/html"]
    return request.accept_mimetypes.best_match(kinds, default=kinds[0]) == "text/html"


@dataclass(frozen=True, slots=True)
class OwnCookies:
    """Reads the cookies of one site, and says what they hold."""

    site: Site
    cookies: CookieWriter
    pages: Pages

    def describe(self, name: str, environ: Mapping[str, Any]) -> Mapping[str, object] | None:
        """The cookie of that name in a WSGI request: its value, and each part in words.

        A value that is not ours has no parts. None where there is no such cookie.
        """
        raw = self.cookies.raw(environ, name)
        if raw is None:
            return None
        cookie = here().site.register.cookie(name)
        try:
            held = self.cookies.decode(name, raw)
        except BadCookie:
            held = {}
        parts = [
            {
                "name": part.name,
                "holds": part.holds,
                "value": str(held[part.name]),
                "words": self._words(part, held[part.name]),
            }
            for part in cookie.parts
            if part.name in held
        ]
        return {"name": cookie.cookie, "value": raw, "parts": parts}

    def _words(self, part: Part, value: Value) -> str:
        if part.name == "seen":
            return step_words(int(value))
        if part.name == "began":
            return began_words(int(value))
        if part.kind in ("goals", "funnels"):
            return _names(str(value), getattr(here().site.goals, part.kind))
        if part.kind in ("page", "section"):
            page = self.pages.build.pages.get(str(value))  # A section may have no page of its own.
            return page.title if page else str(value)
        if part.kind == "audience":
            return here().site.audiences.label(str(value))
        return (
            sentence("Version %(number)s", number=value) if part.kind == "version" else str(value)
        )


def _names(value: str, declared: Iterable[Goal | Funnel]) -> str:
    """What some goals or funnels are called; each funnel with the number of its steps."""
    labels = {each.name: each.label for each in declared}
    named = (each.partition(":") for each in value.split(MARK) if each)
    words = [f"{labels[name]}: {steps}" if steps else labels[name] for name, _, steps in named]
    return ", ".join(words) or sentence("None")


def step_words(step: int) -> str:
    """A five-minute step of the day, as "14:05 to 14:10 UTC"."""
    return _from_to(step * STEP_SECONDS // 60, STEP_SECONDS // 60)


def began_words(began: int) -> str:
    """How many pages were seen, and how many hours since the first of them began."""
    if not began:
        return sentence("No page yet")
    more, hours = divmod(began - 1, MOST_HOURS)
    pages = sentence("More than one page") if more else sentence("One page")
    since = sentence("hours since you came: %(number)s", number=hours)
    return f"{pages}; {since}"


def _from_to(minutes: int, length: int) -> str:
    first, last = (f"{m // 60 % 24:02}:{m % 60:02}" for m in (minutes, minutes + length))
    return sentence("%(first)s to %(last)s UTC", first=first, last=last)
