"""What the staff pages work with, made once for each application."""

from dataclasses import dataclass
from datetime import date, tzinfo
from typing import cast

from flask import current_app

from analytics.contacts.repository import Contacts
from analytics.service import Service
from analytics.staff.access_log import AccessLog
from analytics.staff.accounts import Accounts
from analytics.staff.sessions import Limits, Sessions
from analytics.staff.sign_in_limits import SignInLimits
from analytics.storage.database import Database

__all__ = ["CONTEXT", "StaffContext", "current_context", "open_context"]

CONTEXT = "plainsite staff"
"""Where the application keeps it."""


@dataclass(frozen=True)
class StaffContext:
    """The stores behind the staff pages, with the service's clock."""

    service: Service
    accounts: Accounts
    sessions: Sessions
    access_log: AccessLog
    sign_in_limits: SignInLimits

    @property
    def contacts(self) -> Contacts:
        """Those who sent forms. Raises FeatureOff where forms are off."""
        return self.service.contacts

    @property
    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.service.clock())

    @property
    def today(self) -> date:
        """In the site's time zone."""
        return self.service.clock.today()

    @property
    def zone(self) -> tzinfo:
        """The site's time zone."""
        return self.service.clock.zone


def current_context() -> StaffContext:
    """The context of the application that is answering this request."""
    return cast(StaffContext, current_app.extensions[CONTEXT])


def open_context(service: Service) -> StaffContext:
    """Make it, when the application starts."""
    register, engine = service.site.register, service.records
    tables = Database.of(engine).tables
    staff, sessions, log = (tables.tables[name] for name in ("staff", "sessions", "access_log"))
    return StaffContext(
        service=service,
        accounts=Accounts(engine, staff),
        sessions=Sessions(engine, sessions, staff, Limits.of(register.cookie("session"))),
        access_log=AccessLog(engine, log),
        sign_in_limits=SignInLimits(service.rate_limiter),
    )
