"""The log: only lines that the register declares, with no room for anything personal."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from analytics import wsgi
from analytics.app import create_app
from analytics.web.log import ServiceLog
from policy import read_site
from tests.fixtures.form_site import REQUEST, form_site, send
from tests.fixtures.small_site import ROOT, small_site, write_build

REGISTER = read_site(ROOT).register
JOURNAL = ServiceLog(REGISTER)
OURS = [log for log in REGISTER.logs if log.writer == "service"]
SAMPLES = {"number": 5, "word": "contacts", "place": "records.py:12"}
PERSONAL = [
    "ada@example.org",
    "Ada Byron",
    "192.0.2.7",
    "2001:db8::7",
    "+1 888 527 5225",
    "https://example.org/own/abc/",
    "/own/abc/",
    "a\nb",
    "x" * 65,
    "",
]


def sample(name: str) -> dict[str, object]:
    (log,) = (each for each in REGISTER.logs if each.name == name)
    return {field.name: SAMPLES[field.kind] for field in log.fields}


@pytest.mark.parametrize("log", OURS, ids=lambda log: log.name)
def test_a_declared_line_is_written_as_declared(log, caplog):
    """At its level, and known again by its pattern."""
    caplog.set_level(logging.DEBUG)
    JOURNAL.say(log.name, **sample(log.name))
    (record,) = caplog.records
    assert record.levelname.lower() == log.level
    assert log.pattern.fullmatch(record.getMessage())


@pytest.mark.promise("P11")
@pytest.mark.parametrize("value", PERSONAL)
@pytest.mark.parametrize("kind", ["number", "word", "place"])
def test_no_field_has_room_for_what_is_personal(kind, value, caplog):
    """It is written as a question mark."""
    name, field = {
        "number": ("rows removed", "rows"),
        "word": ("cookie refused", "cookie"),
        "place": ("fault", "place"),
    }[kind]
    JOURNAL.say(name, **(sample(name) | {field: value}))
    assert not value or value not in caplog.text


@given(st.text())
def test_every_line_is_known_again(value):
    """Whatever the values are."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger("plainsite").addHandler(handler)
    try:
        JOURNAL.say("fault", error=value, place=value)
    finally:
        logging.getLogger("plainsite").removeHandler(handler)
    (log,) = (each for each in REGISTER.logs if each.name == "fault")
    assert log.pattern.fullmatch(lines[0])


@pytest.mark.parametrize(
    ("name", "fields"),
    [("somebody came by", {}), ("fault", {}), ("fault", {"error": "a", "place": "b", "who": "c"})],
)
def test_what_is_not_declared_cannot_be_written(name, fields, caplog):
    with pytest.raises(KeyError):
        JOURNAL.say(name, **fields)
    assert not caplog.records


def faulty(app: Flask) -> Callable[[], object]:
    """A view that fails with what the visitor sent in its words, as databases do."""

    def fail() -> object:
        raise ValueError("no room for ada@example.org")

    app.add_url_rule("/own/ada-byron/fail", view_func=fail)
    app.testing = False
    return fail


@pytest.mark.promise("P11")
def test_a_fault_of_ours_is_logged_without_what_it_was_about(tmp_path: Path, caplog):
    """Its kind and its place; not the address that was asked for, nor the words of the error."""
    with small_site(tmp_path) as site:
        faulty(site.app)
        answer = site.app.test_client().get("/own/ada-byron/fail")
    assert answer.status_code == 500
    (record,) = caplog.records
    assert re.fullmatch(
        r"a request could not be answered: ValueError at test_log.py:\d+", record.getMessage()
    )
    assert record.exc_info is None
    assert "ada" not in caplog.text


def test_whoever_is_at_work_on_the_site_sees_all_of_it(tmp_path: Path, caplog):
    with small_site(tmp_path, tracebacks=True) as site:
        faulty(site.app)
        site.app.test_client().get("/own/ada-byron/fail")
    assert "no room for" in caplog.text


@pytest.mark.promise("P6")
def test_an_undeclared_header_is_taken_out(tmp_path: Path, caplog):
    """One that would have browsers report to others, say; the log names it."""
    with small_site(tmp_path) as site:
        site.app.after_request(
            lambda answer: answer.headers.set("NEL", '{"report_to": "x"}') or answer
        )
        answer = site.app.test_client().get("/staff/sign-in/")
    assert answer.status_code == 200
    assert "NEL" not in answer.headers
    assert caplog.messages == ["refused an undeclared header: nel"]


@pytest.mark.promise("P11")
def test_a_real_server_writes_nothing_of_any_library(tmp_path, monkeypatch, capfd):
    """Only lines of ours reach its output, from the level of information on."""
    root = logging.getLogger()
    before = root.handlers[:]
    root.handlers = []
    write_build(tmp_path / "public")
    monkeypatch.setattr(
        wsgi, "create_app", lambda *_, **__: create_app(ROOT, tmp_path / "public", tmp_path / "var")
    )
    try:
        app = wsgi.make_app()
        logging.getLogger("some.library").warning("ada@example.org came by")
        app.extensions["plainsite"].log.say("rows removed", table="contacts", rows=2)
        app.extensions["plainsite"].close()
    finally:
        root.handlers = before
    told = capfd.readouterr().err
    assert "ada@" not in told
    assert "plainsite: INFO: removed from contacts, as their time was over: 2" in told


@pytest.mark.promise("P11")
def test_a_database_that_fails_does_not_quote_what_was_sent(tmp_path: Path, caplog):
    with form_site(tmp_path) as site:
        with site.service.records.begin() as connection:
            connection.exec_driver_sql("DROP TABLE permissions")
            connection.exec_driver_sql("DROP TABLE submissions")
        assert send(site.app.test_client(), REQUEST).status_code == 503
    # What works in the background may say what it misses, at any time.
    assert "a submission was not stored: OperationalError" in caplog.messages
    assert not [value for value in REQUEST.values() if value in caplog.text]
