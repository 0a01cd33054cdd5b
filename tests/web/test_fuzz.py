"""Whatever is sent, the answer is none of ours to be ashamed of: no fault of the service, and no
line in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.fixtures.form_site import form_site

# Lists of words read best as words.
ADDRESSES = """
/ /about/ /nowhere /404.html /_build.json /../etc/passwd //evil.example/ /healthz
/visit/view /visit/engaged /visit/withdraw /visit/cookies /visit/
/form/newsletter /form/nothing /audience/forget /own/ask /own/token/ /own/token/erase /email/token/
/staff/ /staff/sign-in/ /staff/contacts/ /staff/contacts/export/ /staff/sign-in/?next=%ff&ended=%00
/staff/reports/?period=custom&from=\ud800&to=1 /staff/?\x01=\xff /% /%ff%fe /a%00b
""".split()  # noqa: SIM905  (easier to read than a list)
METHODS = "GET HEAD POST PUT DELETE OPTIONS TRACE PATCH CONNECT get X-Y".split()  # noqa: SIM905  (easier to read than a list)
NAMES = """
Host Origin Referer Cookie User-Agent Accept Accept-Encoding Accept-Language Range If-None-Match
If-Modified-Since If-Range Content-Type Content-Length Content-Encoding Transfer-Encoding
Sec-Fetch-Site Sec-GPC DNT X-Forwarded-For X-Forwarded-Proto X-Forwarded-Host X-Forwarded-Port
X-Forwarded-Prefix Forwarded Authorization Expect Upgrade X-HTTP-Method-Override
""".split()  # noqa: SIM905  (easier to read than a list)
VALUES = """
http://[ http://localhost https://localhost:99999 null same-origin cross-site gopher https,http
bytes=0-0 bytes=9-1 bytes=-1,0- bytes=9999999999999999999- "x",W/"y" * gzip;q=0,br;q=x
identity;q=0 localhost:abc [::1 evil.example -1 1e3 ::1%eth0 \xff __Secure-session=\x80 =;;=, "
__Host-audience=x;__Host-audience=y application/json multipart/form-data text/html;charset=x
multipart/form-data;boundary= application/x-www-form-urlencoded;charset=utf-99 chunked 1
""".split()  # noqa: SIM905  (easier to read than a list)
VALUES += ["", "a b", "9" * 30, "a=" + "b" * 4_000, "Thu, 99 Foo 2026 99:99:99 GMT", "Basic x"]
BODIES = [b"", b"{}", b"\xff\xfe", b"a=%ff&b=%&=&&", b"[" * 3_000, b"email=a%00b&next=//x"]

texts = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)
headers = st.lists(
    st.tuples(st.sampled_from(NAMES), st.one_of(st.sampled_from(VALUES), texts)),
    max_size=5,
    unique_by=lambda header: header[0],
)
requests = st.tuples(
    st.sampled_from(METHODS), st.sampled_from(ADDRESSES), headers, st.sampled_from(BODIES)
)


@pytest.fixture(scope="module", params=[0, 1], ids=["alone", "behind a proxy"])
def answer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """Sends a request to the whole application; gives the status."""
    with form_site(tmp_path_factory.mktemp("fuzz"), proxies=request.param) as site:
        yield _sender(site.app)


def _sender(app: Flask) -> Callable[..., int]:

    def send(method: str, path: str, given: list[tuple[str, str]], body: bytes) -> int:
        environ = EnvironBuilder(method=method, data=body).get_environ()
        place, _, query = path.partition("?")
        environ |= {"PATH_INFO": _wire(place), "QUERY_STRING": _wire(query)}
        for name, value in given:
            key = name.upper().replace("-", "_")
            environ[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
        chunks, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
        b"".join(chunks)
        return int(status.split()[0])

    return send


def _wire(text: str) -> str:
    """As a server gives it to an application (PEP 3333)."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


@example(("POST", "/staff/sign-in/", [("Origin", "http://[")], b""))
@example(("GET", "/", [("X-Forwarded-Proto", "gopher")], b""))
@example(("GET", "/about", [("Host", "[::1")], b""))
@given(requests)
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_request_is_a_fault_of_ours(answer, caplog: pytest.LogCaptureFixture, sent) -> None:
    """A method that nobody knows is "not implemented", and that is no fault."""
    caplog.clear()
    status = answer(*sent)
    assert status < 500 or status == 501, (status, sent)
    assert [record.getMessage() for record in caplog.records] == [], sent
