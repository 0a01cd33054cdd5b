"""A first start that fails serves the pages that are built, and nothing else."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from werkzeug.test import Client

import generator
from analytics import wsgi
from policy import Faults
from policy.headers import security_headers
from policy.versions import read_versions
from tests.fixtures.small_site import PERSONAL, ROOT, write_build
from tests.fixtures.whole_site import CASES, whole_site
from tests.generator.test_build_faults import change, parts


def break_the_register(root: Path) -> None:
    (root / "site/policy.toml").write_text("verson = 1\n")


def break_a_form(root: Path) -> None:
    (root / "site/forms/newsletter.toml").write_text("title = \n")


def damage_the_key(root: Path) -> None:
    (root / "var").mkdir()
    (root / "var/secret.key").write_text("short\n")
    (root / "var/secret.key").chmod(0o600)


def be_no_folder(root: Path) -> None:
    (root / "var").write_text("no folder")


HARMS = [break_the_register, break_a_form, damage_the_key, be_no_folder]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for part in ("site", "templates"):
        shutil.copytree(ROOT / part, tmp_path / part)
    write_build(tmp_path / "public")
    monkeypatch.setenv("PLAINSITE_ROOT", str(tmp_path))
    for name in ("PLAINSITE_VAR", "PLAINSITE_PROXIES", "PLAINSITE_METRICS", "GUNICORN_PID"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize("harm", HARMS)
def test_pages_are_served_with_the_headers_of_their_register(
    root: Path, harm: Callable[[Path], None]
) -> None:
    harm(root)
    client = Client(wsgi.make_app())
    headers = security_headers(read_versions(root)[0].register, tls=False)
    for address, status in (
        ("/", 200),
        ("/assets/main.1a2b3c4d.css", 200),
        ("/about", 308),
        ("/nowhere/", 503),
        ("/staff/", 503),
    ):
        answer = client.get(address, buffered=True)
        assert answer.status_code == status, address
        assert headers.items() <= dict(answer.headers).items()
    for address in ("/form/newsletter", "/visit/view", "/visit/withdraw"):
        answer = client.post(address, data={"email": "a@example.org"})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "300"
        assert answer.headers["Cache-Control"] == "no-store"
        assert len(answer.data) < 1_000


def test_what_is_wrong_is_told_and_logged_by_kind(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    break_a_form(root)
    with caplog.at_level(logging.INFO, logger="plainsite"):
        answer = Client(wsgi.make_app()).get("/healthz")
    assert answer.status_code == 503
    parts = json.loads(answer.data)["parts"]
    assert parts["pages"] == {"works": True}
    assert not parts["start"]["works"]
    assert "site/forms/newsletter.toml:1" in parts["start"]["why"]
    assert [record.getMessage() for record in caplog.records] == [
        "the service could not start, so only pages are served: Misdeclared at newsletter.toml:1"
    ]


def test_a_page_for_an_audience_is_that_for_everyone(root: Path) -> None:
    """No key is read, so no cookie is believed; and none is deleted that may be good."""
    break_the_register(root)
    client = Client(wsgi.make_app())
    client.set_cookie("__Host-audience", "anything", secure=True)
    answer = client.get(PERSONAL, buffered=True)
    assert answer.status_code == 200
    assert f"first {PERSONAL} <" in answer.text
    assert "Cookie" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("harm", HARMS)
def test_one_that_would_follow_another_refuses(
    root: Path, harm: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    harm(root)
    monkeypatch.setenv("GUNICORN_PID", "1")
    with pytest.raises((Faults, OSError)):
        wsgi.make_app()


def test_a_site_that_keeps_nothing_can_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no database that could be worse than that of the one that runs."""
    root = whole_site(tmp_path / "site")
    (case,) = (each for each in CASES if each.stem == "everything")
    for what, text in parts(case):
        change(root, what, text)
    generator.build(root, root / "public")
    monkeypatch.setenv("PLAINSITE_ROOT", str(root))
    monkeypatch.setenv("GUNICORN_PID", "1")
    assert Client(wsgi.make_app()).get("/", buffered=True).status_code == 200


def test_without_a_build_it_does_not_start(root: Path) -> None:
    break_the_register(root)
    shutil.rmtree(root / "public")
    with pytest.raises(Faults, match="verson"):
        wsgi.make_app()


def test_where_nobody_knows_the_headers_it_does_not_start(root: Path) -> None:
    """The released version that the pages were built by is gone, or of another number."""
    break_the_register(root)
    (root / "site/policy-versions/1.toml").unlink()
    with pytest.raises(Faults, match="verson"):
        wsgi.make_app()


def test_a_mistake_in_the_environment_is_no_reason_to_guess(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a visitor came over TLS depends on it."""
    break_the_register(root)
    monkeypatch.setenv("PLAINSITE_PROXIES", "many")
    with pytest.raises(Faults, match="PLAINSITE_PROXIES"):
        wsgi.make_app()
