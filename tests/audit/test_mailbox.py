"""The audit's own relay, as a mail server knows it."""

from __future__ import annotations

import smtplib
import socket
import struct
import time
from email.message import EmailMessage

import pytest

from analytics.contacts.mail.transport import Relay
from audit.mailbox import Mailbox
from audit.printed import printed_to
from tests.fixtures.collectors import wait_until

HALF = b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nhalf"


def connected(relay: Relay) -> socket.socket:
    found = socket.create_connection((relay.host, relay.port))
    found.recv(100)
    return found


def test_a_letter_comes_with_its_envelope() -> None:
    mailbox, letter = Mailbox(), EmailMessage()
    letter["To"] = "ad\u00e4@example.org"
    letter.set_content(".a line with a dot\n\u00fc\n")
    with mailbox.listening() as relay, smtplib.SMTP(relay.host, relay.port) as client:
        client.send_message(letter, "a@b.example", ["c@d.example", "e@f.example"])
    (came,) = mailbox.letters
    assert (came.sender, came.receivers) == ("a@b.example", ("c@d.example", "e@f.example"))
    assert came.to == letter["To"]
    assert came.message.get_content().splitlines() == [".a line with a dot", "\u00fc"]


def test_one_that_is_away_takes_nothing() -> None:
    mailbox = Mailbox(away=True)
    with mailbox.listening() as relay, pytest.raises(smtplib.SMTPConnectError):
        smtplib.SMTP(relay.host, relay.port)


def test_what_ends_before_the_letter_does_is_none_and_nothing_is_said_of_who_sent_it() -> None:
    mailbox, printed = Mailbox(), list[str]()
    with printed_to(printed), mailbox.listening() as relay:
        half = connected(relay)
        half.sendall(HALF)
        half.close()
        gone = connected(relay)
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.sendall(b"EHLO x\r\n")
        gone.close()
        with smtplib.SMTP(relay.host, relay.port) as client:
            client.sendmail("a@b.example", ["c@d.example"], b"whole")
        wait_until(lambda: bool(mailbox.letters))
    assert [letter.receivers for letter in mailbox.letters] == [("c@d.example",)]
    assert printed == []


def test_nobody_waits_for_who_says_nothing() -> None:
    with Mailbox().listening() as relay:
        idle = connected(relay)
        began = time.monotonic()
    assert time.monotonic() - began < 20
    idle.close()
