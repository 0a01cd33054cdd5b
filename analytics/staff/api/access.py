"""Who may ask: a program that sends a token of our staff's, not too often."""

from __future__ import annotations

from flask import g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from analytics.staff.access_log import Action
from analytics.staff.context import current_context
from analytics.staff.roles import TableName, declared, may_read, needed
from analytics.staff.tokens import Token
from analytics.web.problems import problem, problem_of
from analytics.web.rate_limits import FIGURES, UNKNOWN_TOKENS

__all__ = ["Unasked", "admit", "answer_failure", "let_read"]

HOUR = 3_600
CHALLENGE = 'Bearer realm="figures"'


class Unasked(Exception):
    """The request is not answered: the status, why, and the headers that say more."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        self.status, self.detail, self.headers = status, detail, headers or {}
        super().__init__(detail)


def admit() -> None:
    """Before each answer: find the token, and count what it asks. Raises Unasked.

    RFC 6750: section 2.1 for how it is sent, section 3 for what is answered without it.
    """
    context, network = current_context(), request.remote_addr or ""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise _unknown("Send a token: Authorization: Bearer …", CHALLENGE)
    token = context.tokens.find(secret.strip(), context.today)
    if token is None:
        if wait := context.rate_limiter.wait_seconds(UNKNOWN_TOKENS, network):
            raise _too_often(wait)
        said = "There is no such token, or it has ended."
        raise _unknown(said, f'{CHALLENGE}, error="invalid_token"')
    if wait := context.rate_limiter.wait_seconds(FIGURES, token.id):
        raise _too_often(wait)
    g.token = token


def let_read(tables: tuple[TableName, ...]) -> None:
    """Raise Unasked unless the token may read all of the tables; note that it does, once an hour:
    a board on a wall asks each minute."""
    context, token = current_context(), _token()
    if not declared(context.register, tables):
        raise Unasked(404, "This site counts nothing.")
    if not may_read(context.register, token.roles, tables):
        roles = " or ".join(needed(context.register, tables))
        refused = {"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope"'}
        raise Unasked(403, f"A token with the role {roles} may read this.", refused)
    context.access_log.record_once(token, Action.READ_FIGURES, context.now, HOUR)


def answer_failure(error: Exception) -> Response:
    """A problem, for whatever is not answered (RFC 9457)."""
    if isinstance(error, Unasked):
        return problem(error.status, error.detail, error.headers)
    if isinstance(error, SQLAlchemyError):
        return problem(503, "A database cannot be used just now.", {"Retry-After": "300"})
    if isinstance(error, HTTPException) and error.code and error.code >= 400:
        return problem_of(error)
    raise error


def _token() -> Token:
    token: Token = g.token
    return token


def _unknown(detail: str, challenge: str) -> Unasked:
    return Unasked(401, detail, {"WWW-Authenticate": challenge})


def _too_often(wait: int) -> Unasked:
    return Unasked(429, "Asked too often. Try again later.", {"Retry-After": str(wait)})
