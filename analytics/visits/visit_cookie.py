"""The visit cookie: the state that a browser carries, read from a request, written to an answer."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, request

from analytics.visits.state import State, from_parts, to_parts
from analytics.web.cookies import BadCookie, CookieWriter, ForgedCookie
from analytics.web.problems import Reason, Refused
from policy import Register

__all__ = ["VisitCookie"]

NAME = "visit"


@dataclass(frozen=True, slots=True)
class VisitCookie:
    """That of the request at hand."""

    register: Register
    cookies: CookieWriter

    @property
    def is_there(self) -> bool:
        """Whether the browser sent one, good or not."""
        return self.cookies.raw(request.environ, NAME) is not None

    def state(self) -> State:
        """The state in it. Raises Refused where there is none that can be used."""
        raw = self.cookies.raw(request.environ, NAME)
        if raw is None:
            raise Refused(Reason.NO_COOKIE)
        try:
            day, held = self.cookies.decode_dated(NAME, raw)
        except ForgedCookie:
            raise Refused(Reason.FORGED) from None
        except BadCookie:
            # Signed, yet not understood: it names a page or a source that is gone since.
            raise Refused(Reason.OUTDATED) from None
        return from_parts(day, held)

    def held(self) -> State | None:
        """The state in it; None where there is none that can be used."""
        try:
            return self.state()
        except Refused:
            return None

    def answer(self, state: State | None = None) -> Response:
        """Done, with nothing to say, and with this state for the next hit, if there is one."""
        response = Response(status=204)
        del response.headers["Content-Type"]
        response.cache_control.no_store = True
        if state is not None:
            day, parts = to_parts(state)
            parts["version"] = self.register.version
            values = {part.name: parts[part.name] for part in self.register.cookie(NAME).parts}
            self.cookies.write(response, NAME, values, day)
        return response
