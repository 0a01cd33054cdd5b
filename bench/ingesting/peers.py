"""Shynet and Umami, from the folders `shynet` and `umami` of PEERS; each with a PostgreSQL database
on the core that it has itself. bench/README.md says how they come there.

Both are set up to the best for them: neither looks up where an address is, as Shynet is told that
it has no table and Umami that a proxy has done so, and a visit that goes on tells Umami its cache
of the visit, as its script does. Shynet writes each view before it answers, as it does where
nobody gives it a queue.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg

from bench.ingesting.server import CORE, HOST, VISITORS, Server, raw
from tests.fixtures.patience import PATIENCE
from tests.fixtures.postgresql import Server as Database

__all__ = ["PEERS", "Peer", "found"]

SITE = "6f1d2f5e-6a54-4f0e-9d3c-2f7b8d0c1a11"
PAGES = tuple(f"/page-{number}/" for number in range(20))
CAME_FROM = ("", "https://www.google.com/", "https://bing.com/", "https://example.org/")


class Peer(Server):
    """One that keeps its rows in PostgreSQL."""

    package: str
    needs: str
    """A file that is there once it is set up."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.root = peers() / self.package
        self.database = Database()
        for process in (self.database.process.pid, *_children(self.database.process.pid)):
            os.sched_setaffinity(process, {CORE})
        with psycopg.connect(self.database.dsn, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.package}".encode())

    @classmethod
    def is_here(cls) -> bool:
        return (peers() / cls.package / cls.needs).exists()

    @property
    def dsn(self) -> str:
        return self.database.dsn.replace("dbname=postgres", f"dbname={self.package}")

    def served(self, command: list[str | Path], where: Path, environment: dict[str, str]) -> None:
        self.process = self.run(command, where, environment)
        self.processes = [self.process.pid, self.database.process.pid]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.database.stop()

    def rows(self, table: str) -> int:
        with psycopg.connect(self.dsn) as connection:
            ((found,),) = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchall()
        return int(found)


class Shynet(Peer):
    name = "Shynet"
    package = "shynet"
    needs = ".venv/bin/gunicorn"

    # Without a table of places it would log a traceback for each visit.
    served_as = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "shynet.settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
from analytics import tasks
tasks._geoip2_lookup = lambda address: {}
"""
    with_a_site = f"""
from core.models import Service, User
owner = User.objects.create_user(username="owner", email="owner@example.org", password="-")
Service.objects.create(uuid="{SITE}", name="Site", owner=owner)
"""

    def start(self) -> None:
        programs = self.root / ".venv/bin"
        project = self.root / "shynet"
        environment = {
            "DB_NAME": self.package, "DB_USER": "plainsite", "DB_PASSWORD": "",
            "DB_HOST": str(self.database.folder), "DB_PORT": "",
            "DJANGO_SECRET_KEY": "measured", "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "PYTHONPATH": str(self.folder),
        }  # fmt: skip
        (self.folder / "measured_wsgi.py").write_text(self.served_as)
        for words in (["migrate"], ["shell", "-c", self.with_a_site]):
            subprocess.run(
                [programs / "python", "manage.py", *words],
                cwd=project, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        bind = ["--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--timeout", "100"]
        command = [programs / "gunicorn", "measured_wsgi:application", *bind]
        self.served(command, project, environment)

    def counted(self) -> int:
        return self.rows("analytics_hit")

    def prepared(self, chance: random.Random) -> Iterator[bytes]:
        numbers = count()

        def view(visitor: int, came: str) -> bytes:
            body = {
                "idempotency": f"{chance.getrandbits(64):x}", "referrer": came, "loadTime": 300,
                "location": f"https://{HOST}{chance.choice(PAGES)}",
            }  # fmt: skip
            return raw(f"/ingress/{SITE}/script.js", body, visitor, {})

        begun = [next(numbers) for _ in range(VISITORS)]
        for visitor in begun:
            self.ask(view(visitor, ""))
        while True:
            for visitor in begun:
                yield view(next(numbers), chance.choice(CAME_FROM))
                yield view(visitor, "")
                yield view(visitor, "")


class Umami(Peer):
    name = "Umami"
    package = "umami"
    needs = ".next/BUILD_ID"

    def start(self) -> None:
        with psycopg.connect(self.dsn) as connection:
            for each in sorted((self.root / "prisma/migrations").glob("*/migration.sql")):
                connection.execute(each.read_bytes())
            connection.execute(
                "INSERT INTO website (website_id, name, domain) VALUES (%s, 'Site', %s)",
                (SITE, HOST),
            )
        address = f"postgresql://plainsite@localhost/umami?host={self.database.folder}"
        environment = {
            "DATABASE_URL": address, "APP_SECRET": "measured", "NODE_ENV": "production",
            "NEXT_TELEMETRY_DISABLED": "1", "DISABLE_TELEMETRY": "1",
        }  # fmt: skip
        command: list[str | Path] = ["node", "node_modules/next/dist/bin/next", "start"]
        self.served(
            [*command, "-p", str(self.port), "-H", "127.0.0.1"], self.root.resolve(), environment
        )

    def counted(self) -> int:
        return self.rows("website_event")

    def prepared(self, chance: random.Random) -> Iterator[bytes]:
        numbers = count()

        def view(visitor: int, came: str, cache: str = "") -> bytes:
            payload = {
                "website": SITE, "hostname": HOST, "language": "en-US", "screen": "1920x1080",
                "title": "A page", "url": chance.choice(PAGES), "referrer": came,
            }  # fmt: skip
            more = {"cf-ipcountry": "US"} | ({"x-umami-cache": cache} if cache else {})
            return raw("/api/send", {"type": "event", "payload": payload}, visitor, more)

        begun = []
        for _ in range(VISITORS):
            visitor = next(numbers)
            begun.append((visitor, json.loads(self.ask(view(visitor, ""))[1])["cache"]))
        while True:
            for visitor, cache in begun:
                yield view(next(numbers), chance.choice(CAME_FROM))
                yield view(visitor, "", cache)
                yield view(visitor, "", cache)


PEERS: tuple[type[Peer], ...] = (Shynet, Umami)


def peers() -> Path:
    """Where they are looked for."""
    return Path(os.environ.get("PEERS", "peers")).absolute()


def found() -> list[type[Peer]]:
    """Those that are there; what is missing is said."""
    here = [each for each in PEERS if each.is_here()]
    if absent := [each.name for each in PEERS if each not in here]:
        print(f"Not in {peers()}: {', '.join(absent)}", file=sys.stderr)
    return here


def _children(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in children.read_text().split()]
