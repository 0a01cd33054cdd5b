"""/visit/* refuses what it must, says why, and changes nothing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from analytics.visits.store.daily import Daily
from analytics.web.rate_limits import CONSENTS, Limit
from tests.fixtures.small_site import SmallSite, Visitor, small_site, write_build


def raw(visitor: Visitor, body: bytes, kind: str = "application/json") -> TestResponse:
    headers = visitor.headers
    return visitor.client.post("/visit/view", data=body, content_type=kind, headers=headers)


def nested(visitor: Visitor) -> TestResponse:
    return raw(visitor, b'{"page":' + b"[" * 2000 + b"]" * 2000 + b',"from":""}')


def chunked(visitor: Visitor) -> TestResponse:
    """A body that does not say how long it is."""
    return visitor.client.post(
        "/visit/view",
        input_stream=BytesIO(b" " * 5000),
        content_type="application/json",
        headers=visitor.headers,
        environ_overrides={"wsgi.input_terminated": True},
    )


VIEW = {"page": "/", "from": "", "utm": {}, "version": 1, "given": False}
REFUSALS: dict[str, tuple[int, str, Callable[[Visitor], TestResponse]]] = {
    "global privacy control": (403, "signal", lambda v: v.view(Sec_GPC="1")),
    "do not track": (403, "signal", lambda v: v.view(DNT="1")),
    "another origin": (403, "origin", lambda v: v.view(Origin="https://evil.example")),
    "an origin like ours": (
        403,
        "origin",
        lambda v: v.view(Origin="http://localhost.evil.example"),
    ),
    "another port": (403, "origin", lambda v: v.view(Origin="http://localhost:8080")),
    "an opaque origin": (
        403,
        "origin",
        lambda v: v.view(Origin="null", Sec_Fetch_Site="cross-site"),
    ),
    "no origin": (403, "origin", lambda v: v.client.post("/visit/view", json=VIEW)),
    "a sister site": (403, "origin", lambda v: v.view(Sec_Fetch_Site="same-site")),
    "a crawler": (
        403,
        "bot",
        lambda v: v.view(User_Agent="Mozilla/5.0 (compatible; Googlebot/2.1)"),
    ),
    "no agent": (403, "bot", lambda v: v.view(User_Agent="")),
    "a long body": (413, "too-large", lambda v: raw(v, b" " * 4097)),
    "a long body in chunks": (413, "too-large", chunked),
    "a form": (415, "not-json", lambda v: raw(v, b"page=/", "application/x-www-form-urlencoded")),
    "plain text": (415, "not-json", lambda v: raw(v, b'{"page":"/","from":""}', "text/plain")),
    "nothing": (400, "not-understood", lambda v: raw(v, b"")),
    "half of it": (400, "not-understood", lambda v: raw(v, b'{"page":"/"')),
    "not UTF-8": (400, "not-understood", lambda v: raw(v, b'{"page":"\xff","from":""}')),
    "half a character": (400, "not-understood", lambda v: raw(v, b'{"page":"\\ud800","from":""}')),
    "deep nesting": (400, "not-understood", nested),
    "a list": (400, "not-understood", lambda v: v.post("/visit/view", ["/"])),
    "another key": (400, "not-understood", lambda v: v.post("/visit/view", {**VIEW, "id": "1"})),
    "a missing key": (400, "not-understood", lambda v: v.post("/visit/view", {"page": "/"})),
    "a wrong type": (
        400,
        "not-understood",
        lambda v: v.post("/visit/view", {"page": 1, "from": ""}),
    ),
    "a long host": (400, "not-understood", lambda v: v.view(referrer="a" * 2_001)),
    "time as text": (
        400,
        "not-understood",
        lambda v: v.post("/visit/engaged", {"page": "/", "ms": "5", "renews": False}),
    ),
    "a version that is a yes": (
        400,
        "not-understood",
        lambda v: v.view(version=True),
    ),
    "time backwards": (400, "not-understood", lambda v: v.engaged("/", -1)),
    "five hours": (400, "not-understood", lambda v: v.engaged("/", 5 * 3_600_000)),
    "an unknown page": (404, "unknown-page", lambda v: v.view("/nowhere/")),
    "a variant": (404, "unknown-page", lambda v: v.view("/solutions/#teacher")),
    "consent to another register": (403, "outdated", lambda v: v.consent(2)),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusal_says_why_and_changes_nothing(case: str, site: SmallSite, visitor: Visitor) -> None:
    """The reason is in a header and in a problem+json body; no counter or cookie changes."""
    status, reason, ask = REFUSALS[case]
    answer = ask(visitor)
    assert (answer.status_code, answer.headers["Plainsite-Refused"]) == (status, reason)
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert set(answer.json) == {"type", "title", "status", "detail"}
    assert "Set-Cookie" not in answer.headers
    assert site.total("all") == {}


def test_time_without_a_cookie_is_refused(site: SmallSite) -> None:
    """Nothing that was counted began it."""
    answer = site.visitor().engaged("/", 500)
    assert answer.headers["Plainsite-Refused"] == "no-cookie"
    assert site.total("all") == {}


def test_a_view_that_rests_on_no_consent_is_refused(site: SmallSite) -> None:
    """Each says to which register the visitor agreed; to any other, nobody did to this one."""
    for version in (0, 2, -1, 10**30):
        answer = site.visitor().view(version=version)
        assert answer.headers["Plainsite-Refused"] == "outdated"
        assert "Set-Cookie" not in answer.headers
    assert site.total("all") == {}


def signed(site: SmallSite, text: str) -> str:
    day = int(site.clock.now // 86_400)
    return site.service.cookies._signer("visit", day).sign(text).decode()


def test_cookie_of_another_key_is_worth_nothing(site: SmallSite, tmp_path: Path) -> None:
    """What another service signed is no state of a visit here: one begins."""
    with small_site(tmp_path / "other") as other:
        stranger = other.visitor()
        stranger.view("/about/", "bing.com")
    visitor = site.visitor()
    visitor.cookie = stranger.cookie or ""
    assert visitor.engaged("/", 500).headers["Plainsite-Refused"] == "forged"
    visitor.view("/", "www.google.com")
    assert site.total("source") == {"Google": {"visits": 1, "views": 1}}


def test_a_cookie_of_an_older_register_or_of_a_removed_page_is_worth_nothing(
    site: SmallSite, visitor: Visitor
) -> None:
    for text in (
        "version=0&seen=96&began=1&entry=/&source=Bing&campaign=None&goals=&funnels=",
        "version=1&seen=96&began=1&entry=/gone/&source=Bing&campaign=None&goals=&funnels=",
    ):
        visitor.cookie = signed(site, text)
        assert visitor.engaged("/", 500).headers["Plainsite-Refused"] == "outdated"
        assert visitor.view().status_code == 204
    assert site.total("source") == {"Direct": {"visits": 2, "views": 2}}


@pytest.mark.parametrize("days", [2, 30, 400])
def test_a_cookie_of_days_ago_is_worth_nothing(
    days: int, site: SmallSite, visitor: Visitor
) -> None:
    """However often it is sent again: it is signed with the key of its day."""
    visitor.view()
    site.clock.forward(minutes=days * 24 * 60)
    assert visitor.engaged("/", 500).headers["Plainsite-Refused"] == "forged"


def test_visits_that_begin_are_limited_for_each_network(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand people behind one address in fifteen minutes; those who go on are not stopped."""
    assert CONSENTS.most == 1_000
    monkeypatch.setattr("analytics.visits.routes.CONSENTS", Limit("consents", 20))
    visitor = site.visitor()
    visitor.view("/", "www.google.com")
    answers = [site.visitor().view().status_code for _ in range(30)]
    assert Counter(answers) == {204: 19, 429: 11}
    refused = site.visitor().view(given=True)
    assert refused.headers["Plainsite-Refused"] == "too-often"
    assert int(refused.headers["Retry-After"]) > 0
    assert site.service.counters.consents() == []
    assert visitor.view("/about/", "/").status_code == 204
    assert site.total("all")[""] == {"visits": 20, "views": 21, "continued": 1}


TIME = {"page": "/", "ms": 500, "renews": False}
ODD = {
    "not UTF-8": "__Secure-visit=\xff\xfe",
    "escaped": '__Secure-visit="\\377\\376"',
    "very long": "__Secure-visit=" + "a" * 100_000,
    "empty": "__Secure-visit=",
    "only a dot": "__Secure-visit=.",
    "only separators": "__Secure-visit=&&==&.&=",
    "twice, the first forged": "__Secure-visit=x; __Secure-visit={true}",
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_cookies_are_refused(kind: str, site: SmallSite, visitor: Visitor) -> None:
    """Whatever bytes come as the cookie, the answer is a refusal and not a fault of ours."""
    header = ODD[kind].format(true=visitor.cookie)
    stranger = Visitor(site.app.test_client(use_cookies=False))
    answer = stranger.post("/visit/engaged", TIME, Cookie=header)
    assert answer.headers["Plainsite-Refused"] == "forged"
    assert stranger.view(Cookie=header).status_code == 204


def test_odd_cookies_of_others_do_no_harm(site: SmallSite, visitor: Visitor) -> None:
    """Another program on this host may have set cookies that are not UTF-8."""
    header = f"theirs=\xff; ;=; a; __Secure-visit={visitor.cookie}; theirs=\x7f"
    answer = Visitor(site.app.test_client(use_cookies=False)).view(Cookie=header)
    assert answer.status_code == 204
    assert site.total("all") == {"": {"visits": 1, "views": 1}}


def test_audience_cookie_does_not_pass_for_a_visit_cookie(site: SmallSite) -> None:
    """Each cookie is signed for its own use."""
    visitor = site.visitor()
    values = {"version": 1, "audience": "teacher"}
    visitor.cookie = site.service.cookies.encode("audience", values)
    assert visitor.engaged("/", 500).headers["Plainsite-Refused"] == "forged"


def test_withdrawing_is_possible_under_a_signal_and_without_a_cookie(site: SmallSite) -> None:
    """The cookie can always be deleted from our own pages, and only from them."""
    visitor = site.visitor()
    answer = visitor.post("/visit/withdraw", Sec_GPC="1", User_Agent="")
    assert answer.status_code == 204
    for header in answer.headers.getlist("Set-Cookie"):
        assert "Max-Age=0" in header
    answer = visitor.post("/visit/withdraw", Origin="https://evil.example")
    assert answer.headers["Plainsite-Refused"] == "origin"


def test_failed_store_is_said(site: SmallSite, visitor: Visitor) -> None:
    """When the counters cannot be written the answer is 503, and the state stays as it was."""
    before = visitor.cookie
    site.service.counters.close()
    answer = visitor.view()
    assert (answer.status_code, answer.headers["Plainsite-Refused"]) == (503, "store")
    assert "Set-Cookie" not in answer.headers
    assert visitor.cookie == before


def test_unknown_address_and_wrong_method_are_problems(site: SmallSite) -> None:
    """Below /visit/ a program reads the answer, whatever was wrong."""
    client = site.visitor().client
    for answer in (client.get("/visit/view"), client.post("/visit/nothing")):
        assert answer.status_code in (404, 405)
        assert answer.mimetype == "application/problem+json"


@pytest.mark.promise("P4")
def test_ten_thousand_bad_posts_change_no_byte(site: SmallSite, visitor: Visitor) -> None:
    """Forged, stale, taken from elsewhere, or from another site: both databases stay the same, but
    for how many were refused for which reason."""
    visitor.view()
    site.service.coverage.write()
    stores = site.service.stores
    assert stores is not None
    for task in (stores.retention, stores.rewriting, site.service.coverage.task):
        task.close()  # They would write, which is what is looked for.
    true = visitor.cookie or ""
    files = sorted(site.var.iterdir())
    before = {file: file.read_bytes() for file in files}
    chance = random.Random(7)
    browser = site.visitor()
    refused = Counter()
    for _ in range(10_000):
        kind, headers = bad(site, true, chance, browser)
        what, body = chance.choice(BODIES)
        if what == "view" and kind == "stale":
            body = {**body, "version": 0}
        elif what == "view" and kind != "foreign":
            continue  # A view needs no cookie: only where it comes from, and its version, count.
        answer = browser.post(f"/visit/{what}?again=5", body, **headers)
        assert 400 <= answer.status_code < 500, (kind, what)
        assert "Set-Cookie" not in answer.headers
        refused[kind] += 1
    assert sorted(site.var.iterdir()) == files
    assert {file: file.read_bytes() for file in files} == before
    assert set(refused) == {"forged", "stale", "replayed", "foreign"}
    assert sum(refused.values()) > 6_000
    assert min(refused.values()) > 900
    noted = Daily(site.service.counters).refusals
    today = site.service.clock.today()
    assert noted(today, today) == []
    site.service.coverage.write()
    assert sum(each.refused for each in noted(today, today)) == sum(refused.values())


BODIES = (
    ("view", VIEW),
    ("view", {**VIEW, "page": "/about/", "from": "www.google.com"}),
    ("view", {**VIEW, "page": "", "given": True}),
    ("engaged", {"page": "/", "ms": 500, "renews": False}),
    ("engaged", {"page": "/about/", "ms": 500, "renews": True}),
)
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null", "Sec_Fetch_Site": "cross-site"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Origin": "https://evil.example", "X_Forwarded_Host": "evil.example"},
    {"Sec_GPC": "1"},
    {"DNT": "1"},
)


def bad(
    site: SmallSite, true: str, chance: random.Random, browser: Visitor
) -> tuple[str, dict[str, str]]:
    """Give the browser a cookie, and headers, of one of the kinds that must be refused."""
    kind = chance.choice(("forged", "stale", "replayed", "foreign"))
    if kind == "forged":
        browser.cookie = forged(true, chance)
    elif kind == "stale":
        text = f"version=0&seen={chance.randrange(288)}&began=1&entry=/&source=Direct"
        browser.cookie = signed(site, text)
    elif kind == "replayed":  # What this service signed, in answer to something else.
        audience = {"version": 1, "audience": chance.choice(("teacher", "school"))}
        browser.cookie = site.service.cookies.encode("audience", audience)
    else:
        browser.cookie = true
        return kind, chance.choice(FOREIGN)
    return kind, {}


def forged(true: str, chance: random.Random) -> str:
    """A cookie that was never issued."""
    text, _, signature = true.rpartition(".")
    match chance.randrange(4):
        case 0:
            return text.replace("began=1", f"began={chance.choice([0, 2, 13])}") + "." + signature
        case 1:
            place = chance.randrange(len(true) - 1)
            return true[:place] + chr(ord(true[place]) ^ 1) + true[place + 1 :]
        case 2:
            return true[: chance.randrange(len(true) - 1)]
        case _:
            return text + "." + "".join(chance.choices("abcXYZ019-_", k=43))


def test_a_build_makes_new_pages_known(site: SmallSite, visitor: Visitor) -> None:
    """A page that was unknown is counted as soon as it is published."""
    assert visitor.view("/about-us/").status_code == 404
    write_build(site.public, pages=("/", "/solutions/", "/about-us/"))
    assert visitor.view("/about-us/").status_code == 204


@pytest.mark.promise("P4")
def test_a_page_that_is_not_counted_is_refused(site: SmallSite, visitor: Visitor) -> None:
    """Whatever a script sends: the hour of a page of thanks would be that of a submission."""
    known = site.service.build.pages
    secret = replace(known["/about/"], counted=False)
    object.__setattr__(site.service.build, "pages", {**known, "/about/": secret})
    for answer in (visitor.view("/about/"), visitor.engaged("/about/", 5)):
        assert answer.headers["Plainsite-Refused"] == "unknown-page"
    assert site.total("page") == {}


PAGE = {"Accept": "text/html,*/*;q=0.8"}


def test_a_form_withdraws_too_and_clears_what_only_a_script_could(
    site: SmallSite, visitor: Visitor
) -> None:
    """Who runs no script is led to the list of what is kept; other sites cannot send it."""
    client = visitor.client
    other = client.post("/visit/withdraw", headers=PAGE | {"Origin": "https://evil.example"})
    assert other.status_code == 403
    answer = client.post("/visit/withdraw", headers=PAGE | {"Origin": visitor.headers["Origin"]})
    assert (answer.status_code, answer.location) == (303, "/visit/cookies")
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert visitor.cookie is None
    assert "Clear-Site-Data" not in visitor.post("/visit/withdraw").headers


def test_ones_own_cookies_are_not_listed_where_the_browser_kept_some_back(
    visitor: Visitor,
) -> None:
    """From another site, Strict cookies do not come along: the page of choices asks again."""
    answer = visitor.client.get("/visit/cookies", headers=PAGE | {"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.location) == (303, "/cookies/")


def test_a_site_without_a_page_of_choices_lists_them_all_the_same(visitor: Visitor) -> None:
    """As a program reads them."""
    answer = visitor.client.get("/visit/cookies", headers=PAGE | {"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 200
    assert answer.json["visit"]["name"] == "__Secure-visit"
