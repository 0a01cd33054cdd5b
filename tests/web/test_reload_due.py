"""While the pages are of another register than the service, no address takes anything.

The addresses are those of the register, so a new one is in here by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from policy import read_site
from policy.manifest import BUILD_FILE, read_build, to_json
from policy.register_entries import Endpoint
from tests.fixtures.form_site import NEWSLETTER, confirm, form_site, rows, send
from tests.fixtures.small_site import HOST, ROOT, SmallSite

ENDPOINTS = read_site(ROOT).register.endpoints
GIVES_BACK = {
    "POST /visit/withdraw",
    "POST /audience/forget",
    "POST /permission/stop/<token>/",
    "POST /own/<token>/withdraw",
    "POST /own/<token>/erase",
}
"""What only ends or deletes is never refused: whoever allowed it may take it back at any time."""

OWN_PAGES = "/staff/"
"""Pages that the service makes itself, by its own register."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        yield site


def publish(site: SmallSite, version: int) -> None:
    """Pages of that version of the register, as the next build writes them."""
    build = replace(read_build(site.public), register=version)
    (site.public / BUILD_FILE).write_bytes(to_json(build))


def taking(site: SmallSite, endpoint: Endpoint) -> list[Rule]:
    """The addresses below an endpoint to which something can be sent."""
    return [
        rule
        for rule in site.app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and endpoint.answers("POST", rule.rule.split("<")[0])
    ]


def kept(site: SmallSite) -> list[object]:
    tables = site.service.stores.records.tables.tables
    return [
        rows(site, f"SELECT * FROM {name}")
        for name in sorted(tables)
        if name not in ("sessions", "access_log", "retention_runs")
    ] + [site.total("all"), list(site.service.counters.consents())]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.path)
def test_no_declared_address_takes_anything(site: SmallSite, endpoint: Endpoint) -> None:
    """It says so, may be tried again, sets no cookie, and nothing is written."""
    visitor = site.visitor()
    assert visitor.consent().status_code == visitor.view("/").status_code == 204
    assert send(visitor.client, NEWSLETTER, "newsletter").status_code == 303
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    ((ask,),) = rows(site, "SELECT id FROM asks")
    ((submission,),) = rows(site, "SELECT id FROM submissions")
    links = site.service.links
    made = {
        "/own/": links.to_data(contact).split("/")[2],
        "/permission/confirm/": links.to_confirm(ask).split("/")[3],
        "/permission/stop/": links.to_stop(contact).split("/")[3],
    }
    publish(site, 2)
    before = kept(site)
    for rule in taking(site, endpoint):
        if f"POST {rule.rule}" in GIVES_BACK or rule.rule.startswith(OWN_PAGES):
            continue
        token = next((made[start] for start in made if rule.rule.startswith(start)), "")
        path = rule.rule.replace("<token>", token).replace("<submission>", submission)
        path = path.replace("<name>", "newsletter")
        if path.startswith("/visit/"):
            sent = {
                "/visit/view": {"page": "/", "from": "", "utm": {}, "version": 1, "given": True},
                "/visit/engaged": {"page": "/", "ms": 5, "renews": False},
                "/visit/action": {"page": "", "deed": "form", "what": "newsletter"},
            }[path]
            answer = visitor.post(path, sent)
            assert answer.status_code == 403
            assert answer.headers["Plainsite-Refused"] == "outdated", path
        else:
            answer = posted(site, path)
            assert answer.status_code == 503, path
            assert answer.headers["Retry-After"] == "60"
            assert "renewed" in answer.text
        assert "Set-Cookie" not in answer.headers
    assert kept(site) == before


def posted(site: SmallSite, path: str) -> TestResponse:
    """Everything that any of the forms asks for."""
    data = {"email": "bob@example.org", "message": "New", "permission": "yes", "sure": "yes"}
    client = site.app.test_client()
    return client.post(path, data=data, headers={"Origin": HOST}, buffered=True)


def test_what_was_typed_is_kept(site: SmallSite) -> None:
    """In a form, and where somebody asks for the link to their data."""
    publish(site, 2)
    for path in ("/form/newsletter", "/own/ask"):
        assert "bob@example.org" in posted(site, path).text


def test_what_gives_back_goes_on(site: SmallSite) -> None:
    """Consent, the audience's cookie, a permission and one's data can be taken back meanwhile."""
    visitor, client = site.visitor(), site.app.test_client()
    assert visitor.consent().status_code == 204
    assert send(client, NEWSLETTER, "newsletter").status_code == 303
    confirm(site)
    ((contact,),) = rows(site, "SELECT id FROM contacts")
    links = site.service.links
    publish(site, 2)
    assert visitor.post("/visit/withdraw").status_code == 204
    assert visitor.cookie is None
    assert posted(site, "/audience/forget").status_code == 303
    assert posted(site, links.to_stop(contact)).status_code == 200
    assert rows(site, "SELECT * FROM permissions WHERE withdrawn_on IS NULL") == []
    assert posted(site, f"{links.to_data(contact)}withdraw").status_code == 200
    assert posted(site, f"{links.to_data(contact)}erase").status_code == 200
    assert rows(site, "SELECT * FROM contacts") == []


def test_those_that_give_back_are_addresses(site: SmallSite) -> None:
    """One that was renamed would be refused unseen."""
    rules = {f"POST {rule.rule}" for rule in site.app.url_map.iter_rules()}
    assert rules >= GIVES_BACK


def test_all_is_taken_again_after_the_reload(site: SmallSite) -> None:
    """Or once pages of the service's own register are back."""
    publish(site, 2)
    assert site.visitor().consent().status_code == 403
    health = json.loads(site.app.test_client().get("/healthz").data)
    assert health["parts"]["pages"] == {"works": False, "why": "OtherRegister"}
    publish(site, 1)
    assert site.visitor().consent().status_code == 204
    assert send(site.app.test_client(), NEWSLETTER, "newsletter").status_code == 303
