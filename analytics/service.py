"""What every part of the service shares, made once when the application starts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy import Engine

from analytics.contacts.links import Links
from analytics.contacts.mail.outbox import Outbox
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.repository import Contacts
from analytics.storage.retention import RetentionThread
from analytics.visits.store.sqlite import Counters
from analytics.web.cookies import CookieWriter
from analytics.web.log import ServiceLog
from analytics.web.static_files import Pages
from policy import Site
from policy.manifest import Build

__all__ = ["Service", "current_service"]


@dataclass(frozen=True, slots=True)
class Service:
    """The site, its stores and its clock (seconds since 1970)."""

    site: Site
    cookies: CookieWriter
    counters: Counters
    records: Engine
    pages: Pages
    clock: Callable[[], float]
    secret: bytes
    retention_thread: RetentionThread
    contacts: Contacts
    links: Links
    outbox: Outbox
    mail_sender: MailSender
    log: ServiceLog

    @property
    def build(self) -> Build:
        """The build that is being served now."""
        return self.pages.build

    def asset(self, name: str) -> str:
        """The address of the asset `name`, with its fingerprint. Raises KeyError."""
        return self.build.assets[name]

    def reload(self) -> None:
        """Serve what has been built since. A change in site/ needs a restart."""
        self.pages.reload()

    def close(self) -> None:
        """Commit what was accepted, then let go of both databases."""
        self.mail_sender.close()
        self.retention_thread.close()
        self.counters.close()
        self.records.dispose()


def current_service() -> Service:
    """The service of the application that is answering this request."""
    return cast(Service, current_app.extensions["plainsite"])
