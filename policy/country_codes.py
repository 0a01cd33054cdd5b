"""The countries that visits can be counted by."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

__all__ = ["UNKNOWN", "codes"]

UNKNOWN = "Unknown"


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """The codes of ISO 3166-1 as the time zones have them (the release of tzdata), and Kosovo's
    XK, which all tables have."""
    listed = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    lines = (line for line in listed.splitlines() if not line.startswith("#"))
    return frozenset({"XK", *(line.partition("\t")[0] for line in lines)})
