"""What every staff page has in common: who may see it, its menu, and the page when all fails."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, abort, g, make_response, render_template, request, url_for
from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError

from analytics.staff import format as formats
from analytics.staff import roles
from analytics.staff.accounts import Staff
from analytics.staff.context import current_context
from analytics.staff.roles import TableName
from analytics.storage.database import Database
from analytics.storage.store import LookedAfter
from analytics.storage.unusable import DatabaseState
from analytics.web.log import place_of
from policy import Register

__all__ = [
    "MENU",
    "Entry",
    "RoleNeeded",
    "clock_page",
    "current_staff",
    "database_page",
    "error_page",
    "page_and_pages",
    "reads",
]
__all__ += ["is_offered", "may_read", "show"]

View = Callable[..., Response]


@dataclass(frozen=True)
class Entry:
    """A line of the menu, for those who may read the tables that its page shows."""

    endpoint: str
    label: str
    tables: tuple[TableName, ...]
    leads_to: tuple[str, ...] = ()
    """Pages that belong to this line without having one of their own."""

    feature: str = ""
    """The feature that it needs besides, if any."""


MENU: tuple[Entry, ...] = (
    Entry(
        "staff.report",
        "Reports",
        roles.COUNTERS,
        ("staff.notes", "staff.shared_links", "staff.by_mail"),
    ),
    Entry("staff.experiments", "Experiments", roles.EXPERIMENTS),
    Entry("staff.coverage", "Coverage", roles.COVERAGE),
    Entry("staff.consent", "Consent", roles.CONSENTS),
    Entry("staff.contacts", "Contacts", roles.CONTACTS, ("staff.contact",)),
    Entry("staff.mail", "Mail", (*roles.CONTACTS, *roles.OUTBOX)),
    Entry("staff.access_log", "Access log", roles.ACCESS_LOG),
    Entry("staff.retention", "Retention", roles.RETENTION_RUNS),
    Entry("staff.accounts", "Staff", roles.STAFF),
    Entry("staff.tokens", "Tokens", roles.TOKENS),
    Entry("staff.audiences", "Audiences", (), feature="audiences"),
)


class RoleNeeded(Forbidden):
    """Somebody signed in has none of the roles that may see a page."""

    def __init__(self, needed: tuple[str, ...]) -> None:
        self.needed = needed
        super().__init__()


def current_staff() -> Staff:
    """Who is signed in. Only for pages behind the sign-in."""
    staff: Staff = g.staff
    return staff


def reads(tables: tuple[TableName, ...]) -> Callable[[View], View]:
    """A view that shows these tables, so only to roles that may read all of them."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**values: str) -> Response:
            if not roles.declared(_register(), tables):
                abort(404)  # It belongs to a feature that is off.
            if not may_read(tables):
                raise RoleNeeded(roles.needed(_register(), tables))
            return view(**values)

        return guarded

    return guard


def may_read(tables: tuple[TableName, ...]) -> bool:
    """Whether who is signed in may read every one of the tables."""
    return roles.may_read(_register(), current_staff().roles, tables)


def is_offered(entry: Entry) -> bool:
    """Whether who is signed in finds the page in the menu."""
    has_feature = not entry.feature or _register().has(entry.feature)
    return has_feature and may_read(entry.tables)


def show(template: str, status: int = 200, **values: Any) -> Response:
    """A page from templates/staff/, with what all of them need."""
    context = current_context()
    staff = g.get("staff")
    page = render_template(
        f"staff/{template}",
        **values,
        site=context.site.settings,
        register=_register(),
        asset=context.pages.asset,
        staff=staff,
        trouble=_trouble() if staff and "admin" in staff.roles else (),
        overdue=_overdue() if staff else "",
        menu=[entry for entry in MENU if staff and is_offered(entry)],
        format=formats,
        zone=context.zone,
        url_for=url_for,
        here=request.endpoint,
    )
    return make_response(page, status)


def _trouble() -> tuple[DatabaseState, ...]:
    """The databases that do not work, for staff who can have it mended."""
    context = current_context()
    databases: list[LookedAfter] = [Database.of(context.records)]
    if context.counter_store is not None:
        databases.append(context.counter_store.database)
    return tuple(state for each in databases if not (state := each.state).works)


def _overdue() -> str:
    """Why pages that should have come or gone have not; "" where all is as it should be."""
    builds = current_context().due_builds
    return builds.part.why if builds else ""


def error_page(error: HTTPException) -> Response:
    """The page for a refusal or a failure, in words that say what one can do."""
    if isinstance(error, RoleNeeded):
        return show("role-needed.html", 403, needed=error.needed)
    if error.code is None or (error.response is not None and error.code < 400):
        return make_response(error.get_response())
    failed = isinstance(error, InternalServerError)
    response = show("error.html", error.code, failed=failed, unusable="")
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def database_page(error: Exception) -> Response:
    """The page where the records database cannot be used: it says so, and is tried again."""
    return _unusable("database", error)


def clock_page(error: Exception) -> Response:
    """The page where nobody knows the time, so that no session can be told to be still good."""
    return _unusable("clock", error)


def _unusable(what: str, error: Exception) -> Response:
    log = current_context().log
    log.say("fault", error=type(error).__name__, place=place_of(error))
    response = show("error.html", 503, failed=True, unusable=what)
    response.headers["Retry-After"] = "300"
    return response


def page_and_pages(count: int, size: int) -> tuple[int, int]:
    """The page that the address asks for (from 1), and how many `count` things have; 404 where they
    do not reach it."""
    asked = request.args.get("page", "1")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        abort(404)
    number, pages = int(asked), max(1, -(-count // size))
    if not 1 <= number <= pages:
        abort(404)
    return number, pages


def _register() -> Register:
    return current_context().register
