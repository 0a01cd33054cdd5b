"""Refusals: why a request was not counted, said in a header and in a problem+json body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus

from flask import Response
from werkzeug.exceptions import HTTPException

__all__ = ["Reason", "Refused", "problem", "problem_of"]

REFUSED_HEADER = "Plainsite-Refused"


class Reason(Enum):
    """The value of the header, the status, and what a programmer should know."""

    SIGNAL = "signal", 403, "The browser asks not to be tracked (Sec-GPC or DNT)."
    ORIGIN = "origin", 403, "Only a page of this site may ask this."
    BOT = "bot", 403, "Only people's browsers are counted."
    SPAM = "spam", 403, "The referring site is known for false visits."
    NO_COOKIE = "no-cookie", 403, "There is no visit cookie, so there is no consent."
    FORGED = "forged", 403, "The visit cookie was not signed by this service."
    OUTDATED = "outdated", 403, "Consent was given to another version of the register."
    TOO_LARGE = "too-large", 413, "The body may have 4096 bytes at most."
    NOT_JSON = "not-json", 415, "Send the body as application/json."
    NOT_UNDERSTOOD = "not-understood", 400, "The body does not have exactly the declared keys."
    UNKNOWN_PAGE = "unknown-page", 404, "This site counts no such page."
    UNKNOWN_DEED = "unknown-deed", 404, "This page has no such event, file, link or form."
    TOO_OFTEN = "too-often", 429, "Too many visits from one network. Try again later."
    CLOCK = "clock", 503, "The service does not know the time, so nothing was counted."
    STORE = "store", 503, "The counters could not be written, so nothing was counted."

    def __init__(self, word: str, status: int, detail: str) -> None:
        self.word = word
        self.status = status
        self.detail = detail


class Refused(Exception):
    """The request changes nothing: no counter, no cookie."""

    def __init__(self, reason: Reason, wait_seconds: int = 0) -> None:
        self.reason = reason
        self.wait_seconds = wait_seconds
        super().__init__(reason.word)

    def answer(self) -> Response:
        """The refusal as an answer."""
        headers = {REFUSED_HEADER: self.reason.word}
        if self.wait_seconds:
            headers["Retry-After"] = str(self.wait_seconds)
        return problem(self.reason.status, self.reason.detail, headers)


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error that a program can read (RFC 9457)."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = Response(json.dumps(body), status, headers, content_type="application/problem+json")
    response.cache_control.no_store = True
    return response


def problem_of(error: HTTPException) -> Response:
    """What the framework refuses, such as a method, as a problem."""
    allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
    return problem(error.code or 500, error.description or "", allowed)
