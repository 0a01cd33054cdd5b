"""What a visit adds to the counters, and what its cookie says, from end to end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from analytics.visits.bodies import LONGEST_MS
from tests.fixtures.small_site import MONDAY, SmallSite, Visitor

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def test_a_visit_is_counted_in_every_dimension(site: SmallSite, visitor: Visitor) -> None:
    """Two pages and some time from a search: one visit, two views, one that went on."""
    visitor.view("/", "www.google.co.uk")
    visitor.view("/about/", "")
    visitor.engaged("/about/", 1_500)
    whole = {"visits": 1, "views": 2, "continued": 1, "engaged_ms": 1_500}
    assert site.total("all") == {"": whole}
    assert site.total("page") == {"/": {"views": 1}, "/about/": {"views": 1, "engaged_ms": 1_500}}
    assert site.total("entry") == {"/": whole}
    assert site.total("source") == {"Google": whole}
    assert site.total("channel") == {"search": whole}
    assert site.total("campaign") == {"None": whole}
    assert site.total("browser") == {"Chrome": whole}
    assert site.total("system") == {"Windows": whole}
    assert site.total("device") == {"Desktop": whole}


def test_consent_counts_nothing(site: SmallSite, visitor: Visitor) -> None:
    """The cookie of who agrees on a page that is not counted says: no pages yet."""
    assert visitor.cookie is not None
    assert visitor.cookie.startswith(
        "version=1&seen=96&began=0&entry=/&source=Direct&campaign=None&goals=&funnels=."
    )
    assert site.total("all") == {}


def test_a_valid_cookie_is_kept(site: SmallSite, visitor: Visitor) -> None:
    """Consenting again does not restart the visit."""
    visitor.view()
    before = visitor.cookie
    answer = visitor.consent()
    assert answer.status_code == 204
    assert visitor.cookie == before


def test_after_withdrawal_time_is_not_counted(site: SmallSite, visitor: Visitor) -> None:
    """The cookie is gone: the time that a page sends late belongs to nothing."""
    visitor.view()
    visitor.post("/visit/withdraw")
    assert visitor.cookie is None
    assert visitor.engaged("/", 500).headers["Plainsite-Refused"] == "no-cookie"
    assert site.total("all") == {"": {"visits": 1, "views": 1}}


def test_half_an_hour_later_is_another_visit(site: SmallSite, visitor: Visitor) -> None:
    """With its own entry and source."""
    visitor.view("/", "www.google.com")
    site.clock.forward(minutes=30)
    visitor.view("/about/", "bing.com")
    assert site.total("entry") == {
        "/": {"visits": 1, "views": 1},
        "/about/": {"visits": 1, "views": 1},
    }
    assert set(site.total("source")) == {"Google", "Bing"}


def test_an_hour_holds_what_was_seen_in_it(site: SmallSite, visitor: Visitor) -> None:
    """The last second of an hour and the first of the next are two hours' views."""
    site.clock.now = MONDAY + 3599.999
    visitor.view()
    site.clock.now = MONDAY + 3600
    visitor.view()
    hour = int(MONDAY // 3600)
    rows = site.service.counters.series(hour, hour + 1)
    assert [(row.hour, row.visits, row.views) for row in rows] == [(hour, 1, 1), (hour + 1, 0, 1)]


def test_a_clock_set_back_counts_on(site: SmallSite, visitor: Visitor) -> None:
    """A clock that is corrected by two minutes across a step does not break a visit in two."""
    site.clock.now = MONDAY + 300
    visitor.view()
    site.clock.now = MONDAY + 299
    visitor.view()
    assert site.total("all") == {"": {"visits": 1, "views": 2, "continued": 1}}


def test_time_of_a_page_that_is_left_sets_no_cookie(site: SmallSite, visitor: Visitor) -> None:
    """Its answer may come after the next page's, whose state must stand."""
    visitor.view()
    before = visitor.cookie
    site.clock.forward(minutes=10)
    assert "Set-Cookie" not in visitor.engaged("/", 1_000).headers
    assert visitor.cookie == before
    assert "Set-Cookie" in visitor.engaged("/", 1_000, renews=True).headers
    assert visitor.cookie != before


def test_same_journey_gives_the_same_bytes(site: SmallSite) -> None:
    """Two browsers, of different make, seconds apart: the cookies are equal at each step."""
    journey = [("/", "www.google.com"), ("/about/", ""), ("/solutions/", "")]
    first, second = site.visitor(), site.visitor()
    second.headers["User-Agent"] = IPHONE
    first.consent()
    site.clock.now -= 120
    second.consent()
    site.clock.now += 120
    assert first.cookie == second.cookie
    for page, referrer in journey:
        first.view(page, referrer)
        site.clock.now += 1
        second.view(page, "www.google.de" if referrer else "")
        site.clock.now -= 1
        assert first.cookie == second.cookie
    assert set(site.total("device")) == {"Desktop", "Phone"}


def test_the_cookie_is_as_declared(visitor: Visitor) -> None:
    """Session only, out of reach of scripts and of other sites, sent to /visit alone."""
    answer = visitor.view()
    attributes = answer.headers["Set-Cookie"].split("; ")[1:]
    assert set(attributes) == {"Secure", "HttpOnly", "Path=/visit", "SameSite=Strict"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_our_own_host_under_another_name_is_no_source(site: SmallSite) -> None:
    """With www, with a port, from http to https: none of them is another site."""
    for host in ("www.localhost", "localhost", "WWW.schoolmessenger.com", "schoolmessenger.com"):
        visitor = site.visitor()
        visitor.view("/", host)
    assert set(site.total("source")) == {"Direct"}


def test_a_visit_that_goes_on_over_midnight_is_counted_where_it_began(site: SmallSite) -> None:
    """One day has a visit that went on, the other a view: no bounce of 100 %."""
    midnight = MONDAY + 16 * 3600
    site.clock.now = midnight - 60
    visitor = site.visitor()
    visitor.view("/", "www.google.com")
    site.clock.now = midnight + 60
    visitor.view("/about/", "/")
    visitor.view("/solutions/", "/about/")
    hour = int(midnight // 3600)
    for dimension, cell in (("all", ""), ("source", "Google"), ("entry", "/")):
        before, after = (
            {row.cell: row for row in site.service.counters.totals(dimension, at, at, 9)}[cell]
            for at in (hour - 1, hour)
        )
        assert (before.visits, before.continued, before.views) == (1, 1, 1)
        assert (after.visits, after.continued, after.views) == (0, 0, 2)


def test_a_cookie_that_is_sent_twice_makes_no_second_visit_of_one(site: SmallSite) -> None:
    """What another tab sent with the same cookie may continue, but no more than began."""
    visitor = site.visitor()
    visitor.view("/", "www.google.com")
    held = visitor.cookie or ""
    for _ in range(3):
        visitor.cookie = held
        visitor.view("/about/", "/")
    assert site.total("all") == {"": {"visits": 1, "views": 4, "continued": 1}}


def test_reading_for_thirty_five_minutes_is_one_visit(site: SmallSite, visitor: Visitor) -> None:
    """A page in use says so every ten minutes."""
    visitor.view("/")
    for _ in range(3):
        site.clock.forward(minutes=11)
        assert visitor.engaged("/", 600_000, renews=True).status_code == 204
    site.clock.forward(minutes=5)
    visitor.view("/about/", "/")
    assert site.total("all") == {
        "": {"visits": 1, "views": 2, "continued": 1, "engaged_ms": 1_800_000}
    }


def test_time_is_no_longer_than_has_passed(site: SmallSite, visitor: Visitor) -> None:
    """A script may say what it likes: it is bounded by the time since the cookie was written."""
    visitor.view("/")
    site.clock.forward(minutes=0.5)
    visitor.engaged("/", LONGEST_MS)
    assert site.total("all")[""]["engaged_ms"] == 570_000  # from 07:55, a step before, to 08:04:30


def test_an_idle_visit_is_told_no_longer_time_than_a_page_can_be_used(
    site: SmallSite, visitor: Visitor
) -> None:
    """Hours have passed since its cookie was written: a message tells of 15 minutes at most."""
    visitor.view("/")
    site.clock.forward(minutes=5 * 60)
    longer = visitor.engaged("/", LONGEST_MS + 1)
    assert longer.headers["Plainsite-Refused"] == "not-understood"
    assert visitor.engaged("/", LONGEST_MS).status_code == 204
    assert site.total("all")[""]["engaged_ms"] == 15 * 60 * 1_000


def test_the_yes_is_counted_with_the_first_view_and_once(site: SmallSite) -> None:
    visitor = site.visitor()
    visitor.view("/", "www.google.com", given=True)
    visitor.view("/about/", "/", given=True)
    assert [(day.given, day.withdrawn) for day in site.service.counters.consents()] == [(1, 0)]


def test_fifty_browsers_at_once(site: SmallSite) -> None:
    """Fifty visits of four views, at the same time, are counted to the last one."""
    visitors = [site.visitor() for _ in range(50)]

    def visit(visitor: Visitor) -> list[int]:
        visitor.consent()
        return [visitor.view(page).status_code for page in ("/", "/about/", "/", "/solutions/")]

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(visit, visitors)) == [[204] * 4] * 50
    assert site.total("all") == {"": {"visits": 50, "views": 200, "continued": 50}}


def test_own_cookies_are_shown_in_words(site: SmallSite, visitor: Visitor) -> None:
    """Each part of the cookie as it is, and what it means."""
    visitor.view("/about/", "t.co")
    answer = visitor.client.get("/visit/cookies")
    assert answer.json is not None
    shown = answer.json["visit"]
    assert (shown["name"], shown["value"]) == ("__Secure-visit", visitor.cookie)
    assert {part["name"]: part["words"] for part in shown["parts"]} == {
        "version": "Version 1",
        "seen": "08:00 to 08:05 UTC",
        "began": "One page; hours since you came: 0",
        "entry": "About",
        "source": "X",
        "campaign": "None",
        "goals": "None",
        "funnels": "None",
    }
    assert answer.json["audience"] is None
    assert answer.headers["Cache-Control"] == "no-store"


def test_own_cookies_are_for_our_own_pages(visitor: Visitor) -> None:
    """Another site cannot have them sent, even without reading the answer."""
    answer = visitor.client.get("/visit/cookies", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.headers["Plainsite-Refused"] == "origin"


def test_a_cookie_that_is_not_ours_is_shown_without_parts(visitor: Visitor) -> None:
    """It is on the visitor's machine, so it is shown; it means nothing to us."""
    visitor.cookie = "tracker-1234"
    answer = visitor.client.get("/visit/cookies")
    assert answer.json is not None
    assert (answer.json["visit"]["value"], answer.json["visit"]["parts"]) == ("tracker-1234", [])


@pytest.mark.promise("P4")
def test_nothing_about_the_browser_is_stored(site: SmallSite, visitor: Visitor) -> None:
    """No address, agent or referring host is anywhere in the databases, nor in the log."""
    visitor.headers["User-Agent"] += " Marker-agent-1"
    visitor.headers["X-Forwarded-For"] = "203.0.113.77"
    visitor.view("/", "secret-host.example")
    site.service.close()
    for file in site.var.iterdir():
        content = file.read_bytes()
        for trace in (b"Marker-agent-1", b"203.0.113.77", b"127.0.0.1", b"secret-host"):
            assert trace not in content


def test_a_page_that_is_not_found_is_counted_by_what_led_there(site: SmallSite) -> None:
    """A page of ours, one that is gone itself, or a source; the address is not kept."""
    visitor = site.visitor()
    for led_by in ("/about/", "/caf%C3%A9/", "/gone/", "*", "", "www.google.com", "www.localhost"):
        answer = visitor.view("/404.html", led_by)
        assert answer.status_code == 204
        assert "Set-Cookie" not in answer.headers
    assert visitor.engaged("/404.html", 500).status_code == 204
    counted = {cell: row["views"] for cell, row in site.total("missing").items()}
    assert counted == {"/about/": 1, "/café/": 1, "A page of ours": 2, "Direct": 2, "Google": 1}
    assert site.total("all") == {}


def test_who_agrees_on_a_page_that_is_not_found_has_agreed_once(site: SmallSite) -> None:
    visitor = site.visitor()
    visitor.view("/404.html", "/about/", given=True)
    visitor.view("/404.html", "/about/", given=True)
    visitor.view("/", "/404/", given=False)
    assert [day.given for day in site.service.counters.consents()] == [1]
    assert site.total("all") == {"": {"visits": 1, "views": 1}}
    assert site.total("missing") == {"/about/": {"views": 2}}
