"""What uses the additions of CONTRIBUTING.md, in a copy of the repository where they were made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from analytics.staff.accounts import add_staff
from tests.fixtures.small_site import HOST, Visitor
from tests.fixtures.whole_site import Served, served

ROLES = ("reports", "contacts", "admin")
PASSWORD = "four words nobody guesses"


@contextmanager
def first_site() -> Iterator[Served]:
    """The first site of the copy, built and served."""
    site = served(Path.cwd())
    try:
        yield site
    finally:
        site.close()


def staff(site: Served, *roles: str) -> FlaskClient:
    """A browser in which a member of staff with these roles is signed in."""
    service = site.app.extensions["plainsite"]
    name = "-".join(roles)
    register = service.site.register
    add_staff(service.records, register, name, PASSWORD, roles, service.clock.today())
    client = site.app.test_client()
    data = {"username": name, "password": PASSWORD}
    answer = client.post("/staff/sign-in/", data=data, headers={"Origin": HOST})
    assert answer.status_code == 303, answer.text
    return client


def visit(site: Served, page: str) -> None:
    """Read a page for a second, as a visitor who agreed."""
    visitor = Visitor(site.app.test_client())
    version = site.app.extensions["plainsite"].site.register.version
    view = visitor.view(page, version=version, given=True)
    answers = view, visitor.engaged(page, 1_000)
    assert [answer.status_code for answer in answers] == [204] * 2
