"""Which panels belong together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from analytics.visits.model import LISTED, Dimension
from policy import Register, Site

__all__ = ["OF_A_GOAL", "OF_A_PAGE", "TABS", "Tab", "absent_from"]

D = Dimension


@dataclass(frozen=True)
class Tab:
    """Panels that are shown together, and how the tab is called: with places, where it has some."""

    key: str
    title: str
    panels: tuple[Dimension, ...]
    with_places: str = ""

    def called(self, register: Register) -> str:
        """Its title on a site with this register."""
        has_places = self.with_places and register.has("countries")
        return self.with_places if has_places else self.title


_TABS = (
    Tab("overview", "Overview", (D.PAGE, D.SOURCE, D.CAMPAIGN, D.GOAL, D.DEVICE, D.ENTRY)),
    Tab(
        "pages",
        "Pages",
        (D.PAGE, D.ENTRY, D.FLOW, D.DEPTH, D.ATTENTION, D.MISSING, D.OUTBOUND, D.DOWNLOAD),
    ),
    Tab("sources", "Sources", (D.CHANNEL, D.SOURCE, D.CAMPAIGN)),
    Tab(
        "technology",
        "Technology",
        (D.DEVICE, D.BROWSER, D.BROWSER_VERSION, D.SYSTEM, D.SYSTEM_VERSION, D.SCREEN, D.SPEED),
    ),
    Tab(
        "people",
        "Languages and audiences",
        (D.COUNTRY, D.LANGUAGE, D.PAGE_LANGUAGE, D.AUDIENCE, D.SEGMENT),
        with_places="Places, languages, audiences",
    ),
    Tab("goals", "Goals and forms", (D.GOAL, D.FUNNEL, D.FORM, D.EVENT)),
)

OF_A_PAGE = Tab("one", "This page", (D.SOURCE, D.CAMPAIGN, D.FLOW, D.ENTRY, D.DEVICE, D.LANGUAGE))
OF_A_GOAL = Tab(
    "one",
    "This goal",
    (D.CAMPAIGN, D.CHANNEL, D.SOURCE, D.ENTRY, D.DEVICE, D.LANGUAGE, D.AUDIENCE),
)


_SHOWN = {dimension for tab in _TABS for dimension in tab.panels}
_OTHERS = tuple(
    dimension for dimension, listed in LISTED.items() if listed.title and dimension not in _SHOWN
)
TABS = tuple(
    replace(tab, panels=(*tab.panels, *_OTHERS)) if tab.key == "pages" else tab for tab in _TABS
)
"""In their order. A dimension that none names is with the pages."""


def absent_from(site: Site) -> set[Dimension]:
    """The dimensions of which a site has one value only, or none."""
    there = {
        Dimension.PAGE_LANGUAGE: site.settings.all_languages,
        Dimension.AUDIENCE: site.audiences.audiences,
        Dimension.FORM: site.forms,
        Dimension.FUNNEL: site.goals.funnels,
        Dimension.SEGMENT: site.segments.segments,
        Dimension.EVENT: site.events.events,
    }
    return {dimension for dimension, values in there.items() if not values}
