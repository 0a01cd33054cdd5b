"""Where the two databases are: an address for each, in the environment or by default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from policy import Fault, Faults

__all__ = ["Addresses"]

VARIABLES = {"records": "PLAINSITE_RECORDS", "counters": "PLAINSITE_COUNTERS"}


@dataclass(frozen=True)
class Addresses:
    """The files of the databases."""

    records: Path
    counters: Path

    @classmethod
    def of(cls, var: Path, environment: Mapping[str, str] = os.environ) -> Addresses:
        """Those that the environment names, like `sqlite:////srv/records.sqlite3`; else in `var`.

        Raises Faults for an address that is none, or of a kind that is not known.
        """
        found, faults = {}, []
        for name, variable in VARIABLES.items():
            given = environment.get(variable, "")
            fault = _wrong(given) if given else ""
            if fault:
                hint = f"write it like sqlite:///{var.resolve()}/{name}.sqlite3, or leave it out"
                faults.append(Fault(variable, None, fault, hint))
                continue
            found[name] = _path(given) if given else var / f"{name}.sqlite3"
        if not faults and len({path.resolve() for path in found.values()}) < 2:
            message = "both databases would be one file, where one could be joined to the other"
            faults.append(Fault(VARIABLES["records"], None, message, "name two files"))
        if faults:
            raise Faults(faults)
        return cls(found["records"], found["counters"])


def _wrong(address: str) -> str:
    """What is wrong with an address; empty where nothing is. It may hold a password: not quoted."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return "this is not the address of a database"
    if url.drivername != "sqlite":
        return f'no store is known for "{url.drivername}": this version keeps SQLite files'
    if url.host or url.query or not url.database or url.database == ":memory:":
        return "a SQLite address names a file, and nothing else"
    return ""


def _path(address: str) -> Path:
    return Path(make_url(address).database or "")
