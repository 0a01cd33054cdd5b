"""Own data: by a link in an email a contact sees, takes, corrects and erases all that is held."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fixtures.form_site import REQUEST, confirm, form_site, rows, send
from tests.fixtures.small_site import HOST, SmallSite

ADDRESS = REQUEST["email"]
TICKED = REQUEST | {"permission": "yes", "message": "A canary in what I wrote."}


class Letters(MessageHandler):
    """A relay's letters, as they arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.got.append(message)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Iterator[Letters]:
    """A real mail server on loopback, named to the service as its relay."""
    handler = Letters()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("PLAINSITE_RELAY", f"smtp://127.0.0.1:{port}")
    yield handler
    controller.stop()


@pytest.fixture
def site(tmp_path: Path, letters: Letters) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        yield site


def wait_until_sent(site: SmallSite) -> None:
    """At most ten seconds."""
    for _ in range(1_000):
        if not site.service.outbox.waiting():
            return
        time.sleep(0.01)
    pytest.fail("something still waits in the outbox")


@dataclass
class Person:
    """Somebody with a mailbox and a browser."""

    site: SmallSite
    letters: Letters
    client: FlaskClient

    def ask(self, address: str = ADDRESS, **headers: str) -> TestResponse:
        headers = {"Origin": HOST} | headers
        answer = self.client.post("/own/ask", data={"email": address}, headers=headers)
        self.carry()
        return answer

    def carry(self) -> None:
        """Wait until everything was sent."""
        wait_until_sent(self.site)

    def link(self) -> str:
        """Where the newest letter leads."""
        texts = [letter.get_payload(decode=True).decode() for letter in self.letters.got]
        return re.findall(r"https?://[^/]+(/own/\S+/)", "".join(texts))[-1]

    def post(self, path: str, **data: str) -> TestResponse:
        return self.client.post(path, data=data, headers={"Origin": HOST})


@pytest.fixture
def person(site: SmallSite, letters: Letters) -> Person:
    """Sent a form; nothing more."""
    client = site.app.test_client()
    assert send(client, TICKED).status_code == 303
    confirm(site)
    wait_until_sent(site)
    letters.got.clear()
    return Person(site, letters, client)


@pytest.mark.promise("P8")
def test_nobody_can_fill_the_mailbox_of_another(person: Person) -> None:
    """From however many networks; the answer is the same for an address that is not known."""
    for address in (ADDRESS, "nobody@example.net"):
        answers = []
        for number in range(6):
            typed = address.upper() if number % 2 else f" {address}."
            person.client.environ_base["REMOTE_ADDR"] = f"198.51.100.{number}"
            answers.append(person.ask(typed))
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429, 429]
        assert "many times" in answers[-1].text
        assert address.upper() in answers[-1].text
    assert len(person.letters.got) == 3
    person.site.service.rate_limiter.forget()
    assert person.ask().status_code == 200


@pytest.mark.promise("P8", "P9")
def test_the_link_goes_to_the_address_and_to_nobody_else(person: Person) -> None:
    """One letter, from the organization, which no program answers."""
    answer = person.ask(f" {ADDRESS.upper()} ")
    assert answer.status_code == 200
    assert "Look in your mail" in answer.text
    (letter,) = person.letters.got
    assert letter["To"] == ADDRESS.lower()
    assert letter["X-RcptTo"] == ADDRESS.lower()
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["Plainsite-Legal-Basis"] == "request"
    assert re.fullmatch(r"<[0-9a-f]{32}@[a-z.]+>", letter["Message-ID"])
    assert "A canary" not in letter.as_string()
    assert rows(person.site, "SELECT * FROM outbox") == []


@pytest.mark.promise("P11")
def test_an_unknown_address_gets_the_same_answer_and_no_letter(person: Person) -> None:
    """Byte for byte, with a row of the outbox in either case."""
    known = person.ask()
    unknown = person.ask("nobody@example.org")
    assert (known.data, known.headers) == (unknown.data, unknown.headers)
    assert len(person.letters.got) == 1
    assert rows(person.site, "SELECT * FROM outbox") == []


@pytest.mark.promise("P11")
def test_all_that_is_held_is_shown_and_can_be_taken(person: Person) -> None:
    person.ask()
    page = person.client.get(person.link())
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in page.headers
    assert "data-page" not in page.text, "the page is not counted"
    for value in (ADDRESS, TICKED["name"], TICKED["message"], "Teacher", "sent on March 2, 2026"):
        assert value in page.text
    answer = person.client.get(person.link() + "export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    taken = json.loads(answer.data)
    assert taken["email"] == ADDRESS
    assert taken["submissions"][0]["message"] == TICKED["message"]
    assert taken["permissions"][0]["withdrawn_on"] is None
    for table, entries in taken.items():
        if isinstance(entries, list):
            for name in (name for entry in entries for name in entry):
                assert f"{table}.{name}" in taken["explained"]


@pytest.mark.promise("P11")
def test_what_is_wrong_is_corrected_and_the_old_is_gone_from_the_files(person: Person) -> None:
    person.ask()
    link = person.link()
    submission = rows(person.site, "SELECT id FROM submissions")[0][0]
    answer = person.post(
        f"{link}correct/{submission}", message="Better.", name="Ada King", email="x", contact="y"
    )
    assert "Your corrections are stored" in answer.text
    assert rows(person.site, "SELECT name, message FROM submissions") == [("Ada King", "Better.")]
    assert files_with(person.site, b"A canary") == []


def test_a_wrong_correction_changes_nothing_and_keeps_what_was_typed(person: Person) -> None:
    person.ask()
    submission = rows(person.site, "SELECT id FROM submissions")[0][0]
    correct = f"{person.link()}correct/{submission}"
    for address, name, value in (
        (correct, "phone", "one two"),
        (f"{person.link()}address", "email", "nonsense"),
    ):
        answer = person.post(address, **{name: value})
        assert answer.status_code == 422
        assert answer.text.count('aria-invalid="true"') == 1
        assert f'value="{value}"' in answer.text
    assert rows(person.site, "SELECT phone FROM submissions") == [(None,)]
    assert rows(person.site, "SELECT email FROM contacts") == [(ADDRESS,)]


@pytest.mark.promise("P8")
def test_another_address_ends_the_permissions_given_for_the_old_one(person: Person) -> None:
    person.ask()
    person.post(f"{person.link()}address", email="new@example.org")
    assert rows(person.site, "SELECT email FROM contacts") == [("new@example.org",)]
    assert rows(person.site, "SELECT count(*) FROM permissions WHERE withdrawn_on IS NULL") == [
        (0,)
    ]
    assert files_with(person.site, ADDRESS.encode()) == []


def test_the_address_of_another_contact_cannot_be_taken(person: Person) -> None:
    send(person.site.app.test_client(), TICKED | {"email": "other@example.org"})
    person.ask()
    answer = person.post(f"{person.link()}address", email="other@example.org")
    assert answer.status_code == 422
    assert (ADDRESS,) in rows(person.site, "SELECT email FROM contacts")


@pytest.mark.promise("P8")
def test_permission_is_withdrawn_with_one_click(person: Person) -> None:
    person.ask()
    assert "Do not email me any more" in person.client.get(person.link()).text
    answer = person.post(f"{person.link()}withdraw")
    assert "We will not email you any more" in answer.text
    assert "Do not email me any more" not in answer.text
    assert rows(person.site, "SELECT withdrawn_on FROM permissions") != [(None,)]


@pytest.mark.promise("P11")
def test_erasing_leaves_no_byte(person: Person) -> None:
    """Every file of the databases is searched, the write-ahead log too; others stay whole."""
    send(person.site.app.test_client(), TICKED | {"email": "other@example.org", "message": "Mine"})
    person.ask()
    link = person.link()
    assert person.post(f"{link}erase").status_code == 422, "the box is not ticked"
    assert files_with(person.site, b"A canary")
    assert "Everything is erased" in person.post(f"{link}erase", sure="yes").text
    for trace in (b"A canary", ADDRESS.encode()):
        assert files_with(person.site, trace) == []
    assert rows(person.site, "SELECT email FROM contacts") == [("other@example.org",)]
    assert rows(person.site, "SELECT message FROM submissions") == [("Mine",)]
    assert person.client.get(link).status_code == 404


def files_with(site: SmallSite, text: bytes) -> list[str]:
    return [path.name for path in sorted(site.var.iterdir()) if text in path.read_bytes()]


@pytest.mark.promise("P11")
def test_a_fresh_link_works_although_the_clock_went_back(person: Person) -> None:
    """By five seconds, or by an hour, when it is set right; not by more."""
    person.ask()
    for seconds in (5, 3_595):
        person.site.clock.now -= seconds
        assert person.client.get(person.link()).status_code == 200
    person.site.clock.now -= 5
    assert person.client.get(person.link()).status_code == 404


@pytest.mark.promise("P11")
@pytest.mark.parametrize("what", ["", "export"])
def test_a_link_works_for_a_day(person: Person, what: str) -> None:
    """To the second."""
    person.ask()
    person.site.clock.now += 24 * 3600
    assert person.client.get(person.link() + what).status_code == 200
    person.site.clock.now += 1
    answer = person.client.get(person.link() + what)
    assert answer.status_code == 404
    assert "leads nowhere" in answer.text


@pytest.mark.promise("P11")
def test_a_forged_link_leads_nowhere(person: Person) -> None:
    person.ask()
    link = person.link()
    body, _, signature = link.rpartition(".")
    other = f"{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    for forged in (other, "/own/x/", link.replace(".", "", 1), "/own/%00/"):
        assert person.client.get(forged).status_code == 404


@pytest.mark.promise("P11")
@pytest.mark.parametrize("what", ["address", "withdraw", "erase"])
def test_other_sites_cannot_use_a_link(person: Person, what: str) -> None:
    person.ask()
    before = rows(person.site, "SELECT * FROM submissions")
    answer = person.client.post(
        person.link() + what,
        data={"sure": "yes", "email": "a@b.example"},
        headers={"Origin": "https://elsewhere.example"},
    )
    assert answer.status_code == 403
    assert rows(person.site, "SELECT * FROM submissions") == before
    assert rows(person.site, "SELECT withdrawn_on FROM permissions") == [(None,)]


@pytest.mark.promise("P11")
def test_the_submission_of_another_contact_cannot_be_reached(person: Person) -> None:
    send(person.site.app.test_client(), TICKED | {"email": "other@example.org"})
    person.ask()
    query = "SELECT s.id FROM submissions s JOIN contacts c ON c.id = s.contact WHERE c.email = "
    other = rows(person.site, f"{query}'other@example.org'")[0][0]
    assert person.post(f"{person.link()}correct/{other}", message="Mine.").status_code == 404
    assert rows(person.site, "SELECT count(*) FROM submissions WHERE message = 'Mine.'") == [(0,)]


def test_an_address_that_is_none_is_told(person: Person) -> None:
    answer = person.ask("nonsense")
    assert answer.status_code == 422
    assert "needs an address like" in answer.text
    assert 'value="nonsense"' in answer.text
    assert person.letters.got == []


@pytest.mark.promise("P11")
def test_asking_is_limited(person: Person) -> None:
    statuses = [person.ask(f"somebody{number}@example.net").status_code for number in range(11)]
    assert statuses == [200] * 10 + [429]


def test_while_the_relay_is_away_no_link_is_said_to_be_on_its_way(person: Person) -> None:
    """The same for a known and an unknown address: it goes there once the relay takes mail."""
    sender = person.site.service.mail_sender
    with pytest.MonkeyPatch.context() as away:
        away.setattr(sender, "_relay", Away())
        person.client.post("/own/ask", data={"email": ADDRESS}, headers={"Origin": HOST})
        for _ in range(1_000):
            if sender.prospect == "later":
                break
            time.sleep(0.01)
        answers = [
            person.client.post("/own/ask", data={"email": email}, headers={"Origin": HOST})
            for email in (ADDRESS, "nobody@example.org")
        ]
    assert answers[0].data == answers[1].data
    assert "as soon as our mail server takes it" in answers[0].text
    assert "is on its way" not in answers[0].text


class Away:
    """A relay that cannot be reached."""

    def send(self, message: object) -> None:
        raise ConnectionRefusedError


def test_after_the_thread_has_ended_no_link_is_promised(person: Person) -> None:
    """503, and other ways to reach us."""
    person.site.service.mail_sender.close()
    answer = person.client.post("/own/ask", data={"email": ADDRESS}, headers={"Origin": HOST})
    assert answer.status_code == 503
    assert "We cannot send email just now" in answer.text


def test_without_a_relay_it_is_said_and_nothing_waits(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("PLAINSITE_RELAY", raising=False)
    with form_site(tmp_path) as site:
        client = site.app.test_client()
        send(client, REQUEST)
        answer = client.post("/own/ask", data={"email": ADDRESS}, headers={"Origin": HOST})
        assert answer.status_code == 503
        assert "We cannot send email just now" in answer.text
        assert rows(site, "SELECT * FROM outbox") == []
