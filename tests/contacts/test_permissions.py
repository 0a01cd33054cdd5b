"""Double opt-in: a checked box is asked about once, by email, and counts after the answer (P8)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from analytics.contacts.mail.build_message import MessageBuilder
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.model import LegalBasis, NoLegalBasis
from analytics.storage.retention import purge
from tests.fixtures.form_site import NEWSLETTER, REQUEST, form_site, rows, send
from tests.fixtures.small_site import SmallSite

KEEP_DAYS = 7
STANDING = "SELECT count(*) FROM permissions WHERE withdrawn_on IS NULL"


@dataclass
class Mailbox:
    """Takes all mail, by the hand of the test."""

    site: SmallSite
    got: list[EmailMessage] = field(default_factory=list)

    def send(self, message: EmailMessage) -> None:
        self.got.append(message)

    def carry(self) -> int:
        """Send what waits; how many messages came."""
        service, before = self.site.service, len(self.got)
        head = MessageBuilder.of(service.site.settings, service.links)
        MailSender(service.outbox, self, head, service.log, service.clock).round()
        return len(self.got) - before

    def link(self, kind: str) -> str:
        """Where the newest message leads."""
        text = self.got[-1].get_content()
        return re.findall(rf"https?://[^/]+(/permission/{kind}/\S+/)", text)[-1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        site.service.mail_sender.close()
        yield site


@pytest.fixture
def mailbox(site: SmallSite) -> Mailbox:
    return Mailbox(site)


def sign_up(site: SmallSite, **answers: str) -> TestResponse:
    return send(site.app.test_client(), NEWSLETTER | answers, "newsletter")


def get(site: SmallSite, path: str) -> TestResponse:
    return site.app.test_client().get(path)


def post(site: SmallSite, path: str, **options: object) -> TestResponse:
    """As a mail program or any browser does: no cookie, no Origin, no Referer."""
    return site.app.test_client().post(path, **options)


def standing(site: SmallSite) -> int:
    return int(rows(site, STANDING)[0][0])


@pytest.mark.promise("P8")
def test_a_permission_counts_after_the_button_on_the_page_of_the_link(site, mailbox) -> None:
    """Opening the link, as programs that look for viruses do, changes nothing."""
    sign_up(site)
    assert mailbox.carry() == 1
    (message,) = mailbox.got
    assert message["To"] == NEWSLETTER["email"]
    assert message["Plainsite-Legal-Basis"] == "ask"
    assert "Email me the newsletter. I can stop this at any time." in " ".join(
        message.get_content().split()
    )
    page = get(site, mailbox.link("confirm"))
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in page.headers
    assert "Email me the newsletter" in page.text
    assert standing(site) == 0
    assert "It is confirmed" in post(site, mailbox.link("confirm")).text
    assert standing(site) == 1
    assert "It is confirmed" in post(site, mailbox.link("confirm")).text, "pressed twice"
    assert standing(site) == 1


@pytest.mark.promise("P8")
def test_nobody_is_asked_again_while_an_ask_is_kept(site, mailbox) -> None:
    """Whoever types somebody else's address causes one email, however often, from wherever."""
    for number in range(5):
        answer = sign_up(site, role=("teacher", "office", "parent", "other", "")[number])
        assert answer.status_code == 303
        site.clock.forward(minutes=24 * 60)
    assert mailbox.carry() == 1


@pytest.mark.promise("P8")
@pytest.mark.parametrize("days", [KEEP_DAYS - 1, KEEP_DAYS])
def test_what_is_not_answered_is_deleted_in_its_declared_days(site, mailbox, days) -> None:
    """Then the link leads nowhere, and says so."""
    sign_up(site)
    mailbox.carry()
    site.clock.forward(minutes=days * 24 * 60)
    service = site.service
    now = datetime.datetime.fromtimestamp(site.clock(), tz=datetime.UTC)
    purge(service.site.register, service.records, service.counters, now)
    # With it goes a sign-up that asks for nothing else, and the contact that nobody confirmed.
    for table in ("asks", "submissions", "contacts"):
        assert len(rows(site, f"SELECT * FROM {table}")) == (days < KEEP_DAYS)
    status = 200 if days < KEEP_DAYS else 404
    assert get(site, mailbox.link("confirm")).status_code == status
    assert post(site, mailbox.link("confirm")).status_code == status
    assert standing(site) == (days < KEEP_DAYS)


def test_what_was_confirmed_is_kept_as_long_as_any_submission(site, mailbox) -> None:
    """So is a request that has its own answer, whatever became of its box."""
    sign_up(site)
    send(site.app.test_client(), REQUEST | {"email": "bob@example.org", "permission": "yes"})
    mailbox.carry()
    ((ask,),) = rows(site, "SELECT id FROM asks WHERE wording LIKE '%newsletter%'")
    post(site, site.service.links.to_confirm(ask))
    site.clock.forward(minutes=60 * 24 * 60)
    service = site.service
    now = datetime.datetime.fromtimestamp(site.clock(), tz=datetime.UTC)
    purge(service.site.register, service.records, service.counters, now)
    kept = rows(site, "SELECT email FROM contacts ORDER BY email")
    assert kept == [("ada@example.org",), ("bob@example.org",)]
    assert rows(site, "SELECT * FROM asks") == []


@pytest.mark.promise("P8")
def test_one_click_of_the_mail_program_stops_it(site, mailbox) -> None:
    """RFC 8058: one POST without cookie, page or sign-in, answered without a redirect."""
    sign_up(site)
    mailbox.carry()
    post(site, mailbox.link("confirm"))
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    ((permission,),) = rows(site, "SELECT id FROM permissions")
    basis = LegalBasis("permission", permission)
    with site.service.contacts.transaction() as connection:
        site.service.outbox.put(connection, contact, basis, subject="News", text="Text")
    mailbox.carry()
    sent = mailbox.got[-1].as_bytes().decode()
    (header,) = re.findall(r"^List-Unsubscribe: (<https://\S+>)\r$", sent, re.MULTILINE)
    assert mailbox.got[-1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = header.strip("<>").removeprefix(site.service.site.settings.url)
    assert "Do not email me any more" in get(site, path).text
    assert standing(site) == 1, "opening it stops nothing"
    answer = post(site, path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert standing(site) == 0
    with (
        pytest.raises(NoLegalBasis),
        site.service.contacts.transaction() as connection,
    ):
        site.service.outbox.put(connection, contact, basis, subject="News", text="Text")
    again = post(site, path, data={"List-Unsubscribe": "One-Click"})
    assert (again.status_code, again.data) == (200, answer.data)


@pytest.mark.promise("P8")
def test_a_stop_is_not_undone_by_an_older_link(site, mailbox) -> None:
    """The confirmation was pressed before; pressed again it says what is so."""
    sign_up(site)
    mailbox.carry()
    post(site, mailbox.link("confirm"))
    post(site, mailbox.link("stop"))
    assert standing(site) == 0
    assert "You stopped it since" in post(site, mailbox.link("confirm")).text
    assert standing(site) == 0
    sign_up(site, role="teacher")
    assert mailbox.carry() == 1, "whoever signs up again is asked again"
    post(site, mailbox.link("confirm"))
    assert standing(site) == 1


@pytest.mark.promise("P8")
def test_who_says_no_is_not_asked_again_before_the_ask_is_deleted(site, mailbox) -> None:
    """The link to stop is in the asking email, too."""
    sign_up(site)
    mailbox.carry()
    assert post(site, mailbox.link("stop")).status_code == 200
    sign_up(site, role="teacher")
    assert mailbox.carry() == 0


@pytest.mark.promise("P11")
def test_no_answer_tells_whether_an_address_is_known(site, mailbox) -> None:
    """The form's answers are the same, byte for byte, whatever is held under the address."""
    first = sign_up(site)
    mailbox.carry()
    again = sign_up(site, role="teacher")
    post(site, mailbox.link("confirm"))
    confirmed = sign_up(site, role="office")
    post(site, mailbox.link("stop"))
    stopped = sign_up(site, role="parent")
    other = sign_up(site, email="nobody@example.org")
    for answer in (again, confirmed, stopped, other):
        assert (answer.status, answer.headers, answer.data) == (
            first.status,
            first.headers,
            first.data,
        )


@pytest.mark.promise("P11")
@pytest.mark.parametrize("kind", ["confirm", "stop"])
def test_only_our_own_links_lead_anywhere(site, mailbox, kind) -> None:
    """An ID alone is no key, nor is the link of one kind one of the other."""
    sign_up(site)
    mailbox.carry()
    other = mailbox.link("stop" if kind == "confirm" else "confirm").split("/")[3]
    ids = [
        id_ for table in ("asks", "contacts") for (id_,) in rows(site, f"SELECT id FROM {table}")
    ]
    for token in (*ids, other, "x", "%00", "é"):
        for method in ("GET", "POST"):
            path = f"/permission/{kind}/{token}/"
            assert site.app.test_client().open(path, method=method).status_code == 404
    assert standing(site) == 0


@pytest.mark.promise("P11")
def test_a_link_to_stop_outlives_what_was_erased(site, mailbox) -> None:
    """It says that nothing is sent, which is so."""
    sign_up(site)
    mailbox.carry()
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    site.service.contacts.erase(contact)
    assert "We will not email you any more" in post(site, mailbox.link("stop")).text
    assert post(site, mailbox.link("confirm")).status_code == 404
    assert rows(site, "SELECT * FROM asks") == []


@pytest.mark.promise("P8")
def test_the_mail_at_an_old_address_allows_nothing_for_the_new_one(site, mailbox) -> None:
    """Whoever reads the old mailbox cannot confirm for whoever reads the new."""
    sign_up(site)
    mailbox.carry()
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    site.service.contacts.move(contact, "new@example.org")
    assert post(site, mailbox.link("confirm")).status_code == 404
    assert standing(site) == 0
