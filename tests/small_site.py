"""A service with a built site of four pages, for tests that need no generator."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import brotli
from flask import Flask
from werkzeug.test import Client, TestResponse

from analytics import create_app
from analytics.service import Service

ROOT = Path(__file__).parents[1]
HOST = "http://localhost"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36"
)
MONDAY = 1_772_438_400.0
"""2 March 2026, 08:00 UTC."""

PAGES = ("/", "/solutions/", "/about/", "/caf\u00e9/")
PERSONAL = "/solutions/"
AUDIENCES = ("teacher", "school")
STAFF_ASSETS = ("main.css", "staff.css", "img/icon.svg", "img/mark.svg", "img/mark-on-dark.svg")
"""What the staff templates ask for; one file stands for all."""


@dataclass
class Clock:
    """Seconds since 1970, moved by hand."""

    now: float = MONDAY

    def __call__(self) -> float:
        return self.now

    def forward(self, *, minutes: float) -> None:
        self.now += minutes * 60


@dataclass
class Visitor:
    """A browser, as the service sees one."""

    client: Client
    headers: dict[str, str] = field(
        default_factory=lambda: {
            "Origin": HOST,
            "User-Agent": CHROME,
            "Sec-Fetch-Site": "same-origin",
        }
    )

    def post(self, address: str, body: object = None, **headers: str) -> TestResponse:
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(address, json=body, headers=sent)

    def consent(self, version: int = 1, *, given: bool = True) -> TestResponse:
        return self.post("/visit/consent", {"version": version, "given": given})

    def view(self, page: str = "/", referrer: str = "", **headers: str) -> TestResponse:
        return self.post("/visit/view", {"page": page, "from": referrer}, **headers)

    def engaged(self, page: str, ms: int, *, leaving: bool = False) -> TestResponse:
        return self.post("/visit/engaged", {"page": page, "ms": ms, "leaving": leaving})

    @property
    def cookie(self) -> str | None:
        held = self.client.get_cookie("__Secure-visit", path="/visit")
        return held.value if held else None

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie("__Secure-visit", value, path="/visit")


@dataclass
class SmallSite:
    """The service, its clock, and where it is."""

    app: Flask
    clock: Clock
    public: Path
    var: Path

    @property
    def service(self) -> Service:
        service = self.app.extensions["plainsite"]
        assert isinstance(service, Service)
        return service

    def visitor(self) -> Visitor:
        return Visitor(self.app.test_client())

    def total(self, dimension: str) -> dict[str, dict[str, int]]:
        """Every cell of a dimension, without the measures that are nought."""
        rows = self.service.counters.totals(dimension, 0, 10**9, 1_000)
        names = ("visits", "views", "continued", "engaged_ms")
        return {
            row.cell: {name: getattr(row, name) for name in names if getattr(row, name)}
            for row in rows
        }


@contextmanager
def small_site(folder: Path, **options: Any) -> Iterator[SmallSite]:
    """The service on a fresh build in `folder`; closed afterwards."""
    public, var = folder / "public", folder / "var"
    if not public.exists():
        write_build(public)
    clock = Clock()
    app = create_app(ROOT, public, var, clock=clock, **options)
    try:
        yield SmallSite(app, clock, public, var)
    finally:
        app.extensions["plainsite"].close()


def write_build(public: Path, *, words: str = "first") -> None:
    """Write what the generator would: pages, variants, an asset, a redirect, a 404 page."""
    files = {page: _write(public, page, "", words) for page in PAGES}
    for audience in AUDIENCES:
        files[f"{PERSONAL}#{audience}"] = _write(public, PERSONAL, audience, words)
    files["/404.html"] = _put(public, "404.html", "<h1>Not found</h1>", "text/html; charset=utf-8")
    asset = _put(public, "assets/main.1a2b3c4d.css", "a{}" * 100, "text/css; charset=utf-8")
    files["/assets/main.1a2b3c4d.css"] = asset | {"immutable": True}
    build = {
        "register": 1,
        "pages": {
            page: {
                "title": page.strip("/").capitalize() or "Home",
                "variants": list(AUDIENCES) if page == PERSONAL else [],
                "form": None,
                "counted": True,
            }
            for page in PAGES
        },
        "files": files,
        "assets": dict.fromkeys(STAFF_ASSETS, "/assets/main.1a2b3c4d.css"),
        "redirects": {"/old/": "/about/"},
    }
    (public / "_build.json").write_text(json.dumps(build), encoding="utf-8")


def _write(public: Path, page: str, audience: str, words: str) -> dict[str, Any]:
    folder = f"_variants/{audience}" if audience else ""
    text = f"<p>{words} {page} {audience}</p>" * 50
    path = f"{folder}{page}index.html".lstrip("/")
    return _put(public, path, text, "text/html; charset=utf-8")


def _put(public: Path, path: str, text: str, kind: str) -> dict[str, Any]:
    target = public / path
    target.parent.mkdir(parents=True, exist_ok=True)
    content = text.encode()
    target.write_bytes(content)
    encodings = {"br": (".br", brotli.compress(content)), "gzip": (".gz", gzip.compress(content))}
    for suffix, packed in encodings.values():
        target.with_name(target.name + suffix).write_bytes(packed)
    return {
        "file": path,
        "type": kind,
        "etag": f"{abs(hash(text)):016x}"[:16],
        "encodings": {name: path + suffix for name, (suffix, _) in encodings.items()},
    }
