"""What the staff pages work with, made once for each application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, tzinfo

from flask import g
from sqlalchemy import Engine

from analytics.background import nothing
from analytics.contacts.repository import Contacts
from analytics.contacts.stores import FormStores
from analytics.due_builds import DueBuilds
from analytics.staff.access_log import AccessLog
from analytics.staff.accounts import Accounts
from analytics.staff.by_mail.mailing import Mailing
from analytics.staff.reports.counted import Counted
from analytics.staff.sessions import Limits, Sessions
from analytics.staff.shared.links import SharedLinks
from analytics.staff.sign_in_limits import SignInLimits
from analytics.staff.tokens import Tokens
from analytics.storage.database import Database
from analytics.storage.retention import RetentionThread
from analytics.visits.countries import Countries
from analytics.visits.lately import Lately
from analytics.visits.store.base import CounterStore
from analytics.web.clock import Clock
from analytics.web.cookies import CookieWriter
from analytics.web.features import on
from analytics.web.log import ServiceLog
from analytics.web.rate_limits import RateLimiter
from analytics.web.static_files import Pages
from policy import Register, Site

__all__ = ["StaffContext", "current_context", "use"]


@dataclass(frozen=True, slots=True)
class StaffContext:
    """The parts of the service that staff see, and the stores behind the pages.

    `pages` is what is served now. What belongs to a feature that is off is None, and the properties
    that give it raise FeatureOff.
    """

    site: Site
    cookies: CookieWriter
    pages: Pages
    clock: Clock
    log: ServiceLog
    records: Engine
    retention: RetentionThread
    rate_limiter: RateLimiter
    counter_store: CounterStore | None
    form_stores: FormStores | None
    due_builds: DueBuilds | None
    mailing_store: Mailing | None
    lately: Lately = field(default_factory=Lately)
    countries: Countries | None = None
    report_was_read: Callable[[], None] = nothing
    accounts: Accounts = field(init=False)
    sessions: Sessions = field(init=False)
    access_log: AccessLog = field(init=False)
    sign_in_limits: SignInLimits = field(init=False)
    token_store: Tokens | None = field(init=False)
    shared_link_store: SharedLinks | None = field(init=False)

    def __post_init__(self) -> None:
        tables = Database.of(self.records).tables.tables
        staff, limits = tables["staff"], Limits.of(self.register.cookie("session"))
        made = {
            "accounts": Accounts(self.records, staff),
            "sessions": Sessions(self.records, tables["sessions"], staff, limits),
            "access_log": AccessLog(self.records, tables["access_log"]),
            "sign_in_limits": SignInLimits(self.rate_limiter),
            "token_store": Tokens.of(self.records, self.register),
            "shared_link_store": SharedLinks.of(self.records, self.register),
        }
        for name, part in made.items():
            object.__setattr__(self, name, part)

    @property
    def register(self) -> Register:
        """What the site declares."""
        return self.site.register

    @property
    def forms(self) -> FormStores:
        """What belongs to forms: contacts, and the messages to them."""
        return on(self.form_stores, "forms")

    @property
    def contacts(self) -> Contacts:
        """Those who sent forms."""
        return self.forms.contacts

    @property
    def counters(self) -> CounterStore:
        """What is counted."""
        return on(self.counter_store, "visits")

    @property
    def counted(self) -> Counted:
        """What reports are made of."""
        return Counted(self.site, self.pages, self.clock, self.counters)

    @property
    def tokens(self) -> Tokens:
        """What programs read figures with."""
        return on(self.token_store, "visits")

    @property
    def shared_links(self) -> SharedLinks:
        """What others were let see of the figures."""
        return on(self.shared_link_store, "visits")

    @property
    def mailing(self) -> Mailing:
        """What mails figures to staff."""
        return on(self.mailing_store, "visits")

    @property
    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.clock())

    @property
    def today(self) -> date:
        """In the site's time zone."""
        return self.clock.today()

    @property
    def zone(self) -> tzinfo:
        """The site's time zone."""
        return self.clock.zone


def use(context: StaffContext) -> None:
    """Answer this request with the stores of `context`."""
    g.staff_context = context


def current_context() -> StaffContext:
    """The context of the request that is being answered."""
    context: StaffContext = g.staff_context
    return context
