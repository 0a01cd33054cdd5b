"""Backups: one file with both databases and the signing key, made while the service runs.

A backup is kept for as long as the register says; making one deletes those that are older. So what
was erased is gone from all of them once that time is over. A clock that neither retention nor the
times of the backups bear out deletes none.
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
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from analytics.storage.addresses import Addresses
from analytics.storage.deletion_limits import LAST_RUN, MOST_DAYS_OFF, LastRun
from analytics.storage.sqlite_file import SQLiteFile
from policy.durations import Duration
from policy.failures import Refusal

__all__ = ["BackupError", "Made", "back_up", "restore"]

DATABASES = ("records.sqlite3", "counters.sqlite3")
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


def back_up(
    var: Path, folder: Path, keep: Duration, now: datetime.datetime, *, confirmed: bool = False
) -> Made:
    """Write `folder/plainsite-TIME.tar`, whole or not at all, then delete what is too old there.

    Each database is copied as of one moment, without the free pages in which something deleted
    could stand (https://www.sqlite.org/lang_vacuum.html). What is too old stays where the clock
    cannot be believed, unless that is `confirmed`. Raises BackupError, Faults.
    """
    paths = _paths(var)
    missing = [name for name in DATABASES if not paths[name].is_file()]
    if missing:
        raise BackupError(f"there is no {missing[0]} in {var}: start the service once")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"plainsite-{now.astimezone(datetime.UTC).strftime(TIME)}.tar"
    if path.exists():
        raise BackupError(f"{path} exists already: wait a second")
    _sweep(folder)
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=MAKING) as made:
            _write(var, Path(made), path)
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


def restore(path: Path, var: Path) -> datetime.datetime:
    """Put back what a backup holds, into a folder without databases; when it was made.

    Everything is checked before the first file is put in its place. Raises BackupError.
    """
    paths = _paths(var)
    there = [path for path in paths.values() if path.exists()]
    if there:
        raise BackupError(
            f"{there[0]} exists: stop the service and move it away, so that nothing is lost"
        )
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=var, prefix=RESTORING) as unpacked:
            made = _unpack(path, Path(unpacked))
            for name in (KEY, *reversed(DATABASES)):
                if (Path(unpacked) / name).exists():
                    shutil.move(Path(unpacked) / name, paths[name])
        _sync(var)
    except (OSError, tarfile.TarError, sqlite3.Error) as error:
        raise BackupError(f"{path} was not restored: {error}") from error
    return made


def _write(var: Path, making: Path, path: Path) -> None:
    for name in DATABASES:
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


def _unpack(path: Path, folder: Path) -> datetime.datetime:
    """When the backup was made."""
    with tarfile.open(path) as tar:
        members = {member.name: member for member in tar.getmembers()}
        if not set(DATABASES) <= members.keys() <= {*DATABASES, KEY}:
            raise BackupError(f"{path} is no backup of Plainsite: it has other files in it")
        for name, member in members.items():
            source = tar.extractfile(member)
            if source is None:
                raise BackupError(f"{path} is no backup of Plainsite: {name} is no file")
            with open(folder / name, "xb", opener=_private) as target:
                target.write(source.read())
                os.fsync(target.fileno())
    for name in DATABASES:
        with closing(sqlite3.connect(folder / name)) as database:
            ((answer,),) = database.execute("PRAGMA integrity_check(1)").fetchall()
        if answer != "ok":
            raise BackupError(f"{name} in {path} is damaged: {answer}")
    return datetime.datetime.fromtimestamp(members[DATABASES[0]].mtime, datetime.UTC)


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
