"""What mails figures: the addresses, the messages that wait, and what sends them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from analytics.contacts.mail.build_message import MessageBuilder
from analytics.contacts.mail.outbox import Outbox
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.mail.transport import Transport
from analytics.contacts.model import LegalBasis
from analytics.staff.accounts import Staff
from analytics.staff.by_mail.addresses import Addresses
from analytics.staff.by_mail.links import MailLinks
from analytics.staff.by_mail.model import WORDS, Address, Ask, Wish
from analytics.staff.by_mail.writing import Render
from analytics.storage.schema import metadata
from analytics.web.clock import Clock
from analytics.web.log import ServiceLog
from policy import Site

__all__ = ["Mailing", "open_sender"]


@dataclass(frozen=True)
class Mailing:
    """All of it. Whatever reads or writes raises SQLAlchemyError."""

    site: Site
    addresses: Addresses
    sender: MailSender
    links: MailLinks

    @classmethod
    def of(
        cls, site: Site, records: Engine, keys: tuple[bytes, ...], sender: MailSender
    ) -> Mailing | None:
        """That of a site, by a sender of its own; None where nothing is counted."""
        addresses = Addresses.of(records, site.register)
        return cls(site, addresses, sender, MailLinks(keys)) if addresses else None

    @property
    def outbox(self) -> Outbox:
        """The messages that wait."""
        return self.sender.outbox

    def ask(
        self, staff: Staff, email: str, wishes: tuple[Wish, ...], now: int, render: Render
    ) -> Ask:
        """Send a link to an address, by which whoever reads mail there confirms it. Committed."""
        before = self.addresses.asked_by(staff.id, now)
        with self.addresses.engine.begin() as connection:
            if before:
                self.take_back(connection, before)
            ask, secret = self.addresses.ask(connection, staff, email, wishes, now)
            subject = f"Confirm that {self._name} may mail you figures"
            text = render(
                "staff/mail/confirm.txt",
                **self.said,
                username=staff.username,
                wishes=[WORDS[wish] for wish in ask.wishes],
                link=f"{self.url}{self.links.to_confirm(secret)}",
            )
            basis = LegalBasis("request", ask.id)
            self.outbox.put(connection, staff.id, basis, subject=subject, text=text)
        self.sender.call()
        return ask

    def take_back(self, connection: Connection, ask: Ask) -> None:
        """Forget an address that is not confirmed yet, and the message to it, within the caller's
        transaction."""
        self.outbox.withdraw(connection, LegalBasis("request", ask.id))
        self.addresses.take_back(connection, ask.id)

    def stop(self, connection: Connection, address: str) -> Address | None:
        """Forget an address, and what waits for it, within the caller's transaction."""
        for row in (address, *(f"{address} {wish}" for wish in Wish)):
            self.outbox.withdraw(connection, LegalBasis("permission", row))
        return self.addresses.stop(connection, address)

    @property
    def url(self) -> str:
        """The site's, with nothing after its host."""
        return self.site.settings.url.rstrip("/")

    @property
    def said(self) -> dict[str, Any]:
        """What every message knows."""
        return {"site": self.site.settings, "name": self._name, "url": self.url}

    @property
    def _name(self) -> str:
        return self.site.settings.name


def open_sender(  # noqa: PLR0913, PLR0917  (what all parts share)
    site: Site,
    records: Engine,
    keys: tuple[bytes, ...],
    log: ServiceLog,
    clock: Clock,
    relay: Transport | None,
) -> MailSender | None:
    """What sends figures to staff; None where nothing is counted."""
    addresses = Addresses.of(records, site.register)
    if addresses is None:
        return None
    table = metadata(site.register, "records").tables["digest_messages"]
    outbox = Outbox(records, table, addresses, clock=clock, today=clock.today, to="account")
    links = MailLinks(keys)
    builder = MessageBuilder.stopped_by(
        site.settings, lambda message: links.to_stop(message.row.split(" ")[0])
    )
    return MailSender(outbox, relay, builder, log, clock, "mail-to-staff")
