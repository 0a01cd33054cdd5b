"""What reports are made of: the counters of a site, and what it declares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo

from analytics.visits.store.annotations import Annotations
from analytics.visits.store.base import CounterStore
from analytics.visits.store.imported import Imported
from analytics.visits.store.publications import Publications
from analytics.web.clock import Clock
from analytics.web.static_files import Pages
from policy import Register, Site

__all__ = ["Counted"]


@dataclass(frozen=True, slots=True)
class Counted:
    """A site and its counters. `pages` is what is served now."""

    site: Site
    pages: Pages
    clock: Clock
    counters: CounterStore

    @property
    def register(self) -> Register:
        """What the site declares."""
        return self.site.register

    @property
    def annotations(self) -> Annotations:
        """What staff noted beside the figures."""
        return Annotations(self.counters)

    @property
    def publications(self) -> Publications:
        """Which pages were changed when."""
        return Publications(self.counters)

    @property
    def imported(self) -> Imported:
        """What other tools had counted before."""
        return Imported(self.counters)

    @property
    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.clock())

    @property
    def today(self) -> date:
        """In the site's time zone."""
        return self.clock.today()

    @property
    def zone(self) -> tzinfo:
        """The site's time zone."""
        return self.clock.zone
