"""What every part of the service shares, made once when the application starts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics.contacts.links import Links
from analytics.contacts.mail.outbox import Outbox
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.repository import Contacts
from analytics.storage.database import DatabaseUnavailable
from analytics.storage.health import storage_health
from analytics.storage.retention import RetentionThread
from analytics.storage.stores import Stores
from analytics.visits.store.sqlite import Counters
from analytics.web.cookies import CookieWriter
from analytics.web.health import Part, part_of
from analytics.web.log import ServiceLog
from analytics.web.metrics import Metrics
from analytics.web.rate_limits import RateLimiter
from analytics.web.static_files import Pages
from policy import Fault, Site
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
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        # Frozen, as all else that is shared; this one part reads the others.
        object.__setattr__(self, "metrics", Metrics(self.parts, self.queues))

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

    def parts(self) -> tuple[Part, ...]:
        """How each part is doing now."""
        trouble = self.pages.trouble
        storage = storage_health(self.stores)
        return (
            Part("pages", trouble is None, trouble.kind if trouble else ""),
            *(
                Part(f"{each.name} database", each.works, each.failure or _first(each.faults))
                for each in storage.databases
            ),
            *(part_of(task) for task in (*storage.tasks, self.mail_sender.state)),
            Part("deletions", storage.refusal is None, "they were refused" * bool(storage.refusal)),
        )

    def queues(self) -> dict[str, int]:
        """How many messages are in the outbox, by state; none where it cannot be read."""
        try:
            return self.outbox.counts()
        except (DatabaseUnavailable, SQLAlchemyError):
            return {}

    def close(self) -> None:
        """Commit what was accepted, then let go of both databases."""
        self.mail_sender.close()
        self.stores.close()


def _first(faults: tuple[Fault, ...]) -> str:
    return faults[0].message if faults else ""


def current_service() -> Service:
    """The service of the application that is answering this request."""
    return cast(Service, current_app.extensions["plainsite"])
