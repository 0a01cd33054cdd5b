"""Old addresses lead on, however they are written, from the service and from other hosts; a page
that goes without one is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

import build
import generator
from analytics.app import create_app
from policy.manifest import read_build

OLD = """[redirects]
"/plan.pdf" = "/gate.svg"
"/index.php?id=7" = "/about/"
"/caf%C3%A9/" = "/ask/"

"""


@pytest.fixture
def root(root: Path) -> Path:
    (root / "site/redirects.toml").write_text(OLD, encoding="utf-8")
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
    headers = (folder / "_headers").read_text()
    assert "/*\n  Content-Security-Policy: default-src 'none'" in headers
    assert 'url=/ask/"' in (folder / "café/index.html").read_text()


def test_a_page_that_goes_is_told_with_the_line_to_add(root: Path) -> None:
    page = "---\ntitle: Old\ndescription: A page that is about to go, in a sentence.\n---\nW.\n"
    (root / "content/old.md").write_text(page)
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    (root / "content/old.md").rename(root / "content/older.md")
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
