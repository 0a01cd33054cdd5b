"""Old addresses lead on, however they are written, from the service and from other hosts; a page
that goes without one is told."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

import build
import generator
from analytics.app import create_app
from policy import Faults
from policy.manifest import read_build
from tests.fixtures.deployed_site import free_port, listens, program, wait_for
from tests.fixtures.patience import PATIENCE

OLD = """[redirects]
"/plan.pdf" = "/gate.svg"
"/index.php?id=7" = "/about/"
"/caf%C3%A9/" = "/ask/"
"/files/My%20plan%20(1).pdf" = "/about/"
"/R&D: 50%25/" = "/ask/"
"/reach/" = "/about/#reach"

"""


@pytest.fixture
def root(root: Path) -> Path:
    (root / "site/redirects.toml").write_text(OLD, encoding="utf-8")
    with (root / "content/about.md").open("a", encoding="utf-8") as file:
        file.write("\n\n## Where we are {#reach}\n\nHere.\n")
    return root


@pytest.fixture
def client(root: Path) -> Iterator[FlaskClient]:
    generator.build(root, root / "public")
    app = create_app(root, root / "public", root / "var")
    yield app.test_client()
    app.extensions["plainsite"].close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/plan.pdf", "/gate.svg"),
        ("/index.php?id=7", "/about/"),
        ("/index.php?id=8", None),
        ("/index.php", None),
        ("/caf%C3%A9/", "/ask/"),
        ("/caf%c3%a9", "/ask/"),
        ("/café/?x=1", "/ask/?x=1"),
        ("/us/", "/about/"),
        ("/us", "/about/"),
        ("/files/My%20plan%20(1).pdf", "/about/"),
        ("/R&D:%2050%25", "/ask/"),
        ("/reach", "/about/#reach"),
        ("/reach/?from=a%20b", "/about/?from=a%20b#reach"),
    ],
)
def test_the_service_leads_on(client: FlaskClient, old: str, new: str | None) -> None:
    with client.get(old, base_url="https://base.example") as answer:
        assert (answer.status_code, answer.headers.get("Location")) == (308 if new else 404, new)


def test_hosts_that_only_send_files_are_told(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "released"
    words = ["--root", str(root), "build", "--release", str(folder)]
    told = CliRunner().invoke(build.main, words)
    assert told.exit_code == 0, told.output
    lines = (folder / "_redirects").read_text().splitlines()
    assert "/caf%C3%A9/ /ask/ 308" in lines
    assert "/caf%C3%A9 /ask/ 308" in lines
    assert "/plan.pdf /gate.svg 308" in lines
    assert not [line for line in lines if "?" in line]
    nginx = (folder / "_nginx.conf").read_text()
    assert '"/index.php?id=7" "/about/";' in nginx
    assert '"/café" "/ask/";' in nginx
    assert "/files/My%20plan%20%281%29.pdf /about/ 308" in lines
    assert "/R%26D%3A%2050%25/ /ask/ 308" in lines
    assert "/reach /about/#reach 308" in lines
    assert '"/files/My plan (1).pdf" "/about/";' in nginx
    assert '"/reach" "/about/#reach";' in nginx
    assert 'url=/about/#reach"' in (folder / "reach/index.html").read_text()
    headers = (folder / "_headers").read_text()
    assert "/*\n  Content-Security-Policy: default-src 'none'" in headers
    assert 'url=/ask/"' in (folder / "café/index.html").read_text()


@pytest.mark.parametrize(
    ("moves", "title", "named"),
    [
        ("fruit", "Apples", "content/news/fruit.md"),
        ("apple", "One apple", "content/news/apple.md"),
        ("other", "Another", "site/redirects.toml"),
        ("", "", "site/redirects.toml"),
    ],
)
def test_only_a_page_that_was_not_there_before_is_where_another_moved(
    root: Path, moves: str, title: str, named: str
) -> None:
    """A neighbour with nearly the same address was told to take it, and the id in feeds with it."""
    article = "---\ntitle: {}\ndate: 2026-03-01\ndescription: Of a fruit, in a sentence.\n---\nW.\n"
    news = root / "content/news"
    for name in ("apples", "apples-again"):
        (news / f"{name}.md").write_text(article.format(name.capitalize()))
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    (news / "apples.md").unlink()
    if moves:
        (news / f"{moves}.md").write_text(article.format(title))
    (warning,) = (each for each in builder.build().warnings if "leads nowhere" in each.message)
    assert warning.path == named
    assert "apples-again" not in warning.hint


def test_a_page_that_goes_is_told_with_the_line_to_add(root: Path) -> None:
    page = "---\ntitle: Old\ndescription: A page that is about to go, in a sentence.\n---\nW.\n"
    (root / "content/old.md").write_text(page)
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    (root / "content/old.md").rename(root / "content/older.md")
    checked = CliRunner().invoke(build.main, ["--root", str(root), "check"])
    assert "/old/ was published (“Old”), and leads nowhere now" in checked.stderr
    (warning,) = (each for each in builder.build().warnings if "leads nowhere" in each.message)
    assert warning.path == "site/redirects.toml"
    assert "/old/ was published (“Old”), and leads nowhere now" in warning.message
    line = warning.hint.partition(": ")[2]
    assert line == '"/old/" = "/older/"'
    (root / "content/old.md").write_text(page)
    builder.build()
    (root / "content/old.md").unlink()
    with (root / "site/redirects.toml").open("a") as file:
        file.write(f"{line}\n")
    assert not [each for each in builder.build().warnings if "leads nowhere" in each.message]
    assert read_build(root / "public").redirects["/old/"] == "/older/"


@pytest.mark.parametrize(
    ("name", "line", "hint", "place"),
    [
        ("fair/plan", "draft: true", "take out the line draft to", "content/fair/plan.md:3"),
        (
            "fair/plan",
            "publish: 2090-01-01",
            "write a day that has come in the line publish to",
            "content/fair/plan.md:3",
        ),
        (
            "fair/index",
            "draft: true",
            "publish its section, content/fair/index.md, to",
            "content/fair/plan.md",
        ),
    ],
)
def test_a_page_that_is_taken_back_is_told_as_one_that_goes(
    root: Path, name: str, line: str, hint: str, place: str
) -> None:
    """Its file is there: nothing was said of it."""
    page = "---\ntitle: {}\ndescription: A page that is about to go, in a sentence.\n---\nW.\n"
    (root / "content/fair").mkdir()
    for each in ("index", "plan"):
        (root / f"content/fair/{each}.md").write_text(page.format(each))
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    file = root / f"content/{name}.md"
    file.write_text(file.read_text().replace("\ndesc", f"\n{line}\ndesc"))
    checked = CliRunner().invoke(build.main, ["--root", str(root), "check"])
    assert "/fair/plan/ was published (“plan”), and leads nowhere now" in checked.stderr
    found = [each for each in builder.build().warnings if "leads nowhere" in each.message]
    (told,) = (each for each in found if "/plan/" in each.message)
    assert told.hint.startswith(hint)
    assert told.place == place
    redirect = told.hint.rpartition(": ")[2]
    builder.build()
    with (root / "site/redirects.toml").open("a") as redirects:
        redirects.write(f"{redirect}\n")
    builder.build()
    assert read_build(root / "public").redirects["/fair/plan/"] == "/"


def test_an_article_that_was_renamed_is_no_new_one_to_feed_readers(root: Path) -> None:
    """By the line that the warning names, twice."""
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    first = _ids(root)
    for old, new in (("first", "the-first"), ("the-first", "very-first")):
        (root / f"content/news/{old}.md").rename(article := root / f"content/news/{new}.md")
        for path in (root / "content").rglob("*.md"):
            path.write_text(path.read_text().replace(f"/news/{old}/", f"/news/{new}/"))
        (warning,) = (each for each in builder.build().warnings if "leads nowhere" in each.message)
        assert warning.path == f"content/news/{new}.md"
        lines = warning.hint.splitlines()[1:]
        kept = [each for each in article.read_text().splitlines() if not each.startswith("aliases")]
        article.write_text("\n".join((kept[0], *lines, *kept[1:], "")))
        assert not [each for each in builder.build().warnings if "leads nowhere" in each.message]
        assert _ids(root) == first


def _ids(root: Path) -> list[str]:
    return re.findall("<id>(.*?)</id>", (root / "public/news/feed.xml").read_text())


def test_a_heading_that_a_redirect_names_must_be_there(root: Path) -> None:
    """Also after the page alone was changed."""
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    about = root / "content/about.md"
    about.write_text(about.read_text(encoding="utf-8").replace("{#reach}", "{#reached}"))
    with pytest.raises(Faults) as told:
        builder.build()
    (fault,) = told.value.faults
    assert (fault.path, fault.line) == ("site/redirects.toml", 7)
    assert fault.message == 'the page /about/ has no heading "#reach"'
    assert fault.hint == 'did you mean "reached"?'


def test_an_edit_of_the_list_ends_as_a_build_from_nothing(root: Path) -> None:
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    (root / "site/redirects.toml").write_text('[redirects]\n"/x/" = "/ask/"\n')
    builder.build()
    generator.build(root, root / "clean")
    found = [read_build(root / name).redirects for name in ("public", "clean")]
    assert dict(found[0]) == dict(found[1])
    assert found[0]["/x/"] == "/ask/"
    assert "/plan.pdf" not in found[0]


def test_nginx_leads_on_as_the_service_does(root: Path, tmp_path: Path) -> None:
    """To its maps, capitals make no difference, and a name that stands twice is an error."""
    if not program("nginx"):
        pytest.skip("there is no nginx here")
    lines = (
        '"/About/" = "/about/"',
        '"/Ask/" = "/about/"',
        '"/old" = "/ask/"',
        '"/old/" = "/ask/"',
        '"/OLD/" = "/"',
    )
    with (root / "site/redirects.toml").open("a") as file:
        file.write("\n".join(('"/x?q=\\"1\\"" = "/about/"', '"/a.b/c+d/" = "/ask/"', *lines)))
    folder = tmp_path / "released"
    words = ["--root", str(root), "build", "--release", str(folder)]
    told = CliRunner().invoke(build.main, words)
    assert told.exit_code == 0, told.output
    wanted = {"/About/": "/about/", "/about/": 200, "/ABOUT/": 404, "/old": "/ask/"}
    wanted |= {"/old/": "/ask/", "/OLD/": "/", "/OLD": "/", "/a.b/c+d": "/ask/", "/aXb/c+d": 404}
    wanted |= {"/Ask": "/about/", "/Ask/": "/about/", "/ask": "/ask/", "/ask/": 200}
    wanted |= {"/index.php?id=7": "/about/", "/plan.pdf": "/gate.svg", "/": 200}
    with _nginx_of(folder, tmp_path) as port:
        assert {each: _asked(port, each) for each in wanted} == wanted


def _asked(port: int, address: str) -> str | int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", address)
    answer = connection.getresponse()
    connection.close()
    location = answer.headers.get("Location")
    return urlsplit(location).path if location else answer.status


@contextmanager
def _nginx_of(folder: Path, around: Path) -> Iterator[int]:
    """nginx with the released map, and a server that sends the folder's files."""
    port = free_port()
    user = "user root; " if os.getuid() == 0 else ""
    lines = (
        f"{user}daemon off; pid {around}/nginx.pid; error_log {around}/error.log; events {{}}",
        f"http {{ access_log off; include {folder}/_nginx.conf;",
        *(f"{each}_temp_path {around}/{each};" for each in ("client_body", "proxy", "fastcgi")),
        *(f"{each}_temp_path {around}/{each};" for each in ("uwsgi", "scgi")),
        f"server {{ listen 127.0.0.1:{port}; root {folder};",
        "if ($plainsite_moved) { return 308 $plainsite_moved; } } }",
    )
    (around / "nginx.conf").write_text("\n".join(lines))
    command = [str(program("nginx")), "-e", "error.log", "-p", str(around), "-c", "nginx.conf"]
    process = subprocess.Popen(command)
    try:
        wait_for(lambda: listens(port), process)
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)
