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
from analytics.storage.stores import Stores
from analytics.visits.store.sqlite import Counters
from analytics.web.cookies import CookieWriter
from analytics.web.log import ServiceLog
from analytics.web.rate_limits import RateLimiter
from analytics.web.static_files import Pages
from policy import Site
from policy.manifest import Build

__all__ = ["Service", "current_service"]


@dataclass(frozen=True, slots=True)
class Service:
    """The site, its stores and its clock (seconds since 1970)."""

    site: Site
    cookies: CookieWriter
    stores: Stores
    pages: Pages
    clock: Callable[[], float]
    keys: tuple[bytes, ...]
    """Those that sign: any of them is read, the last one signs."""
    contacts: Contacts
    links: Links
    outbox: Outbox
    mail_sender: MailSender
    log: ServiceLog
    rate_limiter: RateLimiter

    @property
    def counters(self) -> Counters:
        """What is counted."""
        return self.stores.counters

    @property
    def records(self) -> Engine:
        """The database of contacts and staff. Whatever uses it may raise DatabaseUnavailable."""
        return self.stores.records.engine

    @property
    def retention_thread(self) -> RetentionThread:
        """What deletes what is over."""
        return self.stores.retention

    @property
    def build(self) -> Build:
        """The build that is being served now."""
        return self.pages.build

    def asset(self, name: str) -> str:
        """The address of the asset `name`, with its fingerprint. Raises KeyError."""
        return self.build.assets[name]

    def close(self) -> None:
        """Commit what was accepted, then let go of both databases."""
        self.mail_sender.close()
        self.stores.close()


def current_service() -> Service:
    """The service of the application that is answering this request."""
    return cast(Service, current_app.extensions["plainsite"])
