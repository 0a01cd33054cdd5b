"""Backups: one file with the databases and the signing key, made while the service runs.

A backup is kept for as long as the register says; making one deletes those that are older. So what
was erased is gone from all of them once that time is over. A clock that neither retention nor the
times of the backups bear out deletes none.

It says whose it is, by the site's `url`, in a header that whoever unpacks it by hand need not know.

Which databases there are follows from the register: one without a table is neither copied nor put
back, as nothing would ever delete what it holds.
"""

from __future__ import annotations

import datetime
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from analytics.storage.addresses import Addresses
from analytics.storage.known_tables import KnownTables
from analytics.storage.old_backups import MAKING, is_borne_out, name_of, old, sweep
from analytics.storage.secret import FILE as KEY
from analytics.storage.server_copies import copy_to_file, put_back
from analytics.storage.sqlite_file import SQLiteFile
from analytics.storage.store import LookedAfter
from analytics.storage.unusable import DatabaseUnavailable, is_of_another, shown
from policy import Faults
from policy.durations import Duration
from policy.failures import Refusal

__all__ = ["BackupError", "Made", "Restored", "back_up", "restore"]

BOTH = ("records", "counters")
DATABASES = tuple(f"{name}.sqlite3" for name in BOTH)
"""Every file that a backup may hold besides the key."""

COUNTERS = "counters.sqlite3"

END_OF_ARCHIVE = 2 * tarfile.BLOCKSIZE
"""https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06"""

MONTH_HOURS = 31 * 24
"""A name is kept to the end of the month in which it was counted last."""

OWNER = "PLAINSITE.site"
RESTORING = ".restoring-"


class BackupError(Refusal):
    """It could not be done, or not wholly. The message says how far it went, and why."""


@dataclass(frozen=True)
class Made:
    """The file that was written, and those that were deleted because their time was over.

    `refused` should be deleted by the clock, but nothing bears it out.
    """

    path: Path
    removed: tuple[Path, ...]
    refused: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Restored:
    """When the backup was made, and the databases that were put back.

    `left` are in it too, but the site has no such database; `missing` are those that it has and
    the backup does not, so the next start makes them empty.
    """

    made: datetime.datetime
    databases: tuple[str, ...]
    left: tuple[str, ...]
    missing: tuple[str, ...]


def back_up(  # noqa: PLR0913  (each is a fact that only the caller knows)
    var: Path,
    folder: Path,
    keep: Duration,
    now: datetime.datetime,
    *,
    databases: Iterable[str] = BOTH,
    servers: Iterable[LookedAfter] = (),
    confirmed: bool = False,
    owner: str = "",
) -> Made:
    """Write `folder/plainsite-TIME.tar`, whole or not at all, then delete what is too old there.

    `databases` are those that the register has tables in (`Register.databases`), `servers` those of
    them that a server keeps, `owner` the url of the site.

    Each database is copied as of one moment, without the free pages in which something deleted
    could stand (https://www.sqlite.org/lang_vacuum.html). What is too old stays where the clock
    cannot be believed, unless that is `confirmed`. Raises BackupError, Faults.
    """
    paths = _paths(var)
    on_servers = {f"{each.name}.sqlite3": each for each in servers}
    names = [f"{name}.sqlite3" for name in databases]
    missing = [name for name in names if name not in on_servers and not paths[name].is_file()]
    if missing:
        raise BackupError(f"there is no {missing[0]} in {var}: start the service once")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name_of(now)
    if path.exists():
        raise BackupError(f"{path} exists already: wait a second")
    sweep(folder)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=MAKING) as made:
            _write(var, names, on_servers, Path(made))
            _pack(Path(made), path, owner)
    except DatabaseUnavailable as unavailable:
        raise Faults(unavailable.faults) from None
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        _raise_of(on_servers.values())
        raise BackupError(f"no backup was written: {shown(error)}") from None
    try:
        over = old(folder, keep, now)
        if not (confirmed or is_borne_out(var, folder, over, keep, now)):
            return Made(path, (), tuple(over))
        for each in over:
            each.unlink()
        return Made(path, tuple(over))
    except OSError as error:
        raise BackupError(f"{path} was written, but an old one stays: {error}") from error


def _raise_of(servers: Iterable[LookedAfter]) -> None:
    """Where a server is why something failed, say what of it: raises Faults."""
    if faults := [fault for each in servers for fault in each.check()]:
        raise Faults(faults)


def restore(  # noqa: PLR0913  (what is put back, from where, and what stays)
    path: Path,
    var: Path,
    databases: Iterable[str] = BOTH,
    servers: Iterable[LookedAfter] = (),
    *,
    owners: tuple[str, ...] = (),
    with_key: bool = True,
) -> Restored:
    """Put back what a backup holds of a site's `databases`, into a folder without any.

    Everything is checked before the first file is put in its place. `servers` must have nothing of
    those that they keep, and know of none before. One that says whose it is must be of the
    `owners`, the first of whom is this site. Where the key stays as it is, so do other databases.
    Raises BackupError, Refusal, Faults.
    """
    wanted = tuple(databases)
    paths = _paths(var)
    replaced = {*paths} if with_key else {f"{name}.sqlite3" for name in wanted}
    there = [path for name, path in paths.items() if name in replaced and path.exists()]
    if there:
        raise BackupError(
            f"{there[0]} exists: stop the service and move it away, so that nothing is lost"
        )
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=var, prefix=RESTORING) as unpacked:
            made, held = _unpack(path, Path(unpacked), owners)
            names = tuple(name for name in wanted if name in held)
            if not names:
                kept = " and ".join(wanted) or "none"
                raise BackupError(
                    f"{path} holds {' and '.join(held)}, but the databases of this site are {kept}"
                )
            copies = {
                Path(unpacked) / f"{each.name}.sqlite3": each
                for each in servers
                if each.name in names
            }
            if with_key:  # Rows whose key is lost are of no use.
                _put_in_place([KEY], Path(unpacked), paths)
            try:
                put_back(copies)
            except BaseException:
                if with_key:
                    paths[KEY].unlink(missing_ok=True)
                raise
            files = (f"{name}.sqlite3" for name in reversed(names))
            _put_in_place(files, Path(unpacked), paths)
        # Who restores was told what the backup holds: no more than that is known from now on.
        held_by = {str(each.name): each.known.read() for each in copies.values()}
        for name in wanted:
            KnownTables(name, var).write(held_by.get(name, {}))
        _sync(var)
    except DatabaseUnavailable as unavailable:
        raise Faults(unavailable.faults) from None
    except (OSError, tarfile.TarError, sqlite3.Error, SQLAlchemyError) as error:
        _raise_of(servers)
        raise BackupError(f"{path} was not restored: {shown(error)}") from None
    left = tuple(name for name in held if name not in names)
    return Restored(made, names, left, tuple(name for name in wanted if name not in names))


def _put_in_place(files: Iterable[str], unpacked: Path, paths: Mapping[str, Path]) -> None:
    for name in files:
        if name in paths and (unpacked / name).exists():
            shutil.move(unpacked / name, paths[name])


def _write(
    var: Path,
    names: Iterable[str],
    servers: Mapping[str, LookedAfter],
    making: Path,
) -> None:
    for name in names:
        copy = making / f"{name}.copy"
        for each in (making / name, copy):
            each.touch(mode=0o600)
        if name in servers:
            copy_to_file(servers[name], copy)
        with closing(sqlite3.connect(copy, isolation_level=None)) as copied:
            if name not in servers:
                _copy_file(_paths(var)[name], copied)
            if name == COUNTERS:
                _leave_out_what_runs(copied)
            copied.execute("VACUUM INTO ?", (str(making / name),))
    if (var / KEY).is_file():
        (making / KEY).write_bytes((var / KEY).read_bytes())


def _pack(making: Path, path: Path, owner: str) -> None:
    whole = making / path.name
    whole.touch(mode=0o600)
    told = {OWNER: owner} if owner else {}
    with tarfile.open(whole, "w", format=tarfile.PAX_FORMAT, pax_headers=told) as tar:
        for name in (*DATABASES, KEY):
            if (making / name).exists():
                tar.add(making / name, name, filter=_anonymous)
    with whole.open("rb") as written:
        os.fsync(written.fileno())
    whole.replace(path)
    _sync(path.parent)


def _copy_file(path: Path, copied: sqlite3.Connection) -> None:
    with closing(SQLiteFile(path).connect()) as database:
        # A page for a page is quick, and the service may write again.
        copied.execute("PRAGMA synchronous = OFF")
        database.backup(copied)


def _leave_out_what_runs(copied: sqlite3.Connection) -> None:
    """Two backups would tell what was counted between them, of a day that has ended since. So they
    hold days and months that have ended, and of names those that are in them."""
    tables = {name for (name,) in copied.execute("SELECT name FROM sqlite_master")}
    if "running" not in tables:
        return
    copied.execute("DELETE FROM running")
    if "closings" in tables:
        copied.execute("DELETE FROM closings")  # It has no longer what the mark was drawn for.
    if "experiments" in tables:
        # The day is that of the site's home, where it may be the one before. What is rare is
        # deleted before the totals of a later hour are written.
        copied.execute(
            "DELETE FROM experiments WHERE over >="
            " (SELECT coalesce(date(max(hour) * 3600, 'unixepoch', '-1 day'), '') FROM totals)"
        )
    copied.execute(
        "CREATE TEMPORARY TABLE used AS SELECT number, max(first) AS last FROM ("
        "SELECT value AS number, first FROM counters UNION ALL SELECT other, first FROM counters"
        " UNION ALL SELECT value, first FROM rare) GROUP BY number"
    )
    copied.execute("CREATE UNIQUE INDEX temp.by_number ON used (number)")
    copied.execute("DELETE FROM names WHERE number NOT IN (SELECT number FROM used)")
    copied.execute(
        f"UPDATE names SET month = {MONTH_HOURS} +"  # noqa: S608  (a number of ours)
        " (SELECT last FROM used WHERE used.number = names.number)"
    )
    copied.execute("DROP TABLE used")


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _unpack(
    path: Path, folder: Path, owners: tuple[str, ...]
) -> tuple[datetime.datetime, tuple[str, ...]]:
    """When the backup was made, and the databases in it, each of them whole."""
    with tarfile.open(path) as tar:
        members = {member.name: member for member in tar.getmembers()}
        held = tuple(name for name in DATABASES if name in members)
        if not held or not members.keys() <= {*DATABASES, KEY}:
            raise BackupError(f"{path} is no backup of Plainsite: it has other files in it")
        if path.stat().st_size < _end_of(tar.getmembers()[-1]) + END_OF_ARCHIVE:
            raise BackupError(f"{path} was not restored: its end is missing")
        if is_of_another(found := tar.pax_headers.get(OWNER, ""), owners):
            message = f"{path} is of the site {found}, not of {owners[0]}"
            hint = f"name a backup of this site; or, if that one is meant, add --of {found}"
            raise BackupError(message, hint)
        for name, member in members.items():
            source = tar.extractfile(member)
            if source is None:
                raise BackupError(f"{path} is no backup of Plainsite: {name} is no file")
            with open(folder / name, "xb", opener=_private) as target:
                target.write(source.read())
                os.fsync(target.fileno())
    for name in held:
        with closing(sqlite3.connect(folder / name)) as database:
            ((answer,),) = database.execute("PRAGMA integrity_check(1)").fetchall()
        if answer != "ok":
            raise BackupError(f"{name} in {path} is damaged: {answer}")
    made = datetime.datetime.fromtimestamp(members[held[0]].mtime, datetime.UTC)
    return made, tuple(name.removesuffix(".sqlite3") for name in held)


def _end_of(member: tarfile.TarInfo) -> int:
    """The byte after it. A file that was cut there would lack the files that followed."""
    return member.offset_data + -(-member.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _paths(var: Path) -> dict[str, Path]:
    found = {f"{name}.sqlite3": path for name, path in Addresses.files(var).items()}
    return {**found, KEY: var / KEY}


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
