"""The application as a whole: its key, its proxies, its logs, and the cookies it never sets."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import render_template_string, session
from jinja2 import UndefinedError

from analytics.storage.secret import read_keys
from policy import Faults
from tests.fixtures.small_site import CHROME, SmallSite, small_site


def test_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    """The first start makes it; only its owner may read it; later starts use the same."""
    (key,) = read_keys(tmp_path)
    assert len(key.secret) >= 32
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert read_keys(tmp_path) == (key,)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_databases_are_kept_from_others(site: SmallSite) -> None:
    """No other user of the machine can look into the folder that holds them."""
    assert site.var.stat().st_mode & 0o777 == 0o700


def test_two_first_starts_agree_on_the_key(tmp_path: Path) -> None:
    """Of many processes that start at once, all get the one key that stays."""
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: read_keys(tmp_path), range(16)))
    assert keys == {read_keys(tmp_path)}


def test_key_from_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then none is written; and one that is too short to be a key is a fault, with its hint."""
    monkeypatch.setenv("PLAINSITE_SECRET_KEY", "k" * 32)
    assert [key.secret for key in read_keys(tmp_path)] == [b"k" * 32]
    assert not list(tmp_path.iterdir())
    monkeypatch.setenv("PLAINSITE_SECRET_KEY", "short")
    with pytest.raises(Faults, match="5 bytes, fewer than 32\nhint: make one with: python -c"):
        read_keys(tmp_path)


def test_restart_keeps_visits_and_counts(tmp_path: Path) -> None:
    """A visit goes on with the same cookie after a restart, and nothing counted is lost."""
    with small_site(tmp_path) as before:
        visitor = before.visitor()
        visitor.consent()
        visitor.view()
    with small_site(tmp_path) as after:
        again = after.visitor()
        again.cookie = visitor.cookie or ""
        assert again.view("/about/").status_code == 204
        assert after.total("all") == {"": {"visits": 1, "views": 2, "continued": 1}}


def test_two_applications_share_databases(tmp_path: Path) -> None:
    """Two processes serve one site: each takes the other's cookies, and the counts add up."""
    with small_site(tmp_path) as one, small_site(tmp_path) as two:
        first, second = one.visitor(), two.visitor()
        first.consent()
        first.view()
        second.cookie = first.cookie or ""
        second.view("/about/")
        assert (
            one.total("all") == two.total("all") == {"": {"visits": 1, "views": 2, "continued": 1}}
        )


def test_flask_sets_no_session_cookie(site: SmallSite) -> None:
    """A session of Flask's cannot even be written to."""
    with site.app.test_request_context("/"), pytest.raises(RuntimeError, match="session"):
        session["name"] = "value"


def test_templates_fail_on_what_is_not_there(site: SmallSite) -> None:
    """And escape what is, as in the build."""
    with site.app.test_request_context("/"):
        assert render_template_string("{{ asset('main.css') }}") == "/assets/main.1a2b3c4d.css"
        assert render_template_string("{{ '<b>' }}") == "&lt;b&gt;"
        with pytest.raises(UndefinedError):
            render_template_string("{{ nothing }}")


def test_requests_leave_no_personal_data_in_the_log(
    site: SmallSite, caplog: pytest.LogCaptureFixture
) -> None:
    """Counted, refused or not found: no address, agent, cookie or referrer is logged."""
    caplog.set_level(logging.DEBUG)
    visitor = site.visitor()
    visitor.consent()
    cookie = visitor.cookie or ""
    visitor.view("/", "secret-host.example")
    visitor.view("/", "secret-host.example", Origin="https://evil.example")
    visitor.cookie = "forged-cookie"
    visitor.view()
    visitor.client.get(
        "/nowhere/", headers={"Referer": "https://secret-host.example/"}, buffered=True
    )
    for trace in (CHROME, "127.0.0.1", "secret-host", "forged-cookie", cookie):
        assert trace not in caplog.text


def test_host_behind_a_proxy_is_the_one_the_browser_asked(tmp_path: Path) -> None:
    """Forwarded headers count only when proxies are trusted; this site trusts none."""
    with small_site(tmp_path) as site:
        visitor = site.visitor()
        answer = visitor.post(
            "/visit/view",
            {"page": "/", "from": "", "utm": {}, "version": 1, "given": True},
            Origin="https://evil.example",
            X_Forwarded_Host="evil.example",
        )
        assert answer.headers["Plainsite-Refused"] == "origin"
