"""The history as rows of Umami's tables, in PostgreSQL.

Columns, types and indexes are those that Umami 3.1 publishes (MIT, umami-software/umami,
prisma/schema.prisma); the statements here are our own. Each visit is a session of its own, as
nobody comes twice. The indexes are made after the rows, and so are as small as they can be. Only
`session` and `website_event` have rows; its own writing of them is measured nowhere here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import psycopg

from bench.histories.asking import FILTER, PER_DAY, Answer, Question, of_day
from bench.histories.processes import seconds_of
from bench.histories.visits import HOST, SECONDS_A_VIEW, Days, Visit, page, source
from tests.fixtures.postgresql import Server

__all__ = ["Umami"]

SITE = "6f1d2f5e-6a54-4f0e-9d3c-2f7b8d0c1a11"
PLAIN = "Direct"

UTM = ("source", "medium", "campaign", "content", "term")
CLICKS = ("gclid", "fbclid", "msclkid", "ttclid", "li_fat_id", "twclid")

SESSION = """CREATE TABLE session (
 session_id uuid PRIMARY KEY, website_id uuid NOT NULL, browser varchar(20), os varchar(20),
 device varchar(20), screen varchar(11), language varchar(35), country char(2), region varchar(20),
 city varchar(50), distinct_id varchar(50), created_at timestamptz(6) DEFAULT now())"""

EVENT = f"""CREATE TABLE website_event (
 event_id uuid PRIMARY KEY, website_id uuid NOT NULL, session_id uuid NOT NULL,
 visit_id uuid NOT NULL, created_at timestamptz(6) DEFAULT now(), url_path varchar(500) NOT NULL,
 url_query varchar(500),
 {", ".join(f"utm_{each} varchar(255)" for each in UTM)},
 referrer_path varchar(500), referrer_query varchar(500), referrer_domain varchar(500),
 page_title varchar(500),
 {", ".join(f"{each} varchar(255)" for each in CLICKS)},
 event_type integer NOT NULL DEFAULT 1, event_name varchar(50), tag varchar(50),
 hostname varchar(100), lcp decimal(10, 1), inp decimal(10, 1), cls decimal(10, 4),
 fcp decimal(10, 1), ttfb decimal(10, 1))"""

OF_SITE = "website_id, created_at"
INDEXES = {
    "session": (
        "created_at",
        "website_id",
        OF_SITE,
        *(
            f"{OF_SITE}, {each}"
            for each in (
                "browser", "os", "device", "screen", "language", "country", "region", "city",
            )
        ),
    ),
    "website_event": (
        "created_at",
        "session_id",
        "visit_id",
        "website_id",
        OF_SITE,
        *(
            f"{OF_SITE}, {each}"
            for each in (
                "url_path", "url_query", "referrer_domain", "page_title", "event_name", "tag",
                "hostname",
            )
        ),
        "website_id, session_id, created_at",
        "website_id, visit_id, created_at",
    ),
}  # fmt: skip

MADE = """CREATE TEMP TABLE made (which int, visit int, number int, second int, path text,
 source text, campaign text, browser text, os text, device text, screen text, language text,
 country text)"""
AT = "d.day::timestamptz + make_interval(secs => m.second)"
ID = "md5('{0}' || d.day || '-' || m.visit)::uuid"
OF_DAYS = "FROM days AS d JOIN made AS m USING (which) WHERE date_trunc('month', d.day) = %s"


class Umami:
    """A database of the server for it."""

    name = "Umami, PostgreSQL"

    def __init__(self, server: Server, days: Days) -> None:
        self._server = server
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA umami")
        dsn = f"{server.dsn} options='-csearch_path=umami -ctimezone=UTC'"
        self._connection = psycopg.connect(dsn, autocommit=True, prepare_threshold=None)
        self._fill(days)

    def _fill(self, days: Days) -> None:
        run, began = self._connection.execute, time.perf_counter()
        run("SET synchronous_commit = off")
        for statement in (SESSION, EVENT, MADE, "CREATE TEMP TABLE days (day date, which int)"):
            run(statement.encode())
        cursor = self._connection.cursor()
        with cursor.copy("COPY days FROM STDIN") as copy:
            for row in days.dates():
                copy.write_row(row)
        with cursor.copy("COPY made FROM STDIN") as copy:
            for which, visits in enumerate(days.different):
                for row in _rows(visits):
                    copy.write_row((which, *row))
        run("ANALYZE days")
        run("ANALYZE made")
        months = run("SELECT DISTINCT date_trunc('month', day) FROM days ORDER BY 1").fetchall()
        for month in months:
            run(_SESSIONS.encode(), month)
            run(_EVENTS.encode(), month)
        run("SET maintenance_work_mem = '1GB'")
        for table, indexes in INDEXES.items():
            for columns in indexes:
                run(f"CREATE INDEX ON {table} ({columns})".encode())
            run(f"VACUUM ANALYZE {table}".encode())
        run("CHECKPOINT")
        print(f"  {self.name}: filled in {time.perf_counter() - began:.1f} s", flush=True)

    def ask(self, question: Question) -> Answer:
        """What it answers."""
        given = {"first": question.first, "after": question.after, "limit": question.limit}
        rows = self._connection.execute(_asked(question).encode(), given).fetchall()
        return [(of_day(row[0]), *row[1:]) if question.kind == PER_DAY else row for row in rows]

    def bytes(self) -> int:
        """What its tables and their indexes have on the disk."""
        return self._server.bytes_of("umami")

    def processor(self) -> float:
        """Seconds of processor of all processes."""
        return seconds_of(self._server.process.pid)

    def close(self) -> None:
        """End the connection, and delete all of it."""
        self._connection.execute("DROP SCHEMA umami CASCADE")
        self._connection.close()


def _rows(visits: Iterable[Visit]) -> Iterator[tuple[object, ...]]:
    for number, visit in enumerate(visits):
        of_visit = (
            visit.browser, visit.system, visit.device, visit.screen, visit.language, visit.country,
        )  # fmt: skip
        for at, view in enumerate(visit.views):
            second, came = visit.second + SECONDS_A_VIEW * at, source(visit.source) or None
            referrer = HOST if at else came
            campaign = visit.campaign or None if not at else None
            yield number, at, second, page(view.page), referrer, campaign, *of_visit


_SESSIONS = f"""INSERT INTO session (session_id, website_id, browser, os, device, screen, language,
 country, created_at)
 SELECT {ID.format("s")}, '{SITE}', m.browser, m.os, m.device, m.screen, m.language, m.country, {AT}
 {OF_DAYS} AND m.number = 0 ORDER BY d.day, m.second"""

_EVENTS = f"""INSERT INTO website_event (event_id, website_id, session_id, visit_id, created_at,
 url_path, url_query, utm_campaign, referrer_path, referrer_domain, page_title, event_type,
 hostname)
 SELECT gen_random_uuid(), '{SITE}', {ID.format("s")}, {ID.format("v")}, {AT}, m.path, '',
 m.campaign, CASE WHEN m.source IS NOT NULL THEN '/' END, m.source, 'Page ' || m.path, 1, '{HOST}'
 {OF_DAYS} ORDER BY d.day, m.second"""

PERIOD = f"e.website_id = '{SITE}' AND e.created_at >= %(first)s AND e.created_at < %(after)s"
CAME = f"""AND e.visit_id IN (SELECT visit_id FROM website_event AS e WHERE {PERIOD}
 AND e.referrer_domain = '{{0}}')"""


def _asked(question: Question) -> str:
    where = f"{PERIOD} {CAME.format(source(FILTER)) if question.filtered else ''}"
    ordered = "ORDER BY 2 DESC, 1 LIMIT %(limit)s"
    return {
        PER_DAY: "SELECT (e.created_at AT TIME ZONE 'UTC')::date, count(DISTINCT e.visit_id),"
        f" count(*) FROM website_event AS e WHERE {where} GROUP BY 1 ORDER BY 1",
        "page": f"SELECT e.url_path, count(*) FROM website_event AS e WHERE {where} GROUP BY 1"
        f" {ordered}",
        "entry": "SELECT url_path, count(*) FROM (SELECT DISTINCT ON (e.visit_id) e.url_path"
        f" FROM website_event AS e WHERE {where} ORDER BY e.visit_id, e.created_at) AS entries"
        f" GROUP BY 1 {ordered}",
        "source": f"SELECT coalesce(e.referrer_domain, '{PLAIN}'), count(DISTINCT e.visit_id)"
        f" FROM website_event AS e WHERE {where} AND e.referrer_domain IS DISTINCT FROM e.hostname"
        f" GROUP BY 1 {ordered}",
        "device": "SELECT s.device, count(DISTINCT e.visit_id) FROM website_event AS e"
        f" JOIN session AS s USING (session_id) WHERE {where} GROUP BY 1 {ordered}",
    }[question.kind]
