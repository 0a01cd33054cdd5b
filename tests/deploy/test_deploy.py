"""What deploy/ shows is what runs: nginx with TLS, gunicorn, and the commands of the units."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import build
import generator
from analytics import wsgi
from analytics.web.rate_limits import FORMS
from policy import Faults, read_site
from policy.headers import security_headers
from tests.fixtures.deployed_site import (
    DEPLOY,
    HOST,
    ROOT,
    Deployed,
    deployed,
    missing,
    program,
    start_service,
    unit,
)
from tests.fixtures.patience import PATIENCE
from tests.fixtures.slow_clients import idle, stalled
from tests.validators.conftest import lines_of_json, validate

needs_nginx = pytest.mark.skipif(bool(missing()), reason=missing() or "nothing is missing")
PAGE = {
    "Origin": f"https://{HOST}",
    "Content-Type": "application/json",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}
FORM = {"Origin": f"https://{HOST}", "Content-Type": "application/x-www-form-urlencoded"}
FORGED = "203.0.113.9"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """One for all tests here."""
    with deployed(tmp_path_factory.mktemp("deployed")) as running:
        yield running


@needs_nginx
@pytest.mark.parametrize("path", ["/", "/privacy/", "/staff/", "/visit/view", "/nowhere/"])
def test_each_security_header_comes_once(site: Deployed, path: str) -> None:
    """From the register, with HSTS, whatever answers; nginx adds none and takes none away."""
    answer = site.ask(path)
    declared = security_headers(read_site(ROOT).register, tls=True)
    assert {name: answer.all(name) for name in declared} == {
        name: [value] for name, value in declared.items()
    }
    assert not re.search(r"\d", answer.one("Server"))


@needs_nginx
def test_visits_and_forms_work_through_it(site: Deployed) -> None:
    """Consent sets its cookie; a form with the second box sets the audience, and is stored."""
    version = read_site(ROOT).register.version
    view = {"page": "/", "from": "", "utm": {}, "version": version, "given": True}
    answer = site.ask("/visit/view", "POST", json.dumps(view), headers=PAGE)
    assert answer.status in {200, 204}, answer
    assert answer.one("Set-Cookie").startswith("__Secure-visit=")
    sent = "email=ada@example.org&permission=yes&recognize=yes&role=teacher"
    answer = site.ask("/form/newsletter", "POST", sent, headers=FORM)
    assert answer.status == 303, answer.body
    personal = site.ask("/")
    assert "private" in personal.one("Cache-Control")
    assert "Cookie" in personal.one("Vary")


@needs_nginx
def test_compressed_files_arrive_as_they_were_built(site: Deployed) -> None:
    """The build's own brotli, and 304 where the browser has it."""
    packed = {"Accept-Encoding": "br"}
    answer = site.ask("/about/", headers=packed)
    built = site.folder / "site/public/about/index.html.br"
    assert answer.body == built.read_bytes()
    again = site.ask("/about/", headers=packed | {"If-None-Match": answer.one("ETag")})
    assert (again.status, again.body) == (304, b"")


@needs_nginx
def test_what_a_visitor_says_of_himself_is_not_believed(site: Deployed) -> None:
    """Neither a host, which would let another origin post, nor an address, which would be a way
    around the limits."""
    evil = PAGE | {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example"}
    view = json.dumps({"page": "/", "from": "", "utm": {}, "version": 1, "given": True})
    assert site.ask("/visit/view", "POST", view, headers=evil).status == 403
    statuses = Counter(
        site.ask(
            "/form/newsletter",
            "POST",
            f"email=ada{attempt}@example.org&permission=yes",
            headers=FORM | {"X-Forwarded-For": f"198.51.100.{attempt}"},
        ).status
        for attempt in range(FORMS.most + 1)
    )
    assert statuses.keys() == {303, 429}, statuses


@needs_nginx
def test_other_names_and_plain_http_lead_to_the_site_or_nowhere(site: Deployed) -> None:
    """A moved request keeps its path and method (308); a foreign name gets no handshake."""
    for answer in (site.ask_plainly("/about/?a=b"), site.ask("/about/?a=b", name="example.org")):
        assert answer.status == 308
        assert answer.one("Location") == f"https://{HOST}/about/?a=b"
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        site.ask("/", name="localhost")


@needs_nginx
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "_", "www.example.org.evil.example"])
def test_a_foreign_host_gets_not_one_byte(site: Deployed, host: str) -> None:
    """Neither plainly nor after a handshake for a name of ours: no page, no redirect."""
    with pytest.raises(http.client.RemoteDisconnected):
        site.ask_plainly("/", host)
    with pytest.raises(http.client.RemoteDisconnected):
        site.ask("/", headers={"Host": host})


@needs_nginx
def test_what_is_wrong_inside_is_not_told_outside(site: Deployed) -> None:
    """/healthz names faults and places: operators ask for it at the service's own socket."""
    with pytest.raises(http.client.RemoteDisconnected):
        site.ask("/healthz")


@needs_nginx
def test_a_certificate_can_be_asked_for_under_our_names_only(site: Deployed) -> None:
    """ACME's challenge is answered from its folder, which is empty here, and not redirected."""
    path = "/.well-known/acme-challenge/x"
    for name in (HOST, "example.org"):
        assert site.ask_plainly(path, name).status == 404
    with pytest.raises(http.client.RemoteDisconnected):
        site.ask_plainly(path, "evil.example")


@needs_nginx
def test_beside_another_default_site_nginx_says_so_and_does_not_start(site: Deployed) -> None:
    """As Debian's own: which of two would answer a foreign name must not depend on their order."""
    debian = f"server {{ listen 127.0.0.1:{site.plain} default_server; root /var/www/html; }}"
    config = site.folder / "beside.conf"
    text = (site.folder / "nginx.conf").read_text()
    config.write_text(f"{text.rstrip().removesuffix('}')}\n{debian}\n}}\n")
    told = subprocess.run(
        [str(program("nginx")), "-t", "-c", config], capture_output=True, text=True, check=False
    )
    assert told.returncode != 0
    assert "duplicate default server" in told.stderr


@needs_nginx
@pytest.mark.parametrize("scheme", ["gopher", "", "https, http", "\u00e9"])
def test_a_scheme_that_a_visitor_names_does_not_matter(site: Deployed, scheme: str) -> None:
    """nginx writes its own."""
    answer = site.ask("/about/", headers={"X-Forwarded-Proto": scheme.encode().decode("latin-1")})
    assert answer.status == 200
    assert answer.all("Strict-Transport-Security")


@needs_nginx
def test_slow_and_silent_clients_keep_nobody_waiting(site: Deployed) -> None:
    """More readers that stall on one big file than the service has threads, and 300 idle ones."""
    public = site.folder / "site/public"
    big = max(public.glob("assets/**/*.woff2"), key=lambda path: path.stat().st_size)
    with big.open("r+b") as file:
        file.truncate(6_000_000)
    address = "/" + big.relative_to(public).as_posix()
    with (
        idle(site.tls, 300),
        stalled(site.tls, 40, address, host=HOST, tls=site.trust),
    ):
        for _ in range(3):
            start = time.monotonic()
            assert site.ask("/about/").status == 200
            assert time.monotonic() - start < 5


def test_no_answer_about_people_goes_over_the_disk_of_nginx() -> None:
    """Its location that keeps answers in memory names every part of the service."""
    text = (DEPLOY / "nginx.conf").read_text()
    (names,) = re.findall(r"location ~ \^/\((.*)\)/ \{\s+proxy_max_temp_file_size 0;", text)
    made = re.compile(r'Blueprint\(.*, url_prefix="(/[a-z]+)"\)')
    parts = {
        prefix
        for module in (ROOT / "analytics").rglob("*.py")
        for prefix in made.findall(module.read_text(encoding="utf-8"))
    }
    assert len(parts) >= 6
    assert {f"/{name}" for name in names.split("|")} >= parts, parts


@needs_nginx
def test_a_new_build_is_served_by_itself_and_refuses_nobody(site: Deployed) -> None:
    """Requests go on all the while that a build lasts, and every one is answered."""
    root, home = site.folder / "site", site.folder / "site/content/index.md"
    stop, statuses = threading.Event(), Counter()

    def visit() -> None:
        while not stop.is_set():
            statuses[site.ask("/about/").status] += 1

    visitors = [threading.Thread(target=visit) for _ in range(3)]
    for visitor in visitors:
        visitor.start()
    try:
        home.write_text(home.read_text() + "\nA sentence of tomorrow.\n")
        generator.build(root, root / "public")
        limit = time.monotonic() + PATIENCE
        while b"A sentence of tomorrow." not in (page := site.ask("/")).body:
            assert page.status == 200
            assert time.monotonic() < limit, site.logs
    finally:
        stop.set()
        for visitor in visitors:
            visitor.join()
    assert list(statuses) == [200], statuses


(FAILED,) = (log for log in read_site(ROOT).register.logs if log.writer == "web server")


@pytest.mark.promise("P11")
def test_nginx_writes_the_line_that_the_register_declares() -> None:
    """Its format has the declared fields, and no other variable."""
    variables = {
        "time": "$time_iso8601",
        "status": "$status",
        "method": "$request_method",
        "answer": "$upstream_status",
    }
    text = (DEPLOY / "nginx.conf").read_text()
    (said,) = re.findall(r"^log_format plainsite '(.*)';$", text, flags=re.MULTILINE)
    assert said == FAILED.says.format_map(variables)
    assert re.findall("log_format", text) == ["log_format"]


@needs_nginx
def test_mdns_http_observatory_gives_the_best_grade(site: Deployed) -> None:
    """Its own scan over TLS, with a certificate of the test's own."""
    told = validate(
        "node", "observatory.mjs", HOST, str(site.plain), str(site.tls),
        NODE_EXTRA_CA_CERTS=str(site.certificate),
    )  # fmt: skip
    (found,) = lines_of_json(told)
    assert (found["grade"], found["failed"]) == ("A+", [])


@needs_nginx
def test_while_the_service_is_away_nginx_says_so_and_logs_no_address(site: Deployed) -> None:
    """Nothing that nginx or gunicorn wrote, in all these tests, tells who asked for what."""
    site.ask("/own/a-signed-link/", headers={"X-Forwarded-For": FORGED, "User-Agent": "Secret/1"})
    site.service.send_signal(signal.SIGTERM)
    assert site.service.wait(PATIENCE) == 0
    away = site.ask("/own/a-signed-link/", headers={"User-Agent": "Secret/1"})
    assert away.status == 503
    assert away.one("Retry-After") == "10"
    assert b"nginx" not in away.body
    failed = (site.folder / "log/plainsite-failed.log").read_text()
    assert re.fullmatch(r"(?:\S+ 503 GET upstream=50\d\n)+", failed), failed
    assert all(FAILED.pattern.fullmatch(line) for line in failed.splitlines()), failed
    site.service = start_service(site.folder)
    assert site.ask("/").status == 200
    for trace in ("127.0.0.1", FORGED, "198.51.100", "/own/", "Secret/1", "ada@example.org"):
        assert trace not in site.logs.replace("Listening at: unix:", ""), trace


def test_the_units_are_what_systemd_understands(tmp_path: Path) -> None:
    """Its own check finds nothing wrong, and their files are those of the README."""
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("needs systemd-analyze")
    for name in sorted(path.name for path in DEPLOY.glob("plainsite*.*")):
        text = (DEPLOY / name).read_text().replace("/srv/plainsite/.venv/bin/", "/bin/")
        (tmp_path / name).write_text(re.sub(r"=/bin/(gunicorn|python)\b", "=/bin/true", text))
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    told = subprocess.run(
        [program, "verify", *sorted(tmp_path.iterdir())],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    ours = [line for line in told.stderr.splitlines() if "plainsite" in line]
    assert [line for line in ours if "www-data" not in line] == []


def test_the_unit_that_makes_backups_says_a_command_that_there_is(tmp_path: Path) -> None:
    """In a folder that it may write to; the timer starts it."""
    section = unit("plainsite-backup.service")["Service"]
    words = section["ExecStart"].split()
    assert words[1:4] == ["build.py", "data", "backup"]
    assert Path(words[4]).relative_to("/var/lib").name in section["StateDirectory"].split()
    assert CliRunner().invoke(build.main, [*words[2:4], "--help"]).exit_code == 0
    assert unit("plainsite-backup.timer")["Timer"]["OnCalendar"] == "daily"


def test_a_reload_is_refused_where_the_site_has_a_fault(tmp_path: Path) -> None:
    """systemd runs each ExecReload in turn, up to the first that fails: the check."""
    check, data, then = unit("plainsite.service")["Service"]["ExecReload"].splitlines()
    assert then.endswith("python deploy/reload.py $MAINPID")
    assert data.split()[1:] == ["build.py", "data", "check"]
    words = check.split()[1:]
    for part in ("content", "templates", "site"):
        shutil.copytree(ROOT / part, tmp_path / part)
    assert words[0] == "build.py"
    command = ["--root", str(tmp_path), *words[1:]]
    assert CliRunner().invoke(build.main, command).exit_code == 0
    (tmp_path / "site/settings.toml").write_text('naem = "x"\n')
    told = CliRunner().invoke(build.main, command)
    assert told.exit_code == 1
    assert "naem" in told.output


def test_the_container_copies_all_that_is_imported() -> None:
    """Each COPY names what exists; together they are every package that the service needs."""
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    copied = {word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    assert all((ROOT / name).exists() for name in copied)
    needed = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"audit", "tests"}
    assert needed | {"content", "templates", "site", "build.py", "requirements.lock"} <= copied
    started = json.loads(next(line for line in lines if line.startswith("CMD "))[4:])
    served = unit("plainsite.service")["Service"]["ExecStart"].split()
    assert started[1:3] == served[1:3]
    listens = unit("plainsite.socket")["Socket"]["ListenStream"]
    assert started[-1] == f"unix:{listens}"
    assert f"server unix:{listens}" in (DEPLOY / "nginx.conf").read_text()


def test_compose_mounts_what_the_container_and_nginx_use() -> None:
    """Both see the socket; the records outlive the container."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    service, nginx = compose["services"]["plainsite"], compose["services"]["nginx"]
    assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
    assert (ROOT / service["build"]["dockerfile"]).is_file()
    shared = [mount.split(":") for mount in service["volumes"] + nginx["volumes"]]
    assert shared.count(["socket", "/run/plainsite"]) == 2
    assert {name for name, *_ in shared if "/" not in name} == set(compose["volumes"])
    assert all((DEPLOY / name).exists() for name, *_ in shared if name.startswith("./"))
    assert ["./nginx.conf", "/etc/nginx/conf.d/default.conf", "ro"] in shared


@pytest.mark.parametrize("given", ["-1", "one", "6", "1.0"])
def test_a_wrong_number_of_proxies_is_said(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """A mistake here would let anybody write the address that is believed."""
    monkeypatch.setenv("PLAINSITE_PROXIES", given)
    with pytest.raises(Faults, match="PLAINSITE_PROXIES"):
        wsgi._proxies()
