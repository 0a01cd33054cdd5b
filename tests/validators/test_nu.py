"""The Nu HTML checker finds no error: on any page of the site, or that the service renders."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from analytics.staff.accounts import add_staff
from tests.fixtures.staff import PAGES

from .conftest import Running, validate

JAR = "node_modules/vnu-jar/build/dist/vnu.jar"
PASSWORD = "nine clay whistles"


def errors(folder: Path) -> list[str]:
    """What it finds wrong in the pages below a folder."""
    told = validate(
        "java", "-jar", JAR, "--format", "json", "--stdout", "--exit-zero-always",
        "--skip-non-html", folder,
    )  # fmt: skip
    return [
        f"{message['url'].rpartition(folder.name)[2]}:{message.get('lastLine')}"
        f" {message['message']}"
        for message in json.loads(told)["messages"]
        if message["type"] != "info" or message.get("subType") == "warning"
    ]


@pytest.fixture
def rendered(running: Running, tmp_path: Path) -> Path:
    """A folder with every page: those that were built, and those that the service renders."""
    folder = tmp_path / "rendered"
    client = running.app.test_client()
    for page in sorted(running.public.rglob("*.html")):
        _keep(folder / page.relative_to(running.public), page.read_text(encoding="utf-8"))
    service = running.app.extensions["plainsite"]
    today = datetime.datetime.now(tz=datetime.UTC).date()
    roles = ("reports", "contacts", "admin")
    add_staff(service.records, service.site.register, "anna", PASSWORD, roles, today)
    headers = {"Origin": "http://localhost"}
    for name in ("request-information", "newsletter"):
        answer = client.post(f"/form/{name}", data={"email": "no"}, headers=headers)
        assert answer.status_code == 422
        _keep(folder / f"service/{name}.html", answer.text)
    asked = client.post("/own/ask", data={"email": "no"}, headers=headers)
    _keep(folder / "service/ask.html", asked.text)
    for username in ("nobody", "anna"):
        _keep(folder / f"service/{username}.html", client.get("/staff/sign-in/").text)
        typed = {"username": username, "password": PASSWORD}
        signed = client.post("/staff/sign-in/", data=typed, headers=headers)
        _keep(folder / f"service/{username}-signed.html", signed.text)
    for name in (*PAGES, "nowhere"):
        answer = client.get(f"/staff/{name}/", headers=headers, base_url="https://localhost")
        # This site tries nothing out.
        assert answer.status_code == (404 if name in {"nowhere", "experiments"} else 200), name
        _keep(folder / f"service/staff-{name.replace('/', '-')}.html", answer.text)
    return folder


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_no_page_has_an_error_and_it_would_be_found(rendered: Path) -> None:
    """One page more, with a fault, is the only one that is named."""
    _keep(
        rendered / "wrong.html", "<!doctype html><html lang=en><title>A</title><p><div></p></html>"
    )
    found = errors(rendered)
    assert found, "the checker is not awake"
    assert [error for error in found if not error.startswith("/wrong.html")] == []
    assert len(list(rendered.rglob("*.html"))) > 30
