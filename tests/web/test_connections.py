"""What people give us stays here: the service calls nobody, and hands nothing out."""

from __future__ import annotations

import datetime
import socket

import pytest
from werkzeug.test import Client

from analytics.staff.accounts import add_staff
from tests.fixtures.form_site import NEWSLETTER, REQUEST, form_site, send
from tests.fixtures.small_site import HOST

PASSWORD = "correct horse battery"


@pytest.fixture
def site(tmp_path):
    with form_site(tmp_path) as site:
        service = site.service
        day = datetime.date(2026, 3, 1)
        add_staff(service.records, service.site.register, "carl", PASSWORD, ["contacts"], day)
        yield site


@pytest.fixture
def staff(site) -> Client:
    client = site.app.test_client()
    entered = {"username": "carl", "password": PASSWORD}
    client.post("/staff/sign-in/", data=entered, headers={"Origin": HOST})
    return client


@pytest.mark.promise("P6")
@pytest.mark.promise("P8")
@pytest.mark.promise("P9")
def test_the_service_connects_to_nobody(site, staff, monkeypatch):
    """Not for a visit, not for a form with every box ticked, not for staff who read it."""

    def refuse(*address):
        pytest.fail(f"connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    visitor = site.visitor()
    assert visitor.consent().status_code == 204
    assert visitor.view("/").status_code == 204
    boxes = {"permission": "yes", "recognize": "yes"}
    assert send(site.app.test_client(), REQUEST | boxes).status_code == 303
    assert send(site.app.test_client(), NEWSLETTER | boxes, "newsletter").status_code == 303
    assert staff.get("/staff/contacts/").status_code == 200


@pytest.mark.promise("P10")
def test_contacts_can_be_read_one_page_at_a_time_and_not_taken_out(site, staff):
    """There is no export: every staff address that answers with a file would be one."""
    send(site.app.test_client(), REQUEST)
    send(site.app.test_client(), NEWSLETTER, "newsletter")
    listed = (
        staff.get("/staff/contacts/?show=suspected-spam").text + staff.get("/staff/contacts/").text
    )
    assert "ada@example.org" in listed
    rules = [rule.rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/staff")]
    assert len(rules) >= 8
    for rule in rules:
        answer = staff.get(rule.replace("<contact_id>", "0" * 32).replace("<path:elsewhere>", "x"))
        assert "Content-Disposition" not in answer.headers
        if rule.startswith("/staff/api/"):  # For programs, of which a browser is none.
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        else:
            assert answer.mimetype == "text/html"
    assert "download" not in listed
