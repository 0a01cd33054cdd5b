"""Where figures are mailed: to an address that was confirmed by a link, until that is ended."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from werkzeug.test import Client

from analytics.commands.staff import staff as commands
from analytics.contacts.model import LegalBasis, NoLegalBasis
from analytics.service import Service
from analytics.staff.accounts import change_roles, remove_staff
from policy.places import Places
from tests.fixtures.digest_mail import PAGE, ask, carrier, confirmed, link, parts, typed
from tests.fixtures.digest_mail import mailing_of as mailing
from tests.fixtures.form_site import form_site, rows
from tests.fixtures.relay import Post
from tests.fixtures.small_site import ROOT, SmallSite
from tests.fixtures.staff import add, signed_in

EMAIL = "rita@example.org"
ADDRESSES = "SELECT email, wishes FROM digest_addresses"
ASKS = "SELECT email FROM digest_asks"


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def site(tmp_path: Path, quick_passwords: None, post: Post) -> Iterator[SmallSite]:
    with form_site(tmp_path, relay=post) as site:
        mailing(site).sender.close()  # These tests carry by hand.
        add(site, rita="reports", carl="contacts", ada="admin")
        yield site


@pytest.fixture
def rita(site: SmallSite) -> Client:
    return signed_in(site, "rita")


def anybody(site: SmallSite) -> Client:
    return site.app.test_client(use_cookies=False)


def queue(site: SmallSite) -> None:
    """Figures for whoever has an address."""
    found = mailing(site)
    (address,) = found.addresses.all()
    with site.service.records.begin() as connection:
        basis = LegalBasis("permission", address.id)
        found.outbox.put(
            connection,
            address.account,
            basis,
            subject="Week",
            text="A canary.",
            html="<p>A canary.",
        )


def test_an_address_gets_one_link_and_nothing_before_it_is_confirmed(site, rita, post):
    page = ask(rita, " Rita@Example.org ", "week", "unusual").text
    assert f"A link to {EMAIL} is written, and waits until mail can be sent" in page
    assert "No mail is sent" in page  # The sender is closed here.
    assert "on its way" not in page
    assert "A link waits to be sent there" in page
    assert "is not confirmed yet" in page
    assert carrier(site, post).round()
    (message,) = post.taken
    assert message["To"] == EMAIL
    assert message["Plainsite-Legal-Basis"] == "request"
    assert message["List-Unsubscribe"] is None
    text = parts(message)["text/plain"]
    assert "rita, who is one of the staff of" in text
    assert "  each week\n  what is far from usual\n" in text
    assert rows(site, ADDRESSES) == []
    ((row, account),) = rows(site, "SELECT id, account FROM digest_asks")
    basis, put = LegalBasis("permission", row), mailing(site).outbox.put
    with site.service.records.begin() as connection, pytest.raises(NoLegalBasis):
        put(connection, account, basis, subject="Week", text="7 visits")

    path = link(message, "confirm")
    seen = anybody(site).get(path)
    assert "Yes, mail me figures" in seen.text
    assert seen.headers["Cache-Control"] == "no-store"
    assert rows(site, ADDRESSES) == []  # To open a link changes nothing.
    secret = path.strip("/").rpartition("/")[2]
    for file in Path(site.var).iterdir():
        assert file.is_dir() or secret.encode() not in file.read_bytes()

    assert "Your address is confirmed" in anybody(site).post(path).text
    assert rows(site, ADDRESSES) == [(EMAIL, "week unusual")]
    assert rows(site, ASKS) == []
    for answer in (anybody(site).get(path), anybody(site).post(path)):
        assert answer.status_code == 404
        assert "This link does nothing" in answer.text
    assert f"Mailed to {EMAIL}" in rita.get(PAGE).text
    logged = rows(site, "SELECT username, action FROM access_log WHERE action LIKE '%mail%'")
    assert sorted(logged) == [
        ("rita", "asked for figures by mail"),
        ("rita", "confirmed where figures are mailed"),
    ]


def test_a_link_ends_after_a_day_and_with_the_next_one(site, rita, post):
    ask(rita, EMAIL, "week")
    ask(rita, "new@example.org", "month")
    assert carrier(site, post).round()
    (message,) = post.taken  # The first one was not sent yet, and is not needed any more.
    assert message["To"] == "new@example.org"
    first = link(message, "confirm")
    assert "is forgotten" in typed(rita, what="take-back").text
    assert anybody(site).post(first).status_code == 404
    ask(rita, EMAIL, "week")
    carrier(site, post).round()
    path = link(post.taken[-1], "confirm")
    site.clock.forward(minutes=24 * 60 + 1)
    assert anybody(site).post(path).status_code == 404
    assert rows(site, ADDRESSES) == []
    site.service.retention_thread.purge()
    assert rows(site, ASKS) == []


def test_another_address_counts_from_its_own_link_on(site, rita, post):
    """Until then, the first one stays; what is mailed to it can be changed at once."""
    confirmed(site, rita, post, EMAIL, "week")
    assert "It is kept." in ask(rita, EMAIL, "week", "month").text
    assert rows(site, ADDRESSES) == [(EMAIL, "week month")]
    ask(rita, "new@example.org", "unusual")
    page = rita.get(PAGE).text
    assert f"Mailed to {EMAIL}" in page
    assert "new@example.org is not confirmed yet" in page
    carrier(site, post).round()
    anybody(site).post(link(post.taken[-1], "confirm"))
    assert rows(site, ADDRESSES) == [("new@example.org", "unusual")]


def test_who_lost_the_role_confirms_nothing(site, rita, post):
    ask(rita, EMAIL, "week")
    carrier(site, post).round()
    path = link(post.taken[-1], "confirm")
    change_roles(site.service.records, site.service.site.register, "rita", ["contacts"])
    assert anybody(site).get(path).status_code == 404
    assert anybody(site).post(path).status_code == 404
    assert rows(site, ADDRESSES) == []


def test_what_is_wanted_now_counts_for_an_address_that_is_confirmed_later(site, rita, post):
    confirmed(site, rita, post, EMAIL, "week")
    ask(rita, "new@example.org", "month")
    ask(rita, EMAIL, "unusual")
    carrier(site, post).round()
    anybody(site).post(link(post.taken[-1], "confirm"))
    assert rows(site, ADDRESSES) == [("new@example.org", "unusual")]


def test_each_mail_is_ended_with_one_click(site, rita, post):
    """By the mail program itself, without a cookie, a sign-in or an origin (RFC 8058)."""
    confirmed(site, rita, post, EMAIL, "week")
    queue(site)
    queue(site)
    assert rows(site, "SELECT count(*) FROM digest_messages") == [(2,)]
    (first, *_) = mailing(site).outbox.waiting()
    message = mailing(site).outbox.claim(first, "me")
    assert message is not None
    built = mailing(site).sender.builder.build(message)
    assert parts(built) == {"text/plain": "A canary.\n", "text/html": "<p>A canary.\n"}
    assert built["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = site.service.site.settings.url
    path = built["List-Unsubscribe"].removeprefix(f"<{url}").removesuffix(">")
    assert path.startswith("/staff/by-mail/stop/")
    assert "End this mail" in anybody(site).get(path).text
    assert len(rows(site, ADDRESSES)) == 1
    posted = {"List-Unsubscribe": "One-Click"}
    answers = [anybody(site).post(path, data=posted) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "No more figures are mailed" in answers[0].text
    assert rows(site, ADDRESSES) == rows(site, "SELECT id FROM digest_messages") == []
    assert "Mailed to" not in rita.get(PAGE).text
    assert anybody(site).post(path[:-3] + "x/").status_code == 404
    assert rows(site, "SELECT count(*) FROM access_log WHERE action = 'ended figures by mail'") == [
        (1,)
    ]


def test_it_ends_on_the_page_with_the_role_and_with_the_account(site, rita, post):
    confirmed(site, rita, post, EMAIL, "week")
    queue(site)
    service: Service = site.service
    register, records = service.site.register, service.records
    change_roles(records, register, "rita", ["contacts"])
    assert carrier(site, post).round()
    assert post.taken == []  # Whoever may not read figures is mailed none.
    for role in ("contacts", "reports"):
        change_roles(records, register, "rita", [role])
        page = rita.get(PAGE)
        assert "End this mail" in page.text
        assert ("What to mail" in page.text) is (role == "reports")
        assert ask(rita, EMAIL, "week").status_code == (200 if role == "reports" else 403)
    queue(site)
    change_roles(records, register, "rita", ["contacts"])
    assert "your address is forgotten" in typed(rita, what="stop").text
    assert rows(site, ADDRESSES) == rows(site, "SELECT id FROM digest_messages") == []
    assert rita.get(PAGE).status_code == 403
    assert typed(rita, what="stop").status_code == 403
    change_roles(records, register, "rita", ["reports"])
    confirmed(site, rita, post, EMAIL, "week")
    queue(site)
    ask(rita, "new@example.org", "week")
    assert EMAIL in signed_in(site, "ada").get("/staff/accounts/").text
    remove_staff(records, register, "rita")
    for table in ("digest_addresses", "digest_asks", "digest_messages"):
        assert rows(site, f"SELECT id FROM {table}") == []


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"email": "", "wish": "week"}, "write your address like"),
        ({"email": "rita@", "wish": "week"}, "write your address like"),
        ({"email": f"{'r' * 65}@example.org", "wish": "week"}, "write your address like"),
        ({"email": f"{'r' * 300}@example.org", "wish": "week"}, "write your address like"),
        ({"email": EMAIL}, "Choose what"),
        ({"email": EMAIL, "wish": "hourly"}, "Choose what"),
    ],
)
def test_what_will_not_do_says_so(site, rita, said, answer):
    page = typed(rita, **said)
    assert page.status_code == 422
    assert answer in page.text
    assert rows(site, ASKS) == []


def test_nobody_fills_the_mailbox_of_another(site, rita):
    answers = [ask(rita, f"a{number}@example.org", "week") for number in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 422]
    assert rows(site, ASKS) == [("a2@example.org",)]


def test_it_is_for_those_who_may_read_figures(site):
    carl = signed_in(site, "carl")
    assert carl.get(PAGE).status_code == 403
    assert ask(carl, "carl@example.org", "week").status_code == 403
    assert anybody(site).get(PAGE).status_code == 303
    site.visitor().view(given=True)
    assert "Have them mailed to you" in signed_in(site, "rita").get("/staff/reports/").text


def test_what_cannot_be_sent_is_set_aside_and_told_to_whom_it_was_for(site, rita, post):
    ask(rita, EMAIL, "week")
    post.failures = [smtplib.SMTPRecipientsRefused({EMAIL: (550, b"no such user")})]
    carrier(site, post).round()
    assert "SMTPRecipientsRefused 550" in rita.get(PAGE).text
    assert rows(site, "SELECT state FROM digest_messages") == [("set aside",)]
    assert site.service.queues() == {"waiting": 0, "set aside": 1}
    site.clock.forward(minutes=8 * 24 * 60)
    site.service.retention_thread.purge()
    assert rows(site, "SELECT state FROM digest_messages") == []


def test_a_command_lists_and_ends_it(site, rita, post, tmp_path):
    confirmed(site, rita, post, EMAIL, "week", "unusual")
    places = Places(ROOT, site.public, site.var)

    def run(*words: str) -> str:
        answer = CliRunner().invoke(commands, words, obj=places)
        return answer.output + str(answer.exception or "")

    with patch.dict("os.environ"):
        assert run("mail", "list") == f"rita  {EMAIL}  each week, what is far from usual\n"
        assert 'no figures are mailed to "carl"' in run("mail", "stop", "carl")
        assert "No more figures are mailed to rita" in run("mail", "stop", "Rita")
        assert run("mail", "list") == "No figures are mailed to anybody.\n"
    assert rows(site, ADDRESSES) == []


def test_guessing_is_slow(site):
    answers = [anybody(site).get(f"/staff/by-mail/confirm/{n}/").status_code for n in range(42)]
    assert answers == [404] * 40 + [429] * 2
