"""`build.py staff`: who may sign in, managed on the server."""

from __future__ import annotations

import datetime
import sqlite3

import pytest
from click.testing import CliRunner, Result

import build
from analytics.staff.accounts import add_staff
from analytics.staff.sessions import Ended, Limits, Sessions
from analytics.storage.database import open_records
from analytics.storage.schema import metadata
from policy import read_site

PASSWORD = "correct horse battery"
ADD = ("add", "anna", "--role", "reports", "--password", PASSWORD)


@pytest.fixture
def staff(tmp_path):
    """Runs `build.py staff …` on a site of its own."""
    for folder in ("content", "site", "templates"):
        (tmp_path / folder).symlink_to(build.ROOT / folder)

    def run(*words: str) -> Result:
        return CliRunner().invoke(build.main, ["--root", str(tmp_path), "staff", *words])

    return run


def stored(tmp_path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(tmp_path / "var" / "records.sqlite3")
    try:
        return connection.execute("SELECT username, roles FROM staff").fetchall()
    finally:
        connection.close()


def test_an_account_is_added_changed_and_removed(staff, tmp_path):
    assert staff("list").output.startswith("There is no account yet.")
    assert staff(*ADD).exit_code == 0
    assert staff("roles", "Anna", "--role", "admin", "--role", "contacts").exit_code == 0
    assert stored(tmp_path) == [("anna", "admin contacts")]
    assert staff("list").output == "anna  admin, contacts\n"
    assert staff("remove", "anna").output == "anna is removed, and signed out everywhere.\n"
    assert stored(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "a b", "--role", "reports", "--password", PASSWORD), "use 2 to 64 letters"),
        (("add", "bert", "--role", "reports", "--password", "short"), "use 12 or more"),
        (("add", "bert", "--role", "reports", "--password", "bert " * 4), "leave out the user"),
        (ADD, "choose another user name"),
        (("remove", "ana"), "did you mean"),
        (("password", "ana", "--password", PASSWORD), "did you mean"),
        (("roles", "ana", "--role", "admin"), "did you mean"),
    ],
)
def test_a_mistake_changes_nothing_and_says_how_to_mend_it(staff, tmp_path, words, said):
    staff(*ADD)
    result = staff(*words)
    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert said in result.output
    assert stored(tmp_path) == [("anna", "reports")]


@pytest.mark.parametrize(
    "words", [("remove", "anna"), ("password", "anna", "--password", "quite another phrase")]
)
def test_sessions_end_with_the_account_or_its_password(staff, tmp_path, words):
    """P3, P7: nobody stays signed in with what was taken away."""
    register = read_site(build.ROOT).register
    (tmp_path / "var").mkdir()
    engine = open_records(tmp_path / "var" / "records.sqlite3", register)
    anna = add_staff(engine, register, "anna", PASSWORD, ["reports"], datetime.date(2026, 3, 1))
    tables = metadata(register, "records").tables
    limits = Limits.of(register.cookie("session"))
    sessions = Sessions(engine, tables["sessions"], tables["staff"], limits)
    session_id = sessions.begin(anna, now=1000)
    assert sessions.resume(session_id, now=1001) == anna
    assert staff(*words).exit_code == 0
    assert sessions.resume(session_id, now=1002) is Ended.UNKNOWN
    engine.dispose()
