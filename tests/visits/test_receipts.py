"""Receipts: a visitor takes away a signed record of consent; nobody is named, nothing is kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from analytics.visits.receipts import is_ours
from policy import read_site
from policy.material_terms import digest
from tests.fixtures.small_site import ROOT, SmallSite, Visitor, small_site


@pytest.fixture
def site(tmp_path: Path):
    with small_site(tmp_path) as site:
        site.service.retention_thread.close()  # It would write, which these tests look for.
        yield site


@pytest.fixture
def visitor(site: SmallSite) -> Visitor:
    return Visitor(site.app.test_client())


def take(visitor: Visitor, **headers: str):
    return visitor.client.get("/visit/receipt", headers=visitor.headers | headers)


@pytest.mark.promise("P4")
def test_a_receipt_says_what_was_agreed_and_is_ours(site, visitor):
    visitor.consent()
    answer = take(visitor)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    given = json.loads(answer.data)
    record = given["dpv:hasRecordOfActivity"]
    assert given["dct:created"] == "2026-03-02"
    assert record["dpv:hasConsentStatus"] == "dpv:ConsentGiven"
    assert record["dct:hasVersion"] == 1
    assert record["substance"] == digest(read_site(ROOT).register)
    assert record["dpv:hasNotice"].endswith("/privacy/versions/1/")
    assert record["dpv:hasProcess"]["dpv:hasRecipient"] == []
    assert is_ours(given, site.service.keys)


@pytest.mark.promise("P4")
def test_receipts_of_a_day_are_the_same_for_all(site, visitor):
    """So none can be an identifier; and the databases do not change."""
    other = Visitor(site.app.test_client())
    visitor.consent()
    site.clock.forward(minutes=300)
    other.consent()
    other.view("/about/")
    before = {path.name: path.read_bytes() for path in site.var.iterdir()}
    assert take(visitor).data == take(other).data
    assert {path.name: path.read_bytes() for path in site.var.iterdir()} == before


@pytest.mark.promise("P4")
def test_without_consent_there_is_no_receipt(site, visitor):
    assert take(visitor).status_code == 403
    visitor.consent()
    assert take(visitor, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"dct:created": "2026-03-01"},
        {"dct:publisher": "Somebody else"},
        {"signature": "x"},
        {"signature": None},
        {"more": 1},
    ],
)
def test_a_changed_receipt_is_not_ours(site, visitor, change):
    visitor.consent()
    given = json.loads(take(visitor).data)
    assert is_ours(dict(reversed(given.items())), site.service.keys), "order does not matter"
    assert not is_ours(given | change, site.service.keys)
    assert not is_ours(given, b"another key" * 4)


@pytest.mark.parametrize(
    ("text", "status"),
    [(None, 0), ("{}", 1), ("[]", 1), ("nonsense", 1), ('{"signature": 3}', 1)],
)
def test_the_command_checks_a_receipt(site, visitor, tmp_path, text, status):
    visitor.consent()
    file = tmp_path / "receipt.json"
    file.write_text(take(visitor).text if text is None else text, encoding="utf-8")
    root = tmp_path / "root"
    (root / "var").mkdir(parents=True)
    shutil.copy(site.var / "secret.key", root / "var/secret.key")
    result = CliRunner().invoke(build.main, ["--root", str(root), "data", "receipt", str(file)])
    assert result.exit_code == status
    said = "Ours: on 2026-03-02 that browser held consent to version 1.\n"
    assert result.output == (
        said if text is None else "This receipt is not ours, or it was changed.\n"
    )
