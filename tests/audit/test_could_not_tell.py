"""An audit that saw nothing is not green: it says that it could not tell, and why, everywhere."""

from __future__ import annotations

import datetime
import json
import shutil
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

import audit.command
import audit.journeys.site_pages
from audit.journeys.routes import ROUTES
from audit.journeys.run import Options
from tests.fixtures.first_site import ROOT
from tests.fixtures.odd_servers import always, answering, down, dripping, instead, silent, slow

from .conftest import WAITING
from .planting import App, header, html, script
from .test_publishing import invoke, somewhere

QUICK = ("first visit", "accept")
PAGES = ("/", "/about/", "/privacy/", "/cookies/")
SHORT = 4
"""Seconds for which a test waits for what never comes. What is late, too, is missed by then."""

Address = AbstractContextManager[str]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, chromium: str) -> None:
    """A few journeys."""
    routes = tuple(route for route in ROUTES if route.name in QUICK)
    monkeypatch.setattr(audit.command, "Options", partial(Options, routes=routes, pages=PAGES))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit that does not wait for long."""
    for module in (*WAITING, audit.journeys.site_pages):
        monkeypatch.setattr(module, "PATIENCE_SECONDS", SHORT)


@dataclass(frozen=True)
class Told:
    """What an audit said, on the terminal and in its reports."""

    status: int
    output: str
    folder: Path

    @property
    def json(self) -> dict:
        return json.loads((self.folder / "report.json").read_text(encoding="utf-8"))

    @property
    def found(self) -> set[str]:
        return {finding["rule"] for finding in self.json["findings"]}

    @property
    def untold(self) -> str:
        return "\n".join(each["why"] for each in self.json["untold"])


def audited(address: str, folder: Path, *words: str, browser: str = "chromium") -> Told:
    command = ["audit", address, "--browser", browser, "--idle", "0", "--output", str(folder)]
    told = invoke([*command, *words])
    assert "Traceback" not in told.output
    return Told(told.exit_code, told.output, folder)


def says_everywhere(told: Told, outcome: str, status: int) -> None:
    """The same result in each report, with what was audited, when, and by what."""
    assert told.status == status, told.output
    report = told.json
    assert (report["outcome"], report["status"]) == (outcome, status)
    assert bool(report["untold"]) == (outcome != "nothing differs")
    assert datetime.datetime.fromisoformat(report["at"]).tzinfo
    assert report["address"].startswith("http") or "://" not in report["address"]
    assert report["commit"]
    assert report["register"]["version"] == 1
    assert len(report["register"]["hash"]) == 64
    (run,) = json.loads((told.folder / "report.sarif").read_text(encoding="utf-8"))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] == (not report["untold"])
    assert invocation["exitCode"] == status
    assert len(invocation["toolExecutionNotifications"]) == len(report["untold"])
    assert run["properties"]["outcome"] == outcome
    assert run["properties"]["register hash"] == report["register"]["hash"]
    suite = ElementTree.parse(told.folder / "report.xml").getroot()
    assert (int(suite.attrib["errors"]) > 0) == bool(report["untold"])
    assert (int(suite.attrib["failures"]) > 0) == (outcome == "differs")
    named = {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}
    page = (told.folder / "report.html").read_text(encoding="utf-8")
    assert f'<p class="verdict {outcome.replace(" ", "-")}">' in page
    for name in ("address", "time", "commit", "register version", "register hash", "tool"):
        assert f"<dt>{name.capitalize()}</dt><dd>{named[name]}</dd>" in page
    assert report["verdict"] in told.output


def elsewhere() -> App:
    return always(lambda request: redirect("http://127.0.0.2:9/"))


def round_and_round() -> App:
    return always(lambda request: redirect(f"{request.path}x"))


def failing(status: int) -> App:
    header = {"WWW-Authenticate": 'Basic realm="x"'} if status == 401 else {}
    return always(lambda request: Response("no", status, header, mimetype="text/html"))


@contextmanager
def endless() -> Iterator[str]:
    stop = threading.Event()
    body = partial(dripping, b"<!doctype html><title>On and on</title><p>and on", stop)
    with answering(always(lambda request: Response(body(), mimetype="text/html"))) as address:
        yield address
        stop.set()


@contextmanager
def self_signed() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = f"{folder}/key.pem", f"{folder}/certificate.pem"
        words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
        words += ["-keyout", key, "-out", certificate]
        subprocess.run(words, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with answering(failing(200), context) as address:
            yield address


@contextmanager
def no_tls() -> Iterator[str]:
    with answering(failing(200)) as address:
        yield address.replace("http:", "https:")


CASES: dict[str, tuple[Callable[[], Address], str]] = {
    "an address without a scheme": (lambda: nullcontext("www.example.org"), "is no address of a"),
    "a port that is none": (lambda: nullcontext("http://127.0.0.1:x"), "is no address of a site"),
    "one page": (lambda: nullcontext("http://127.0.0.1/about/"), "is one page"),
    "a password": (lambda: nullcontext("http://a:b@127.0.0.1"), "holds a name and password"),
    "a host that is down": (down, "cannot be reached: Connection refused"),
    "a name that does not resolve": (lambda: nullcontext("http://no.invalid"), "does not resolve"),
    "a host that says nothing": (silent, f"had not answered after {SHORT} seconds"),
    "a redirect to elsewhere": (lambda: answering(elsewhere()), "leads to http://127.0.0.2:9"),
    "an endless redirect": (lambda: answering(round_and_round()), "redirects without end"),
    "a certificate of its own": (self_signed, "offers no trusted connection: self-signed"),
    "no TLS where it is asked for": (no_tls, "offers no trusted connection"),
    "a password that is asked for": (lambda: answering(failing(401)), "401 Unauthorized"),
    "an error on every page": (lambda: answering(failing(500)), "500 Internal Server Error"),
    "an endless answer": (endless, "had not come to its end"),
}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_visited_could_not_be_told(case: str, tmp_path: Path) -> None:
    """With status 2 and a sentence; nothing is green, and nothing differs."""
    make, words = CASES[case]
    with make() as address:
        told = audited(address, tmp_path)
    assert words in told.output
    assert told.json["findings"] == []
    says_everywhere(told, "could not tell", 2)


def test_an_earlier_report_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    """Where the audit ends before it has anything to report."""
    root = tmp_path / "root"
    (root / "site").mkdir(parents=True)
    (tmp_path / "report.xml").write_text('<testsuite failures="0"/>')
    told = audited("http://127.0.0.1", tmp_path, "--root", str(root))
    assert told.status == 2
    assert "site/policy.toml" in told.output
    assert not (tmp_path / "report.xml").exists()


def test_a_register_without_tables_is_answered_in_a_sentence(tmp_path: Path) -> None:
    """Of the register that `--root` names, after the address as the docs have it."""
    root = tmp_path / "root"
    shutil.copytree(ROOT / "site", root / "site")
    policy = root / "site/policy.toml"
    entries = policy.read_text(encoding="utf-8").split("\n[[")
    kept = [entry for entry in entries if not entry.startswith("table")]
    policy.write_text("\n[[".join(kept), encoding="utf-8")
    with down() as address:
        told = audited(address, tmp_path / "reports", "--root", str(root))
    assert told.status == 2
    assert "error: " in told.output or "cannot be reached" in told.output


def test_a_browser_that_is_not_there_could_not_tell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("audit.journeys.run.FIREFOX", ("no-such-browser",))
    with answering(failing(500)) as address:
        told = audited(address, tmp_path, browser="firefox")
    assert "it is not installed" in told.untold
    says_everywhere(told, "could not tell", 2)


@contextmanager
def first_site(public: Path, var: Path, *wraps: Callable[[App], App]) -> Iterator[str]:
    def wrap(app: App) -> App:
        for each in wraps:
            app = each(app)
        return app

    with somewhere(public, var, wrap) as address:
        yield address


def error_at(path: str) -> Callable[[App], App]:
    return lambda app: instead(app, path, lambda: Response("no", 500, mimetype="text/html"))


def test_no_sitemap(public: Path, tmp_path: Path) -> None:
    """The home page is looked at all the same."""
    with first_site(public, tmp_path / "var", error_at("/sitemap.xml")) as address:
        told = audited(address, tmp_path)
    assert "which pages there are: /sitemap.xml is answered with 500" in told.output
    says_everywhere(told, "could not tell", 2)


def test_a_sound_site_is_green_in_every_report(public: Path, tmp_path: Path) -> None:
    """So that the reports can say all three."""
    with first_site(public, tmp_path / "var") as address:
        told = audited(address, tmp_path)
    says_everywhere(told, "nothing differs", 0)


LATE = script('if (location.pathname === "/about/") document.cookie = "late=1";')
EARLY = header("Set-Cookie", "early=1; Path=/")
BUSY = script('if (location.pathname === "/") setTimeout(() => { for (;;); }, 500);')
HUGE = html("<main", "<p>" + "<b>much</b> " * 200_000 + "</p><main")


def slow_picture(stop: threading.Event) -> Callable[[App], App]:
    with_picture = html("</main>", '<img src="/slow.png" alt=""></main>')
    return lambda app: slow(with_picture(app), "/slow.png", stop)


def hanging(stop: threading.Event) -> Callable[[App], App]:
    asks = script('fetch("/collect", {method: "POST", body: "1"}).catch(() => {});')
    return lambda app: slow(asks(app), "/collect", stop)


def never_ending(stop: threading.Event) -> Callable[[App], App]:
    def answer() -> Response:
        body = dripping(b"<!doctype html><title>On and on</title><p>and on", stop)
        return Response(body, headers={"Set-Cookie": "early=1; Path=/"}, mimetype="text/html")

    return lambda app: instead(app, "/", answer)


BLIND: dict[str, tuple[Callable[[threading.Event], list[Callable[[App], App]]], str, str]] = {
    "a violation after a picture that never comes": (
        lambda stop: [LATE, slow_picture(stop)], "undeclared cookie", "/ had not come to its end"),
    "a violation on the page before one that fails": (
        lambda stop: [EARLY, error_at("/about/")], "undeclared cookie", "/about/ does not open"),
    "a violation on a page after one that fails": (
        lambda stop: [LATE, error_at("/")], "undeclared cookie", "/ does not open: the answer is"),
    "a violation on a page that never ends": (
        lambda stop: [never_ending(stop)], "undeclared cookie", "/ had not come to its end"),
    "a violation with the answer of a page that fails": (
        lambda stop: [error_at("/"), EARLY], "undeclared cookie", "/ does not open"),
    "a violation on a page whose script never ends": (
        lambda stop: [EARLY, BUSY], "undeclared cookie", "the browser did not"),
    "a request that nobody answers": (lambda stop: [hanging(stop)], "undeclared request", ""),
}  # fmt: skip


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("case", BLIND)
def test_what_was_seen_before_and_after_a_stop_is_judged(
    case: str, public: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where something differs and something could not be told, both are said."""
    monkeypatch.setattr("audit.browsers.visitor.OBEDIENCE_SECONDS", 5)
    stop = threading.Event()
    wraps, rule, why = BLIND[case]
    with first_site(public, tmp_path / "var", *wraps(stop)) as at:
        try:
            told = audited(at, tmp_path)
        finally:
            stop.set()
    assert rule in told.found, told.output
    assert why in told.untold
    assert told.status == 1
    if why:
        says_everywhere(told, "differs", 1)
        assert "could not be told" in told.json["verdict"]


def test_a_huge_page_hides_nothing(public: Path, tmp_path: Path) -> None:
    """What is on the pages after it is looked at; where it stops a journey, that is said."""
    with first_site(public, tmp_path / "var", LATE, HUGE) as address:
        told = audited(address, tmp_path)
    assert "undeclared cookie" in told.found, told.output
    stopped = [journey["name"] for journey in told.json["journeys"] if journey["stopped"]]
    assert set(stopped) <= {each["journey"] for each in told.json["untold"]}
    assert "first visit" not in stopped


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "case",
    ["a violation after a picture that never comes", "a violation on a page that never ends",
     "a violation with the answer of a page that fails"],
)  # fmt: skip
def test_firefox_is_no_blinder(case: str, public: Path, tmp_path: Path) -> None:
    """By its own protocol, which tells of a page otherwise."""
    stop = threading.Event()
    wraps, rule, why = BLIND[case]
    with first_site(public, tmp_path / "var", *wraps(stop)) as at:
        try:
            told = audited(at, tmp_path, browser="firefox")
        finally:
            stop.set()
    assert rule in told.found, told.output
    assert why in told.untold
    says_everywhere(told, "differs", 1)


@pytest.mark.usefixtures("impatient")
def test_firefox_could_not_tell(tmp_path: Path) -> None:
    """Of a site that asks for a password."""
    with answering(failing(401)) as address:
        told = audited(address, tmp_path, browser="firefox")
    assert "401 Unauthorized" in told.output
    assert told.json["findings"] == []
    says_everywhere(told, "could not tell", 2)
