"""Preview as: what a tab's address says holds for every request that comes from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from analytics.preview.app import Preview
from analytics.preview.builds import Built
from policy.places import Places
from tests.fixtures.small_site import CHROME, HOST, PERSONAL, ROOT, SmallSite, small_site

OPENS = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}
FETCHES = {
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Site": "same-origin",
    "Origin": HOST,
    "User-Agent": CHROME,
}
BUILT = Built(4, 4, 0, 0.1)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with small_site(tmp_path) as made:
        yield made


@pytest.fixture
def preview(site: SmallSite) -> Preview:
    made = Preview(Places(ROOT, site.public, site.var), lambda _: site.app)
    made.renew(made.order(None), BUILT)
    return made


@pytest.fixture
def browser(preview: Preview) -> Client:
    return Client(preview, use_cookies=False)


def opened(browser: Client, address: str, before: str = "", **headers: str) -> TestResponse:
    """A page, as where somebody followed a link on the page `before`."""
    referrer = {"Referer": f"{HOST}{before}"} if before else {}
    return browser.get(address, base_url=HOST, headers=OPENS | referrer | headers, buffered=True)


def told(browser: Client, page: str, **headers: str) -> dict[str, Any]:
    """What the bar of a page is told."""
    headers = FETCHES | headers
    answer = browser.get(
        f"/_preview/next?known=&page={page}", base_url=HOST, headers=headers, buffered=True
    )
    found: dict[str, Any] = json.loads(answer.data)
    return found


def test_an_audience_s_page_is_shown_without_any_cookie(browser: Client) -> None:
    answer = opened(browser, f"{PERSONAL}?preview-as=teacher")
    assert "first /solutions/ teacher" in answer.text
    assert not answer.headers.getlist("Set-Cookie")
    assert "first /solutions/ <" in opened(browser, PERSONAL).text


@pytest.fixture
def cookie(site: SmallSite) -> dict[str, str]:
    """A browser that a form has recognized, as one of a school."""
    value = site.service.cookies.encode("audience", {"version": 1, "audience": "school"})
    return {"Cookie": f"other=1; __Host-audience={value}"}


def test_the_default_is_shown_to_a_browser_that_is_recognized(
    browser: Client, cookie: dict[str, str]
) -> None:
    assert "first /solutions/ school" in opened(browser, PERSONAL, **cookie).text
    shown = opened(browser, f"{PERSONAL}?preview-as=everyone", **cookie)
    assert "first /solutions/ <" in shown.text


@pytest.mark.parametrize("said", ["preview-as=teacher", "preview-as=teacher&preview-signal=1"])
def test_links_hand_it_on_and_keep_what_else_they_say(browser: Client, said: str) -> None:
    answer = opened(browser, "/about/?page=2", f"{PERSONAL}?{said}")
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"/about/?page=2&{said}"
    followed = opened(browser, answer.headers["Location"], f"{PERSONAL}?{said}")
    assert followed.status_code == 200


def test_redirects_hand_it_on(browser: Client) -> None:
    answer = opened(browser, "/old/?preview-as=teacher")
    assert answer.status_code == 308
    assert answer.headers["Location"] == "/about/?preview-as=teacher"


def test_it_ends_where_the_address_says_nobody(browser: Client) -> None:
    """An empty word goes before what the page before said, and is not handed on."""
    answer = opened(browser, f"{PERSONAL}?preview-as=", f"{PERSONAL}?preview-as=teacher")
    assert "first /solutions/ <" in answer.text
    assert opened(browser, "/about/", f"{PERSONAL}?preview-as=").status_code == 200


def test_another_site_s_address_says_nothing(browser: Client) -> None:
    headers = OPENS | {"Referer": f"https://elsewhere.example{PERSONAL}?preview-as=teacher"}
    answer = browser.get(PERSONAL, base_url=HOST, headers=headers, buffered=True)
    assert answer.status_code == 200
    assert "first /solutions/ <" in answer.text


def test_an_audience_that_there_is_not_is_nobody(browser: Client) -> None:
    assert "first /solutions/ <" in opened(browser, f"{PERSONAL}?preview-as=nobody").text


def test_a_signal_reaches_the_page_before_its_scripts_and_the_service(browser: Client) -> None:
    page = opened(browser, "/about/?preview-signal=1").data
    assert page.startswith(b"<p>"), "without a doctype there is no safe place, and no signal"
    headers = FETCHES | {"Referer": f"{HOST}/about/?preview-signal=1"}
    body = {"page": "/", "from": "", "utm": {}, "version": 1, "given": True}
    answer = browser.post("/visit/view", base_url=HOST, json=body, headers=headers)
    assert answer.headers["Plainsite-Refused"] == "signal"
    plain = FETCHES | {"Referer": f"{HOST}/about/"}
    answer = browser.post("/visit/view", base_url=HOST, json=body, headers=plain)
    assert answer.status_code == 204


def test_the_bar_is_told_what_the_page_can_be_seen_as(
    browser: Client, cookie: dict[str, str]
) -> None:
    seen = told(browser, PERSONAL, **cookie)
    own = [name for name, _, has in seen["audiences"] if has]
    assert sorted(own) == ["school", "teacher"]
    assert seen["recognized"] == "school"
    assert not any(has for _, _, has in told(browser, "/about/")["audiences"])


def test_each_page_has_the_script_once_and_nothing_else_has_it(browser: Client) -> None:
    page = opened(browser, "/about/")
    assert page.data.count(b"/_preview/") == 1
    assert page.data.endswith(b"</script>")
    assert "ETag" not in page.headers
    asset = browser.get(
        "/assets/main.1a2b3c4d.css", headers={"Accept-Encoding": "br"}, buffered=True
    )
    assert asset.headers["Content-Encoding"] == "br", "what is no page is sent as it is published"
    not_found = opened(browser, "/no/such/page/")
    assert not_found.status_code == 404
    assert b"/_preview/" in not_found.data


def test_as_published_is_as_published(site: SmallSite) -> None:
    """Byte for byte, under the same headers; and nothing that is the preview's can be asked for."""
    places = Places(ROOT, site.public, site.var)
    preview = Preview(places, lambda _: site.app, as_published=True)
    preview.renew(preview.order(None), BUILT)
    for address in (PERSONAL, f"{PERSONAL}?preview-as=teacher", "/_preview/client/main.js"):
        shown = Client(preview).get(address, base_url=HOST, buffered=True)
        published = site.app.test_client().get(address, base_url=HOST, buffered=True)
        assert (shown.status, shown.data) == (published.status, published.data)
        assert list(shown.headers) == list(published.headers)


def test_what_is_not_public_yet_is_built_elsewhere(preview: Preview, browser: Client) -> None:
    """A copy of public/ must never hold a draft that somebody only looked at."""
    asked: list[None] = []
    preview.request = lambda: asked.append(None)
    assert preview.order(None).out.name == "public"
    public = preview.order(None).out
    for wanted in ({"day": "2099-01-01"}, {"drafts": True}, {"day": None}):
        answer = browser.post("/_preview/show", base_url=HOST, json=wanted, headers=FETCHES)
        assert answer.status_code == 204
        assert preview.order(None).out != public
    assert len(asked) == 3
    browser.post("/_preview/show", base_url=HOST, json={"drafts": False}, headers=FETCHES)
    assert preview.order(None).out == public


@pytest.mark.parametrize(
    ("body", "status"),
    [({"day": "tomorrow"}, 400), ({"day": 7}, 400), ([], 400), ("", 400), ({}, 204)],
)
def test_what_makes_no_sense_is_refused(browser: Client, body: object, status: int) -> None:
    answer = browser.post("/_preview/show", base_url=HOST, json=body, headers=FETCHES)
    assert answer.status_code == status


def test_no_other_site_can_ask(browser: Client, preview: Preview) -> None:
    """Any page in the browser can send a POST to this machine."""
    for headers in ({}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.post("/_preview/show", json={"drafts": True}, headers=headers)
        assert answer.status_code == 403
    assert not preview.shown.drafts


@pytest.mark.parametrize("name", ["../app.py", "%2e%2e/app.py", "none.js", "", "//etc/passwd"])
def test_only_the_preview_s_own_files_are_sent(browser: Client, name: str) -> None:
    assert browser.get(f"/_preview/client/{name}").status_code == 404


def test_who_has_not_accepted_has_no_cookie_of_a_visit(browser: Client) -> None:
    answer = browser.post("/_preview/show", base_url=HOST, json={"forget": True}, headers=FETCHES)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Secure-visit=;")
    assert "Max-Age=0" in cookie


def test_whatever_ends_a_request_is_told_as_a_page(
    site: SmallSite, preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where public/ cannot be read any more. The page looks again by itself."""

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "public/about/index.html")

    monkeypatch.setattr(site.app, "wsgi_app", refused)
    answer = Client(preview).get("/about/")
    assert answer.status_code == 503
    assert "error: public/about/index.html: Permission denied" in answer.text
    assert 'http-equiv="refresh"' in answer.text


def test_what_was_removed_under_it_is_told_and_not_found_missing(
    site: SmallSite, browser: Client
) -> None:
    """A page that is gone with all others is no page that somebody forgot to write."""
    assert opened(browser, "/about/").status_code == 200
    (site.public / "_build.json").unlink()
    answer = opened(browser, "/about/")
    assert answer.status_code == 503
    assert "/_preview/client/main.js" in answer.text
