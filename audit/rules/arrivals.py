"""Findings about requests as they came to the service: their headers, and what is in their bodies
(P4).

What a browser sends of itself is a closed list. Whatever else is there, a script put there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from audit.observations import Arrival, Journey, Observed
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from policy.forms import EXTRAS, HONEYPOT, SECONDS, TICKED

__all__ = ["findings"]

OF_BROWSERS = frozenset(
    {
        "accept", "accept-encoding", "accept-language", "cache-control", "connection",
        "content-length", "content-type", "cookie", "dnt", "host", "if-modified-since",
        "if-none-match", "origin", "pragma", "priority", "purpose", "range", "referer", "te",
        "upgrade-insecure-requests", "user-agent",
    }
)  # fmt: skip
SEC = "sec-"
TYPES = frozenset(
    {"", "application/json", "application/x-www-form-urlencoded", "text/plain;charset=UTF-8"}
)
ANYTHING = "*/*"
FORM, STAFF, OWN = "/form/", "/staff/", "/own/"
NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?(?:e[+-][1-9]\d*)?")
WHOLE_SECONDS = re.compile(r"\d{0,6}")


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Everything in a request that no browser sends by itself, and nothing declares."""
    for journey in observed.journeys:
        languages = {
            value
            for snapshot in journey.snapshots
            for arrival in snapshot.arrived
            for name, value in arrival.headers
            if name == "accept-language"
        }
        for snapshot in journey.snapshots:
            for arrival in snapshot.arrived:
                for finding in (
                    *_headers(declared, journey, arrival),
                    *_body(declared, arrival),
                ):
                    yield at(finding, journey, snapshot)
        # What goes on once its page is left, a browser sends in its own language, too.
        if len(languages) > (2 if journey.language else 1):
            yield at(_header("Accept-Language", "is not the same in all requests"), journey)


def _headers(declared: Declared, journey: Journey, arrival: Arrival) -> Iterator[Finding]:
    given = dict(arrival.headers)
    for name in given.keys() - OF_BROWSERS:
        if not name.startswith(SEC):
            yield _header(name, f"is sent to {arrival.path}, and by no browser of itself")
    # A page that is opened says what it can show; a script that asks, that it takes anything.
    by_script = arrival.method != "GET" and given.get("sec-fetch-mode") != "navigate"
    if by_script and given.get("accept", ANYTHING) != ANYTHING:
        yield _header("Accept", f"tells {arrival.path} more than that anything is taken")
    if given.get("content-type", "") not in TYPES:
        yield _header("Content-Type", f"tells {arrival.path} what no form and no script declares")
    referrer = urlsplit(given.get("referer", ""))
    here = f"{referrer.scheme}://{referrer.netloc}" == journey.origin
    known = {"", journey.brought, *(each.partition("?")[2] for each in declared.asked)}
    if here and by_script and referrer.query not in known:
        yield _header("Referer", f"has more than a page’s address, at {arrival.path}")


def _body(declared: Declared, arrival: Arrival) -> Iterator[Finding]:
    endpoint = declared.endpoint(arrival.method, arrival.path)
    if endpoint is None or not arrival.body:
        return
    kind = dict(arrival.headers).get("content-type", "")
    what = ""
    if kind == "application/json" and not arrival.path.startswith(STAFF):
        what = "" if _is_shortest(arrival.body) else "more than its values"
    elif endpoint.path == FORM:
        what = next(_of_no_field(declared, arrival.body), "")
    if what:
        message = f"what is sent to {arrival.path} holds {what}"
        mend = "send what is declared, written as JSON.stringify does, and nothing between"
        origin = declared.origin("endpoint", endpoint.path, "carries")
        yield Finding("data in a body", arrival.path, message, "P4", mend, origin=origin)


def _of_no_field(declared: Declared, body: str) -> Iterator[str]:
    for name, value in parse_qsl(body, keep_blank_values=True):
        if name not in declared.fields:
            yield f"“{name}”, which no form asks for"
        elif name == HONEYPOT and value:
            yield "an answer where nobody is asked"
        elif name == SECONDS and not WHOLE_SECONDS.fullmatch(value):
            yield "more than how many seconds it took"
        elif name in EXTRAS and name not in (HONEYPOT, SECONDS) and value not in ("", TICKED):
            yield f"more than a yes in “{name}”"


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def _is_shortest(text: str) -> bool:
    """Whether it is JSON as `JSON.stringify` writes it."""
    try:
        value = json.loads(text, parse_float=_Number, parse_int=_Number)
    except ValueError:
        return False
    return _written(value) == text


def _written(value: object) -> str:
    if isinstance(value, _Number):
        return value if NUMBER.fullmatch(value) else ""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_written(k)}:{_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _header(name: str, words: str) -> Finding:
    message = f"a browser’s header {name} {words}"
    mend = "let no script set it: browsers say what they need to"
    return Finding("data in a header", name, message, "P4", mend)
