"""Which store keeps the counters: the one that the address of their database asks for."""

from __future__ import annotations

import datetime

from sqlalchemy import URL

from analytics.storage.addresses import Addresses
from analytics.storage.known_tables import KnownTables
from analytics.visits.store.base import CounterStore
from analytics.visits.store.clickhouse import ClickHouseCounters
from analytics.visits.store.postgresql import PostgreSQLCounters
from analytics.visits.store.sqlite import Counters
from analytics.web.log import ServiceLog
from policy import Register

__all__ = ["open_counters"]


def open_counters(
    addresses: Addresses,
    register: Register,
    log: ServiceLog,
    known: KnownTables,
    zone: datetime.tzinfo,
) -> CounterStore:
    """The store of the counters, whose days are those of `zone`. One that cannot be used is taken
    up once it was mended."""
    address = addresses.counters
    if isinstance(address, URL) and address.drivername == "clickhouse":
        return ClickHouseCounters(address, register, log, known, zone)
    if isinstance(address, URL):
        return PostgreSQLCounters(address, register, log, known, zone)
    return Counters(address, register, log, known, zone)
