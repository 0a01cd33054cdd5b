"""What forms, their pages and staff work with."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.contacts.links import Links
from analytics.contacts.mail.asking import Asking
from analytics.contacts.mail.outbox import Outbox
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.repository import Contacts

__all__ = ["FormStores"]


@dataclass(frozen=True, slots=True)
class FormStores:
    """Those who sent forms, the links and messages that go to them, and what sends these."""

    contacts: Contacts
    links: Links
    outbox: Outbox
    asking: Asking
    mail_sender: MailSender
