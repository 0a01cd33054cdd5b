"""A link shows a part of the reports to whoever has it: only that part, for a time, and no name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client, TestResponse

from analytics.staff.reports.files import FORMS
from analytics.staff.reports.filters import PAIRED
from analytics.staff.reports.tabs import TABS
from analytics.staff.shared import routes
from analytics.visits.model import Dimension
from analytics.visits.store.daily import Daily, Struck
from analytics.web.rate_limits import Limit
from tests.fixtures.counter_stores import Lived
from tests.fixtures.form_site import form_site, rows
from tests.fixtures.small_site import HOST, MONDAY, SmallSite
from tests.fixtures.staff import add, signed_in

MANAGED = "/staff/shared/"
HOUR = int(MONDAY // 3600)
NOTE = "A newsletter for the partner that nobody knows of"


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        add(site, ada="admin", rita="reports", carl="contacts")
        for _ in range(30):
            lived = Lived(HOUR, {Dimension.ENTRY: "/", Dimension.SOURCE: "Google"})
            site.service.counters.add(HOUR, lived.increments)
        yield site


@pytest.fixture
def ada(site: SmallSite) -> Client:
    return signed_in(site, "ada")


def post(client: Client, **typed: object) -> TestResponse:
    return client.post(MANAGED, data=typed, headers={"Origin": HOST})


def made(client: Client, *parts: str, name: str = "agency", days: str = "30") -> str:
    """The path of a new link."""
    page = post(client, name=name, part=list(parts), days=days).text
    found = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert found, page
    return urlsplit(found[1]).path


def read(site: SmallSite, path: str, **query: object) -> TestResponse:
    """What somebody sees who never signed in."""
    return site.app.test_client(use_cookies=False).get(path, query_string=query or None)


def panels(text: str) -> set[str]:
    return set(re.findall(r'aria-labelledby="panel-([^"]+)"', text))


def test_whoever_has_the_link_sees_the_figures_without_an_account(site, ada):
    answer = read(site, made(ada, "overview"))
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in answer.text
    same = ada.get("/staff/reports/").text
    figures = r'<dl class="figures">.*?</dl>'
    (mine,), (theirs,) = (re.findall(figures, text, re.DOTALL) for text in (same, answer.text))
    words = [re.sub(r"<[^>]+>", "", text) for text in (mine, theirs)]
    assert words[0] == words[1]
    assert "30" in words[0]


def test_it_leads_to_nothing_behind_the_sign_in(site, ada):
    path = made(ada, *(tab.key for tab in TABS), "notes")
    for address in (path, f"{path}definitions/", f"{path}?tab=pages", f"{path}?filter=page:/"):
        text = read(site, address).text
        led = re.findall(r'(?:href|action)="(/staff/[^"]*)"', text)
        assert [each for each in led if not unescape(each).startswith(path)] == []
        assert "site/segments.toml" not in text


def test_every_way_of_its_page_leads_somewhere(site, ada):
    path = made(ada, "overview", "sources")
    text = read(site, path).text
    ways = {unescape(each) for each in re.findall(r'href="((?:\?|/staff/)[^"]*)"', text)}
    assert len(ways) > 10
    for way in ways:
        answer = read(site, path + way if way.startswith("?") else way)
        assert answer.status_code == 200, way


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.key)
def test_it_shows_its_tab_and_nothing_of_the_others(site, ada, tab):
    path = made(ada, tab.key)
    for other in TABS:
        shown = panels(read(site, path, tab=other.key).text)
        assert shown == panels(ada.get(f"/staff/reports/?tab={tab.key}").text)
    for dimension in set(Dimension) - set(tab.panels):
        asked = ({"filter": f"{dimension}:x"}, {"only": str(dimension)})
        answers = [read(site, path, **query) for query in asked if dimension in PAIRED]
        answers += [read(site, f"{path}{dimension}.{form}") for form in FORMS]
        assert {answer.status_code for answer in answers} == {404}, dimension
        assert not any(panels(answer.text) for answer in answers)


def test_what_staff_noted_is_shown_only_where_that_was_chosen(site, ada):
    day = site.service.clock.today().isoformat()
    typed = {"day": day, "text": NOTE}
    ada.post("/staff/reports/notes/", data=typed, headers={"Origin": HOST})
    without = made(ada, "overview", name="a-board")
    for address in (without, f"{without}over-time.json", f"{without}?tab=pages"):
        assert NOTE not in read(site, address).text
    assert NOTE in read(site, made(ada, "overview", "notes", name="partner")).text


def test_why_an_hour_was_struck_out_is_for_staff(site, ada):
    daily = Daily(site.service.counters)
    daily.strike(Struck(HOUR - 1, site.service.clock.today(), "Ms Brown told of an attack"))
    without = made(ada, "overview", name="a-board")
    for address in (without, f"{without}over-time.json"):
        text = read(site, address).text
        assert "1 hour is struck out" in text
        assert "Ms Brown" not in text
    assert "Ms Brown" in read(site, made(ada, "overview", "notes", name="partner")).text


def test_what_figures_mean_names_nothing_of_other_tabs(site, ada):
    declared = site.service.site
    labels = {each.label for each in declared.goals.goals}
    labels |= {each.name for each in declared.campaigns.own}
    assert labels
    read_by = {
        part: read(site, made(ada, part, name=part) + "definitions/").text
        for part in ("technology", "goals", "sources")
    }
    assert not any(escape(each) in read_by["technology"] for each in labels)
    assert all(escape(each.label) in read_by["goals"] for each in declared.goals.goals)
    assert all(escape(each.name) in read_by["sources"] for each in declared.campaigns.own)


@pytest.mark.parametrize("rest", ["/", "%2Fx", "x", "x/y/", "page.exe", "..%2Freports/"])
def test_an_odd_address_behind_a_link_is_not_that_of_the_sign_in(site, ada, rest):
    answer = read(site, made(ada, "overview") + rest)
    assert answer.status_code in {404, 308}
    assert "Location" not in answer.headers or "sign-in" not in answer.headers["Location"]


def test_what_no_database_keeps_is_refused_and_the_link_is_still_there(site, ada):
    answer = read(site, made(ada, "overview"), filter="browser:\0")
    assert answer.status_code == 400
    assert "Your link does not show this" in answer.text


def test_its_files_hold_the_numbers_of_the_page(site, ada):
    path = made(ada, "sources")
    answer = read(site, f"{path}source.csv", period="30-days")
    assert answer.text == ada.get("/staff/reports/source.csv?period=30-days").text
    assert "Google" in answer.text


def test_only_a_hash_of_it_is_kept_and_each_reading_is_noted(site, ada):
    path = made(ada, "overview")
    secret = path.strip("/").rpartition("/")[2]
    for file in Path(site.var).iterdir():
        assert file.is_dir() or secret.encode() not in file.read_bytes()
    for _ in range(90):
        assert read(site, path).status_code == 200
        site.clock.forward(minutes=1)
    logged = rows(site, "SELECT username, action FROM access_log")
    assert logged.count(("link agency", "read figures")) == 2
    assert ("ada", "made a link to figures") in logged
    assert secret not in ada.get(MANAGED).text


def test_one_that_was_revoked_or_has_ended_shows_nothing(site, ada):
    gone, ended = made(ada, "overview", name="gone"), made(ada, "pages", name="ended", days="7")
    post(ada, what="revoke", name="gone")
    site.clock.forward(minutes=8 * 24 * 60)
    for path in (gone, ended, f"{ended}page.csv", f"{gone}definitions/", "/staff/shared/guess/"):
        answer = read(site, path)
        assert answer.status_code == 404
        assert "This link shows nothing" in answer.text
        assert not panels(answer.text)
    signed = signed_in(site, "ada")
    assert "Ended" in signed.get(MANAGED).text
    site.clock.forward(minutes=31 * 24 * 60)
    site.service.retention_thread.purge()
    assert rows(site, "SELECT name FROM shared_links") == []


def test_guessing_is_slow_and_locks_out_nobody_who_has_one(site, ada):
    path = made(ada, "overview")
    answers = [read(site, f"/staff/shared/{number}/").status_code for number in range(60)]
    assert answers == [404] * 40 + [429] * 20
    assert read(site, path).status_code == 200


def test_a_link_that_has_ended_says_so_however_often_it_is_asked(site, ada):
    """A screen on a wall asks for ever, from the network of those who work there."""
    path = made(ada, "overview", days="7")
    site.clock.forward(minutes=8 * 24 * 60)
    assert {read(site, path).status_code for _ in range(60)} == {404}


def test_it_is_read_so_often_and_no_more(site, ada, monkeypatch):
    path = made(ada, "overview")
    monkeypatch.setattr(routes, "FIGURES", Limit("figures", 3))
    answers = [read(site, path) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_only_those_who_may_see_accounts_make_links(site, ada):
    """Others may not see who has one."""
    assert "Let others see the figures" in ada.get("/staff/reports/").text
    rita = signed_in(site, "rita")
    assert "Let others see the figures" not in rita.get("/staff/reports/").text
    for client in (rita, signed_in(site, "carl")):
        assert client.get(MANAGED).status_code == 403
        assert post(client, name="mine", part="overview", days="30").status_code == 403
    assert site.app.test_client().get(MANAGED).status_code == 303
    assert rows(site, "SELECT name FROM shared_links") == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "", "part": "overview", "days": "30"}, "use 2 to 64 letters"),
        ({"name": "agency", "part": "overview", "days": "30"}, "already a link"),
        ({"name": "other", "days": "30"}, "choose one part at least"),
        ({"name": "other", "part": "notes", "days": "30"}, "choose one part at least"),
        ({"name": "other", "part": "contacts", "days": "30"}, "have no part"),
        ({"name": "other", "part": "overview", "days": "4000"}, "let it end in 1 to 366"),
        ({"what": "revoke", "name": "nobody"}, "there is no link"),
    ],
)
def test_what_will_not_do_says_how_to_mend_it(site, ada, typed, said):
    made(ada, "overview")
    answer = post(ada, **typed)
    assert answer.status_code == 422
    assert said in answer.text.lower()
    assert rows(site, "SELECT name FROM shared_links") == [("agency",)]


def test_the_secret_is_no_token_and_no_session(site, ada):
    secret = made(ada, "overview").strip("/").rpartition("/")[2]
    asked = {"Authorization": f"Bearer {secret}"}
    client = site.app.test_client(use_cookies=False)
    assert client.get("/staff/api/v1/series?from=2026-03-01", headers=asked).status_code == 401
    assert client.get("/staff/reports/", headers=asked).status_code == 303


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_is_changed_by_it(site, ada, method):
    path = made(ada, "overview")
    answer = site.app.test_client(use_cookies=False).open(
        path, method=method, headers={"Origin": HOST}
    )
    assert answer.status_code in {404, 405}
