"""A new build is taken up by the running service by itself, and whole."""

from __future__ import annotations

import datetime
import logging
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
from werkzeug.test import Client

from generator.publish import About, Keeping, Output, publisher
from policy.manifest import BUILD_FILE, Page, read_build, to_json
from tests.fixtures.form_site import NEWSLETTER, form_site, rows, send
from tests.fixtures.small_site import SmallSite, small_site, write_build

BUILDS = 25
CLIENTS = 3
PAGES = ("/", "/about/", "/solutions/")
LOOK = re.compile(r"round (\d+).*href=\"(/assets/[^\"]+)\"", flags=re.DOTALL)


def publish(public: Path, number: int) -> None:
    """A build of which every page and the style sheet are new."""
    sheet = f"assets/main.{number:08x}.css"
    html = f'<p>round {number}</p><link rel="stylesheet" href="/{sheet}">' * 20
    outputs = [
        Output(page, f"{page}index.html".lstrip("/"), f"{page} {html}".encode()) for page in PAGES
    ]
    outputs += [
        Output("/404.html", "404.html", b"Nothing here."),
        Output(f"/{sheet}", sheet, f"/* round {number} */".encode() * 40, immutable=True),
    ]
    about = About(1, {page: Page(page) for page in PAGES}, {}, {})
    with publisher(public) as site:
        site.commit([site.stage(outputs)], (), about, Keeping(7, datetime.date(2026, 3, 10)))


@pytest.fixture
def rebuilt(tmp_path: Path) -> Iterator[SmallSite]:
    public = tmp_path / "public"
    public.mkdir()
    publish(public, 0)
    with small_site(tmp_path) as site:
        yield site


def read(client: Client, address: str, encoding: str) -> tuple[int, str]:
    answer = client.get(address, headers={"Accept-Encoding": encoding}, buffered=True)
    packed = answer.headers.get("Content-Encoding") == "br"
    return answer.status_code, (brotli.decompress(answer.data) if packed else answer.data).decode()


def test_clients_never_see_a_mixture_while_builds_follow_each_other(rebuilt: SmallSite) -> None:
    """Each page comes, with a style sheet that comes too and is of the same build."""
    stop, seen, wrong = threading.Event(), Counter[int](), list[str]()

    def visit(encoding: str) -> None:
        client = rebuilt.app.test_client()
        while not stop.is_set():
            for page in PAGES:
                status, html = read(client, page, encoding)
                found = LOOK.search(html)
                if status != 200 or not found or not html.startswith(f"{page} "):
                    wrong.append(f"{status} {page} {html[:80]}")
                    continue
                status, css = read(client, found[2], encoding)
                if status != 200 or f"round {found[1]} " not in css:
                    wrong.append(f"{status} {found[2]} for round {found[1]}: {css[:40]}")
                seen[int(found[1])] += 1

    visitors = [
        threading.Thread(target=visit, args=[("br", "identity", "gzip;q=0, br")[number]])
        for number in range(CLIENTS)
    ]
    for visitor in visitors:
        visitor.start()
    try:
        for number in range(1, BUILDS + 1):
            publish(rebuilt.public, number)
    finally:
        stop.set()
        for visitor in visitors:
            visitor.join()
    assert wrong == []
    assert len(seen) > 2, "the clients saw too few builds to prove anything"
    client = rebuilt.app.test_client()
    assert f"round {BUILDS}<" in client.get("/", buffered=True).text
    assert client.get("/assets/main.00000000.css", buffered=True).status_code == 200, (
        "an open page asks for it"
    )


@pytest.mark.parametrize("written", [b"{", b'{"manifest": 99}', None])
def test_a_build_that_cannot_be_read_leaves_the_one_before(
    site: SmallSite, caplog: pytest.LogCaptureFixture, written: bytes | None
) -> None:
    """It is said once, in a declared line, and again when all is well."""
    client, manifest = site.app.test_client(), site.public / BUILD_FILE
    good = manifest.read_bytes()
    manifest.unlink()
    if written is not None:
        manifest.write_bytes(written)
    with caplog.at_level(logging.INFO, "plainsite"):
        for _ in range(3):
            assert client.get("/about/", buffered=True).status_code == 200
            assert client.get("/nowhere/", buffered=True).status_code == 404
        assert site.service.pages.trouble is not None
        manifest.write_bytes(good)
        assert client.get("/about/", buffered=True).status_code == 200
    assert site.service.pages.trouble is None
    kind = {b"{": "Damaged", None: "NotBuilt"}.get(written, "OtherForm")
    assert [record.getMessage() for record in caplog.records] == [
        f"the newest build cannot be served, so the one before it still is: {kind}",
        "the newest build is served again",
    ]


def test_nothing_is_taken_from_the_pages_of_another_register(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Their pages are shown; what they ask for is not what this process would keep."""
    with form_site(tmp_path) as site:
        build = replace(read_build(site.public), register=2)
        (site.public / BUILD_FILE).write_bytes(to_json(build))
        visitor = site.visitor()
        with caplog.at_level(logging.INFO, "plainsite"):
            assert visitor.client.get("/about/", buffered=True).status_code == 200
            assert visitor.consent(version=2).status_code == 403
            answer = send(visitor.client, NEWSLETTER | {"recognize": "yes"}, "newsletter")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "ada@example.org" in answer.text, "what was typed is kept"
        assert "Set-Cookie" not in answer.headers
        assert rows(site, "SELECT * FROM submissions") == []
        assert [record.getMessage() for record in caplog.records] == [
            "the pages are of version 2 of the register, so nothing is taken from their visitors "
            "until the service is reloaded"
        ]


def test_a_page_that_is_published_and_one_that_is_withdrawn_are_so_at_once(
    site: SmallSite,
) -> None:
    """Without a reload."""
    client = site.app.test_client()
    assert client.get("/news/", buffered=True).status_code == 404
    write_build(site.public, pages=("/", "/solutions/", "/news/"))
    assert client.get("/news/", buffered=True).status_code == 200
    assert client.get("/about/", buffered=True).status_code == 404
