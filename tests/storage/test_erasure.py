"""Erased means gone from every file of the database; where it is not, nobody says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from analytics.contacts.model import NotStored
from analytics.storage.erasure import StillThere
from tests.fixtures.form_site import REQUEST, form_site, rows, send
from tests.fixtures.small_site import SmallSite

CANARY = "canary-" + "x" * 1_900


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    with form_site(tmp_path) as site:
        site.service.retention_thread.close()
        for number in range(8):
            other = {"email": f"{number}@example.org", "message": f"{number}" * 900}
            assert send(site.app.test_client(), REQUEST | other).status_code == 303
        assert send(site.app.test_client(), REQUEST | {"message": CANARY}).status_code == 303
        site.service.stores.records.file = type(site.service.stores.records.file)(
            site.service.stores.records.file.path, busy_ms=50
        )
        site.service.records.dispose()
        yield site


def contact(site: SmallSite) -> str:
    ((found,),) = rows(site, f"SELECT id FROM contacts WHERE email = '{REQUEST['email']}'")
    return str(found)


def traces(site: SmallSite) -> list[str]:
    needles = (b"canary-x", REQUEST["email"].encode())
    return [
        path.name
        for path in sorted(site.var.iterdir())
        if any(needle in path.read_bytes() for needle in needles)
    ]


@pytest.mark.promise("P11")
def test_erased_is_gone_from_every_file(site: SmallSite) -> None:
    assert traces(site)
    site.service.contacts.erase(contact(site))
    assert traces(site) == []


@pytest.mark.promise("P11")
def test_while_somebody_reads_nothing_is_erased_and_that_is_said(site: SmallSite) -> None:
    """Then it can be tried again, and is gone."""
    erased = contact(site)
    with closing(sqlite3.connect(site.var / "records.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM submissions").fetchall()
        with pytest.raises(NotStored):
            site.service.contacts.erase(erased)
        reader.execute("ROLLBACK")
    assert contact(site) == erased
    site.service.contacts.erase(erased)
    assert traces(site) == []


def test_what_the_disk_did_not_take_is_said(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is deleted; the file is written anew later."""
    records, erased = site.service.stores.records, contact(site)

    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(records, "rewrite", full)
    with pytest.raises(StillThere) as caught:
        site.service.contacts.erase(erased)
    assert caught.value.files == ("records.sqlite3", "records.sqlite3-journal")
    assert rows(site, "SELECT count(*) FROM contacts") == [(8,)]
    assert site.service.stores.rewriter.due
