"""The service: serves the built site, counts visits, takes forms, shows reports to staff."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from analytics.background import nothing
from analytics.contacts import audience, form_routes, permission_routes
from analytics.contacts.links import Links
from analytics.contacts.mail.asking import Asking
from analytics.contacts.mail.build_message import MessageBuilder
from analytics.contacts.mail.outbox import Outbox
from analytics.contacts.mail.sender import MailSender
from analytics.contacts.mail.transport import Transport, read_relay
from analytics.contacts.personal_data import routes as personal_data
from analytics.contacts.repository import Contacts
from analytics.contacts.stores import FormStores
from analytics.databases import open_databases
from analytics.drafts import routes as drafts
from analytics.due_builds import BuildCommand, DueBuilds
from analytics.service import Service
from analytics.staff import routes as staff
from analytics.staff.api import routes as api
from analytics.staff.by_mail import routes as by_mail
from analytics.staff.by_mail.mailing import Mailing, open_sender
from analytics.staff.by_mail.rounds import open_rounds
from analytics.staff.context import StaffContext
from analytics.staff.reports.ahead import AheadTask
from analytics.staff.reports.counted import Counted
from analytics.staff.shared import routes as shared
from analytics.storage.secret import keys_in_use
from analytics.storage.stores import Stores
from analytics.visits import routes as visits
from analytics.visits import user_agents
from analytics.visits.countries import open_countries
from analytics.visits.coverage import Coverage, Covered
from analytics.visits.publishing import Publishing
from analytics.web import own_cookie_routes
from analytics.web.clock import Clock, UnusableClock
from analytics.web.cookies import CookieWriter
from analytics.web.guard import Guard
from analytics.web.health import Health
from analytics.web.languages import InLanguages, LanguageFolders, here
from analytics.web.log import ServiceLog, place_of
from analytics.web.metrics import Measured
from analytics.web.own_cookies import OwnCookies
from analytics.web.page_server import PageServer
from analytics.web.problems import problem_of
from analytics.web.rate_limits import RateLimiter
from analytics.web.reload_due import refuse_while_due
from analytics.web.static_files import Pages
from analytics.web.well_formed import WellFormed
from policy import Fault, Faults, Site, read_site, templates
from policy.draft_links import DraftLinks
from policy.places import Places

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

__all__ = ["create_app"]

RETRY_SECONDS = 300


def create_app(  # noqa: PLR0913  (each has its default)
    root: Path,
    public: Path,
    var: Path,
    *,
    clock: Callable[[], float] = time.time,
    steady: Callable[[], float] = time.monotonic,
    relay: Transport | None = None,
    proxies: int = 0,
    tracebacks: bool = False,
    build: BuildCommand | None = None,
) -> Flask:
    """The service for the site in `root`, built in `public`, with its databases in `var`.

    `clock` returns seconds since 1970, and `steady` those that pass, whatever a clock says. Mail
    goes to `relay`, or to the one that the environment names. So many `proxies` before the service
    are believed when they say who asks, and how.
    `tracebacks` logs all of a fault of ours, for whoever is at work on the site; it may tell what
    a visitor sent. `build` has the site built when pages come or go.

    Close the service, `app.extensions["plainsite"].close()`, when done.

    Raises Faults for a site folder with mistakes, and for one that was never built.
    """
    site = read_site(root)
    the_clock = Clock(clock, ZoneInfo(site.settings.timezone), steady)
    service = _open_service(site, Places(root, public, var), the_clock, relay, build)
    kind = Flask if tracebacks else _Discreet
    app = kind(__name__, template_folder=root.resolve() / "templates", static_folder=None)
    app.extensions["plainsite"] = service
    app.session_interface = _NoSession()
    failures = _Failures(service.pages, service.log)
    app.register_error_handler(HTTPException, failures.error_page)
    app.register_error_handler(SQLAlchemyError, failures.store_failed)
    app.register_error_handler(UnusableClock, failures.store_failed)
    _draw_with(app, service)
    refuse_while_due(app, service.pages, own_pages=staff.NAME)
    for blueprint in _blueprints(service):
        app.register_blueprint(blueprint)
    if service.site.register.has("visits"):
        user_agents.prepare()
    _wrap(app, service, proxies)
    if service.stores:
        service.stores.start()
    if service.coverage:
        service.coverage.task.start()
    if service.publishing:
        service.publishing.task.start()
    for sender in service.senders:
        sender.start()
    for task in (service.digests, service.ahead):
        if task:
            task.start()
    if service.due_builds:
        service.due_builds.start()
    return app


def _blueprints(service: Service) -> Iterator[Blueprint]:
    """The addresses of each feature that is on, with what it needs. One that is off has none."""
    site, cookies, pages, clock = service.site, service.cookies, service.pages, service.clock
    has, audiences = site.register.has, audience.Audiences(site, cookies, pages)
    if has("visits"):
        yield visits.blueprint(
            visits.Visits(
                site,
                cookies,
                pages,
                service.counters,
                clock,
                service.rate_limiter,
                service.keys,
                service.lately,
                countries=service.countries,
            )
        )
    if has("forms"):
        yield from _form_blueprints(service, audiences)
    if has("audiences"):
        yield audience.blueprint(audiences)
    if has("visits") or has("audiences"):
        yield own_cookie_routes.blueprint(OwnCookies(site, cookies, pages))
    if has("drafts"):
        yield drafts.blueprint(DraftLinks(service.var), clock)
    if has("staff"):
        context = _staff_context(service)
        if has("visits"):
            yield api.blueprint(context)
            yield shared.blueprint(context)
            yield by_mail.blueprint(context)
        yield staff.blueprint(context)


def _staff_context(service: Service) -> StaffContext:
    return StaffContext(
        site=service.site,
        cookies=service.cookies,
        pages=service.pages,
        clock=service.clock,
        log=service.log,
        records=service.records,
        retention=service.retention_thread,
        rate_limiter=service.rate_limiter,
        counter_store=service.counter_store,
        form_stores=service.form_stores,
        due_builds=service.due_builds,
        mailing_store=_mailing(service),
        lately=service.lately,
        countries=service.countries,
        report_was_read=service.report_was_read,
    )


def _mailing(service: Service) -> Mailing | None:
    sender, site = service.staff_sender, service.site
    return Mailing.of(site, service.records, service.keys, sender) if sender else None


def _form_blueprints(service: Service, audiences: audience.Audiences) -> Iterator[Blueprint]:
    site, pages, log, limiter = service.site, service.pages, service.log, service.rate_limiter
    contacts, links, outbox = service.contacts, service.links, service.outbox
    sender, asking = service.mail_sender, Asking(site, links, outbox)
    yield form_routes.blueprint(
        form_routes.Forms(
            site, service.cookies, pages, contacts, audiences, asking, sender, limiter, log
        )
    )
    yield permission_routes.blueprint(permission_routes.Permissions(pages, contacts, links, log))
    yield personal_data.blueprint(
        personal_data.OwnData(site, pages, contacts, links, outbox, sender, limiter, log)
    )


def _open_service(
    site: Site,
    places: Places,
    clock: Clock,
    relay: Transport | None,
    build: BuildCommand | None,
) -> Service:
    log = ServiceLog(site.register)
    pages = Pages(places.public, site.register.version, log, clock)
    keys: tuple[bytes, ...] = ()
    stores = counters = forms = to_staff = digests = ahead = None
    if _sends_mail(site):
        relay = relay or read_relay()  # It may be wrongly named: before anything is opened.
    if site.register.tables:  # A plain site keeps nothing, not even a key.
        # Before the databases are opened: without a key there is no service.
        keys = keys_in_use(places.var, site.register, _today(clock))
        stores, counters = open_databases(site, places.var, clock, log)
    named = {
        "page": pages,
        "section": pages.sections,
        "source": site.sources.names,
        "campaign": site.campaigns.names,
        "goals": site.goals.names,
        "funnels": site.goals.steps,
        "audience": frozenset(site.audiences.names),
    }
    cookies = CookieWriter(site.register, keys, named, clock)
    is_staffed = site.register.has("staff")  # Nobody else reads what is noted of pages.
    if stores is not None and site.register.has("forms"):
        forms = _open_forms(site, stores, keys, log, clock, relay)
    if stores is not None and site.register.has("staff"):
        to_staff = open_sender(site, stores.records.engine, keys, log, clock, relay)
    if stores is not None and counters is not None and to_staff is not None:
        counted = Counted(site, pages, clock, counters)
        ahead = AheadTask(counted, log)
        digests = open_rounds(counted, stores.records.engine, keys, to_staff, places.root, log)
    return Service(
        site=site,
        cookies=cookies,
        pages=pages,
        clock=clock,
        keys=keys,
        log=log,
        rate_limiter=RateLimiter(),
        stores=stores,
        counter_store=counters,
        form_stores=forms,
        staff_sender=to_staff,
        digests=digests,
        ahead=ahead,
        report_was_read=ahead.was_read if ahead else nothing,
        coverage=Coverage(counters, clock, log) if counters else None,
        publishing=Publishing(pages, counters, clock, log) if counters and is_staffed else None,
        var=places.var,
        due_builds=DueBuilds(pages, clock, log, build) if build else None,
        countries=open_countries(places.var) if site.register.has("countries") else None,
    )


def _sends_mail(site: Site) -> bool:
    has = site.register.has
    return has("forms") or (has("staff") and has("visits"))


def _today(clock: Clock) -> date:
    """Raises Faults: which keys are still read depends on the day."""
    try:
        return clock.today()
    except UnusableClock as error:
        raise Faults([Fault("clock", None, error.message, error.hint)]) from None


def _open_forms(  # noqa: PLR0913, PLR0917  (what all parts share)
    site: Site,
    stores: Stores,
    keys: tuple[bytes, ...],
    log: ServiceLog,
    clock: Clock,
    relay: Transport | None,
) -> FormStores:
    records, tables = stores.records.engine, stores.records.tables
    submissions = site.register.table("records", "submissions")
    listed = [column.name for column in submissions.columns if column.listed]
    contacts = Contacts(records, tables, clock.today, listed)
    outbox = Outbox(records, tables.tables["outbox"], contacts, clock=clock, today=clock.today)
    links = Links(keys, clock)
    builder = MessageBuilder.of(site.settings, links)
    sender = MailSender(outbox, relay, builder, log, clock)
    return FormStores(contacts, links, outbox, Asking(site, links, outbox), sender)


def _draw_with(app: Flask, service: Service) -> None:
    """The same Jinja as the generator's, with the values that do not belong to one page."""
    app.jinja_options = templates.options()
    templates.prepare(app.jinja_env, service.site, service.pages.asset)
    app.extensions["languages"] = InLanguages(app, service.site, service.pages)


def _wrap(app: Flask, service: Service, proxies: int) -> None:
    """Innermost first: pages are served before Flask is asked, and nothing passes the guard."""
    answering = LanguageFolders(app.wsgi_app, service.site)
    served: WSGIApplication = PageServer(answering, service.pages, service.cookies)
    if service.coverage:
        served = Covered(served, service.pages, service.coverage)
    sound = WellFormed(Health(served, service.parts))
    measured = Measured(Guard(sound, service.site.register), service.metrics)
    app.wsgi_app = ProxyFix(measured, proxies, proxies, proxies)  # type: ignore[method-assign]  # Flask’s own way


class _Discreet(Flask):
    """Flask logs a fault with the address that was asked for, and with whatever it was about."""

    def log_exception(self, exc_info: Any) -> None:
        """What kind of fault it was, and where."""
        error = exc_info[1]
        log = self.extensions["plainsite"].log
        log.say("fault", error=type(error).__name__, place=place_of(error))


class _NoSession(SessionInterface):
    """Flask's own session is a cookie that the register does not declare."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        return None

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing to save: Flask gives what `open_session` refuses a session that cannot be set."""


@dataclass(frozen=True, slots=True)
class _Failures:
    """What is answered where no feature answers itself."""

    pages: Pages
    log: ServiceLog

    def store_failed(self, error: Exception) -> BaseResponse | HTTPException:
        """A database cannot be used, or did not do what was asked of it; or nobody knows the time:
        try again later."""
        kind = type(getattr(error, "orig", error)).__name__
        self.log.say("fault", error=kind, place=place_of(error))
        return self.error_page(ServiceUnavailable(retry_after=RETRY_SECONDS))

    def error_page(self, error: HTTPException) -> BaseResponse | HTTPException:
        """For a program, a problem; for people, our page of what is not there."""
        if request.path.startswith("/visit/"):
            return problem_of(error)
        if error.code == 404:
            asked = here()
            home = asked.languages.home(asked.language)
            return self.pages.not_found(request.environ, home)
        return error
