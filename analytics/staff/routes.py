"""The addresses of the staff area. Everything below /staff/ is answered here."""

from flask import Blueprint, Response, abort
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from analytics.contacts.model import NotStored
from analytics.staff import admin_pages, contact_pages, disclosure, layout, sign_in
from analytics.staff.reports import routes as report_pages
from analytics.web.clock import UnusableClock

__all__ = ["blueprint"]


def _nowhere(elsewhere: str) -> Response:
    abort(404)


def _never_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


blueprint = Blueprint("staff", __name__, url_prefix="/staff")
blueprint.before_request(sign_in.let_in)
blueprint.after_request(_never_stored)
blueprint.register_error_handler(HTTPException, layout.error_page)
blueprint.register_error_handler(SQLAlchemyError, layout.database_page)
blueprint.register_error_handler(NotStored, layout.database_page)
blueprint.register_error_handler(UnusableClock, layout.clock_page)

BOTH, POST = ["GET", "POST"], ["POST"]

blueprint.add_url_rule("/", "home", sign_in.home)
blueprint.add_url_rule("/sign-in/", "sign_in", sign_in.sign_in, methods=BOTH)
blueprint.add_url_rule("/sign-out/", "sign_out", sign_in.sign_out, methods=POST)
blueprint.add_url_rule("/report/", "report", report_pages.report_page)
blueprint.add_url_rule("/consent/", "consent", report_pages.consent_page)
blueprint.add_url_rule("/contacts/", "contacts", contact_pages.contact_list)
blueprint.add_url_rule("/contacts/export/", "export", disclosure.export_list, methods=BOTH)
blueprint.add_url_rule(
    "/contacts/<contact_id>/disclose/", "disclose", disclosure.disclose_contact, methods=BOTH
)
blueprint.add_url_rule("/mail/", "mail", contact_pages.mail_page)
blueprint.add_url_rule("/contacts/<contact_id>/", "contact", contact_pages.contact_page)
blueprint.add_url_rule("/access-log/", "access_log", admin_pages.access_log_page)
blueprint.add_url_rule("/retention/", "retention", admin_pages.retention_page)
blueprint.add_url_rule("/accounts/", "accounts", admin_pages.accounts_page)
# Any method, so that a wrong one gets our page too, and not the framework's.
blueprint.add_url_rule("/<path:elsewhere>", "nowhere", _nowhere, methods=BOTH)
