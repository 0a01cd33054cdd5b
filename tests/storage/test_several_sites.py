"""Several sites in one database of a server, each of which sees what is its own alone."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import URL

import build
from analytics.storage.addresses import Addresses
from analytics.storage.opening import database_at
from policy import Faults, read_site
from tests.fixtures import clickhouse, postgresql
from tests.fixtures.form_site import REQUEST, form_site, rows, send
from tests.fixtures.small_site import HOST, ROOT, SmallSite
from tests.fixtures.staff import PASSWORD, add, signed_in

REGISTER = read_site(ROOT).register


PAGES_OF_TODAY = "/staff/reports/page.csv?period=today"


def on_postgresql(folder: Path) -> str:
    """The address of a database that is made for a folder."""
    given = postgresql.server().address(folder)
    name = str(given.query["options"]).rpartition("=")[2]
    with psycopg.connect(postgresql.server().dsn, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(f"CREATE DATABASE {name}".encode())
    return said(given.set(database=name, query={"host": given.query["host"]}))


def on_clickhouse(folder: Path) -> str:
    return said(clickhouse.server().address(folder))


def said(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def root_of(folder: Path, name: str) -> Path:
    """A site that is called `name` where others are, too; or nothing."""
    root = folder / f"site-{name}"
    if not root.exists():
        for each in ("site", "templates"):
            shutil.copytree(ROOT / each, root / each)
        with (root / "site/settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[databases]\nsite = "{name}"\n' if name else "")
    return root


@contextmanager
def service(folder: Path, name: str) -> Iterator[SmallSite]:
    """One of such a site, in a folder of its own."""
    with (
        patch("tests.fixtures.small_site.ROOT", root_of(folder, name)),
        form_site(folder / name) as site,
    ):
        yield site


@pytest.fixture(params=["postgresql", "clickhouse"])
def kind(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server that has the counters; the records of all are on PostgreSQL."""
    records = on_postgresql(tmp_path)
    on_it = {"postgresql": lambda _: records, "clickhouse": on_clickhouse}[request.param]
    monkeypatch.setenv("PLAINSITE_RECORDS", records)
    monkeypatch.setenv("PLAINSITE_COUNTERS", on_it(tmp_path))
    return str(request.param)


def test_each_site_sees_its_own_alone(tmp_path: Path, kind: str) -> None:
    """What is counted, what is sent, and who may read it; and again after a restart."""
    with ExitStack() as stack:
        north, south = (stack.enter_context(service(tmp_path, name)) for name in ("north", "south"))
        north.visitor().view("/about/", given=True)
        for _ in range(2):
            south.visitor().view("/solutions/", given=True)
        send(north.app.test_client(), REQUEST | {"email": "north@example.org"})
        send(south.app.test_client(), REQUEST | {"email": "south@example.org"})
        for each in (north, south):
            add(each, rita="reports")
        assert north.total("page") == {"/about/": {"views": 1}}
        assert south.total("page") == {"/solutions/": {"views": 2}}
        add(north, nora="contacts")
        assert rows(south, "SELECT count(*) FROM staff") == [(1,)]
        told = [signed_in(each, "rita").get(PAGES_OF_TODAY).text for each in (north, south)]
        assert [("/about/" in each, "/solutions/" in each) for each in told] == [
            (True, False),
            (False, True),
        ]
    with service(tmp_path, "south") as south:
        assert south.total("page") == {"/solutions/": {"views": 2}}
        assert rows(south, "SELECT email FROM contacts") == [("south@example.org",)]
    with service(tmp_path, "north") as north:
        assert rows(north, "SELECT email FROM contacts") == [("north@example.org",)]


def test_two_that_begin_at_once_make_one(tmp_path: Path, kind: str) -> None:
    """Collectors of one site, and of two."""
    addresses = [Addresses.of(tmp_path, site=name) for name in ("north", "north", "south")]

    def take_up(each: Addresses) -> tuple[object, ...]:
        with (
            closing(database_at("records", each.records, REGISTER)) as records,
            closing(database_at("counters", each.counters, REGISTER)) as counters,
        ):
            records.take_up()
            counters.take_up()
            return (*records.check(), *counters.check())

    with ThreadPoolExecutor(3) as pool:
        assert [*pool.map(take_up, addresses)] == [(), (), ()]


def test_a_check_makes_nothing(tmp_path: Path, kind: str) -> None:
    """Neither the tables nor what they are to be in."""
    found = Addresses.of(tmp_path, site="north")
    assert isinstance(found.counters, URL)
    with closing(database_at("counters", found.counters, REGISTER)) as counters:
        assert counters.check() == ()
        assert counters.lost() == ()
    if kind == "clickhouse":
        names = [name for (name,) in clickhouse.server().ask("SHOW DATABASES")]
        assert [name for name in names if name.startswith(str(found.counters.database))] == [
            found.counters.database
        ]
        return
    with psycopg.connect(f"{postgresql.server().dsn} dbname={found.counters.database}") as asked:
        assert not asked.execute("SELECT 1 FROM pg_namespace WHERE nspname ~ 'north'").fetchall()


def run(tmp_path: Path, name: str, *words: str) -> tuple[int, str]:
    var = {"PLAINSITE_VAR": str(tmp_path / name / "var")}
    given = ["--root", str(root_of(tmp_path, name)), "data", *words]
    done = CliRunner(env=var).invoke(build.main, given)
    return done.exit_code, done.output


def test_a_site_that_was_alone_moves_to_a_part_of_its_own(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it is called otherwise afterwards is no site that lost nothing."""
    address = Addresses.of(tmp_path).counters if kind == "clickhouse" else None
    if kind == "postgresql":  # Both databases without a name would be one.
        monkeypatch.setenv("PLAINSITE_RECORDS", f"sqlite:///{tmp_path}/records.sqlite3")
    with service(tmp_path, "") as before:
        before.visitor().view("/about/", given=True)
    given = said(address) if isinstance(address, URL) else on_postgresql(tmp_path)
    separator = "&" if "?" in given else "?"
    alone = f"{given}{separator}site="
    status, told = run(tmp_path, "north", "move", "counters", alone, given)
    assert status == 0, told
    with service(tmp_path, "north") as north:
        assert north.total("page") == {"/about/": {"views": 1}}
    status, told = run(tmp_path, "north", "move", "counters", given, given)
    assert (status, told.splitlines()[0]) == (
        1,
        "error: FROM and TO are the same place: nothing was moved",
    )
    status, told = run(tmp_path, "north", "move", "counters", given, f"{given}{separator}site=east")
    assert status == 0, told
    settings = root_of(tmp_path, "north") / "site/settings.toml"
    settings.write_text(settings.read_text().replace('site = "north"', 'site = "west"'))
    status, told = run(tmp_path, "north", "check")
    assert status == 1
    assert re.search(
        r"^error: \S*west(_counters)?( in \S+)? at \S+: it is gone, or empty$", told, re.M
    )
    assert "call it so again in site/settings.toml ([databases] site)" in told
    assert told.count("error: ") == (2 if kind == "clickhouse" else 1)


@pytest.mark.parametrize(("before", "after"), [("", "north"), ("north", "")])
def test_a_site_that_is_called_otherwise_is_told_where_its_database_may_be(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    """Whether it was given its first name, or lost the one that it had."""
    monkeypatch.setenv("PLAINSITE_RECORDS", f"sqlite:///{tmp_path}/records.sqlite3")
    with service(tmp_path, before) as site:
        site.visitor().view("/about/", given=True)
    (tmp_path / after).mkdir(exist_ok=True)
    shutil.move(tmp_path / before / "var", tmp_path / after / "var")
    status, told = run(tmp_path, after, "check")
    assert status == 1
    assert "is gone, or empty" in told
    assert "call it so again in site/settings.toml ([databases] site)" in told
    (old,) = re.findall(r"data move counters '(\S+)' ADDRESS ", told)
    given = os.environ["PLAINSITE_COUNTERS"]
    if "?" in given:  # It says where the socket is.
        old = old.replace("?", "&")
    old = old.replace("BEFORE", before).replace("ADDRESS", given)
    status, told = run(tmp_path, after, "move", "counters", old, given)
    assert status == 0, told
    assert run(tmp_path, after, "check")[0] == 0
    with service(tmp_path, after) as site:
        assert site.total("page") == {"/about/": {"views": 1}}


def test_who_may_make_no_schema_is_told_what_to_type(tmp_path: Path) -> None:
    """It is enough that somebody else made it."""
    address = on_postgresql(tmp_path)
    url = Addresses.of(tmp_path, {"PLAINSITE_RECORDS": address}, site="north").records
    assert isinstance(url, URL)
    database, dsn = url.database, postgresql.server().dsn
    with psycopg.connect(f"{dsn} dbname={database}", autocommit=True) as connection:
        role = f"guest_{database}"
        connection.execute(f"CREATE ROLE {role} LOGIN IN ROLE pg_checkpoint".encode())
        connection.execute(f"GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {role}".encode())
        with closing(database_at("records", url.set(username=role), REGISTER)) as records:
            (fault,) = records.check()
            assert fault.hint == f"CREATE SCHEMA north_records AUTHORIZATION {role} in psql"
        connection.execute(fault.hint.removesuffix(" in psql").encode())
        with closing(database_at("records", url.set(username=role), REGISTER)) as records:
            records.take_up()
            assert records.check() == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("postgresql://a@h/d?site=south", "site/settings.toml"),
        ("postgresql://a@h/d?options=-csearch_path%3Dx", "leave out options="),
        ("clickhouse://a@h/d?site=south", "site/settings.toml"),
        ("clickhouse://a@h/d?site=", "site/settings.toml"),
        ("clickhouse://a@h/d?site=So-uth", "small letters"),
        ("postgresql://a@h/d?site=pg_south", "nothing with pg_ before it"),
    ],
)
def test_an_address_says_nothing_else_than_the_settings(
    tmp_path: Path, given: str, said: str
) -> None:
    with pytest.raises(Faults, match=said):
        Addresses.of(tmp_path, {"PLAINSITE_COUNTERS": given}, site="north")


def test_both_databases_of_a_site_that_has_a_name_may_be_in_one(tmp_path: Path) -> None:
    """They are two parts of it; those of a site without a name would be one."""
    one = dict.fromkeys(("PLAINSITE_COUNTERS", "PLAINSITE_RECORDS"), "postgresql://a@h/d")
    assert Addresses.of(tmp_path, one, site="north")
    with pytest.raises(Faults, match="would be one"):
        Addresses.of(tmp_path, one)


def change(tmp_path: Path, name: str, old: str, new: str) -> None:
    settings = root_of(tmp_path, name) / "site/settings.toml"
    assert old in settings.read_text()
    settings.write_text(settings.read_text().replace(old, new))


def test_what_belongs_to_another_site_is_not_used(tmp_path: Path, kind: str) -> None:
    """Whether it was called as that one by mistake, or had a name that was taken away."""
    with service(tmp_path, "north") as north:
        north.visitor().view("/about/", given=True)
        add(north, rita="admin")
    url = read_site(ROOT).settings.url
    change(tmp_path, "south", url, "https://south.example")
    assert run(tmp_path, "south", "check")[0] == 0
    change(tmp_path, "south", 'site = "south"', 'site = "north"')
    status, told = run(tmp_path, "south", "check")
    assert status == 1
    assert told.count(f"it belongs to the site {url}, not to https://south.example\n") == 2
    with service(tmp_path, "south") as south:
        south.visitor().view("/solutions/", given=True)
        typed = {"username": "rita", "password": PASSWORD}
        page = south.app.test_client().post("/staff/sign-in/", data=typed, headers={"Origin": HOST})
        assert page.status_code == 503
    with service(tmp_path, "north") as north:
        assert north.total("page") == {"/about/": {"views": 1}}


def test_a_site_that_has_another_address_now_says_which_it_had(tmp_path: Path, kind: str) -> None:
    """Once: it is noted."""
    with service(tmp_path, "north") as north:
        north.visitor().view("/about/", given=True)
    url = read_site(ROOT).settings.url
    change(tmp_path, "north", url, "https://new.example")
    status, told = run(tmp_path, "north", "check")
    assert status == 1
    assert f'say formerly = "{url}" below [databases]' in told
    change(tmp_path, "north", "[databases]\n", f'[databases]\nformerly = "{url}"\n')
    assert run(tmp_path, "north", "check") == (0, "Both databases can be used.\n")
    with service(tmp_path, "north"):
        pass
    change(tmp_path, "north", f'formerly = "{url}"\n', "")
    assert run(tmp_path, "north", "check") == (0, "Both databases can be used.\n")


def test_a_command_says_why_a_server_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no mistake of ours."""
    nowhere = f"postgresql://a@/b?host={tmp_path}"
    monkeypatch.setenv("PLAINSITE_RECORDS", nowhere)
    monkeypatch.setenv("PLAINSITE_COUNTERS", nowhere)
    for words in (
        ("strike", "2026-11-26T14", "--note", "a monitor"),
        ("strike", "2026-11-26T14", "--undo"),
        ("export", str(tmp_path / "all.csv")),
        ("imports",),
        ("retention",),
        ("backup", str(tmp_path)),
    ):
        status, told = run(tmp_path, "north", *words)
        assert status == 1, (words, told)
        assert "the server does not answer" in told


def test_a_backup_says_whose_it_is(tmp_path: Path, kind: str) -> None:
    """Nothing of another site's is put back, unless somebody says that it is meant."""
    with service(tmp_path, "north") as north:
        north.visitor().view("/about/", given=True)
        add(north, rita="admin")
    url = read_site(ROOT).settings.url
    status, told = run(tmp_path, "north", "backup", str(tmp_path / "kept"))
    assert status == 0, told
    (path,) = (tmp_path / "kept").iterdir()
    change(tmp_path, "south", url, "https://south.example")
    status, told = run(tmp_path, "south", "restore", str(path))
    assert status == 1
    assert f"{path} is of the site {url}, not of https://south.example\n" in told
    assert f"--of {url}" in told
    assert not [*(tmp_path / "south/var").iterdir()]
    status, told = run(tmp_path, "south", "restore", str(path), "--of", "https://east.example")
    assert status == 1
    status, told = run(tmp_path, "south", "restore", str(path), "--of", url)
    assert status == 0, told
    assert run(tmp_path, "south", "check")[0] == 0
    with service(tmp_path, "south") as south:
        assert rows(south, "SELECT username FROM staff") == [("rita",)]


def test_a_site_restores_what_it_had_under_the_address_of_before(tmp_path: Path, kind: str) -> None:
    with service(tmp_path, "north") as north:
        add(north, rita="admin")
    url = read_site(ROOT).settings.url
    assert run(tmp_path, "north", "backup", str(tmp_path / "kept"))[0] == 0
    (path,) = (tmp_path / "kept").iterdir()
    change(tmp_path, "south", url, "https://new.example")
    change(tmp_path, "south", "[databases]\n", f'[databases]\nformerly = "{url}"\n')
    status, told = run(tmp_path, "south", "restore", str(path))
    assert status == 0, told


def test_the_loss_of_one_is_no_other_sites(tmp_path: Path, kind: str) -> None:
    """What one begins anew after it was lost leaves the other as it is."""
    for name in ("north", "south"):
        with service(tmp_path, name) as site:
            site.visitor().view("/about/", given=True)
    counters = Addresses.of(tmp_path, site="north").counters
    assert isinstance(counters, URL)
    if kind == "clickhouse":
        clickhouse.server().ask(f"DROP DATABASE {counters.database}_north")
    else:
        dsn = f"{postgresql.server().dsn} dbname={counters.database}"
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("DROP SCHEMA north_counters CASCADE")
    assert run(tmp_path, "south", "check")[0] == 0
    status, told = run(tmp_path, "south", "accept-loss", "counters")
    assert (status, '"counters" is not missing' in told) == (1, True)
    assert run(tmp_path, "north", "accept-loss", "counters")[0] == 0
    with service(tmp_path, "north") as north, service(tmp_path, "south") as south:
        assert north.total("page") == {}
        assert south.total("page") == {"/about/": {"views": 1}}


def test_two_names_that_make_one_in_clickhouse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`counters` and `north_x` are what `counters_north` and `x` are: the second is told so."""
    given = on_clickhouse(tmp_path)
    monkeypatch.setenv("PLAINSITE_COUNTERS", given)
    with service(tmp_path, "north_x") as first:
        first.visitor().view("/about/", given=True)
    url = read_site(ROOT).settings.url
    change(tmp_path, "x", url, "https://x.example")
    database = Addresses.of(tmp_path).counters
    assert isinstance(database, URL)
    monkeypatch.setenv(
        "PLAINSITE_COUNTERS", said(database.set(database=f"{database.database}_north"))
    )
    status, told = run(tmp_path, "x", "check")
    assert status == 1
    assert f"{database.database}_north_x at " in told
    assert f"it belongs to the site {url}, not to https://x.example\n" in told
