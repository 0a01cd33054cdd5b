"""What every part of the service shares, made once when the application starts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics.background import BackgroundTask, nothing
from analytics.contacts.links import Links
from analytics.contacts.mail.outbox import Outbox
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.repository import Contacts
from analytics.contacts.stores import FormStores
from analytics.due_builds import DueBuilds
from analytics.storage.health import storage_health
from analytics.storage.retention import RetentionThread
from analytics.storage.stores import Stores
from analytics.storage.unusable import DatabaseUnavailable
from analytics.visits.countries import Countries
from analytics.visits.coverage import Coverage
from analytics.visits.lately import Lately
from analytics.visits.publishing import Publishing
from analytics.visits.store.base import CounterStore
from analytics.web.clock import Clock
from analytics.web.cookies import CookieWriter
from analytics.web.features import on
from analytics.web.health import Part, part_of, part_of_clock
from analytics.web.log import ServiceLog
from analytics.web.metrics import Metrics
from analytics.web.rate_limits import RateLimiter
from analytics.web.static_files import Pages
from policy import Fault, Site
from policy.manifest import Build

__all__ = ["Service"]


@dataclass(frozen=True, slots=True)
class Service:
    """The site, its stores and its clock. The stores of a feature that is off
    are None, and the properties that give them raise FeatureOff."""

    site: Site
    cookies: CookieWriter
    pages: Pages
    clock: Clock
    keys: tuple[bytes, ...]
    """Those that sign: any of them is read, the last one signs."""
    log: ServiceLog
    rate_limiter: RateLimiter
    stores: Stores | None
    counter_store: CounterStore | None
    form_stores: FormStores | None
    staff_sender: MailSender | None
    """What sends to staff who asked for figures; `digests` puts together what is due to them."""

    digests: BackgroundTask | None
    ahead: BackgroundTask | None
    """What makes reports before they are asked for."""

    var: Path
    """Where the databases are, and what links to drafts show."""

    coverage: Coverage | None = None
    publishing: Publishing | None = None
    due_builds: DueBuilds | None = None
    lately: Lately = field(default_factory=Lately)
    countries: Countries | None = None
    """By which the countries of visits are told, where the site counts them."""
    report_was_read: Callable[[], None] = nothing
    """Says so to `ahead`."""

    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        # Frozen, as all else that is shared; this one part reads the others.
        object.__setattr__(self, "metrics", Metrics(self.parts, self.queues))

    @property
    def contacts(self) -> Contacts:
        """Those who sent forms."""
        return on(self.form_stores, "forms").contacts

    @property
    def links(self) -> Links:
        """The links in emails."""
        return on(self.form_stores, "forms").links

    @property
    def outbox(self) -> Outbox:
        """The messages that wait."""
        return on(self.form_stores, "forms").outbox

    @property
    def mail_sender(self) -> MailSender:
        """What sends them."""
        return on(self.form_stores, "forms").mail_sender

    @property
    def senders(self) -> tuple[MailSender, ...]:
        """All that send mail."""
        of_forms = self.form_stores.mail_sender if self.form_stores else None
        return tuple(each for each in (of_forms, self.staff_sender) if each)

    @property
    def counters(self) -> CounterStore:
        """What is counted."""
        return on(self.counter_store, "visits")

    @property
    def records(self) -> Engine:
        """The database of contacts and staff. Whatever uses it may raise DatabaseUnavailable."""
        return on(self.stores, "forms").records.engine

    @property
    def retention_thread(self) -> RetentionThread:
        """What deletes what is over."""
        return on(self.stores, "forms").retention

    @property
    def build(self) -> Build:
        """The build that is being served now."""
        return self.pages.build

    def parts(self) -> tuple[Part, ...]:
        """How each part is doing now."""
        trouble = self.pages.trouble
        pages = Part("pages", trouble is None, trouble.kind if trouble else "")
        due = (self.due_builds.part,) if self.due_builds else ()
        if self.stores is None:
            return (pages, *due)
        storage = storage_health(self.stores)
        clock = part_of_clock(self.clock)
        counted = [each.task.state for each in (self.coverage, self.publishing) if each]
        mail = [sender.state for sender in self.senders]
        figures = [each.state for each in (self.digests, self.ahead) if each]
        table = (_part_of(self.countries),) if self.countries else ()
        return (
            pages,
            *due,
            clock,
            *(
                Part(f"{each.name} database", each.works, each.failure or _first(each.faults))
                for each in storage.databases
            ),
            *table,
            *(part_of(task) for task in (*storage.tasks, *counted, *mail, *figures)),
            *(Part(f"window of the {name}", not why, why) for name, why in storage.late.items()),
            Part("deletions", storage.refusal is None, "they were refused" * bool(storage.refusal)),
        )

    def queues(self) -> dict[str, int]:
        """How many messages wait or are set aside, by state; none where that cannot be read."""
        found: Counter[str] = Counter()
        try:
            for sender in self.senders:
                found.update(sender.outbox.counts())
        except (DatabaseUnavailable, SQLAlchemyError):
            return {}
        return dict(found)

    def close(self) -> None:
        """Commit what was accepted, then let go of both databases."""
        if self.due_builds:
            self.due_builds.close()
        for task in (self.digests, self.ahead):
            if task:
                task.close()
        for sender in self.senders:
            sender.close()
        if self.publishing:
            self.publishing.task.close()
        if self.coverage:
            self.coverage.close()
        if self.stores:
            self.stores.close()
        self.rate_limiter.close()


def _first(faults: tuple[Fault, ...]) -> str:
    return faults[0].message if faults else ""


def _part_of(countries: Countries) -> Part:
    return Part("countries", not countries.trouble, countries.trouble)
