"""Why a database cannot be used, in words for whoever can mend it."""

from __future__ import annotations

import os
import sqlite3
import tarfile
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError

from analytics.storage.sqlite_file import NotPrivate, StillShared
from policy import Fault, Faults
from policy.failures import Refusal

__all__ = ["BUSY", "DAMAGED", "HARMLESS", "HELD", "DatabaseState", "DatabaseUnavailable"]
__all__ += ["StoreError"]
__all__ += ["code_of", "damaged", "fault_of", "gone", "is_of_another", "lost", "of_another"]
__all__ += ["reason_of", "refused", "shown"]

DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
HARMLESS = {0, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT}
"""Errors of a statement, which say nothing of the file."""

HELD = "another program holds it"


class DatabaseUnavailable(SQLAlchemyError):
    """The database `name` cannot be used now; `faults` say why. Nothing was read or written."""

    def __init__(self, name: str, faults: tuple[Fault, ...]) -> None:
        self.name = name
        self.faults = faults
        super().__init__(f"the {name} cannot be used")


class StoreError(Exception):
    """The database could not be written. None of what was given is in it."""


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """Whether a database can be used, and if not, why. `failure` says why a database in use
    could not do the last thing, such as that the disk is full; empty once something worked."""

    name: str
    usable: bool
    faults: tuple[Fault, ...] = ()
    failure: str = ""

    @property
    def works(self) -> bool:
        """Whether it can be used, and did what was last asked of it."""
        return self.usable and not self.failure


def shown(error: Exception) -> str:
    """What an error says, as it may stand in a log: SQLite and the system name files, tables and
    columns, a server and its driver repeat the values of rows. Of these only the kind is told."""
    original = getattr(error, "orig", None) or error
    if isinstance(original, OSError | sqlite3.Error | tarfile.TarError):
        return str(original)
    return type(original).__name__


def reason_of(error: BaseException) -> str:
    """Why something was not done, in words for whoever runs the service, and with nothing of what
    the error itself says."""
    match error:
        case DatabaseUnavailable() | StoreError(__cause__=DatabaseUnavailable()):
            unavailable = error if isinstance(error, DatabaseUnavailable) else error.__cause__
            return f"the {getattr(unavailable, 'name', '')} database cannot be used"
        case SQLAlchemyError() | StoreError() | sqlite3.Error():
            return "a database could not do what was asked of it, or is out of reach"
        case OSError() if error.errno:
            return f"the system refused it: {os.strerror(error.errno)}"
        case OSError():
            return "what it needs of the system, or of another machine, is out of reach"
        case MemoryError():
            return "the machine has no memory left"
    return "Plainsite itself failed; the log says where"


def refused(error: BaseException | None) -> Exception | None:
    """What ended a command, in words that mend it, where that was a database or its server; None
    where it was something else, or a statement of ours that no database can carry out."""
    match error:
        case StoreError():
            return refused(error.__cause__)
        case DatabaseUnavailable():
            return Faults(error.faults)
        case DBAPIError() | sqlite3.Error() if not _is_of_statement(error):
            message = f"a database did not do what was asked of it: {shown(error)}"
            hint = "see what its server or its disk says, mend that, and give the command again"
            return Refusal(message, hint)
    return None


def _is_of_statement(error: DBAPIError | sqlite3.Error) -> bool:
    """Whether a statement is what is wrong, wherever it is carried out: by the class of SQLSTATE
    (22, 23 and 42, but for who may not), or by SQLite's code."""
    original = getattr(error, "orig", error)
    if state := getattr(original, "sqlstate", ""):
        return state[:2] in {"22", "23", "42"} and state != "42501"
    if isinstance(original, sqlite3.Error):
        return code_of(original) in HARMLESS
    return isinstance(error, IntegrityError | ProgrammingError)


def code_of(error: object) -> int:
    """SQLite's primary code for an error; 0 where it has none."""
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def fault_of(path: Path, error: object) -> Fault:
    """What an error of SQLite or of the system means for the file at `path`."""
    match error:
        case NotPrivate():
            message = "others on this machine can read it, and it belongs to somebody else"
            return Fault(str(error.path), None, message, f"chmod 600 {quote(str(error.path))}")
        case StillShared():
            message = "an earlier version of the service still uses it"
            return Fault(path.name, None, message, "stop that one: systemctl restart plainsite")
        case OSError():
            hint = f"make the folder {path.parent}, and let the service write to it"
            return Fault(path.name, None, f"{path} cannot be used: {error.strerror}", hint)
    return _of_sqlite(path, getattr(error, "orig", error))


def _of_sqlite(path: Path, error: object) -> Fault:
    code = code_of(error)
    if code in DAMAGED:
        return damaged(path)
    if code in BUSY:
        return Fault(path.name, None, HELD, "end that program")
    if code == sqlite3.SQLITE_FULL:
        return Fault(path.name, None, "the disk is full", "free some space")
    hint = f"let the service write to {path} and to its folder"
    return Fault(path.name, None, f"it cannot be used: {error}", hint)


def damaged(path: Path) -> Fault:
    """Its bytes are no database, or not whole."""
    hint = f"move {path} away, and restore a backup: build.py data restore FILE"
    return Fault(path.name, None, "it is damaged", hint)


def gone(place: Path | str, name: str) -> Fault:
    """There was a database, and there is none any more; on a server, the site was perhaps called
    otherwise."""
    hint = f"put it back, or begin with an empty one: build.py data accept-loss {name}"
    if not isinstance(place, Path):
        hint = (
            "if the site was called otherwise before, call it so again in site/settings.toml"
            " ([databases] site), or move what it had:"
            f" build.py data move {name} 'ADDRESS?site=BEFORE' ADDRESS (BEFORE is what it was"
            f" called, or nothing); else {hint}"
        )
    if isinstance(place, Path):
        return Fault(place.name, None, f"{place} is gone, or empty", hint)
    return Fault(place, None, "it is gone, or empty", hint)


def is_of_another(found: str, owners: tuple[str, ...]) -> bool:
    """Whether what was `found` to be a site's is none of the `owners`'; not where none is said."""
    return bool(found and owners) and found.lower() not in {each.lower() for each in owners}


def of_another(place: str, found: str, owners: tuple[str, ...]) -> tuple[Fault, ...]:
    """A fault where what is there was `found` to be of another site than the `owners`, of which the
    first is this one; none where nobody said whose it is."""
    if not is_of_another(found, owners):
        return ()
    hint = (
        "call this site otherwise in site/settings.toml ([databases] site), or name another"
        f' database; if its own url was {found} before, say formerly = "{found}" below [databases]'
    )
    return (Fault(place, None, f"it belongs to the site {found}, not to {owners[0]}", hint),)


def lost(file: str, name: str) -> Fault:
    """There was a table, or a column as `table.column`, and it is missing with what it held."""
    kind = "column" if "." in name else "table"
    message = f'{file} has lost the {kind} "{name}", with what it held'
    hint = f"put it back from a backup, or begin it anew: build.py data accept-loss {name}"
    return Fault(file, None, message, hint)
