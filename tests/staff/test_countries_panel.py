"""The panel of countries, its files, what it means, and the API: only where a site counts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from analytics.staff.accounts import add_staff
from analytics.staff.tokens import Tokens
from analytics.visits.model import Dimension, Increment
from tests.fixtures.small_site import HOST
from tests.fixtures.whole_site import CASES, Served, served, whole_site
from tests.generator.test_build_faults import change, parts

PASSWORD = "four words nobody guesses"
TAB = "/staff/reports/?tab=people"
COUNTED = {"DE": 30, "XK": 12, "Unknown": 11}


@dataclass
class Staffed:
    """A service, somebody who reads its reports, and a program that does."""

    site: Served
    reader: FlaskClient
    secret: str

    def asks(self, dimension: str) -> TestResponse:
        """What the API says of a dimension."""
        address = f"/staff/api/v1/breakdown/{dimension}?from=2026-03-02&to=2026-03-02"
        client = self.site.app.test_client(use_cookies=False)
        return client.get(address, headers={"Authorization": f"Bearer {self.secret}"})


def report_of(root: Path, counted: dict[str, int]) -> Staffed:
    """A service that counted these visits by country today, and a member of staff who reads it."""
    site = served(root)
    service = site.app.extensions["plainsite"]
    hour = int(service.clock() // 3600)
    for country, visits in counted.items():
        whole = Increment(Dimension.ALL, "", visits=visits, views=visits)
        own = Increment(Dimension.COUNTRY, country, visits=visits, views=visits)
        service.counters.add(hour, (whole, own))
    register = service.site.register
    add_staff(service.records, register, "rita", PASSWORD, ["reports"], register.date)
    client = site.app.test_client()
    typed = {"username": "rita", "password": PASSWORD}
    assert client.post("/staff/sign-in/", data=typed, headers={"Origin": HOST}).status_code == 303
    tokens = Tokens.of(service.records, register)
    assert tokens is not None
    with service.records.begin() as connection:
        made = tokens.make(connection, "wall", ["reports"], "rita", service.clock.today(), 30)
    return Staffed(site, client, made[1])


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Staffed]:
    """It counts countries."""
    made = report_of(whole_site(tmp_path / "site"), COUNTED)
    yield made
    made.site.close()


@pytest.fixture
def on(staffed: Staffed) -> FlaskClient:
    return staffed.reader


@pytest.fixture
def without(tmp_path: Path) -> Iterator[Staffed]:
    """It does not."""
    root = whole_site(tmp_path / "site")
    (case,) = (each for each in CASES if each.stem == "countries")
    for what, text in parts(case):
        change(root, what, text)
    made = report_of(root, {})
    yield made
    made.site.close()


def test_the_panel_has_their_names(on: FlaskClient) -> None:
    page = on.get(TAB).get_data(as_text=True)
    assert "Places, languages, audiences" in page
    panel = page[
        page.index("<h2>Countries") if "<h2>Countries" in page else page.index("Countries") :
    ]
    lines = re.findall(r">(Germany|Kosovo|Unknown)<|>\s*(Germany|Kosovo|Unknown)\s*<", panel)
    assert [one or other for one, other in lines][:3] == ["Germany", "Kosovo", "Unknown"]


def test_its_files_have_codes_and_names(on: FlaskClient) -> None:
    links = re.findall(r'href="([^"]*country[^"]*\.(?:csv|json)[^"]*)"', on.get(TAB).text)
    assert len(links) == 2
    table, rows = (on.get(link.replace("&amp;", "&")) for link in sorted(links))
    assert "DE,Germany,30" in table.text
    found = {row["cell"]: (row["name"], row["visits"]) for row in rows.get_json()["rows"]}
    assert found == {"DE": ("Germany", 30), "XK": ("Kosovo", 12), "Unknown": ("Unknown", 11)}


def test_what_it_means_is_told_with_how_exact_it_is(on: FlaskClient) -> None:
    page = on.get("/staff/definitions/").text
    told = page[page.index('id="country"') :]
    assert "forgotten at once" in told
    assert "98.7 %" in told
    assert "nro.net" in told


def test_no_filter_is_made_of_a_country(on: FlaskClient) -> None:
    answer = on.get("/staff/reports/?filter=country:DE")
    assert "There is no filter" in answer.text


def test_programs_read_them_by_their_codes(staffed: Staffed) -> None:
    answer = staffed.asks("country")
    assert answer.status_code == 200
    rows = answer.get_json()["rows"]
    assert {row["cell"]: row["visits"] for row in rows} == COUNTED


def test_where_it_is_off_nothing_says_it(without: Staffed) -> None:
    for address in (TAB, "/staff/reports/", "/staff/definitions/", f"{TAB}&only=country"):
        answer = without.reader.get(address)
        assert not re.search(r"countr(y|ies)\b|Places", answer.text), address
    assert without.asks("source").status_code == 200
    answer = without.asks("country")
    assert answer.status_code == 404
    assert "country" not in answer.text
