"""A digest by mail: once, in the morning, with the numbers of the page, and nothing that is
fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from email import message_from_bytes
from email.policy import SMTP
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from werkzeug.test import Client

from analytics.contacts.mail.outbox import Message
from analytics.staff.accounts import change_roles
from analytics.staff.by_mail.digest import digest_of
from analytics.staff.by_mail.due import closed_by, week_of
from analytics.staff.by_mail.rounds import Memo
from analytics.staff.by_mail.writing import shortened
from analytics.visits.model import Dimension
from analytics.web.even_clock import EvenClock
from tests.fixtures.counter_stores import Lived
from tests.fixtures.digest_mail import ask, carrier, confirmed, link, mailing_of, parts, rounds
from tests.fixtures.form_site import form_site, rows
from tests.fixtures.relay import Post
from tests.fixtures.small_site import HOST, SmallSite
from tests.fixtures.staff import add, signed_in
from tests.staff.test_report_filter import headline, lines

EMAIL = "rita@example.org"
ZONE = ZoneInfo("America/Los_Angeles")
USUAL = {Dimension.ENTRY: "/", Dimension.SOURCE: "Google", Dimension.CAMPAIGN: "None"}
WAITING = "SELECT subject FROM digest_messages ORDER BY subject"


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None, post: Post) -> Iterator[SmallSite]:
    with form_site(tmp_path, relay=post) as site:
        for task in (site.service.staff_sender, site.service.digests):
            assert task is not None
            task.close()  # These tests carry by hand.
        add(site, rita="reports", ada="admin")
        yield site


@pytest.fixture
def rita(site: SmallSite) -> Client:
    return signed_in(site, "rita")


def at(site: SmallSite, local: str) -> None:
    """Set the clock to a moment where the site is."""
    site.clock.now = datetime.fromisoformat(local).replace(tzinfo=ZONE).timestamp()


def count(site: SmallSite, day: int, visits: int, month: int = 3, **cells: str) -> None:
    """Visits at noon of a day, each of one page."""
    hour = int(datetime(2026, month, day, 12, tzinfo=ZONE).timestamp()) // 3_600
    named = {Dimension(name): cell for name, cell in cells.items()}
    for _ in range(visits):
        lived = Lived(hour, {**USUAL, **named}, ms=9_000)
        site.service.counters.add(hour, lived.increments)


def tells_the_same(said: Mapping[str, str], page: str) -> None:
    """Both parts have the headline and the panels of the page."""
    html = unescape(re.sub(r"<[^>]+>", "\n", said["text/html"]))
    figures = headline(page)
    figures.pop("Coverage", None)
    assert figures["Visits"] == "42"
    for label, value in figures.items():
        assert f"{label}: {value}, " in said["text/plain"]
        assert re.search(rf"{re.escape(label)}\n.*\n+{re.escape(value)}\n", html), label
    for dimension in ("page", "source", "campaign"):
        told = lines(page, dimension)
        assert told
        for cell, number in told.items():
            assert f"  {number}  {unescape(cell)}" in said["text/plain"]
            assert unescape(cell) in html


def fetches_nothing(said: Mapping[str, str], ours: str) -> None:
    for text in said.values():
        assert set(re.findall(r"(https?://[^/\s\"<]+)", text)) == {ours}
        assert not re.search(r"<img|<link|<script|@import|url\(|src=", text)


def test_a_week_is_mailed_once_with_the_numbers_of_the_page(site, rita, post):
    confirmed(site, rita, post, EMAIL, "week")
    count(site, 23, 20, month=2)
    count(site, 4, 30)
    count(site, 8, 12, entry="/about/", source="A partner <&>", campaign="Newsletter")
    typed = {"day": "2026-03-04", "text": "A fair <in> Ohio"}
    at(site, "2026-03-05 09:00")
    signed_in(site, "rita").post("/staff/reports/notes/", data=typed, headers={"Origin": HOST})
    at(site, "2026-03-09 06:59")
    rounds(site).step()
    assert rows(site, WAITING) == []
    at(site, "2026-03-09 07:00")

    late = rounds(site)  # Two services look at the same moment.
    closed = closed_by(site.service.clock() // 1, ZONE)
    (address,) = mailing_of(site).addresses.all()
    (due,) = late._due(address, closed, Memo())
    rounds(site).step()
    late._queue(due)
    rounds(site).step()
    name = site.service.site.settings.name
    assert rows(site, WAITING) == [(f"{name}: 42 visits, Mar 2 – Mar 8, 2026",)]
    assert carrier(site, post).round()
    (message,) = post.taken
    assert message["To"] == EMAIL
    assert message.get_content_type() == "multipart/alternative"
    said = parts(message)
    assert list(said) == ["text/plain", "text/html"]

    (path,) = re.findall(r"https?://\S+(/staff/reports/\?\S+)", said["text/plain"])
    signed = signed_in(site, "rita")
    page = signed.get(path).text
    tells_the_same(said, page)
    assert "Visits: 42, up 110" in said["text/plain"]
    assert "compared with Feb 23 – Mar 1, 2026" in said["text/plain"]
    assert "Mar 4, 2026: A fair <in> Ohio" in said["text/plain"]
    assert "A fair &lt;in&gt; Ohio" in said["text/html"]
    assert "A partner <&>" not in said["text/html"]
    logged = rows(site, "SELECT username FROM access_log WHERE action = 'was mailed figures'")
    assert logged == [("rita",)]

    fetches_nothing(said, site.service.site.settings.url)
    stop = link(message, "stop")
    assert stop in said["text/html"]
    assert stop in message["List-Unsubscribe"]
    site.app.test_client(use_cookies=False).post(stop)
    at(site, "2026-03-16 09:00")
    rounds(site).step()
    assert rows(site, WAITING) == []


def test_a_month_is_compared_with_the_month_before(site, rita, post):
    """And the page of the same days tells the same; of weeks without a service, one is told."""
    confirmed(site, rita, post, EMAIL, "month", "week")
    count(site, 1, 20, month=2)
    count(site, 31, 30)
    at(site, "2026-04-01 12:00")
    rounds(site).step()
    name = site.service.site.settings.name
    assert rows(site, WAITING) == [
        (f"{name}: 30 visits, March 2026",),
        (f"{name}: no visits, Mar 23 – Mar 29, 2026",),
    ]
    carrier(site, post).round()
    week, month = sorted((parts(each)["text/plain"] for each in post.taken), key=len)
    assert "No visits were counted." in week
    assert "compared with Feb 1 – Feb 28, 2026" in month
    assert "Visits: 30, up 50" in month
    (path,) = re.findall(r"https?://\S+(/staff/reports/\?\S+)", month)
    page = signed_in(site, "rita").get(path).text
    assert headline(page)["Visits"] == "30"
    assert "compared with Feb 1 – Feb 28, 2026" in page


def test_a_month_is_not_compared_with_the_part_of_one_that_was_counted(site, rita, post):
    confirmed(site, rita, post, EMAIL, "month")
    count(site, 18, 2, month=2)
    count(site, 31, 30)
    at(site, "2026-04-01 12:00")
    rounds(site).step()
    carrier(site, post).round()
    (said,) = map(parts, post.taken)
    for text in said.values():
        words = "Feb 28, 2026: nothing was counted before Feb 18, 2026, so no change is told"
        assert words in unescape(text)
        assert " up " not in text


def test_a_clock_that_ran_ahead_sends_no_week_before_its_end(site, rita, post):
    """What is sent too early has too little in it, and would not be sent again once it is whole."""
    confirmed(site, rita, post, EMAIL, "week", "unusual")
    count(site, 3, 20)
    steady = 0.0
    even = EvenClock(site.clock, lambda: steady)
    looking = replace(rounds(site), is_even=even)
    at(site, "2026-03-04 09:00")
    looking.step()
    for minutes in range(1, 15):
        at(site, f"2026-03-09 07:{minutes:02}")
        steady += 60
        assert looking.step() <= 60
    assert rows(site, WAITING) == []
    at(site, "2026-03-04 09:15")  # It is set right.
    looking.step()
    count(site, 8, 12)
    for minutes in (0, 16):
        at(site, f"2026-03-09 08:{minutes:02}")
        steady += 16 * 60
        looking.step()
    name = site.service.site.settings.name
    assert (f"{name}: 32 visits, Mar 2 – Mar 8, 2026",) in rows(site, WAITING)


def test_a_service_that_starts_with_a_clock_ahead_sends_nothing_before_it_may_be_set_right(
    site, rita, post
):
    """As a machine does that lost its time: it asks for the right one when it has a network."""
    confirmed(site, rita, post, EMAIL, "week", "unusual")
    count(site, 3, 20)
    at(site, "2026-03-09 07:30")
    assert site.service.digests is not None
    assert site.service.digests._once() <= 60
    assert rows(site, WAITING) == []
    steady = 0.0
    looking = replace(rounds(site), is_even=EvenClock(site.clock, lambda: steady, known=False))
    for now in ("2026-03-09 07:31", "2026-03-04 09:15", "2026-03-04 09:16"):
        at(site, now)
        steady += 60
        looking.step()
    assert rows(site, WAITING) == []
    steady += 5 * 86_400
    at(site, "2026-03-09 09:16")
    looking.step()
    assert len(rows(site, WAITING)) == 1


def test_another_address_loses_nothing(site, rita, post):
    """What waits for the first one goes to it, and so does what is due."""
    confirmed(site, rita, post, EMAIL, "week")
    at(site, "2026-03-09 06:30")
    confirmed(site, signed_in(site, "rita"), post, "second@example.org", "week", "month")
    at(site, "2026-03-09 07:10")
    rounds(site).step()
    name = site.service.site.settings.name
    assert rows(site, WAITING) == [(f"{name}: no visits, Mar 2 – Mar 8, 2026",)]
    away = Post()
    away.failures = [ConnectionRefusedError()]
    carrier(site, away).round()
    ask(signed_in(site, "rita"), "third@example.org", "week", "month")
    carrier(site, post).round()
    assert [each["To"] for each in post.taken] in (
        ["second@example.org", "third@example.org"],
        ["third@example.org", "second@example.org"],
    )


def test_what_waits_follows_what_is_wanted(site, rita, post):
    """And what is wanted anew begins with what ends from then on."""
    confirmed(site, rita, post, EMAIL, "week")
    at(site, "2026-05-20 12:00")
    rounds(site).step()
    assert len(rows(site, WAITING)) == 1
    signed = signed_in(site, "rita")
    ask(signed, EMAIL, "month", "unusual")
    rounds(site).step()
    carrier(site, post).round()
    assert post.taken == []
    assert rows(site, WAITING) == []
    ask(signed, EMAIL, "month", "week")
    at(site, "2026-06-01 12:00")
    rounds(site).step()
    carrier(site, post).round()
    (month, week) = sorted(str(each["Subject"]) for each in post.taken)
    assert month.endswith("May 2026") or week.endswith("May 2026")
    stop = link(post.taken[0], "stop")
    assert post.taken[0]["List-Unsubscribe"].endswith(f"{stop}>")
    rounds(site).step()
    site.app.test_client(use_cookies=False).post(stop)
    assert rows(site, "SELECT id FROM digest_addresses") == []


def test_nothing_is_mailed_to_who_did_not_confirm_or_lost_the_role(site, rita, post):
    confirmed(site, rita, post, EMAIL, "week")
    at(site, "2026-03-09 09:00")
    service = site.service
    change_roles(service.records, service.site.register, "rita", ["contacts"])
    rounds(site).step()
    assert rows(site, WAITING) == []


def test_what_a_role_may_not_read_is_not_in_it(site):
    """Panels, notes and coverage follow the readers of their tables."""
    counted = rounds(site).counted
    count(site, 2, 30)
    at(site, "2026-03-09 09:00")
    told = digest_of(counted, week_of(date(2026, 3, 2)), ("reports",))
    assert told.coverage is not None
    assert told.visits == "30 visits"
    assert [part.panel.dimension for part in told.parts] == ["page", "source"]
    assert digest_of(counted, week_of(date(2026, 3, 2)), ("contacts",)).coverage is None


def test_small_numbers_are_told_or_kept_back_as_on_the_page(site):
    """Also once the day was made coarser."""
    count(site, 2, 30)
    count(site, 2, 3, source="A rare partner")
    at(site, "2026-03-09 09:00")
    site.service.retention_thread.purge()
    path = "/staff/reports/?from=2026-03-02&to=2026-03-08"
    page = signed_in(site, "rita").get(path).text
    told = digest_of(rounds(site).counted, week_of(date(2026, 3, 2)), ("reports",))
    (source,) = [part for part in told.parts if part.panel.dimension == Dimension.SOURCE]
    shown = {line.name: f"{line.count}" for line in source.lines}
    assert shown == lines(page, "source")
    assert source.rest == source.panel.rest
    assert (f"{source.rest} more" in page) is (source.rest > 0)


def test_one_that_cannot_be_written_keeps_no_other_back(site, rita, post):
    """The failure is told once all were tried, and what was not sent is due still."""
    confirmed(site, rita, post, EMAIL, "week")
    confirmed(site, signed_in(site, "ada"), post, "ada@example.org", "week")
    at(site, "2026-03-09 09:00")
    made = rounds(site)
    render, told = made.render, []

    def failing(template: str, **values: object) -> str:
        told.append(values["address"])
        if len(told) == 1:
            raise LookupError(template)
        return render(template, **values)

    object.__setattr__(made, "render", failing)
    with pytest.raises(LookupError):
        made.step()
    assert len(rows(site, WAITING)) == 1
    rounds(site).step()
    assert len(rows(site, WAITING)) == 2


def test_no_title_becomes_a_header_or_a_line_of_its_own(site):
    render = rounds(site).render
    said = {"name": "A\nB", "url": "https://x.example", "username": "rita", "link": "L"}
    text = render(
        "staff/mail/confirm.txt", wishes=["a\r\nb"], site=site.service.site.settings, **said
    )
    assert "staff of A B, asked at" in text
    assert "\n  a b\n" in text
    assert shortened("L" * 3_000) == f"{'L' * 99}…"
    message = Message("1", "r", EMAIL, "request", "", "x =?utf-8?q?Hello?=", "Text")
    built = mailing_of(site).sender.builder.build(message)
    assert message_from_bytes(built.as_bytes(), policy=SMTP)["Subject"] == "x = ?utf-8?q?Hello?="
