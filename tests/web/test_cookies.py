"""The one writer of cookies, and the guard that lets nothing else through."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Response

from analytics.web.cookies import BadCookie, CookieWriter, ForgedCookie, OutdatedCookie
from analytics.web.guard import Guard
from policy import read_site
from policy.headers import permissions_policy
from policy.register_entries import BrowserFeature
from tests.fixtures.small_site import ROOT

REGISTER = read_site(ROOT).register
PAGES, SOURCES, AUDIENCES = ("/", "/café/", "/a=b&c/"), ("Direct", "Google"), ("teacher", "family")
NAMED = {"page": PAGES, "source": SOURCES, "campaign": ("None", "Spring"), "audience": AUDIENCES}
NAMED |= {"goals": ("asked", "read"), "funnels": ("way:1", "way:2")}
NOUGHT = {
    "version": 1,
    "seen": 0,
    "began": 0,
    "entry": "/",
    "source": "Direct",
    "campaign": "None",
    "goals": "",
    "funnels": "",
}

visits = st.builds(
    dict,
    version=st.just(1),
    seen=st.integers(0, 287),
    began=st.integers(0, 24),
    entry=st.sampled_from(PAGES),
    source=st.sampled_from(SOURCES),
    campaign=st.sampled_from(("None", "Spring")),
    goals=st.sampled_from(("", "asked", "read", "asked~read")),
    funnels=st.sampled_from(("", "way:1", "way:2")),
).map(lambda values: {name: values[name] for name in NOUGHT})


DAY = 86_400
NOON = 20_000 * DAY + DAY // 2


def writer(secret: bytes = b"k" * 32, register=REGISTER, now: float = NOON) -> CookieWriter:
    return CookieWriter(register, (secret,), NAMED, lambda: now)


@given(visits)
def test_what_was_written_is_read_and_the_same_values_give_the_same_bytes(values):
    raw = writer().encode("visit", values)
    assert writer().decode("visit", raw) == values
    assert writer().encode("visit", values) == raw
    assert raw.isascii()
    assert not set(raw) & set('";,\\ ')


@given(visits, visits)
def test_other_values_give_another_cookie(one, other):
    assert (writer().encode("visit", one) == writer().encode("visit", other)) == (one == other)


@given(visits, st.data())
def test_a_cookie_with_a_letter_changed_is_forged(values, data):
    raw = writer().encode("visit", values)
    at = data.draw(st.integers(0, len(raw) - 2))  # The last letter of base64 has unused bits.
    letter = data.draw(st.sampled_from([x for x in "Aa0.=&_-" if x != raw[at]]))
    with pytest.raises(ForgedCookie):
        writer().decode("visit", raw[:at] + letter + raw[at + 1 :])


@given(st.text(max_size=200))
def test_anything_else_is_a_bad_cookie(raw):
    for name in ("visit", "audience", "session"):
        with pytest.raises(BadCookie):
            writer().decode(name, raw.replace("\n", " ")[:42])


def test_another_key_another_name_and_another_version_are_told_apart():
    raw = writer().encode("visit", NOUGHT)
    with pytest.raises(ForgedCookie):
        writer(b"j" * 32).decode("visit", raw)
    with pytest.raises(ForgedCookie):
        writer().decode("audience", raw)
    later = REGISTER.model_copy(update={"version": 2})
    with pytest.raises(OutdatedCookie) as outdated:
        writer(register=later).decode("visit", raw)
    assert (outdated.value.cookie, outdated.value.version) == ("visit", str(REGISTER.version))


@pytest.mark.parametrize(
    ("later", "taken"),
    [
        (-DAY, False),
        (-DAY // 2 - 1, True),  # The clock of another machine is a little behind.
        (-DAY // 2 - 301, False),
        (0, True),
        (DAY, True),
        (DAY + DAY // 2 - 1, True),
        (DAY + DAY // 2, False),
        (400 * DAY, False),
    ],
)
def test_the_visit_cookie_is_taken_on_its_day_and_the_next(later, taken):
    """The key is derived for the day, so one that was kept for longer is worth nothing."""
    raw = writer().encode("visit", NOUGHT)
    if taken:
        assert writer(now=NOON + later).decode_dated("visit", raw) == (20_000, NOUGHT)
    else:
        with pytest.raises(ForgedCookie):
            writer(now=NOON + later).decode("visit", raw)


def test_two_days_sign_otherwise_and_the_other_cookies_have_no_day():
    audience = {"version": 1, "audience": "teacher"}
    today, tomorrow = writer(), writer(now=NOON + DAY)
    assert today.encode("visit", NOUGHT) != tomorrow.encode("visit", NOUGHT)
    assert today.encode("visit", NOUGHT) == tomorrow.encode("visit", NOUGHT, 20_000)
    assert today.encode("audience", audience) == tomorrow.encode("audience", audience)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seen": 288},
        {"seen": -1},
        {"began": 25},
        {"goals": "read~asked"},
        {"goals": "asked~asked"},
        {"goals": "gone"},
        {"goals": "~"},
        {"funnels": "way:3"},
        {"funnels": "way:1~way:2"},
        {"funnels": "way"},
        {"entry": "/nowhere/"},
        {"source": "mailing-4711"},
        {"campaign": "mailing-4711"},
        {"seen": "01"},
    ],
)
def test_a_value_outside_the_register_cannot_be_written(wrong):
    with pytest.raises(ValueError, match="cannot be"):
        writer().encode("visit", NOUGHT | wrong)


def test_a_part_that_is_not_declared_cannot_be_written():
    with pytest.raises(ValueError, match="holds"):
        writer().encode("visit", NOUGHT | {"id": "4711"})


@pytest.mark.promise("P3")
@pytest.mark.parametrize(
    ("name", "values", "attributes"),
    [
        ("visit", NOUGHT, "; Secure; HttpOnly; Path=/visit; SameSite=Strict"),
        ("session", {"id": "A" * 43}, "; Secure; HttpOnly; Path=/staff; SameSite=Strict"),
        (
            "audience",
            {"version": 1, "audience": "teacher"},
            "; Max-Age=15552000; Secure; HttpOnly; Path=/; SameSite=Lax",
        ),
    ],
)
def test_attributes_are_those_of_the_register(name, values, attributes):
    response = Response()
    writer().write(response, name, values)
    header = response.headers["Set-Cookie"]
    parts = header.split("; ")[1:]
    assert "; " + "; ".join(parts) == attributes


GOOD = "__Host-audience=x; Max-Age=15552000; Secure; HttpOnly; Path=/; SameSite=Lax"


def through_guard(*set_cookies: str, scheme: str = "http") -> Response:
    def app(environ, start_response):
        start_response("200 OK", [("Set-Cookie", each) for each in set_cookies])
        return [b""]

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": scheme}
    _, _, headers = run_wsgi_app(Guard(app, REGISTER), environ)
    return Response(headers=headers)


def test_a_declared_cookie_passes_and_so_does_its_deletion():
    deletion = GOOD.replace("15552000", "0").replace("x;", ";")
    assert through_guard(GOOD, deletion).headers.getlist("Set-Cookie") == [GOOD, deletion]


@pytest.mark.parametrize(
    "header",
    [
        "id=4711; Path=/",
        GOOD.replace("__Host-audience", "audience"),
        GOOD.replace("15552000", "15552001"),
        GOOD.replace("; Max-Age=15552000", ""),
        GOOD.replace("; Max-Age=15552000", "; Expires=Fri, 31 Dec 2027 23:59:59 GMT"),
        GOOD.replace("; Secure", ""),
        GOOD.replace("; HttpOnly", ""),
        GOOD.replace("Path=/", "Path=/form"),
        GOOD.replace("Lax", "None"),
        GOOD + "; Domain=example.org",
        "__Secure-visit=x; Max-Age=60; Secure; HttpOnly; Path=/visit; SameSite=Strict",
        "",
    ],
)
def test_any_other_cookie_is_taken_out_and_logged(header, caplog):
    assert "Set-Cookie" not in through_guard(header).headers
    (record,) = caplog.records
    assert "refused an undeclared cookie" in record.message
    assert "4711" not in record.message


def test_the_headers_allow_our_own_origin_and_nothing_else():
    """P6: no address of anybody else's stands in the policy."""
    headers = through_guard().headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy.pop("default-src") == "'none'"
    assert policy.pop("require-trusted-types-for") == "'script'"
    assert set(itertools.chain(*(value.split() for value in policy.values()))) == {
        "'self'",
        "'none'",
    }
    assert "Strict-Transport-Security" not in headers
    assert "Strict-Transport-Security" in through_guard(scheme="https").headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "self" not in headers["Permissions-Policy"]


def test_a_declared_feature_is_allowed_and_no_other():
    feature = BrowserFeature(name="fullscreen", purpose="usage")
    register = REGISTER.model_copy(update={"browser_features": (feature,)})
    policy = permissions_policy(register).split(", ")
    assert [part for part in policy if part != part.split("=")[0] + "=()"] == ["fullscreen=(self)"]
    assert len(policy) > 20
