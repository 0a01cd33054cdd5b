"""Mail: nothing leaves without a legal basis, nothing goes but to the relay, nothing is lost."""

from __future__ import annotations

import re
import smtplib
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from unittest.mock import Mock

import pytest
from sqlalchemy.exc import OperationalError

from analytics.contacts.mail.build_message import MessageBuilder
from analytics.contacts.mail.outbox import LEASE_SECONDS, Outbox
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.mail.transport import Relay, Transport, read_relay
from analytics.contacts.model import LegalBasis, NoLegalBasis, Submission
from policy import Faults
from tests.fixtures.form_site import NEWSLETTER, REQUEST, confirm, form_site, rows, send
from tests.fixtures.relay import Post
from tests.fixtures.small_site import SmallSite, small_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        site.service.mail_sender.close()  # These tests carry by hand.
        yield site


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def mail_sender(site: SmallSite, post: Post) -> Iterator[MailSender]:
    made = sender(site, post)
    yield made
    made.close()


def sender(site: SmallSite, relay: Transport) -> MailSender:
    """One more sender of the same database, as a service has that overlaps in a reload."""
    service = site.service
    builder = MessageBuilder.of(service.site.settings, service.links)
    return MailSender(service.outbox, relay, builder, service.log, service.clock)


def drop_queue(site: SmallSite) -> None:
    with site.service.records.begin() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")


def one(site: SmallSite, query: str) -> str:
    return str(rows(site, query)[0][0])


def put(site: SmallSite, basis: LegalBasis, *, contact: str = "") -> None:
    """A message to the first contact."""
    contact = contact or one(site, "SELECT id FROM contacts")
    outbox: Outbox = site.service.outbox
    with site.service.records.begin() as connection:
        outbox.put(connection, contact, basis, subject="Hello", text="A canary.")


def bases(site: SmallSite) -> dict[str, LegalBasis]:
    """What a sign-up for the newsletter gives."""
    send(site.app.test_client(), NEWSLETTER, "newsletter")
    confirm(site)
    drop_queue(site)
    return {
        "permission": LegalBasis("permission", one(site, "SELECT id FROM permissions")),
        "submission": LegalBasis("submission", one(site, "SELECT id FROM submissions")),
        "request": LegalBasis("request"),
    }


@pytest.mark.promise("P8")
@pytest.mark.parametrize("kind", ["permission", "submission", "request"])
def test_with_a_legal_basis_a_message_goes_to_its_contact(site, post, mail_sender, kind):
    put(site, bases(site)[kind])
    assert mail_sender.round()
    assert [message["To"] for message in post.taken] == [NEWSLETTER["email"]]
    assert rows(site, "SELECT * FROM outbox") == []


@pytest.mark.promise("P8")
def test_without_a_legal_basis_nothing_is_queued(site, post, mail_sender):
    """A submission without the tick permits its direct answer, and no more."""
    send(site.app.test_client(), REQUEST)
    submission = one(site, "SELECT id FROM submissions")
    for basis in (
        LegalBasis("permission", submission),
        LegalBasis("submission", "x"),
        LegalBasis("permission"),
    ):
        with pytest.raises(NoLegalBasis):
            put(site, basis)
    with pytest.raises(NoLegalBasis):
        put(site, LegalBasis("request"), contact="nobody")
    assert rows(site, "SELECT * FROM outbox") == []
    assert post.taken == []


@pytest.mark.promise("P8")
def test_the_legal_basis_of_another_contact_is_none(site):
    given = bases(site)
    send(site.app.test_client(), REQUEST | {"email": "other@example.org"})
    other = one(site, "SELECT id FROM contacts WHERE email = 'other@example.org'")
    for kind in ("permission", "submission"):
        with pytest.raises(NoLegalBasis):
            put(site, given[kind], contact=other)


@pytest.mark.promise("P8")
@pytest.mark.parametrize("answers", [NEWSLETTER, NEWSLETTER | {"leave_empty": "x"}])
def test_a_box_that_nobody_confirmed_is_no_legal_basis(site, answers):
    """Anybody can type an address; a program even causes no question."""
    send(site.app.test_client(), answers, "newsletter")
    for table in ("submissions", "asks"):
        for (row,) in rows(site, f"SELECT id FROM {table}"):
            with pytest.raises(NoLegalBasis):
                put(site, LegalBasis("permission", row))


@pytest.mark.promise("P8")
def test_a_permission_withdrawn_meanwhile_stops_the_message(site, post, mail_sender):
    """It is looked up again just before a message leaves."""
    given = bases(site)
    put(site, given["permission"])
    with site.service.records.begin() as connection:
        connection.exec_driver_sql("UPDATE permissions SET withdrawn_on = '2026-03-02'")
    assert mail_sender.round()
    assert post.taken == []
    assert rows(site, "SELECT * FROM outbox") == []


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPAuthenticationError(535, b"no"),
        smtplib.SMTPRecipientsRefused({"a": (450, b"later")}),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_relay_that_is_away_is_tried_again(site, post, mail_sender, failure, caplog):
    """Under the same Message-ID; nothing is lost, and no address is logged."""
    put(site, bases(site)["request"])
    post.failures.append(failure)
    assert not mail_sender.round()
    (kept,) = rows(site, "SELECT id FROM outbox")
    assert "will be tried again" in caplog.text
    assert mail_sender.round()
    assert post.taken[0]["Message-ID"].startswith(f"<{kept[0]}@")
    assert NEWSLETTER["email"] not in caplog.text


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (
            smtplib.SMTPRecipientsRefused({NEWSLETTER["email"]: (550, b"unknown")}),
            "SMTPRecipientsRefused 550",
        ),
        (smtplib.SMTPDataError(554, b"no"), "SMTPDataError 554"),
    ],
)
def test_what_the_relay_refuses_for_good_is_set_aside(  # noqa: PLR0917  (fixtures are arguments)
    site, post, mail_sender, caplog, failure, reason
):
    """It is not tried again, and not lost: staff see it with the reason."""
    put(site, bases(site)["request"])
    post.failures.append(failure)
    assert mail_sender.round()
    assert rows(site, STATES) == [("set aside", reason, None, None)]
    assert mail_sender.round()
    assert post.taken == []
    assert "refused for good" in caplog.text
    assert NEWSLETTER["email"] not in caplog.text


STATES = "SELECT state, reason, claimed_by, claimed_until FROM outbox"


@pytest.mark.parametrize("address", ["=?utf-8?q?x=0ay?=@example.org", "=?utf-8?q??=@example.org"])
def test_a_message_that_cannot_be_built_is_set_aside_and_the_rest_goes_on(
    site, post, mail_sender, caplog, address
):
    """However its address came in: from an older version, or by another hand."""
    put(site, bases(site)["request"])
    with site.service.records.begin() as connection:
        connection.exec_driver_sql("UPDATE contacts SET email = ?", (address,))
    send(site.app.test_client(), REQUEST | {"email": "bob@example.org"})
    other = one(site, "SELECT id FROM contacts WHERE email = 'bob@example.org'")
    put(site, LegalBasis("request"), contact=other)
    assert mail_sender.round()
    assert [message["To"] for message in post.taken] == ["bob@example.org"]
    assert rows(site, STATES) == [("set aside", "NotMailable", None, None)]
    assert "a message could not be built, and was set aside: NotMailable" in caplog.text
    assert "utf-8" not in caplog.text


class Broken(Post):
    """A relay with a fault of its own, which no list of errors foresees."""

    def send(self, message: EmailMessage) -> None:
        if message["To"] == NEWSLETTER["email"]:
            raise ZeroDivisionError(message["To"])
        super().send(message)


def test_no_error_whatever_ends_the_thread(site, caplog):
    """The thread itself runs here: it sets the message aside, and sends the one after it."""
    post = Broken()
    put(site, bases(site)["request"])
    running = sender(site, post)
    running.start()
    send(site.app.test_client(), REQUEST | {"email": "bob@example.org"})
    other = one(site, "SELECT id FROM contacts WHERE email = 'bob@example.org'")
    put(site, LegalBasis("request"), contact=other)
    running.call()
    # Which of the two comes first is told by nothing.
    wait_until(lambda: not site.service.outbox.waiting())
    assert running.state.alive
    running.close()
    assert [message["To"] for message in post.taken] == ["bob@example.org"]
    assert rows(site, "SELECT state, reason FROM outbox") == [("set aside", "ZeroDivisionError")]
    assert NEWSLETTER["email"] not in caplog.text


def test_a_database_that_fails_is_tried_again(site, post, monkeypatch, caplog):
    """The thread says so in the log, and lives."""
    put(site, bases(site)["request"])
    running = sender(site, post)
    with monkeypatch.context() as broken:
        failed = OperationalError("x", None, sqlite3.OperationalError("disk is full"))
        broken.setattr(Outbox, "waiting", Mock(side_effect=failed))
        running.start()
        wait_until(lambda: running.state.failures)
        assert running.prospect == "later"
    running.call()
    wait_until(lambda: post.taken)
    running.close()
    assert "mail failed, and will be tried again: OperationalError" in caplog.text


def test_two_services_at_once_send_each_message_once(tmp_path):
    """Forty people, two services that overlap in a reload, each with its own thread."""
    relay = Slow()
    with form_site(tmp_path) as site:
        site.service.mail_sender.close()
        for number in range(40):
            sent = Submission("newsletter", {"email": f"a{number}@example.org", "role": ""})
            with site.service.contacts.transaction() as connection:
                site.service.contacts.submit(connection, sent)
        for (contact,) in rows(site, "SELECT id FROM contacts"):
            put(site, LegalBasis("request"), contact=contact)
    with small_site(tmp_path, relay=relay) as one, small_site(tmp_path, relay=relay) as other:
        for service in (one.service, other.service):
            service.mail_sender.call()
        wait_until(lambda: len(relay.taken) >= 40 and not one.service.outbox.waiting())
        got = Counter(message["To"] for message in relay.taken)
    assert len(got) == 40
    assert set(got.values()) == {1}


class Slow(Post):
    """A relay that takes its time, so that the other sender comes by meanwhile."""

    def send(self, message: EmailMessage) -> None:
        time.sleep(0.01)
        super().send(message)


def test_what_a_killed_sender_had_claimed_is_sent_by_the_next(site, post, mail_sender):
    """Once its claim has ended, under the same Message-ID; not before."""
    put(site, bases(site)["request"])
    (message,) = site.service.outbox.waiting()
    assert site.service.outbox.claim(message, "killed") is not None
    assert not mail_sender.round(), "somebody has it, so it is looked at again"
    assert post.taken == []
    site.clock.now += LEASE_SECONDS
    assert mail_sender.round()
    assert post.taken[0]["Message-ID"].startswith(f"<{message}@")


def test_a_claim_of_a_clock_that_ran_ahead_holds_nothing_up(site, post, mail_sender):
    """A clock a year ahead, which is set right, would otherwise hold the message until it is
    deleted unsent."""
    put(site, bases(site)["request"])
    (message,) = site.service.outbox.waiting()
    site.clock.now += 365 * 86_400
    site.service.outbox.claim(message, "ahead")
    site.clock.now -= 365 * 86_400
    assert mail_sender.round()
    assert len(post.taken) == 1


def test_what_was_sent_and_could_not_be_deleted_is_not_sent_again(site, post, mail_sender):
    """The disk is full just then; the next round deletes it."""
    put(site, bases(site)["request"])
    failed = OperationalError("x", None, sqlite3.OperationalError("disk is full"))
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(Outbox, "remove", Mock(side_effect=failed))
        with pytest.raises(OperationalError):
            mail_sender.round()
    site.clock.now += LEASE_SECONDS
    assert mail_sender.round()
    assert len(post.taken) == 1
    assert rows(site, "SELECT * FROM outbox") == []


@pytest.mark.parametrize("days", [1, 2])
def test_a_link_that_ran_out_before_it_could_be_sent_is_set_aside(site, post, mail_sender, days):
    """After a relay was away for days: the person would get a link that leads nowhere."""
    put(site, bases(site)["request"])
    site.clock.now += days * 86_400
    assert mail_sender.round()
    assert len(post.taken) == (days == 1)
    assert (
        rows(site, "SELECT state, reason FROM outbox") == [("set aside", "LinkRanOut")][days == 1 :]
    )


def test_an_address_of_another_script_travels_as_its_relay_takes_it(site, post, mail_sender):
    """A domain of another script is spelled in ASCII; a name in one needs a relay that takes it."""
    for address in ("ada@exámple.es", "उपयोगकर्ता@उदाहरण.कॉम"):
        assert send(site.app.test_client(), REQUEST | {"email": address}).status_code == 303
        contact = site.service.contacts.id_of(address)
        put(site, LegalBasis("request"), contact=contact)
    assert mail_sender.round()
    sent = {message["To"]: message.as_bytes() for message in post.taken}
    assert set(sent) == {"ada@xn--exmple-qta.es", "उपयोगकर्ता@उदाहरण.कॉम"}
    put(site, LegalBasis("request"), contact=contact)
    post.failures.append(smtplib.SMTPNotSupportedError("SMTPUTF8"))
    assert mail_sender.round()
    assert rows(site, "SELECT state FROM outbox") == [("set aside",)]


@pytest.mark.promise("P8")
@pytest.mark.parametrize("kind", ["permission", "submission", "request"])
def test_mail_for_a_permission_says_how_it_is_stopped(site, post, mail_sender, kind):
    """With one click of the mail program (RFC 8058); an answer that was asked for needs no stop."""
    put(site, bases(site)[kind])
    mail_sender.round()
    (message,) = post.taken
    if kind != "permission":
        assert "List-Unsubscribe" not in message
        return
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = message["List-Unsubscribe"]
    assert re.fullmatch(r"<https://www\.schoolmessenger\.com/permission/stop/\S+/>", url)


def wait_until(holds: Callable[[], object]) -> None:
    """At most thirty seconds."""
    for _ in range(3_000):
        if holds():
            return
        time.sleep(0.01)
    pytest.fail("it did not come about in thirty seconds")


@pytest.mark.promise("P11")
def test_a_sent_message_is_in_no_file(site, post, mail_sender):
    put(site, bases(site)["request"])
    assert any(b"A canary." in path.read_bytes() for path in site.var.iterdir())
    mail_sender.round()
    assert not any(b"A canary." in path.read_bytes() for path in site.var.iterdir())


def test_what_waits_outlives_the_service(tmp_path, post):
    """A service that stops before the relay has taken a message leaves it to the next."""
    with form_site(tmp_path) as site:
        put(site, bases(site)["request"])
    with form_site(tmp_path) as site:
        assert len(rows(site, "SELECT * FROM outbox")) == 1


@pytest.mark.parametrize(
    ("given", "relay"),
    [
        ("smtp://mail.example.org", Relay("mail.example.org", 587, False)),
        ("smtps://mail.example.org", Relay("mail.example.org", 465, True)),
        (
            "smtp://a%40b:c%3Ad@mail.example.org:25",
            Relay("mail.example.org", 25, False, "a@b", "c:d"),
        ),
    ],
)
def test_the_environment_names_the_relay(monkeypatch, given, relay):
    monkeypatch.setenv("PLAINSITE_RELAY", given)
    assert read_relay() == relay


@pytest.mark.parametrize(
    "given",
    ["mail.example.org", "https://mail.example.org", "smtp://", "smtp://a:b:c", "smtp://a/b"],
)
def test_a_relay_that_is_none_is_told_without_its_password(monkeypatch, given):
    monkeypatch.setenv("PLAINSITE_RELAY", given)
    with pytest.raises(Faults, match="write it like smtp://"):
        read_relay()


@pytest.mark.promise("P11")
def test_another_machine_is_only_spoken_to_over_tls(monkeypatch):
    """A relay that offers no TLS gets no message and no password."""
    said: list[str] = []

    class Plain:
        def __init__(self, *_: object, **__: object) -> None:
            said.append("hello")

        def __enter__(self) -> Plain:
            return self

        def __exit__(self, *_: object) -> None:
            said.append("quit")

        def starttls(self, **_: object) -> None:
            raise smtplib.SMTPNotSupportedError("no TLS")

        def login(self, *_: object) -> None:
            said.append("password")

        def send_message(self, *_: object) -> None:
            said.append("message")

    monkeypatch.setattr(smtplib, "SMTP", Plain)
    with pytest.raises(smtplib.SMTPNotSupportedError):
        Relay("mail.example.org", 587, False, "me", "secret").send(EmailMessage())
    assert said == ["hello", "quit"]
    Relay("127.0.0.1", 25, False).send(EmailMessage())
    assert said[2:] == ["hello", "message", "quit"]
