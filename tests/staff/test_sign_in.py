"""Signing in: what is limited, ended, rotated and refused; and who may see which page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from analytics.staff import passwords
from analytics.staff.accounts import add_staff
from analytics.storage.schema import metadata
from tests.fixtures.small_site import HOST, SmallSite, small_site

PASSWORD = "correct horse battery"
COOKIE = "__Secure-session"
MINUTE, HOUR = 60, 3600
PAGES = {
    "/staff/reports/": {"reports", "admin"},
    "/staff/definitions/": {"reports", "admin"},
    "/staff/consent/": {"reports", "admin"},
    "/staff/contacts/": {"contacts", "admin"},
    "/staff/contacts/export/": {"contacts", "admin"},
    "/staff/mail/": {"contacts", "admin"},
    "/staff/access-log/": {"admin"},
    "/staff/retention/": {"admin"},
    "/staff/accounts/": {"admin"},
}


@dataclass
class StaffContext:
    """A small site's staff area: anna is admin, rita has reports, carl has contacts."""

    site: SmallSite

    def browser(self) -> Client:
        return self.site.app.test_client()

    def sign_in(
        self, client: Client, username: str = "anna", password: str = PASSWORD
    ) -> TestResponse:
        return client.post(
            "/staff/sign-in/",
            data={"username": username, "password": password},
            headers={"Origin": HOST},
        )

    def rows(self, name: str) -> list[tuple[object, ...]]:
        table = metadata(self.site.service.site.register, "records").tables[name]
        with self.site.service.records.connect() as connection:
            return [tuple(row) for row in connection.execute(select(table))]

    def log(self) -> list[str]:
        return [str(row[3]) for row in self.rows("access_log")]


@pytest.fixture
def context(tmp_path, quick_passwords):
    with small_site(tmp_path) as site:
        service = site.service
        for username, role in (("anna", "admin"), ("rita", "reports"), ("carl", "contacts")):
            day = datetime.date(2026, 3, 1)
            add_staff(service.records, service.site.register, username, PASSWORD, [role], day)
        yield StaffContext(site)


def session_of(client: Client) -> str | None:
    held = client.get_cookie(COOKIE, path="/staff")
    return held.value if held else None


def opens(client: Client) -> bool:
    return client.get("/staff/accounts/").status_code == 200


@pytest.mark.promise("P3")
@pytest.mark.parametrize(("seconds", "open_"), [(30 * MINUTE - 1, True), (30 * MINUTE, False)])
def test_a_session_ends_at_thirty_idle_minutes_to_the_second(context, seconds, open_):
    client = context.browser()
    context.sign_in(client)
    context.site.clock.now += seconds
    assert opens(client) is open_
    assert (session_of(client) is not None) is open_
    assert len(context.rows("sessions")) == open_


@pytest.mark.promise("P3")
def test_use_keeps_a_session_but_for_twelve_hours_at_most(context):
    client = context.browser()
    context.sign_in(client)
    ends = context.site.clock.now + 12 * HOUR
    while context.site.clock.now < ends - 20 * MINUTE:
        context.site.clock.now += 20 * MINUTE
        assert opens(client) == (context.site.clock.now < ends)
    context.site.clock.now = ends
    answer = client.get("/staff/accounts/")
    assert answer.headers["Location"].startswith("/staff/sign-in/?ended=too-long")
    assert not opens(client)


@pytest.mark.promise("P3")
def test_a_planted_id_is_never_ones_session(context):
    """Neither one that was made up, nor one of somebody else's earlier session."""
    other = context.browser()
    context.sign_in(other, "rita")
    planted = session_of(other)
    for value in ("A" * 43, planted):
        client = context.browser()
        client.set_cookie(COOKIE, value, path="/staff")
        context.sign_in(client)
        assert session_of(client) not in (None, value)
    assert not opens(other)
    assert all(planted not in str(row) for row in context.rows("sessions"))


@pytest.mark.promise("P3")
def test_signing_out_ends_the_session_on_the_server(context):
    client, thief = context.browser(), context.browser()
    context.sign_in(client)
    thief.set_cookie(COOKIE, session_of(client), path="/staff")
    client.post("/staff/sign-out/", headers={"Origin": HOST})
    assert session_of(client) is None
    assert not opens(thief)
    assert context.rows("sessions") == []


@pytest.mark.promise("P11")
def test_an_unknown_name_and_a_wrong_password_get_the_same_answer_for_the_same_work(
    context, monkeypatch
):
    """One password is checked in either case, so the time tells nothing."""
    checked = []
    verify = passwords.is_right
    monkeypatch.setattr(
        passwords, "is_right", lambda *given: checked.append(given) or verify(*given)
    )
    answers = [
        context.sign_in(context.browser(), name, "wrong wrong wrong").get_data(as_text=True)
        for name in ("anna", "nobody")
    ]
    assert answers[0].replace("anna", "nobody") == answers[1]
    assert len(checked) == 2


@pytest.mark.promise("P11")
def test_tries_on_one_account_are_limited_also_from_many_addresses(context):
    statuses = [context.sign_in(context.browser(), "anna", "wrong").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    stopped = context.sign_in(context.browser(), "anna", PASSWORD)
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["Retry-After"]) <= 15 * MINUTE
    assert context.sign_in(context.browser(), "rita").status_code == 303


@pytest.mark.promise("P11")
def test_tries_from_one_address_are_limited_over_many_accounts(context):
    statuses = [
        context.sign_in(context.browser(), f"name{number}", "wrong").status_code
        for number in range(41)
    ]
    assert statuses == [422] * 40 + [429]


@pytest.mark.promise("P7")
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("username", "role"), [("anna", "admin"), ("rita", "reports"), ("carl", "contacts")]
)
def test_each_role_sees_the_pages_of_its_tables(context, username, role, page):
    client = context.browser()
    context.sign_in(client, username)
    assert client.get(page).status_code == (200 if role in PAGES[page] else 403)


@pytest.mark.promise("P11")
@pytest.mark.parametrize("page", [*PAGES, "/staff/contacts/0123/", "/staff/anything/"])
def test_nothing_is_shown_to_who_is_not_signed_in(context, page):
    answer = context.browser().get(page)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/staff/sign-in/")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.promise("P11")
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", None])
def test_other_sites_can_neither_sign_in_nor_out(context, origin):
    client = context.browser()
    context.sign_in(client)
    headers = {"Origin": origin} if origin else {}
    for address in ("/staff/sign-in/", "/staff/sign-out/"):
        assert client.post(address, data={}, headers=headers).status_code == 403
    assert opens(client)


@pytest.mark.promise("P7")
def test_what_cannot_be_recorded_is_not_shown(context, monkeypatch):
    """The entry in the access log comes before the reading: without it there is none."""
    client = context.browser()
    context.sign_in(client)
    assert client.get("/staff/contacts/").status_code == 200
    assert sorted(context.log()) == ["read the list of contacts", "signed in"]
    context.site.app.config["PROPAGATE_EXCEPTIONS"] = False

    def full(*_given):
        raise OSError("disk full")

    monkeypatch.setattr("analytics.staff.access_log.AccessLog.record", full)
    monkeypatch.setattr(
        "analytics.contacts.repository.Contacts.listed", lambda *_: pytest.fail("was read")
    )
    assert client.get("/staff/contacts/").status_code == 500
