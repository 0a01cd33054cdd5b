"""A message as it travels. It holds no picture, no link that counts, nothing hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import urlsplit

from analytics.contacts.links import Links
from analytics.contacts.mail.outbox import Message
from policy.email_addresses import as_written, smtp_policy
from policy.settings import Settings

__all__ = ["MessageBuilder"]

CAN_BE_STOPPED = ("permission", "ask")
"""Mail of these kinds goes out because a box was checked, and says how to stop it."""


LONGEST_LINE = 998
"""Characters (RFC 5322, section 2.1.1)."""


@dataclass(frozen=True)
class MessageBuilder:
    """Who writes, and where a message leads back to."""

    name: str
    email: str
    url: str
    stop: Callable[[Message], str]
    """The path at which mail like a message is stopped."""

    @classmethod
    def of(cls, settings: Settings, links: Links) -> MessageBuilder:
        """The organization's, to contacts."""
        return cls.stopped_by(settings, lambda message: links.to_stop(message.receiver))

    @classmethod
    def stopped_by(cls, settings: Settings, stop: Callable[[Message], str]) -> MessageBuilder:
        """The organization's, to those who stop mail in another way."""
        return cls(settings.organization.name, settings.organization.email, settings.url, stop)

    def build(self, message: Message) -> EmailMessage:
        """The message with its headers. Raises `NotMailable`, or what the email package raises for
        text that it cannot carry."""
        to = as_written(message.email)
        host = urlsplit(self.url).hostname or "localhost"
        built = EmailMessage(smtp_policy(to))
        built["From"] = Address(_one_line(self.name), addr_spec=as_written(self.email))
        built["To"] = to
        # Not taken for an encoded word, which would be read as what it stands for (RFC 2047).
        built["Subject"] = _one_line(message.subject).replace("=?", "= ?")
        # The same at each try, so that a mailbox can tell a second copy (RFC 5322, section 3.6.4).
        built["Message-ID"] = f"<{message.id}@{host}>"
        built["Plainsite-Legal-Basis"] = message.legal_basis  # for whoever asks why it came (P8)
        # RFC 3834: no machine answers it.
        asked_for = message.legal_basis == "request"
        built["Auto-Submitted"] = "auto-replied" if asked_for else "auto-generated"
        if message.legal_basis in CAN_BE_STOPPED:
            # One click, from the mail program itself (RFC 8058).
            built["List-Unsubscribe"] = f"<{self.url}{self.stop(message)}>"
            built["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        built.set_content(message.text, cte=_how(message.text))
        if message.html:
            built.add_alternative(message.html, subtype="html", cte=_how(message.html))
        built.as_bytes()  # What cannot be written down is found out here, and not by the relay.
        return built


def _how(text: str) -> str:
    longest = max(map(len, text.splitlines()), default=0)
    return "7bit" if text.isascii() and longest <= LONGEST_LINE else "quoted-printable"


def _one_line(text: str) -> str:
    return " ".join(text.split())
