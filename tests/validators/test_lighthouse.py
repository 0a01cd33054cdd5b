"""Lighthouse, at its settings for a phone on a slow line: 100 for everything, and nothing moves.

A page that has fewer in one run is measured in three, of which the middle one counts.
"""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from .conftest import Running, lines_of_json, validate

PAGES = ("/", "/resources/closure-messages/", "/request-information/", "/privacy/")
ALL = {"performance": 100, "accessibility": 100, "best-practices": 100, "seo": 100}


def audience_cookie(address: str) -> str:
    """What a teacher's browser holds after the form."""
    answers = {
        "email": "ada@example.org",
        "role": "teacher",
        "permission": "yes",
        "recognize": "yes",
    }
    body = urlencode(
        answers | {"name": "Ada", "organization": "North School", "message": "Hello"}
    ).encode()
    headers = {"Origin": address, "Content-Type": "application/x-www-form-urlencoded"}
    with closing(HTTPConnection(urlsplit(address).netloc)) as connection:
        connection.request("POST", "/form/request-information", body, headers)
        answer = connection.getresponse()
        answer.read()
    return str(answer.headers["Set-Cookie"]).partition(";")[0]


@pytest.mark.alone
@pytest.mark.promise("P7")
def test_every_kind_of_page_has_all_points_and_does_not_move(
    running: Running, chromium: str
) -> None:
    """With the notice open, and on the home page of an audience."""
    cookie = audience_cookie(running.address)
    assert cookie.startswith("__Host-audience=")
    asked = [[running.address + page, ""] for page in PAGES] + [[f"{running.address}/", cookie]]
    every = judged(chromium, asked)
    assert len(every) == len(asked)
    for found in every:
        assert found["error"] == "", found
        assert found["scores"] == ALL, found
        assert found["shift"] == 0, found


def judged(chromium: str, pages: list[list[str]]) -> list[dict[str, object]]:
    """What Lighthouse says of each page: an address, and a cookie or nothing."""
    return lines_of_json(validate("node", "lighthouse.mjs", chromium, json.dumps(pages)))
