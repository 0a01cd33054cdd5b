"""The addresses of the staff area. Everything below /staff/ is answered here."""

from functools import partial

from flask import Blueprint, Response, abort
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from analytics.contacts.model import NotStored
from analytics.staff import (
    admin_pages,
    audience_pages,
    contact_pages,
    disclosure,
    layout,
    mail_pages,
    sign_in,
)
from analytics.staff import token_pages as tokens
from analytics.staff.by_mail.page import by_mail_page
from analytics.staff.context import StaffContext, use
from analytics.staff.experiments.page import experiments_page
from analytics.staff.reports.coverage_page import coverage_page
from analytics.staff.reports.definitions import consent_page, definitions_page
from analytics.staff.reports.export import export_page
from analytics.staff.reports.files import report_file
from analytics.staff.reports.notes_page import notes_page
from analytics.staff.reports.report_page import old_address, report_page
from analytics.staff.shared.management import shared_links_page
from analytics.visits.store.base import StoreError
from analytics.web.clock import UnusableClock
from analytics.web.well_formed import only_texts

__all__ = ["NAME", "blueprint"]

NAME = "staff"


def _nowhere(elsewhere: str) -> Response:
    abort(404)


def _never_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


BOTH, POST = ["GET", "POST"], ["POST"]


def blueprint(context: StaffContext) -> Blueprint:
    """The addresses of the staff area, answered with the stores of `context`."""
    made = Blueprint(NAME, __name__, url_prefix="/staff")
    made.before_request(partial(use, context))
    made.before_request(sign_in.let_in)
    made.before_request(only_texts)
    made.after_request(_never_stored)
    made.register_error_handler(HTTPException, layout.error_page)
    made.register_error_handler(SQLAlchemyError, layout.database_page)
    made.register_error_handler(NotStored, layout.database_page)
    made.register_error_handler(StoreError, layout.database_page)
    made.register_error_handler(UnusableClock, layout.clock_page)
    made.add_url_rule("/", "home", sign_in.home)
    made.add_url_rule("/sign-in/", "sign_in", sign_in.sign_in, methods=BOTH)
    made.add_url_rule("/sign-out/", "sign_out", sign_in.sign_out, methods=POST)
    made.add_url_rule("/reports/", "report", report_page)
    made.add_url_rule("/reports/all.<form>", "report_export", export_page)
    made.add_url_rule("/reports/<name>.<form>", "report_file", report_file)
    made.add_url_rule("/reports/notes/", "notes", notes_page, methods=BOTH)
    made.add_url_rule("/reports/mail/", "by_mail", by_mail_page, methods=BOTH)
    made.add_url_rule("/report/", "old_report", old_address)
    made.add_url_rule("/definitions/", "definitions", definitions_page)
    made.add_url_rule("/experiments/", "experiments", experiments_page)
    made.add_url_rule("/coverage/", "coverage", coverage_page)
    made.add_url_rule("/consent/", "consent", consent_page)
    made.add_url_rule("/audiences/", "audiences", audience_pages.audiences_page)
    made.add_url_rule("/contacts/", "contacts", contact_pages.contact_list)
    made.add_url_rule("/contacts/export/", "export", disclosure.export_list, methods=BOTH)
    made.add_url_rule(
        "/contacts/<contact_id>/disclose/", "disclose", disclosure.disclose_contact, methods=BOTH
    )
    made.add_url_rule("/mail/", "mail", mail_pages.mail_page, methods=BOTH)
    made.add_url_rule(
        "/contacts/<contact_id>/clear/", "clear", contact_pages.clear_suspicion, methods=BOTH
    )
    made.add_url_rule("/contacts/<contact_id>/", "contact", contact_pages.contact_page)
    made.add_url_rule("/access-log/", "access_log", admin_pages.access_log_page)
    made.add_url_rule("/retention/", "retention", admin_pages.retention_page)
    made.add_url_rule("/accounts/", "accounts", admin_pages.accounts_page)
    made.add_url_rule("/tokens/", "tokens", tokens.tokens_page, methods=BOTH)
    made.add_url_rule("/shared/", "shared_links", shared_links_page, methods=BOTH)
    # Any method, so that a wrong one gets our page too, and not the framework's.
    made.add_url_rule("/<path:elsewhere>", "nowhere", _nowhere, methods=BOTH)
    return made
