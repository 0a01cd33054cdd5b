"""The email that asks whether a box was meant."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from analytics.contacts.links import Links
from analytics.contacts.mail.outbox import Outbox
from analytics.contacts.model import Ask, LegalBasis
from analytics.web.languages import here
from policy import Site
from policy.sentences import sentence

__all__ = ["Asking"]


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks in the words of the site, with a link that confirms and one that stops all mail."""

    site: Site
    links: Links
    outbox: Outbox

    def ask(self, connection: Connection, ask: Ask) -> None:
        """Queue the email, within the caller's transaction. Within a request: it is a template."""
        settings = self.site.settings
        text = here().render(
            "mail/confirm-permission.txt",
            wording=ask.wording,
            link=f"{settings.url}{here().service(self.links.to_confirm(ask.id))}",
            stop=f"{settings.url}{here().service(self.links.to_stop(ask.contact))}",
            keep=self.site.register.table("records", "asks").keep_words,
        )
        name = settings.organization.name
        subject = sentence("Confirm that %(name)s may email you", name=name)
        basis = LegalBasis("ask", ask.id)
        self.outbox.put(connection, ask.contact, basis, subject=subject, text=text)
