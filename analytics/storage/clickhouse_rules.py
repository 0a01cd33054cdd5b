"""What a ClickHouse server must be, so that what the register says of the counters is true of its
files; and why one cannot be used, in words for whoever can mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import URL

from policy import Fault

__all__ = ["PORT", "UNKNOWN_DATABASE", "is_apart", "place_of", "quoted", "refused", "unmet"]

UNKNOWN_DATABASE = 81
PORT = 9_000

OLDEST = (18, 16)
LOGS = (
    "SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'"
    " AND engine LIKE '%MergeTree' ORDER BY name"
)
HARMLESS = {"crash_log"}
WHOLE = {"max_rows_to_read", "max_bytes_to_read", "max_result_rows", "max_rows_to_group_by"}
"""Limits of a profile that could answer with a part of what was counted."""

ALLOWED = "SELECT name, value FROM system.settings WHERE name IN ('readonly', 'allow_ddl')"
WRITES = {"readonly": "0", "allow_ddl": "1"}
"""What a profile says of a user who may make tables and write to them."""

Said = tuple[str, str]
"""What is wrong, and how it is mended."""

NOT_LET_IN: Said = (
    "the server does not let the service in",
    "look at the user and the password of the address, and at users.xml",
)
DENIED: Said = ("the service may not make its tables", "let its user write and make tables there")
FULL: Said = ("the server cannot write to its disk", "free some space there, and look into its log")
ENDED: Said = (
    "the server ends the connection",
    "let the user of the address use that database, or look into the server's log",
)
AWAY: Said = (
    "the server does not answer",
    "start it, or look at the host and the port of the address",
)
CODES_OF_OTHERS = (32, 209, 210, 279)
APART: Said = (
    "the server does not reach the others",
    "start them, or look at their addresses below <remote_servers> of its configuration",
)
CODES: Mapping[int, Said] = {
    **dict.fromkeys((192, 193, 194, 516), NOT_LET_IN),
    **dict.fromkeys((164, 291, 392, 497), DENIED),
    # "Cannot write to file descriptor" and "not enough space".
    **dict.fromkeys((75, 243), FULL),
    # Connections of one server to another.
    **dict.fromkeys(CODES_OF_OTHERS, APART),
}
"""By the server's codes (dbms/src/Common/ErrorCodes.cpp of 18.16)."""


def quoted(name: str | None) -> str:
    """A database as statements call it."""
    return name if name and re.fullmatch(r"[a-zA-Z_]\w*", name, re.ASCII) else f'"{name}"'


def place_of(url: URL, *, of_several: bool = False) -> str:
    """An address as it may be shown: without its password and its options. Of several servers, some
    may be on one host."""
    is_usual = (url.port or PORT) == PORT and not of_several
    port = "" if is_usual else f":{url.port or PORT}"
    return f"{url.database} at {url.host or 'localhost'}{port}"


def is_apart(error: object) -> bool:
    """Whether a server did not reach another one."""
    return getattr(getattr(error, "orig", None), "code", 0) in CODES_OF_OTHERS


def unmet(ask: Callable[[str], Any], place: str) -> tuple[Fault, ...]:
    """What of the server is not as it must be. Raises what `ask` does."""
    ((version,),), _ = ask("SELECT version()")
    if tuple(map(int, version.split(".")[:2])) < OLDEST:
        return (
            Fault(place, None, "this server is older than ClickHouse 18.16", "use a later one"),
        )
    faults = []
    if any(WRITES[name] != value for name, value in ask(ALLOWED)[0]):
        faults.append(Fault(place, None, *DENIED))
    for (name,) in ask(LOGS)[0]:
        if name not in HARMLESS:
            message = f"the server keeps system.{name}, which tells when something was counted"
            hint = (
                f"take <{name}> out of its configuration, restart it, and DROP TABLE system.{name}"
            )
            faults.append(Fault(place, None, message, hint))
    return tuple(faults)


def refused(place: str, error: Exception, *, had_rows: bool = False) -> Fault:
    """What a failure to use the server means, which is known to have had rows or not. A driver's
    own words may hold a password."""
    original = getattr(error, "orig", None) or error
    code = int(getattr(original, "code", 0) or 0)
    if not code:
        # 18.16 says nothing to who may not use the database: it hangs up while it is greeted.
        is_ended = isinstance(original.__cause__, EOFError)
        return Fault(place, None, *(ENDED if is_ended else AWAY))
    if code == UNKNOWN_DATABASE:
        made = f"CREATE DATABASE {quoted(place.rpartition(' at ')[0])} in clickhouse-client"
        hint = f"make it: {made}"
        if had_rows:
            hint += ". What it held is lost: build.py data check then says how to go on"
        return Fault(place, None, "there is no such database", hint)
    other = (f"it cannot be used (code {code})", "look into the server's log")
    return Fault(place, None, *CODES.get(code, other))
