"""The signing key: kept to itself, changed by command; what an old one signed is still read."""

from __future__ import annotations

import datetime
import json
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

import build
from analytics.app import create_app
from analytics.contacts.links import Links, NoSuchLink
from analytics.service import Service
from analytics.storage.backups import back_up, restore
from analytics.storage.secret import days_read, keys_in_use, rotate
from analytics.visits.receipts import is_ours, receipt
from policy import Faults, read_site
from policy.durations import Duration
from tests.fixtures.first_site import ROOT

REGISTER = read_site(ROOT).register
DAY = datetime.date(2026, 3, 3)
NOW = datetime.datetime(2026, 3, 3, 10, tzinfo=datetime.UTC)
LATER = DAY + datetime.timedelta(days=days_read(REGISTER))


@pytest.fixture
def var(tmp_path: Path) -> Path:
    (tmp_path / "with a blank/var").mkdir(parents=True)
    return tmp_path / "with a blank/var"


@contextmanager
def running(public: Path, var: Path, day: datetime.date = DAY) -> Iterator[tuple[Flask, Service]]:
    """A service that was started, or reloaded, just now."""
    noon = datetime.datetime.combine(day, datetime.time(12), datetime.UTC).timestamp()
    app = create_app(ROOT, public, var, clock=lambda: noon)
    service = app.extensions["plainsite"]
    try:
        yield app, service
    finally:
        service.close()


def keys(var: Path, day: datetime.date = DAY) -> tuple[bytes, ...]:
    return keys_in_use(var, REGISTER, day)


def command(var: Path, *words: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("PLAINSITE_VAR", str(var))
    return CliRunner().invoke(build.main, ["data", *words], catch_exceptions=False)


def test_the_first_start_makes_a_key_that_nobody_else_can_read(var: Path) -> None:
    assert keys(var) == keys(var)
    assert stat.S_IMODE((var / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o602])
def test_a_key_that_others_can_read_or_write_is_refused(var: Path, mode: int) -> None:
    """With what to do; which then helps."""
    keys(var)
    (var / "secret.key").chmod(mode)
    with pytest.raises(Faults, match="others can read the signing key") as refused:
        keys(var)
    assert f"chmod 600 '{var / 'secret.key'}'" in str(refused.value)
    (var / "secret.key").chmod(0o600)
    assert keys(var)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the last line, and only it"),
        ("\n\n", "the last line, and only it"),
        ("abc\n", "the key has 3 bytes, fewer than 32"),
        ("a" * 31, "the key has 31 bytes"),
        ("\x00" * 64, "the file is damaged"),
        ("é" * 40, "the file is damaged"),
        (f"{'a' * 64} and more\n", "the file is damaged"),
        (f"{'a' * 64} retired 2026-02-31\n{'b' * 64}\n", "the file is damaged"),
        (f"{'a' * 64} retired 2026-02-03\n", "the last line, and only it"),
        (f"{'a' * 64}\n{'b' * 64}\n", "the last line, and only it"),
        (f"{'a' * 3} retired 2026-02-03\n{'b' * 64}\n", "the key has 3 bytes"),
    ],
)
def test_a_damaged_key_is_refused_and_stays(
    var: Path, text: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command writes over it but the one that says so; that one mends it."""
    path = var / "secret.key"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(Faults, match=words):
        keys(var)
    told = command(var, "rotate-secret", monkeypatch=monkeypatch)
    assert told.exit_code == 1
    assert words in told.output
    assert path.read_text(encoding="utf-8") == text
    assert command(var, "rotate-secret", "--copied", monkeypatch=monkeypatch).exit_code == 0
    assert len(keys(var)) == 1


def _dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def _folder(path: Path) -> None:
    path.mkdir(mode=0o700)


def _file_for_a_folder(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("")


@pytest.mark.parametrize("harm", [_dangling, _folder, _file_for_a_folder])
def test_a_key_that_cannot_be_read_or_made_is_a_fault(
    public: Path, var: Path, harm: Callable[[Path], None]
) -> None:
    """At the start and at a rotation: what, where, and how to mend it."""
    harm(var / "secret.key")
    with pytest.raises(Faults, match=r"secret\.key: the signing key cannot be read or made"):
        create_app(ROOT, public, var)
    if harm is _folder:
        with pytest.raises(Faults, match="cannot be read or made: Is a directory"):
            rotate(var, REGISTER, DAY, copied=True)


def test_a_service_with_a_key_for_all_to_read_does_not_start(public: Path, var: Path) -> None:
    keys(var)
    (var / "secret.key").chmod(0o644)
    with pytest.raises(Faults, match="others can read"), running(public, var):
        pass


def test_after_a_rotation_the_new_key_signs_and_the_old_one_is_read(
    public: Path, var: Path
) -> None:
    """Cookies, links and receipts that are out stay good over the reload."""
    with running(public, var) as (_, before):
        values = _audience(before)
        cookie = before.cookies.encode("audience", values)
        link = _token(before.links)
        receipt = _receipt(before)
    old = keys(var)
    rotate(var, REGISTER, DAY)
    with running(public, var) as (_, after):
        assert after.cookies.decode("audience", cookie) == before.cookies.decode("audience", cookie)
        assert after.links.contact_to_stop(link) == "4711"
        assert after.cookies.encode("audience", values) != cookie
        assert _is_ours(receipt, after)
    now = keys(var)
    assert now[:-1] == old
    assert now[-1] not in old
    assert _is_ours(receipt, after)


def test_an_old_key_is_read_for_as_long_as_the_register_keeps_anything(var: Path) -> None:
    """Not a day longer; and a second rotation deletes it from the file."""
    (first,) = keys(var)
    rotate(var, REGISTER, DAY)
    assert first in keys(var, LATER)
    assert first not in keys(var, LATER + datetime.timedelta(days=1))
    rotate(var, REGISTER, LATER + datetime.timedelta(days=1))
    assert first.decode() not in (var / "secret.key").read_text()
    assert len(keys(var, LATER + datetime.timedelta(days=1))) == 2


def test_that_time_follows_from_the_register() -> None:
    """From its longest cookie and table."""
    longest = max(
        *(cookie.lifetime_seconds or 0 for cookie in REGISTER.cookies),
        *(table.keep.seconds for table in REGISTER.tables if isinstance(table.keep, Duration)),
    )
    assert days_read(REGISTER) * 86_400 >= longest
    nothing = REGISTER.model_copy(update={"cookies": (), "tables": ()})
    assert days_read(nothing) == 1


def test_a_copied_key_is_forgotten_at_once(
    public: Path, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has it could sign what we would read."""
    with running(public, var) as (_, before):
        link = _token(before.links)
    told = command(var, "rotate-secret", "--copied", monkeypatch=monkeypatch)
    assert told.exit_code == 0, told.output
    assert "visitors" in told.output
    assert len(keys(var)) == 1
    with running(public, var) as (_, after), pytest.raises(NoSuchLink):
        after.links.contact_to_stop(link)


def test_a_lost_key_is_a_new_one_and_visitors_are_asked_again(public: Path, var: Path) -> None:
    """What the lost one signed is nobody's, and no error: a cookie is as if it were not there."""
    with running(public, var) as (_, before):
        cookie = before.cookies.encode("audience", _audience(before))
    (var / "secret.key").unlink()
    with running(public, var) as (app, _):
        name = REGISTER.cookie("audience").cookie
        client = app.test_client()
        client.set_cookie(name, cookie, domain="localhost")
        assert client.get("/", base_url="http://localhost", buffered=True).status_code == 200


def test_a_key_of_the_environment_is_not_rotated_by_command(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But takes a list: the newest last."""
    monkeypatch.setenv("PLAINSITE_SECRET_KEY", f"{'a' * 64} {'b' * 64}")
    assert keys(var) == (b"a" * 64, b"b" * 64)
    told = command(var, "rotate-secret", monkeypatch=monkeypatch)
    assert told.exit_code == 1
    assert "PLAINSITE_SECRET_KEY" in told.output
    monkeypatch.setenv("PLAINSITE_SECRET_KEY", f"{'a' * 64} short")
    with pytest.raises(Faults, match="the key has 5 bytes"):
        keys(var)


def test_a_backup_holds_all_keys(public: Path, var: Path, tmp_path: Path) -> None:
    """So that after a restore, what is out is still good."""
    with running(public, var):
        pass
    rotate(var, REGISTER, DAY)
    made = back_up(var, tmp_path / "backups", Duration(30, "days"), NOW)
    restore(made.path, tmp_path / "again")
    assert keys(tmp_path / "again") == keys(var)
    assert len(keys(var)) == 2


def test_links_are_read_by_any_of_the_keys() -> None:
    made = _token(Links((b"a" * 64,), lambda: 0))
    assert Links((b"a" * 64, b"b" * 64), lambda: 0).contact_to_stop(made) == "4711"
    with pytest.raises(NoSuchLink):
        Links((b"b" * 64,), lambda: 0).contact_to_stop(made)


def _token(links: Links) -> str:
    return links.to_stop("4711").rstrip("/").rpartition("/")[2]


def _receipt(service: Service) -> dict[str, object]:
    site = service.site
    purpose = REGISTER.cookie("visit").purpose
    made = receipt(site.register, site.settings, purpose, DAY, service.keys)
    return json.loads(json.dumps(made))


def _is_ours(given: dict[str, object], service: Service) -> bool:
    return is_ours(given, service.keys)


def _audience(service: Service) -> dict[str, str | int]:
    """What the audience cookie holds for one of the site's audiences."""
    name = next(iter(service.site.audiences.names))
    held = {"version": REGISTER.version, "audience": name}
    return {part.name: held[part.kind] for part in REGISTER.cookie("audience").parts}
