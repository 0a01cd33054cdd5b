"""What commands ask that read or write figures: the counters of a site with reports, opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from analytics.commands.kept import keeping
from analytics.databases import open_databases
from analytics.storage.health import storage_health
from analytics.storage.stores import Stores
from analytics.visits.store.base import CounterStore
from analytics.web.clock import Clock, machine_clock
from analytics.web.log import ServiceLog
from policy import Faults, Site
from policy.failures import Refusal
from policy.places import Places

__all__ = ["OpenCounters", "opened", "usable"]


@dataclass(frozen=True)
class OpenCounters:
    """The counters of a site, and the time there."""

    site: Site
    clock: Clock
    counters: CounterStore


@contextmanager
def opened(places: Places) -> Iterator[OpenCounters]:
    """The counters. Raises Refusal, Faults."""
    site = keeping(places)
    if not (site.register.has("visits") and site.register.has("staff")):
        message = "this site has no reports"
        raise Refusal(message, 'add "visits" and "staff" to features in site/policy.toml')
    clock = machine_clock(site.settings.timezone)
    stores, counters = open_databases(site, places.var, clock, ServiceLog(site.register))
    with closing(stores):
        yield OpenCounters(site, clock, usable(stores, counters))


def usable(stores: Stores, counters: CounterStore | None) -> CounterStore:
    """The counters. Raises Refusal, Faults where a database cannot be used."""
    states = storage_health(stores).databases
    if faults := [fault for state in states for fault in state.faults]:
        raise Faults(faults)
    if counters is None:
        raise Refusal("there are no counters", "build.py data check says why")
    return counters
