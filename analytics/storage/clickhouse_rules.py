"""What a ClickHouse server must be, so that what the register says of the counters is true of its
files; and why one cannot be used, in words for whoever can mend it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import URL

from policy import Fault

__all__ = ["place_of", "refused", "unmet"]

OLDEST = (18, 16)
LOGS = (
    "SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'"
    " AND engine LIKE '%MergeTree' ORDER BY name"
)
HARMLESS = {"crash_log"}
WHOLE = {"max_rows_to_read", "max_bytes_to_read", "max_result_rows", "max_rows_to_group_by"}
"""Limits of a profile that could answer with a part of what was counted."""

PASSWORD, USER, DATABASE, DENIED = {193, 194, 516}, 192, 81, {164, 291, 497}


def place_of(url: URL) -> str:
    """An address as it may be shown: without its password and its options."""
    return f"{url.database} at {url.host or 'localhost'}"


def unmet(ask: Callable[[str], Any], place: str) -> tuple[Fault, ...]:
    """What of the server is not as it must be. Raises what `ask` does."""
    ((version,),), _ = ask("SELECT version()")
    if tuple(map(int, version.split(".")[:2])) < OLDEST:
        return (
            Fault(place, None, "this server is older than ClickHouse 18.16", "use a later one"),
        )
    faults = []
    for (name,) in ask(LOGS)[0]:
        if name not in HARMLESS:
            message = f"the server keeps system.{name}, which tells when something was counted"
            hint = (
                f"take <{name}> out of its configuration, restart it, and DROP TABLE system.{name}"
            )
            faults.append(Fault(place, None, message, hint))
    return tuple(faults)


def refused(place: str, error: Exception) -> Fault:
    """What a failure to use the server means. A driver's own words may hold a password."""
    original = getattr(error, "orig", None) or error
    code = int(getattr(original, "code", 0) or 0)
    if code in PASSWORD or code == USER:
        hint = "look at the user and the password of the address, and at users.xml"
        return Fault(place, None, "the server does not let the service in", hint)
    if code == DATABASE:
        return Fault(place, None, "there is no such database", "make it: CREATE DATABASE")
    if code in DENIED:
        hint = "let its user write and make tables there"
        return Fault(place, None, "the service may not make its tables", hint)
    if not code:
        hint = "start it, or look at the host and the port of the address"
        return Fault(place, None, "the server does not answer", hint)
    return Fault(place, None, f"it cannot be used (code {code})", "look into the server's log")
