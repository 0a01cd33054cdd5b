"""Which store keeps the counters: the one that the address of their database asks for."""

from __future__ import annotations

from analytics.storage.addresses import Addresses
from analytics.storage.known_tables import KnownTables
from analytics.visits.store.base import CounterStore
from analytics.visits.store.sqlite import Counters
from analytics.web.log import ServiceLog
from policy import Register

__all__ = ["open_counters"]


def open_counters(
    addresses: Addresses, register: Register, log: ServiceLog, known: KnownTables
) -> CounterStore:
    """The store of the counters. One that cannot be used is taken up once it was mended."""
    return Counters(addresses.counters, register, log, known)
