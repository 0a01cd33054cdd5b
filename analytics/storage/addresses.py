"""Where the two databases are: an address for each, in the environment or by default."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from policy import Fault, Faults
from policy.settings import SITE_NAME, Settings

__all__ = ["Addresses", "address_of", "servers_of"]

SERVERS = {"postgresql": "PostgreSQL", "clickhouse": "ClickHouse"}
OF_COUNTERS = {"clickhouse"}
"""What keeps counters alone: it adds numbers up, and does nothing else well."""

SECURE = {"true", "false"}
SHARD = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s\[\]:/@?&,]+)(:\d{1,5})?")
"""A further server of an address."""
MOST_PORT = 65_535
OF_SHARD = "each shard= says HOST or HOST:PORT"

VARIABLES = {"records": "PLAINSITE_RECORDS", "counters": "PLAINSITE_COUNTERS"}


@dataclass(frozen=True)
class Addresses:
    """The files of the databases, or the address of the server that has one."""

    records: Path | URL
    counters: Path | URL

    @classmethod
    def of(
        cls,
        var: Path,
        environment: Mapping[str, str] = os.environ,
        *,
        site: str = "",
        owners: tuple[str, ...] = (),
    ) -> Addresses:
        """Those that the environment names, like `sqlite:////srv/records.sqlite3`,
        `postgresql://user@host/database` or `clickhouse://user@host/database`; else in `var`. On a
        server, they are the part of that database which is the `site`'s, and no other's than the
        `owners`'.

        Raises Faults for an address that is none, or of a kind that is not known.
        """
        found = _found(var, environment, site, owners)
        # Those of a site that has a name are parts of their own, whatever database they are in.
        places = {
            each.resolve() if isinstance(each, Path) else (each, name if site else "")
            for name, each in found.items()
        }
        if len(places) < len(VARIABLES):
            message = "both databases would be one, where one could be joined to the other"
            raise Faults([Fault(VARIABLES["records"], None, message, "name two")])
        return cls(found["records"], found["counters"])

    @classmethod
    def of_site(cls, settings: Settings, var: Path) -> Addresses:
        """Those of a site. Raises Faults, as `of`."""
        return cls.of(var, site=settings.databases.site, owners=settings.owners)

    @classmethod
    def files(cls, var: Path) -> dict[str, Path]:
        """Those of the databases that no server keeps, by their name. Raises Faults, as `of`."""
        found = _found(var, os.environ, "")
        return {name: each for name, each in found.items() if isinstance(each, Path)}


def _found(
    var: Path, environment: Mapping[str, str], site: str, owners: tuple[str, ...] = ()
) -> dict[str, Path | URL]:
    found, faults = dict[str, Path | URL](), list[Fault]()
    for name, variable in VARIABLES.items():
        given = environment.get(variable, "")
        fault = _wrong(name, given, site) if given else ""
        if given and not fault and _called(given) is not None:
            fault = "what the site is called on a server stands in site/settings.toml"
        if fault:
            like = _like(name, given) or f"sqlite:///{var.resolve()}/{name}.sqlite3"
            hint = f"write it like {like}, or leave it out"
            faults.append(Fault(variable, None, fault, hint))
            continue
        found[name] = _place(given, site, owners) if given else var / f"{name}.sqlite3"
    if faults:
        raise Faults(faults)
    return found


def _wrong(name: str, address: str, site: str = "") -> str:
    """What is wrong with an address, of a site that is called so on servers; empty where nothing
    is. It may hold a password: not quoted."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return "this is not the address of a database"
    if url.drivername in SERVERS:
        return _wrong_on_server(name, url, address, site)
    if url.drivername != "sqlite":
        return f'no store is known for "{url.drivername}"'
    if url.host or url.query or not url.database or url.database == ":memory:":
        return "a SQLite address names a file, and nothing else"
    return ""


def _wrong_on_server(name: str, url: URL, address: str, site: str) -> str:
    if url.drivername in OF_COUNTERS and name != "counters":
        return f"{SERVERS[url.drivername]} keeps counters alone"
    if "@" in (url.host or "") or re.search("[@:/]", url.database or ""):
        return "in a user or a password, an @ is written as %40, a / as %2F and a : as %3A"
    kind = SERVERS[url.drivername]
    if not url.database:
        return f"a {kind} address names a database"
    if any(not 0 < port <= MOST_PORT for port in _ports(url)):
        return f"a port is a number from 1 to {MOST_PORT}"
    if re.search(r"[?&]shard=(&|$)", address):  # SQLAlchemy leaves it out.
        return OF_SHARD
    return _wrong_options(url, site if (called := _called(address)) is None else called)


def _called(address: str) -> str | None:
    """What an address says in `?site=` that the site is called, perhaps nothing; None where it does
    not say it. (SQLAlchemy leaves out what has no value.)"""
    found = re.search(r"[?&]site=([^&]*)", address)
    return found[1] if found else None


def _wrong_options(url: URL, site: object) -> str:
    """What is wrong with what stands behind the question mark."""
    options, secure = str(url.query.get("options", "")), url.query.get("secure", "false")
    if site and not SITE_NAME.fullmatch(str(site)):
        return "a site is called by small letters, digits and _, and by nothing with pg_ before it"
    others = {*url.query} - {"secure", "site", "shard"}
    if url.drivername == "clickhouse" and (others or secure not in SECURE):
        return "a ClickHouse address has no option but secure=true and shard=HOST:PORT"
    if url.drivername == "clickhouse" and (wrong := _wrong_shards(url)):
        return wrong
    if site and "search_path" in options:
        return "it names a schema, and the site has one of its own: leave out options="
    return ""


def _wrong_shards(url: URL) -> str:
    """What is wrong with the further servers of an address."""
    if not all(SHARD.fullmatch(each) for each in _shards(url)):
        return OF_SHARD
    hosts = [(each.host or "localhost", each.port or 9_000) for each in servers_of(url)]
    return "" if len({*hosts}) == len(hosts) else "it names a server twice"


def _ports(url: URL) -> list[int]:
    """All ports that an address says, as numbers."""
    shards = (each.rpartition("]")[2].rpartition(":")[2] for each in _shards(url) if ":" in each)
    said = [int(each) for each in shards if each.isdigit()]
    return said if url.port is None else [url.port, *said]


def _shards(url: URL) -> tuple[str, ...]:
    given = url.query.get("shard", ())
    return (given,) if isinstance(given, str) else given


def servers_of(url: URL) -> list[URL]:
    """The address of each server that an address names, in their order."""
    alone = url.difference_update_query(["shard"])
    found = [alone]
    for each in _shards(url):
        host, _, port = each.partition("]") if each.startswith("[") else each.partition(":")
        port = port.lstrip(":")
        found.append(alone.set(host=host.lstrip("["), port=int(port) if port else 9_000))
    return found


def _like(name: str, address: str) -> str:
    """How an address on the same kind of server is written; empty where it may be on none."""
    kind = address.partition(":")[0]
    is_none = kind not in SERVERS or (kind in OF_COUNTERS and name != "counters")
    more = "?shard=host:port" if "shard=" in address else ""
    return "" if is_none else f"{kind}://user:password@host/database{more}"


def address_of(name: str, given: str, variable: str, settings: Settings) -> Path | URL:
    """What somebody gave in `variable` as the address of a database: on a server, the part of it
    that is the site's, unless the address names another one with `?site=`, or none. Raises
    Faults."""
    site = settings.databases.site
    if fault := _wrong(name, given, site):
        hint = f"write it like {_like(name, given) or f'sqlite:////srv/{name}.sqlite3'}"
        raise Faults([Fault(variable, None, fault, hint)])
    return _place(given, site, settings.owners)


def _place(address: str, site: str, owners: tuple[str, ...]) -> Path | URL:
    url = make_url(address)
    if url.drivername not in SERVERS:
        return Path(url.database or "")
    called = _called(address)
    wanted = site if called is None else called
    told = {"site": wanted, "owner": owners}
    url = url.difference_update_query([*told])
    return url.update_query_dict({name: each for name, each in told.items() if each})
