"""Plainsite as `deploy/` runs it; and the same gunicorn with an application that counts nothing."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import generator
from analytics.visits.model import LISTED, Dimension
from analytics.visits.store.sqlite import Counters
from bench.ingesting.server import CORE, VISITORS, Server, raw
from policy import read_site, versions
from policy.manifest import read_build
from tests.fixtures.patience import PATIENCE

__all__ = ["Nothing", "Plainsite"]

ROOT = Path(__file__).resolve().parents[2]
CAME_FROM = ("", "www.google.com", "bing.com", "chatgpt.com", "www.facebook.com", "example.org")
UTM = ({}, {}, {}, {"source": "newsletter", "medium": "email"})
WIDTHS = (390, 820, 1_280, 1_920)
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
)
SEGMENTS = """
[[segment]]
name = "phones-from-search"
label = "Phones, from a search engine"
when = { channel = ["search"], device = ["Phone"] }
"""


class Plainsite(Server):
    """The first site, with a segment and countries besides, so that each dimension of a view is
    counted."""

    name = "Plainsite"

    @property
    def site(self) -> Path:
        return self.folder / "site"

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def main(self) -> int:
        """The gunicorn that runs now; each reload starts another."""
        return int((self.folder / "pid").read_text())

    def build(self) -> None:
        """A copy of the site, built."""
        for part in ("content", "templates", "site"):
            shutil.copytree(ROOT / part, self.site / part)
        (self.site / "site/segments.toml").write_text(SEGMENTS)
        declared = self.site / "site/policy.toml"
        with_countries = declared.read_text().replace('"search"]', '"search", "countries"]', 1)
        declared.write_text(with_countries)
        versions.release(self.site, datetime.now(tz=UTC).date())  # It asks again.
        generator.build(self.site, self.site / "public")

    def start(self) -> None:
        self.launch("analytics.wsgi:make_app()")
        while not self._is_up():
            time.sleep(0.05)

    def launch(self, application: str) -> None:
        """Start gunicorn with the settings of `deploy/`."""
        environment = {
            "PLAINSITE_ROOT": str(self.site),
            "PLAINSITE_VAR": str(self.var),
            "PLAINSITE_PROXIES": "1",
            "PLAINSITE_BUILDS": "no",
        }
        options = ["--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
        options += ["--pid", str(self.folder / "pid")]
        command = [Path(sys.executable).with_name("gunicorn"), *options, application]
        self.run(command, ROOT, environment)
        self.processes = [self.main]

    def _is_up(self) -> bool:
        return (self.var / "counters.sqlite3").exists()

    def reload(self) -> None:
        """As `systemctl reload` does it. The new one is on the core of the one before."""
        command = [sys.executable, "deploy/reload.py", str(self.main)]
        subprocess.run(["taskset", "-c", str(CORE), *command], cwd=ROOT, check=True)
        self._await_file(there=True)  # The new one writes it once it sees that the old one is gone.
        self.processes = [self.main]

    def stop(self) -> None:
        if not (self.folder / "pid").exists():
            return
        os.kill(self.main, signal.SIGTERM)
        self._await_file(there=False)

    def _await_file(self, *, there: bool) -> None:
        deadline = time.monotonic() + PATIENCE
        while (self.folder / "pid").exists() is not there:
            assert time.monotonic() < deadline, f"{self.name} does not start or end"
            time.sleep(0.05)

    def counted(self) -> int:
        path = self.var / "counters.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return int(database.execute("SELECT coalesce(sum(views), 0) FROM totals").fetchone()[0])

    def everything(self) -> tuple[int, int]:
        """Of the stopped service: how many dimensions, and how many pairs of them, have the views.

        Fails where a dimension that adds up to the whole site does not."""
        path, register = self.var / "counters.sqlite3", read_site(self.site).register
        with closing(Counters(path, register, zone=UTC)) as store:
            (whole,) = store.totals("all", 0, 10**7, 1)
            for dimension, listed in LISTED.items():
                if dimension is not Dimension.ALL and listed.adds_up and "views" in listed.measures:
                    views = sum(each.views for each in store.totals(dimension, 0, 10**7, 10**6))
                    assert views == whole.views, (dimension, views, whole.views)
        with closing(sqlite3.connect(path)) as database:
            pairs = {pair for (pair,) in database.execute("SELECT DISTINCT pair FROM running")}
        return sum(pair % 100 == 0 for pair in pairs), sum(pair % 100 != 0 for pair in pairs)

    def prepared(self, chance: random.Random) -> Iterator[bytes]:
        version = read_site(self.site).register.version
        pages = [at for at, page in read_build(self.site / "public").pages.items() if page.counted]
        numbers = count()

        def view(page: str, came: str, cookie: str = "") -> bytes:
            body = {"page": page, "from": came, "utm": {} if cookie else chance.choice(UTM)}
            body |= {"version": version, "given": not cookie, "width": chance.choice(WIDTHS)}
            more = {"User-Agent": chance.choice(AGENTS)} | ({"Cookie": cookie} if cookie else {})
            return raw("/visit/view", body, next(numbers), more)

        def cookie_of(hit: bytes) -> str:
            return (self.ask(hit)[0].headers["Set-Cookie"] or "").partition(";")[0]

        begun = []
        for _ in range(VISITORS):
            entry, second, third = chance.sample(pages, 3)
            once = cookie_of(view(entry, chance.choice(CAME_FROM)))
            twice = cookie_of(view(second, entry, once))
            begun.append(((second, entry, once), (third, second, twice)))
        while True:
            for visitor in begun:
                yield view(chance.choice(pages), chance.choice(CAME_FROM))
                yield from (view(*hit) for hit in visitor)


class Nothing(Plainsite):
    """What the server takes by itself: the same gunicorn takes the same hits, and keeps nothing."""

    name = "gunicorn alone"

    def __init__(self, folder: Path, like: Plainsite) -> None:
        super().__init__(folder)
        self._like = like

    def start(self) -> None:
        self.launch("bench.ingesting.nothing:nothing")
        self.ask(self._like.hits[0])

    def counted(self) -> int:
        return -1

    def prepared(self, chance: random.Random) -> Iterator[bytes]:
        return iter(self._like.hits)
