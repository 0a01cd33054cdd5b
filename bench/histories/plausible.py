"""The history as rows of Plausible's tables, in ClickHouse 18.16.

Columns, keys and partitions are those of `events_v2` and `sessions_v2` as Plausible publishes them
(AGPL, plausible/analytics, priv/ingest_repo); the statements here are our own. What 18.16 lacks is
left out: codecs (ZSTD and Delta; all columns have LZ4), indexes that skip, and the columns that
dictionaries give. So the bytes are more than those of the server that Plausible asks for. Each view
has a row, and one of how long it was used. Each session is one row, as once all is merged.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from clickhouse_driver import Client

from bench.histories.asking import FILTER, PER_DAY, Answer, Question, of_day
from bench.histories.processes import seconds_of
from bench.histories.visits import HOST, SECONDS_A_VIEW, Days, Visit, page, source
from tests.fixtures.clickhouse import Server

__all__ = ["Plausible"]

SITE, PLAIN, NAME = 1, "Direct", "plausible"

LOW, TEXT = "LowCardinality(String)", "String"
PLACE = {
    "country_code": "FixedString(2)",
    "subdivision1_code": LOW,
    "subdivision2_code": LOW,
    "city_geoname_id": "UInt32",
}
AGENT = dict.fromkeys(
    ("screen_size", "operating_system", "operating_system_version", "browser", "browser_version"),
    LOW,
)
CAME = dict.fromkeys(
    ("referrer", "referrer_source", "utm_medium", "utm_source", "utm_campaign", "utm_content",
     "utm_term"),
    TEXT,
)  # fmt: skip
COUNTED = {"channel": LOW, "click_id_param": LOW, "acquisition_channel": LOW, "batch": "UInt64"}
MONEY = {
    f"revenue_{each}": kind
    for of in ("reporting", "source")
    for each, kind in (
        (f"{of}_amount", "Nullable(Decimal(18, 3))"),
        (f"{of}_currency", "FixedString(3)"),
    )
}
IDS = {"site_id": "UInt64", "user_id": "UInt64", "session_id": "UInt64", "hostname": TEXT}

EVENTS = {
    "timestamp": "DateTime", "name": LOW, **IDS, "pathname": TEXT, **CAME, **PLACE, **AGENT,
    "meta.key": "Array(String)", "meta.value": "Array(String)", **MONEY, **COUNTED,
    "scroll_depth": "UInt8", "engagement_time": "UInt32",
}  # fmt: skip
SESSIONS = {
    **IDS, "sign": "Int8", "start": "DateTime", "timestamp": "DateTime", "duration": "UInt32",
    "is_bounce": "UInt8", "entry_page": TEXT, "exit_page": TEXT, "exit_page_hostname": TEXT,
    "pageviews": "Int32", "events": "Int32", **CAME,
    **PLACE, "country_code": "LowCardinality(FixedString(2))", **AGENT, "transferred_from": TEXT,
    "entry_meta.key": "Array(String)", "entry_meta.value": "Array(String)", **COUNTED,
}  # fmt: skip

MADE = {
    "which": "UInt8", "kind": "UInt8", "visit": "UInt32", "at": "UInt32", "second": "UInt32",
    "path": TEXT, "ms": "UInt32", "depth": "UInt8", "last": TEXT, "views": "UInt32",
    "came": TEXT, "campaign": TEXT, "browser": TEXT, "version": TEXT, "os": TEXT, "device": TEXT,
    "screen": TEXT, "country": TEXT,
}  # fmt: skip
KEYS = {
    "events_v2": (
        EVENTS,
        "MergeTree() PARTITION BY toYYYYMM(timestamp)"
        " PRIMARY KEY (site_id, toDate(timestamp), name, user_id)"
        " ORDER BY (site_id, toDate(timestamp), name, user_id, timestamp)",
    ),
    "sessions_v2": (
        SESSIONS,
        "VersionedCollapsingMergeTree(sign, events) PARTITION BY toYYYYMM(start)"
        " ORDER BY (site_id, toDate(start), user_id, session_id)",
    ),
}
ALLOWED = {"allow_experimental_low_cardinality_type": 1, "max_threads": 2}


class Plausible:
    """A database of the server for it."""

    name = "Plausible, ClickHouse"

    def __init__(self, server: Server, days: Days) -> None:
        self._server = server
        server.ask(f"CREATE DATABASE {NAME}")
        self._client = Client(
            "127.0.0.1", port=server.port, user="plainsite", database=NAME, settings=ALLOWED
        )
        for table, (columns, engine) in KEYS.items():
            self._client.execute(
                f"CREATE TABLE {table} ({_columns(columns)}) ENGINE = {engine} SAMPLE BY user_id"
                " SETTINGS index_granularity = 8192"
            )
        self._fill(days)

    def _fill(self, days: Days) -> None:
        run, began = self._client.execute, time.perf_counter()
        run(f"CREATE TABLE made ({_columns(MADE)}) ENGINE = Log")
        for which, visits in enumerate(days.different):
            rows = [(which, kind, *row) for kind in (0, 1) for row in _rows(visits)]
            run("INSERT INTO made VALUES", rows)
        run("CREATE TABLE days (day Date, which UInt8) ENGINE = Log")
        run("INSERT INTO days VALUES", [*days.dates()])
        for (month,) in run("SELECT DISTINCT toYYYYMM(day) AS month FROM days ORDER BY month"):
            for statement in (_EVENTS, _SESSIONS):
                run(statement.format(month=month))
        for table in KEYS:
            run(f"OPTIMIZE TABLE {table} FINAL")
            parts = (
                f"SELECT DISTINCT partition FROM system.parts WHERE table = '{table}' AND active"
            )
            for (part,) in run(f"{parts} AND database = '{NAME}'"):
                run(f"OPTIMIZE TABLE {table} PARTITION {part} FINAL")
        run("DROP TABLE made")
        run("DROP TABLE days")
        print(f"  {self.name}: filled in {time.perf_counter() - began:.1f} s", flush=True)

    def ask(self, question: Question) -> Answer:
        """What it answers."""
        rows = self._client.execute(_asked(question))
        return [(of_day(row[0]), *row[1:]) if question.kind == PER_DAY else row for row in rows]

    def bytes(self) -> int:
        """What its tables have on the disk, all merged."""
        return self._server.bytes_of(NAME)

    def processor(self) -> float:
        """Seconds of processor of the server."""
        return seconds_of(self._server.process.pid)

    def close(self) -> None:
        """Delete all of it, and end the connection."""
        self._client.execute(f"DROP DATABASE {NAME}")
        self._client.disconnect()


def _columns(columns: dict[str, str]) -> str:
    return ", ".join(f"`{name}` {kind}" for name, kind in columns.items())


def _rows(visits: Iterable[Visit]) -> Iterator[tuple[object, ...]]:
    for number, visit in enumerate(visits):
        for at, view in enumerate(visit.views):
            yield (
                number, at, visit.second + SECONDS_A_VIEW * at, page(view.page), view.ms,
                int(100 * view.deep), page(visit.views[-1].page), len(visit.views),
                source(visit.source), visit.campaign, visit.browser, str(visit.version),
                visit.system, visit.device, visit.screen, visit.country,
            )  # fmt: skip


USER = "cityHash64(day, visit)"
BOTH = {
    "site_id": str(SITE), "hostname": f"'{HOST}'", "user_id": USER,
    "session_id": "cityHash64(day, visit, 1)", "referrer_source": "came",
    "referrer": "if(came = '', '', concat('https://', came, '/'))", "utm_campaign": "campaign",
    "country_code": "toFixedString(country, 2)", "screen_size": "device", "operating_system": "os",
    "operating_system_version": "toString(visit % 4)", "browser": "browser",
    "browser_version": "version", "acquisition_channel": "if(came = '', 'Direct', 'Referral')",
}  # fmt: skip
MOMENT = "toDateTime(day) + second"


def _insert(table: str, values: dict[str, str], where: str) -> str:
    names = ", ".join(f"`{name}`" for name in values)
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values.values())} FROM made"
        " ALL INNER JOIN (SELECT day, which FROM days WHERE toYYYYMM(day) = {month}) USING which"
        f" {where}"
    )


_EVENTS = _insert(
    "events_v2",
    {
        **BOTH,
        "name": "if(kind = 0, 'pageview', 'engagement')",
        "timestamp": f"{MOMENT} + if(kind = 0, 0, intDiv(ms, 1000))",
        "pathname": "path",
        "scroll_depth": "if(kind = 0, 0, depth)",
        "engagement_time": "if(kind = 0, 0, ms)",
    },
    "WHERE kind < 2",
)
_SESSIONS = _insert(
    "sessions_v2",
    {
        **BOTH,
        "sign": "1",
        "start": MOMENT,
        "timestamp": f"{MOMENT} + {SECONDS_A_VIEW} * (views - 1)",
        "duration": f"{SECONDS_A_VIEW} * (views - 1)",
        "is_bounce": "views = 1",
        "entry_page": "path",
        "exit_page": "last",
        "exit_page_hostname": f"'{HOST}'",
        "pageviews": "views",
        "events": "views",
    },
    "WHERE at = 0 AND kind = 0",
)


def _asked(question: Question) -> str:
    first, after = question.first, question.after
    came = f"AND referrer_source = '{source(FILTER)}'" if question.filtered else ""
    by = {
        "page": "pathname",
        "entry": "entry_page",
        "source": "referrer_source",
        "device": "screen_size",
    }.get(question.kind, "")
    events, sessions = (
        f"site_id = {SITE} AND {at} >= toDateTime('{first} 00:00:00')"
        f" AND {at} < toDateTime('{after} 00:00:00') {came}"
        for at in ("timestamp", "start")
    )
    pageviews = f"FROM events_v2 WHERE {events} AND name = 'pageview'"
    if question.kind == PER_DAY:
        return (
            "SELECT day, visits, views FROM (SELECT toDate(start) AS day, sum(sign) AS visits"
            f" FROM sessions_v2 WHERE {sessions} GROUP BY day) ANY INNER JOIN"
            f" (SELECT toDate(timestamp) AS day, count() AS views {pageviews} GROUP BY day)"
            " USING day ORDER BY day"
        )
    counted = f"count() AS n {pageviews}"
    if question.kind != "page":
        counted = f"sum(sign) AS n FROM sessions_v2 WHERE {sessions}"
    shown = f"if({by} = '', '{PLAIN}', {by})" if question.kind == "source" else by
    return (
        f"SELECT toString({shown}) AS what, {counted} GROUP BY what ORDER BY n DESC, what"
        f" LIMIT {question.limit}"
    )
