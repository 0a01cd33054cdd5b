"""What the staff pages work with, made once for each application."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app

from analytics.contacts.repository import Contacts
from analytics.service import Service, current_service
from analytics.staff.access_log import AccessLog
from analytics.staff.accounts import Accounts
from analytics.staff.sessions import Limits, Sessions
from analytics.staff.sign_in_limits import SignInLimits
from analytics.storage.schema import metadata

__all__ = ["StaffContext", "current_context"]

EXTENSION = "plainsite staff"


@dataclass(frozen=True)
class StaffContext:
    """The stores behind the staff pages, with the service's clock and the site's zone."""

    service: Service
    accounts: Accounts
    sessions: Sessions
    access_log: AccessLog
    sign_in_limits: SignInLimits
    zone: tzinfo

    @property
    def contacts(self) -> Contacts:
        return self.service.contacts

    @property
    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.service.clock())

    @property
    def today(self) -> date:
        return datetime.fromtimestamp(self.now, self.zone).date()


def current_context() -> StaffContext:
    """The context of the application that is answering this request."""
    if EXTENSION not in current_app.extensions:
        # Of two first requests at once, both must get the same one: its attempts are counted in it.
        current_app.extensions.setdefault(EXTENSION, _open_context(current_service()))
    return cast(StaffContext, current_app.extensions[EXTENSION])


def _open_context(service: Service) -> StaffContext:
    register, engine = service.site.register, service.records
    tables = metadata(register, "records")
    staff, sessions, log = (tables.tables[name] for name in ("staff", "sessions", "access_log"))
    return StaffContext(
        service=service,
        accounts=Accounts(engine, staff),
        sessions=Sessions(engine, sessions, staff, Limits.of(register.cookie("session"))),
        access_log=AccessLog(engine, log),
        sign_in_limits=SignInLimits(service.rate_limiter),
        zone=ZoneInfo(service.site.settings.timezone),
    )
