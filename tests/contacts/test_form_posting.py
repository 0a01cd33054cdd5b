"""/form/<name>: what is taken, what comes back, and why."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from analytics.contacts.form_routes import MOST_BYTES
from analytics.web import rate_limits
from analytics.web.form_pages import with_form
from tests.fixtures.form_site import FORMS, NEWSLETTER, REQUEST, rows, send
from tests.fixtures.small_site import SmallSite

STORED = "SELECT count(*) FROM submissions"


def submissions(site: SmallSite) -> int:
    ((count,),) = rows(site, STORED)
    return int(count)


def assert_comes_back(answer: TestResponse, status: int, *, form: str = FORMS[0]) -> None:
    """The form's own page, with a summary of what is wrong, for this visitor only."""
    assert answer.status_code == status
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert f"<title>Error: {form}</title>" in answer.text
    assert 'role="alert"' in answer.text
    assert f'action="/form/{form}"' in answer.text
    assert "Below." in answer.text
    assert "Set-Cookie" not in answer.headers


def test_a_valid_form_is_stored_and_thanked_for(site: SmallSite) -> None:
    """303 to the form's own page of thanks, which any cache would show alike."""
    answer = send(site.app.test_client(), REQUEST)
    assert (answer.status_code, answer.location) == (303, "/thank-you/request-information/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert submissions(site) == 1


def test_mistakes_come_back_with_what_was_typed(site: SmallSite) -> None:
    """422, each sentence in the summary, every answer kept, nothing stored."""
    typed = REQUEST | {"email": "ada@", "message": '"<b>\n</textarea>', "permission": "yes"}
    answer = send(site.app.test_client(), typed)
    assert_comes_back(answer, 422)
    assert answer.text.count("“Email address” needs an address like name@example.org.") == 2
    assert 'value="ada@"' in answer.text
    assert "&#34;&lt;b&gt;\n&lt;/textarea&gt;</textarea>" in answer.text
    assert '<option value="teacher" selected>' in answer.text
    assert 'name="permission" value="yes" checked' in answer.text
    assert 'name="recognize" value="yes" aria' in answer.text
    assert submissions(site) == 0


def test_the_page_that_comes_back_is_the_one_for_the_visitors_role(site: SmallSite) -> None:
    """As it was before the form was sent."""
    client = site.app.test_client()
    value = site.service.cookies.encode("audience", {"version": 1, "audience": "teacher"})
    client.set_cookie("__Host-audience", value)
    assert "<p>teacher</p>" in send(client, {}).text
    client.set_cookie("__Host-audience", "forged")
    assert "<p></p>" in send(client, {}).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.elsewhere.example"},
        {"Origin": "https://elsewhere.example", "Referer": "http://localhost/"},
        {"Origin": "http://localhost", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "http://localhost", "Sec_Fetch_Site": "same-site"},
    ],
)
def test_only_our_own_pages_may_post(site: SmallSite, headers: dict[str, str]) -> None:
    """Others get our form with what was sent and other ways to reach us: it may be a person whose
    browser, or something before it, takes the header out."""
    answer = send(site.app.test_client(), REQUEST, **headers)
    assert_comes_back(answer, 403)
    assert f'value="{REQUEST["name"]}"' in answer.text
    assert site.service.site.settings.organization.phone in answer.text
    assert submissions(site) == 0


@pytest.mark.parametrize(
    ("referrer", "status"),
    [
        ("http://localhost/newsletter/", 303),
        ("https://localhost/newsletter/", 303),
        ("http://localhost.elsewhere.example/", 403),
        ("http://elsewhere.example/http://localhost/", 403),
        ("", 403),
    ],
)
def test_where_origin_is_left_out_the_referrer_tells(
    site: SmallSite, referrer: str, status: int
) -> None:
    """Some old browsers send no Origin with a form."""
    headers = {"Referer": referrer} if referrer else {}
    answer = site.app.test_client().post("/form/newsletter", data=NEWSLETTER, headers=headers)
    assert answer.status_code == status
    assert submissions(site) == (status == 303)


def test_files_are_not_taken(site: SmallSite) -> None:
    """Our forms are sent as text; anything else did not come from one."""
    client = site.app.test_client()
    assert_comes_back(send(client, REQUEST | {"file": (BytesIO(b"x"), "x.exe")}), 415)
    assert_comes_back(send(client, b"<a/>", Content_Type="text/xml"), 415)
    assert_comes_back(send(client, b""), 415)
    assert submissions(site) == 0


def test_a_very_long_body_is_not_read(site: SmallSite) -> None:
    """1 MB is refused at once; what a person might paste comes back to be shortened."""
    client = site.app.test_client()
    assert_comes_back(send(client, REQUEST | {"message": "x" * 1_000_000}), 413)
    long = "x" * (MOST_BYTES - 1_000)
    answer = send(client, REQUEST | {"message": long})
    assert_comes_back(answer, 422)
    assert long in answer.text
    assert submissions(site) == 0


@pytest.mark.promise("P1")
def test_a_field_that_the_form_does_not_have_is_never_kept(site: SmallSite) -> None:
    """What is declared is stored, apart, since only an old page or a program sends more."""
    posted = MultiDict([*REQUEST.items(), ("fax", "1234567"), ("id", "1"), ("form", "x")])
    assert send(site.app.test_client(), posted).status_code == 303
    ((form, suspicion),) = rows(site, "SELECT form, suspected_spam FROM submissions")
    assert form == "request-information"
    assert suspicion == "It came with fields that the form does not have"
    assert b"1234567" not in (site.var / "records.sqlite3").read_bytes()


def test_of_a_field_that_came_twice_the_first_counts(site: SmallSite) -> None:
    """And the submission is kept apart: no browser sends one."""
    posted = MultiDict([*REQUEST.items(), ("name", "Bob")])
    assert send(site.app.test_client(), posted).status_code == 303
    ((name, suspicion),) = rows(site, "SELECT name, suspected_spam FROM submissions")
    assert (name, bool(suspicion)) == ("Ada Byron", True)


@pytest.mark.parametrize(
    "body",
    [
        b"name=%ff%fe%00&email=ada%40example.org&role=teacher",
        b"name=Ad\xe9&email=ada%40example.org&role=teacher",
        "name=Åse&email=ada@example.org&role=teacher".encode(),
        b"name=%ED%A0%80x&email=ada%40example.org&role=teacher;;;&role",
        b"&&&===%%%zz",
        b"\x00" * 100,
    ],
)
@pytest.mark.parametrize("charset", ["", "; charset=utf-16", "; charset=no-such"])
def test_odd_encodings_are_answered(site: SmallSite, body: bytes, charset: str) -> None:
    """As UTF-8, whatever they say they are (as the URL Standard has it); never with a 500."""
    kind = "application/x-www-form-urlencoded" + charset
    answer = send(site.app.test_client(), body, Content_Type=kind)
    assert answer.status_code in {303, 422}
    assert "\x00" not in answer.text


ANY_ANSWER = st.text(max_size=30) | st.sampled_from(["yes", "teacher", "ada@example.org", "\x00"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from([*REQUEST, "permission", "leave_empty", "seconds"]), ANY_ANSWER)
)
def test_whatever_is_typed_is_answered(site: SmallSite, answers: dict[str, str]) -> None:
    """With thanks, with what is wrong, or with a request to wait."""
    encodable = {name: text.encode("utf-8", "replace").decode() for name, text in answers.items()}
    answer = send(site.app.test_client(), encodable, Content_Type=URLENCODED)
    assert answer.status_code in {303, 422, 429}


URLENCODED = "application/x-www-form-urlencoded"


def test_too_many_forms_from_one_network_have_to_wait(site: SmallSite) -> None:
    """429 says when to come back, and what was typed is still there; others are not kept out."""
    client = site.app.test_client()
    for number in range(rate_limits.FORMS.most):
        assert send(client, REQUEST | {"message": str(number)}).status_code == 303
    answer = send(client, REQUEST)
    assert_comes_back(answer, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert "send it again in 15 minutes" in answer.text
    assert 'value="Ada Byron"' in answer.text
    assert submissions(site) == rate_limits.FORMS.most
    other = {"REMOTE_ADDR": "192.0.2.7"}
    headers = {"Origin": "http://localhost"}
    answer = client.post("/form/newsletter", data=NEWSLETTER, headers=headers, environ_base=other)
    assert answer.status_code == 303


def test_mistakes_do_not_count_as_forms(site: SmallSite) -> None:
    """Somebody who needs many attempts is not sent away."""
    client = site.app.test_client()
    for _ in range(rate_limits.FORMS.most + 1):
        assert send(client, {}, Content_Type=URLENCODED).status_code == 422
    assert send(client, REQUEST).status_code == 303


def test_when_nothing_can_be_stored_the_visitor_is_told(
    site: SmallSite, caplog: pytest.LogCaptureFixture
) -> None:
    """503, not thanks; what was typed is still there; the log has no word of it."""
    # Else this one may be the first to miss the tables, and has them made again.
    site.service.retention_thread.close()
    with site.service.records.begin() as connection:
        connection.exec_driver_sql("DROP TABLE permissions")
        connection.exec_driver_sql("DROP TABLE submissions")
    answer = send(site.app.test_client(), REQUEST | {"recognize": "yes"})
    assert_comes_back(answer, 503)
    assert 'value="Ada Byron"' in answer.text
    assert "a submission was not stored" in caplog.text
    assert "Ada" not in caplog.text
    assert "ada@" not in caplog.text


@pytest.mark.parametrize("name", ["other", "Newsletter", "newsletter/", ".."])
def test_a_form_that_is_not_declared_is_not_found(site: SmallSite, name: str) -> None:
    """With the page that says so."""
    answer = send(site.app.test_client(), NEWSLETTER, name)
    assert answer.status_code == 404
    assert "Not found" in answer.text


def test_the_address_of_a_form_leads_to_its_page(site: SmallSite) -> None:
    """After a form with errors it stands in the address bar, and may be opened again."""
    answer = site.app.test_client().get("/form/newsletter")
    assert (answer.status_code, answer.location) == (302, "/newsletter/")
    assert site.app.test_client().get("/form/other", buffered=True).status_code == 404


def test_no_answer_to_a_form_repeats_a_cookie_or_a_secret(site: SmallSite) -> None:
    """Whatever went wrong, the security headers are on and the page is the built one."""
    answer = send(site.app.test_client(), {}, Content_Type=URLENCODED)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_only_the_form_is_replaced() -> None:
    """Of that name, once, whatever it holds; a page without it is a mistake of ours."""
    page = "<title>T</title>a<!-- form x -->1<!-- /form -->b<!-- form y -->2<!-- /form -->c"
    drawn = r"\1 \g<0>"
    expected = rf"<title>Error: T</title>a{drawn}b<!-- form y -->2<!-- /form -->c"
    assert with_form(page, "x", drawn) == expected
    with pytest.raises(LookupError):
        with_form(page, "z", drawn)
