"""Where the two databases are: an address for each, in the environment or by default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from policy import Fault, Faults

__all__ = ["Addresses", "address_of"]

SERVERS = {"postgresql": "PostgreSQL", "clickhouse": "ClickHouse"}
OF_COUNTERS = {"clickhouse"}
"""What keeps counters alone: it adds numbers up, and does nothing else well."""

SECURE = {"true", "false"}

VARIABLES = {"records": "PLAINSITE_RECORDS", "counters": "PLAINSITE_COUNTERS"}


@dataclass(frozen=True)
class Addresses:
    """The files of the databases, or the address of the server that has one."""

    records: Path | URL
    counters: Path | URL

    @classmethod
    def of(cls, var: Path, environment: Mapping[str, str] = os.environ) -> Addresses:
        """Those that the environment names, like `sqlite:////srv/records.sqlite3`,
        `postgresql://user@host/database` or `clickhouse://user@host/database`; else in `var`.

        Raises Faults for an address that is none, or of a kind that is not known.
        """
        found, faults = {}, []
        for name, variable in VARIABLES.items():
            given = environment.get(variable, "")
            fault = _wrong(name, given) if given else ""
            if fault:
                like = _like(name, given) or f"sqlite:///{var.resolve()}/{name}.sqlite3"
                hint = f"write it like {like}, or leave it out"
                faults.append(Fault(variable, None, fault, hint))
                continue
            found[name] = _place(given) if given else var / f"{name}.sqlite3"
        places = {each.resolve() if isinstance(each, Path) else each for each in found.values()}
        if not faults and len(places) < len(VARIABLES):
            message = "both databases would be one, where one could be joined to the other"
            faults.append(Fault(VARIABLES["records"], None, message, "name two"))
        if faults:
            raise Faults(faults)
        return cls(found["records"], found["counters"])


def _wrong(name: str, address: str) -> str:
    """What is wrong with an address; empty where nothing is. It may hold a password: not quoted."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return "this is not the address of a database"
    if url.drivername in SERVERS:
        return _wrong_on_server(name, url)
    if url.drivername != "sqlite":
        return f'no store is known for "{url.drivername}"'
    if url.host or url.query or not url.database or url.database == ":memory:":
        return "a SQLite address names a file, and nothing else"
    return ""


def _wrong_on_server(name: str, url: URL) -> str:
    if url.drivername in OF_COUNTERS and name != "counters":
        return f"{SERVERS[url.drivername]} keeps counters alone"
    if "@" in (url.host or ""):
        return "an @ in a user or a password is written as %40"
    kind = SERVERS[url.drivername]
    if not url.database:
        return f"a {kind} address names a database"
    secure = url.query.get("secure", "false")
    if url.drivername == "clickhouse" and ({*url.query} - {"secure"} or secure not in SECURE):
        return "a ClickHouse address has no option but secure=true"
    return ""


def _like(name: str, address: str) -> str:
    """How an address on the same kind of server is written; empty where it may be on none."""
    kind = address.partition(":")[0]
    is_none = kind not in SERVERS or (kind in OF_COUNTERS and name != "counters")
    return "" if is_none else f"{kind}://user:password@host/database"


def address_of(name: str, given: str, variable: str) -> Path | URL:
    """What somebody gave in `variable` as the address of a database. Raises Faults."""
    if fault := _wrong(name, given):
        hint = f"write it like {_like(name, given) or f'sqlite:////srv/{name}.sqlite3'}"
        raise Faults([Fault(variable, None, fault, hint)])
    return _place(given)


def _place(address: str) -> Path | URL:
    url = make_url(address)
    return url if url.drivername in SERVERS else Path(url.database or "")
