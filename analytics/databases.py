"""Both databases, opened: the one place that knows who writes each and what looks after them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from analytics.storage.addresses import Addresses
from analytics.storage.known_tables import KnownTables
from analytics.storage.stores import Stores, make_folder, open_stores
from analytics.visits.store.base import CounterStore
from analytics.visits.store.opening import open_counters
from analytics.web.clock import Clock
from analytics.web.log import ServiceLog
from policy import Site

__all__ = ["open_databases"]


def open_databases(
    site: Site, var: Path, clock: Clock, log: ServiceLog
) -> tuple[Stores, CounterStore | None]:
    """The databases of a site, and its counters where visits are on. One that cannot be used is
    taken up once it was mended; `Stores.close` closes all.

    Raises Faults for an address that is none.
    """
    addresses = Addresses.of_site(site.settings, var)
    with suppress(OSError):  # The databases say which folder is missing.
        make_folder(var)
    register = site.register
    counters = None
    if register.has("visits"):
        known = KnownTables("counters", var)
        counters = open_counters(addresses, register, log, known, clock.zone)
    return open_stores(register, addresses, var, clock, log, counters), counters
