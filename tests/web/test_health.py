"""What operators see: /healthz, the metrics on a port of their own, what is made at the start."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from analytics import wsgi
from analytics.storage.store import StoreError
from analytics.storage.unusable import DatabaseUnavailable
from analytics.visits import user_agents
from analytics.visits.user_agents import agent_of
from analytics.web.health import Part
from analytics.web.metrics import MetricsServer
from policy import Faults
from tests.fixtures.small_site import SmallSite, small_site


def test_all_parts_are_told(site: SmallSite) -> None:
    answer = site.app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(answer.data)
    assert told["status"] == "ok"
    names = {"pages", "counters database", "records database", "mail", "retention", "deletions"}
    assert names <= told["parts"].keys()
    assert all(part["works"] for part in told["parts"].values())


def test_a_broken_database_is_told_and_pages_go_on(tmp_path: Path) -> None:
    """Which one, and why; the pages are served all the same."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var/counters.sqlite3").write_bytes(b"no database " * 500)
    with small_site(tmp_path) as site:
        client = site.app.test_client()
        assert client.get("/", buffered=True).status_code == 200
        answer = client.get("/healthz")
    assert answer.status_code == 503
    parts = json.loads(answer.data)["parts"]
    assert not parts["counters database"]["works"]
    assert parts["counters database"]["why"] == "it is damaged"
    assert parts["records database"] == {"works": True}


def test_a_thread_that_ended_is_told(site: SmallSite) -> None:
    site.service.mail_sender.close()
    parts = json.loads(site.app.test_client().get("/healthz").data)["parts"]
    assert not parts["mail"]["works"]


def test_answers_rejections_and_queues_are_counted(site: SmallSite) -> None:
    client, visitor = site.app.test_client(), site.visitor()
    wait_for(lambda: site.service.stores.retention.state.last_success)
    client.get("/", buffered=True)
    client.get("/nowhere/", buffered=True)
    visitor.view(DNT="1")
    shown = metrics(site)
    assert shown["plainsite_answers_total", "2xx"] == 1
    assert shown["plainsite_answers_total", "4xx"] == 2
    assert shown["plainsite_rejections_total", "signal"] == 1
    assert shown["plainsite_messages", "waiting"] == 0
    assert shown["plainsite_part_works", "mail"] == 1
    assert shown["plainsite_last_success_timestamp_seconds", "retention"] > 0


def test_metrics_are_shown_when_the_records_cannot_be_read(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise DatabaseUnavailable("records", ())

    monkeypatch.setattr(type(site.service.outbox), "counts", lambda _self: broken())
    assert not any(name == "plainsite_messages" for name, _ in metrics(site))


@pytest.mark.promise("P11")
def test_nothing_of_a_request_is_in_the_metrics(site: SmallSite) -> None:
    client = site.app.test_client()
    client.get(
        "/secret-page/?email=ada@example.org", headers={"User-Agent": "Odd/7"}, buffered=True
    )
    client.post("/visit/view", json={"page": "/odd/"}, headers={"Plainsite-Refused": "odd"})
    text = scrape(site)
    for word in ("secret", "ada", "Odd", "odd", "127.0.0.1"):
        assert word not in text


def test_a_port_that_is_taken_is_waited_for(site: SmallSite, tmp_path: Path) -> None:
    """As in a reload, when the old process still has it."""
    log = site.service.log
    first = MetricsServer(site.service.metrics, "127.0.0.1", 0, log)
    try:
        wait_for(lambda: first.port is not None)
        second = MetricsServer(site.service.metrics, "127.0.0.1", first.port or 0, log)
        try:
            wait_for(lambda: second._task.state.failures == 1)
            first.close()
            second._task.call()
            wait_for(lambda: second.port is not None)
        finally:
            second.close()
    finally:
        if first.port:
            first.close()


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("", None),
        ("9464", ("127.0.0.1", 9464)),
        ("10.0.0.5:9464", ("10.0.0.5", 9464)),
        ("[::1]:9464", ("::1", 9464)),
    ],
)
def test_where_the_environment_wants_them(
    monkeypatch: pytest.MonkeyPatch, given: str, place: tuple[str, int] | None
) -> None:
    monkeypatch.setenv("PLAINSITE_METRICS", given)
    assert wsgi._metrics() == place


@pytest.mark.parametrize("given", ["port", "99999", "127.0.0.1:", ":-1"])
def test_what_is_no_port_is_a_fault(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PLAINSITE_METRICS", given)
    with pytest.raises(Faults, match="PLAINSITE_METRICS"):
        wsgi._metrics()


def test_the_first_hits_at_once_share_one_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which the start has made already, so that no hit waits for it."""
    made: list[object] = []
    load = user_agents.load_lazy_builtins
    monkeypatch.setattr(user_agents, "_made", [])
    monkeypatch.setattr(user_agents, "load_lazy_builtins", lambda: made.append(1) or load())
    threads = [threading.Thread(target=agent_of, args=("Mozilla/5.0",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_the_parser_is_made_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_agents, "_made", [])
    with small_site(tmp_path):
        assert len(user_agents._made) == 1


def scrape(site: SmallSite) -> str:
    server = MetricsServer(site.service.metrics, "127.0.0.1", 0, site.service.log)
    try:
        wait_for(lambda: server.port is not None)
        with urlopen(f"http://127.0.0.1:{server.port}/metrics") as answer:  # our own server
            return str(answer.read().decode())
    finally:
        server.close()


def metrics(site: SmallSite) -> dict[tuple[str, str], float]:
    """Each value by its name and its one label."""
    families = text_string_to_metric_families(scrape(site))
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


def wait_for(condition) -> None:
    """Wait for another thread, and fail rather than wait for ever."""
    event = threading.Event()
    for _ in range(3_000):
        if condition():
            return
        event.wait(0.01)
    raise AssertionError("it never came")


CAUSED = StoreError("ada")
CAUSED.__cause__ = DatabaseUnavailable("counters", ())


def test_a_part_without_trouble_is_told_in_one_word() -> None:
    assert Part("pages", works=True).why == ""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (DatabaseUnavailable("records", ()), "the records database cannot be used"),
        (
            OperationalError("SELECT", {}, Exception("ada")),
            "a database could not do",
        ),
        (StoreError("ada"), "a database could not do"),
        (CAUSED, "the counters database cannot be used"),
        (OSError(28, "ada"), "the system refused it: No space left on device"),
        (ValueError("ada"), "Plainsite itself failed; the log says where"),
    ],
)
def test_a_task_that_failed_says_why_in_words(
    site: SmallSite, error: Exception, reason: str
) -> None:
    """Neither a place in the code, nor what the error was about."""
    site.service.stores.retention._progress.failed(error)
    told = json.loads(site.app.test_client().get("/healthz").data)["parts"]["retention"]
    assert not told["works"]
    assert told["why"].startswith(reason)
    assert not {"ada", ".py"} & set(told["why"].replace(":", " ").split())
