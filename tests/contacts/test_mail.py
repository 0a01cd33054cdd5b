"""Mail: nothing leaves without a ground, nothing goes but to the relay, and nothing is lost."""

from __future__ import annotations

import datetime
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from analytics.contacts.mail.legal_basis import LegalBasis, Unfounded
from analytics.contacts.mail.outbox import Outbox
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.mail.transport import Relay, read_relay
from policy import Faults
from tests.fixtures.form_site import NEWSLETTER, REQUEST, form_site, rows, send
from tests.fixtures.small_site import SmallSite

DAY = datetime.date(2026, 3, 2)


class Post:
    """A relay that keeps what it takes, or fails as it is told."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.failures: list[Exception] = []

    def send(self, message: EmailMessage) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.taken.append(message)


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
    made = MailSender(site.service.outbox, post, site.service.site.settings, site.service.log)
    yield made
    made.close()


def one(site: SmallSite, query: str) -> str:
    return str(rows(site, query)[0][0])


def put(site: SmallSite, ground: LegalBasis, *, contact: str = "") -> None:
    """A message to the first contact."""
    contact = contact or one(site, "SELECT id FROM contacts")
    outbox: Outbox = site.service.outbox
    with site.service.records.begin() as connection:
        outbox.put(connection, contact, ground, subject="Hello", text="A canary.", day=DAY)


def grounds(site: SmallSite) -> dict[str, LegalBasis]:
    """What a sign-up for the newsletter gives."""
    send(site.app.test_client(), NEWSLETTER, "newsletter")
    return {
        "permission": LegalBasis("permission", one(site, "SELECT id FROM permissions")),
        "submission": LegalBasis("submission", one(site, "SELECT id FROM submissions")),
        "request": LegalBasis("request"),
    }


@pytest.mark.promise("P8")
@pytest.mark.parametrize("kind", ["permission", "submission", "request"])
def test_with_a_ground_a_message_goes_to_its_contact(site, post, mail_sender, kind):
    put(site, grounds(site)[kind])
    assert mail_sender.round()
    assert [message["To"] for message in post.taken] == [NEWSLETTER["email"]]
    assert rows(site, "SELECT * FROM outbox") == []


@pytest.mark.promise("P8")
def test_without_a_ground_nothing_is_queued(site, post, mail_sender):
    """A submission without the tick permits its direct answer, and no more."""
    send(site.app.test_client(), REQUEST)
    submission = one(site, "SELECT id FROM submissions")
    for ground in (
        LegalBasis("permission", submission),
        LegalBasis("submission", "x"),
        LegalBasis("permission"),
    ):
        with pytest.raises(Unfounded):
            put(site, ground)
    with pytest.raises(Unfounded):
        put(site, LegalBasis("request"), contact="nobody")
    assert rows(site, "SELECT * FROM outbox") == []
    assert post.taken == []


@pytest.mark.promise("P8")
def test_the_ground_of_another_contact_is_none(site):
    given = grounds(site)
    send(site.app.test_client(), REQUEST | {"email": "other@example.org"})
    other = one(site, "SELECT id FROM contacts WHERE email = 'other@example.org'")
    for kind in ("permission", "submission"):
        with pytest.raises(Unfounded):
            put(site, given[kind], contact=other)


@pytest.mark.promise("P8")
def test_a_permission_that_a_program_may_have_given_is_none(site):
    """The person whose address it typed never ticked anything."""
    send(site.app.test_client(), NEWSLETTER | {"leave_empty": "x"}, "newsletter")
    with pytest.raises(Unfounded):
        put(site, LegalBasis("permission", one(site, "SELECT id FROM permissions")))


@pytest.mark.promise("P8")
def test_a_permission_withdrawn_meanwhile_stops_the_message(site, post, mail_sender):
    """It is looked up again just before a message leaves."""
    given = grounds(site)
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
    put(site, grounds(site)["request"])
    post.failures.append(failure)
    assert not mail_sender.round()
    (kept,) = rows(site, "SELECT id FROM outbox")
    assert "will be tried again" in caplog.text
    assert mail_sender.round()
    assert post.taken[0]["Message-ID"].startswith(f"<{kept[0]}@")
    assert NEWSLETTER["email"] not in caplog.text


def test_an_address_that_the_relay_refuses_for_good_is_given_up(site, post, mail_sender, caplog):
    put(site, grounds(site)["request"])
    post.failures.append(smtplib.SMTPRecipientsRefused({NEWSLETTER["email"]: (550, b"unknown")}))
    assert mail_sender.round()
    assert rows(site, "SELECT * FROM outbox") == []
    assert "refused for good" in caplog.text
    assert NEWSLETTER["email"] not in caplog.text


@pytest.mark.promise("P11")
def test_a_sent_message_is_in_no_file(site, post, mail_sender):
    put(site, grounds(site)["request"])
    assert any(b"A canary." in path.read_bytes() for path in site.var.iterdir())
    mail_sender.round()
    assert not any(b"A canary." in path.read_bytes() for path in site.var.iterdir())


def test_what_waits_outlives_the_service(tmp_path, post):
    """A service that stops before the relay has taken a message leaves it to the next."""
    with form_site(tmp_path) as site:
        put(site, grounds(site)["request"])
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
