"""The mail_sender: a thread that carries what waits in the outbox to the relay.

A message is deleted after the relay has taken it, so a crash between the two sends it twice, under
the same Message-ID (RFC 5322, section 3.6.4), and never loses it. A relay that is away is tried
again, more and more slowly; what waits longer than the register allows is deleted by retention.
"""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from analytics.contacts.mail.outbox import Outbox, Waiting
from analytics.contacts.mail.transport import Transport
from analytics.web.log import ServiceLog
from policy.settings import Settings

__all__ = ["MailSender"]

FIRST_WAIT, LONGEST_WAIT = 30.0, 1_800.0


@dataclass(frozen=True)
class Sender:
    """Who writes."""

    name: str
    email: str
    host: str

    @classmethod
    def of(cls, settings: Settings) -> Sender:
        """The organization's."""
        organization = settings.organization
        host = urlsplit(settings.url).hostname or "localhost"
        return cls(organization.name, organization.email, host)

    def letter(self, waiting: Waiting) -> EmailMessage:
        """A message as it travels. It holds no picture, no link that counts, nothing hidden."""
        message = EmailMessage()
        message["From"] = formataddr((self.name, self.email))
        message["To"] = waiting.email
        message["Subject"] = waiting.subject
        message["Message-ID"] = f"<{waiting.id}@{self.host}>"
        message["Plainsite-Ground"] = waiting.ground  # Why it may be sent, for who asks (P8).
        message["Auto-Submitted"] = "auto-replied"  # RFC 3834: no machine answers it.
        message.set_content(waiting.text)
        return message


class MailSender:
    """Carries messages, from its start until it is closed. Without a relay they stay."""

    def __init__(
        self, outbox: Outbox, relay: Transport | None, settings: Settings, log: ServiceLog
    ) -> None:
        self._log = log
        self._outbox = outbox
        self._relay = relay
        self._head = Sender.of(settings)
        self._called = Event()
        self._closed = False
        self._walking = Lock()
        self._thread = Thread(target=self._run, name="mail_sender", daemon=True)

    def start(self) -> None:
        """Begin to carry."""
        self._thread.start()

    @property
    def can_send(self) -> bool:
        """Whether there is a relay."""
        return self._relay is not None

    def call(self) -> None:
        """Say that something waits."""
        self._called.set()

    def close(self) -> None:
        """Carry the message at hand to its end, and stop."""
        self._closed = True
        self._called.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        wait = FIRST_WAIT
        while not self._closed:
            try:
                done = self.round()
            except SQLAlchemyError as error:
                self._log.say("outbox not read", error=type(error).__name__)
                done = False
            wait = FIRST_WAIT if done else min(2 * wait, LONGEST_WAIT)
            self._called.wait(None if done else wait)
            self._called.clear()

    def round(self) -> bool:
        """Try every message once; whether none is left to be tried again."""
        done = True
        with self._walking:
            for waiting in self._outbox.waiting():
                if self._closed:
                    return False
                if not waiting.email:
                    self._outbox.remove(waiting.id)
                elif self._relay is not None:
                    done = self._carry(self._relay, waiting) and done
        return done

    def _carry(self, relay: Transport, waiting: Waiting) -> bool:
        """Whether the message needs no other try. No address is ever logged."""
        try:
            relay.send(self._head.letter(waiting))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if all(code < 500 for code in codes):
                return self._later("put-off")
            self._log.say("message refused", code=max(codes))
        except (smtplib.SMTPException, OSError) as error:
            return self._later(type(error).__name__)
        self._outbox.remove(waiting.id)
        return True

    def _later(self, why: str) -> bool:
        self._log.say("message put off", reason=why)
        return False
