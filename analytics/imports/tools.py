"""The tools whose exports are read, and which of them wrote a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.imports import ga4, goatcounter, matomo, plausible, umami
from analytics.imports.layouts import Layout, Recognise
from analytics.imports.sheets import Sheet

__all__ = ["TOOLS", "Tool", "others"]


@dataclass(frozen=True)
class Tool:
    """One, as it is called, and what tells its tables. `export` says what to export of it."""

    title: str
    recognise: Recognise
    export: str
    moments: bool = False
    """Whether it tells moments, which are put into days here."""


TOOLS: Mapping[str, Tool] = {
    "plausible": Tool(
        plausible.TITLE,
        plausible.recognise,
        "the archive of Site settings > Imports & exports > Export data",
    ),
    "umami": Tool(
        umami.TITLE,
        umami.recognise,
        "the archive of Settings > Data > Export, which has website_event.csv",
        moments=True,
    ),
    "goatcounter": Tool(
        goatcounter.TITLE,
        goatcounter.recognise,
        "CSV in Settings > Export, which needs individual pageviews; JSON is not read",
        moments=True,
    ),
    "matomo": Tool(
        matomo.TITLE,
        matomo.recognise,
        "VisitsSummary.get by day (period=day, date=2025-01-01,2025-12-31), as CSV or JSON,"
        " with its columns in English",
    ),
    "ga4": Tool(
        ga4.TITLE,
        ga4.recognise,
        "an exploration with the dimension Date and the metrics Sessions and Views, as CSV,"
        " while Google Analytics is set to English",
    ),
}
"""By the word that the command takes."""


def others(sheet: Sheet, than: str) -> list[tuple[str, Layout]]:
    """The other tools that may have written a table."""
    found = ((word, tool.recognise(sheet)) for word, tool in TOOLS.items() if word != than)
    return [(word, layout) for word, layout in found if layout]
