"""Backups: one file with the databases and the signing key, made while the service runs.

A backup is kept for as long as the register says; making one deletes those that are older. So what
was erased is gone from all of them once that time is over. A clock that neither retention nor the
times of the backups bear out deletes none.

Which databases there are follows from the register: one without a table is neither copied nor put
back, as nothing would ever delete what it holds.
"""

from __future__ import annotations

import datetime
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from analytics.storage.addresses import Addresses
from analytics.storage.deletion_limits import LAST_RUN, MOST_DAYS_OFF, LastRun
from analytics.storage.known_tables import KnownTables
from analytics.storage.sqlite_file import SQLiteFile
from policy.durations import Duration
from policy.failures import Refusal

__all__ = ["BackupError", "Made", "Restored", "back_up", "restore"]

BOTH = ("records", "counters")
DATABASES = tuple(f"{name}.sqlite3" for name in BOTH)
"""Every file that a backup may hold besides the key."""

END_OF_ARCHIVE = 2 * tarfile.BLOCKSIZE
"""https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06"""

KEY = "secret.key"
MAKING, RESTORING = ".making-", ".restoring-"
STALE_SECONDS = 3_600
"""A backup takes seconds; one that was killed leaves its folder."""

NAME = re.compile(r"plainsite-(\d{8}T\d{6}Z)\.tar")
TIME = "%Y%m%dT%H%M%SZ"


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
    confirmed: bool = False,
) -> Made:
    """Write `folder/plainsite-TIME.tar`, whole or not at all, then delete what is too old there.

    `databases` are those that the register has tables in (`Register.databases`).

    Each database is copied as of one moment, without the free pages in which something deleted
    could stand (https://www.sqlite.org/lang_vacuum.html). What is too old stays where the clock
    cannot be believed, unless that is `confirmed`. Raises BackupError, Faults.
    """
    paths = _paths(var)
    names = [f"{name}.sqlite3" for name in databases]
    missing = [name for name in names if not paths[name].is_file()]
    if missing:
        raise BackupError(f"there is no {missing[0]} in {var}: start the service once")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"plainsite-{now.astimezone(datetime.UTC).strftime(TIME)}.tar"
    if path.exists():
        raise BackupError(f"{path} exists already: wait a second")
    _sweep(folder)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=MAKING) as made:
            _write(var, names, Path(made), path)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"no backup was written: {error}") from error
    try:
        old = _old(folder, keep, now)
        if not (confirmed or _is_borne_out(LastRun(var / LAST_RUN), folder, old, keep, now)):
            return Made(path, (), tuple(old))
        for each in old:
            each.unlink()
        return Made(path, tuple(old))
    except OSError as error:
        raise BackupError(f"{path} was written, but an old one stays: {error}") from error


def restore(path: Path, var: Path, databases: Iterable[str] = BOTH) -> Restored:
    """Put back what a backup holds of a site's `databases`, into a folder without any.

    Everything is checked before the first file is put in its place. Raises BackupError.
    """
    wanted = tuple(databases)
    paths = _paths(var)
    there = [path for path in paths.values() if path.exists()]
    if there:
        raise BackupError(
            f"{there[0]} exists: stop the service and move it away, so that nothing is lost"
        )
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=var, prefix=RESTORING) as unpacked:
            made, held = _unpack(path, Path(unpacked))
            names = tuple(name for name in wanted if name in held)
            if not names:
                kept = " and ".join(wanted) or "none"
                raise BackupError(
                    f"{path} holds {' and '.join(held)}, but the databases of this site are {kept}"
                )
            for name in (KEY, *(f"{name}.sqlite3" for name in reversed(names))):
                if (Path(unpacked) / name).exists():
                    shutil.move(Path(unpacked) / name, paths[name])
        for name in wanted:  # Who restores was told what the backup holds.
            KnownTables(name, var).forget()
        _sync(var)
    except (OSError, tarfile.TarError, sqlite3.Error) as error:
        raise BackupError(f"{path} was not restored: {error}") from error
    left = tuple(name for name in held if name not in names)
    return Restored(made, names, left, tuple(name for name in wanted if name not in names))


def _write(var: Path, names: Iterable[str], making: Path, path: Path) -> None:
    for name in names:
        (making / name).touch(mode=0o600)
        copy = making / f"{name}.copy"
        with (
            closing(SQLiteFile(_paths(var)[name]).connect()) as database,
            closing(sqlite3.connect(copy, isolation_level=None)) as copied,
        ):
            # A page for a page is quick, and the service may write again.
            copied.execute("PRAGMA synchronous = OFF")
            database.backup(copied)
            copied.execute("VACUUM INTO ?", (str(making / name),))
    if (var / KEY).is_file():
        (making / KEY).write_bytes((var / KEY).read_bytes())
    whole = making / path.name
    whole.touch(mode=0o600)
    with tarfile.open(whole, "w") as tar:
        for name in (*DATABASES, KEY):
            if (making / name).exists():
                tar.add(making / name, name, filter=_anonymous)
    with whole.open("rb") as written:
        os.fsync(written.fileno())
    whole.replace(path)
    _sync(path.parent)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _unpack(path: Path, folder: Path) -> tuple[datetime.datetime, tuple[str, ...]]:
    """When the backup was made, and the databases in it, each of them whole."""
    with tarfile.open(path) as tar:
        members = {member.name: member for member in tar.getmembers()}
        held = tuple(name for name in DATABASES if name in members)
        if not held or not members.keys() <= {*DATABASES, KEY}:
            raise BackupError(f"{path} is no backup of Plainsite: it has other files in it")
        if path.stat().st_size < _end_of(tar.getmembers()[-1]) + END_OF_ARCHIVE:
            raise BackupError(f"{path} was not restored: its end is missing")
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
    addresses = Addresses.of(var)
    return dict(
        zip((*DATABASES, KEY), (addresses.records, addresses.counters, var / KEY), strict=True)
    )


def _times(folder: Path) -> dict[Path, datetime.datetime]:
    """When each backup was made, oldest first."""
    found = ((path, NAME.fullmatch(path.name)) for path in sorted(folder.iterdir()))
    return {path: _time(name[1]) for path, name in found if name}


def _old(folder: Path, keep: Duration, now: datetime.datetime) -> list[Path]:
    return [path for path, time in _times(folder).items() if time <= keep.before(now)]


def _is_borne_out(
    last_run: LastRun, folder: Path, old: list[Path], keep: Duration, now: datetime.datetime
) -> bool:
    """Whether something besides the clock says that `now` has come.

    Either retention ran within a week, which looks at more than the clock; or a backup was made
    in every stretch of time for which one is kept, and most of them stay.
    """
    day = last_run.read()
    if day is not None and abs((now.date() - day).days) <= MOST_DAYS_OFF:
        return True
    times = _times(folder)
    since = [time for path, time in times.items() if not old or time >= times[old[0]]]
    steps = pairwise(sorted({*since, now}))
    return all(one > keep.before(other) for one, other in steps) and 2 * len(old) <= len(times)


def _sweep(folder: Path) -> None:
    """Delete what backups that were killed left half made."""
    for path in folder.glob(f"{MAKING}*"):
        if path.stat().st_mtime < time.time() - STALE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, TIME).replace(tzinfo=datetime.UTC)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
