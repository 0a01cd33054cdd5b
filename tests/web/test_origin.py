"""Whether a request came from our own pages, by what browsers say of it."""

from __future__ import annotations

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from analytics.web.origin import is_from_our_forms, is_from_our_pages

OURS, THEIRS, NONE = "https://plain.example", "https://evil.example", None
PAGE = "https://plain.example/newsletter/"


@pytest.mark.parametrize(
    ("origin", "site", "referrer", "page", "form"),
    [
        (OURS, "same-origin", NONE, True, True),
        ("http://plain.example", "same-origin", NONE, True, True),
        (OURS, NONE, NONE, True, True),
        # Something hides the referrer, and with it the origin.
        ("null", "same-origin", NONE, True, True),
        (NONE, "same-origin", NONE, True, True),
        ("null", NONE, NONE, False, False),
        ("null", NONE, PAGE, False, False),
        ("null", "cross-site", PAGE, False, False),
        ("null", "none", NONE, False, False),
        # An old browser tells a form by the referrer alone.
        (NONE, NONE, PAGE, False, True),
        (NONE, NONE, "https://evil.example/https://plain.example/", False, False),
        (NONE, NONE, NONE, False, False),
        # Who speaks against themselves is not ours.
        (OURS, "cross-site", NONE, False, False),
        (OURS, "same-site", PAGE, False, False),
        (THEIRS, "same-origin", PAGE, False, False),
        (THEIRS, NONE, PAGE, False, False),
        # Nor is what no browser sends.
        ("http://[", NONE, NONE, False, False),
        ("http://[", "same-origin", PAGE, False, False),
        ("https://plain.example.", NONE, NONE, False, False),
        ("https://plain.example/", NONE, NONE, False, False),
        ("https://PLAIN.example", NONE, NONE, False, False),
        ("https://plain.example:444", NONE, NONE, False, False),
        (OURS, "SAME-ORIGIN", NONE, False, False),
        ("", "", "", False, False),
    ],
)
def test_where_a_post_came_from(
    origin: str | None, site: str | None, referrer: str | None, *, page: bool, form: bool
) -> None:
    given = {"Origin": origin, "Sec-Fetch-Site": site, "Referer": referrer}
    headers = {name: value for name, value in given.items() if value is not None}
    builder = EnvironBuilder(method="POST", base_url="https://plain.example/", headers=headers)
    request = Request(builder.get_environ())
    assert (is_from_our_pages(request), is_from_our_forms(request)) == (page, form)
