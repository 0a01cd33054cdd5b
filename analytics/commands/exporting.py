"""`build.py data export`: what is published of the counters, as a file."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from pathlib import Path

import click

from analytics.commands.counted import opened
from analytics.commands.imports import DAY_TYPE
from analytics.exports.forms import FORMS, MISSING, is_there
from analytics.exports.table import Asked, AskedError, Row, rows_of
from policy.failures import Refusal
from policy.places import Places

__all__ = ["export"]


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--from", "first", type=DAY_TYPE, metavar="DAY", help="From this day on.")
@click.option("--to", "last", type=DAY_TYPE, metavar="DAY", help="To this day.")
@click.pass_obj
def export(places: Places, file: Path, first: datetime | None, last: datetime | None) -> None:
    """Write what the reports tell of all days that have ended into FILE: .csv or .parquet.

    Small numbers are left out as in the reports. The service may run meanwhile.
    """
    form = file.suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise Refusal(f"{file} ends neither in .csv nor in .parquet", "say which it should be")
    if not is_there(form):
        raise Refusal("pyarrow is not installed", MISSING)
    with opened(places) as found:
        clock = found.clock
        asked = _asked(first, last, clock.zone, int(clock.moment().timestamp()) // 3600)
        rows = _RowsCounted(rows_of(found.counters, asked))
        with _whole(file) as waiting, waiting.open("xb") as out:
            out.writelines(FORMS[form](rows))
    click.echo(f"{file}: {rows.number:,} rows of days that have ended")


def _asked(first: datetime | None, last: datetime | None, zone: tzinfo, now_hour: int) -> Asked:
    days = (first.date() if first else date.min, last.date() if last else date.max)
    try:
        return Asked(*days, zone, now_hour)
    except AskedError as error:
        raise Refusal(str(error), "write the earlier day after --from") from None


class _RowsCounted:
    """Parts of a table, and how many rows they had."""

    def __init__(self, parts: Iterable[Sequence[Row]]) -> None:
        self._parts, self.number = parts, 0

    def __iter__(self) -> Iterator[Sequence[Row]]:
        for part in self._parts:
            self.number += len(part)
            yield part


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """A file that appears whole, or not at all, where `file` leads to. What fails is told of the
    name that was typed."""
    try:
        target = _target(file)
        waiting = target.with_name(f".export-{secrets.token_hex(4)}")
        try:
            yield waiting
            waiting.replace(target)
        finally:
            waiting.unlink(missing_ok=True)
    except OSError as error:
        hint = "see what stands there, and who may read and write it"
        raise Refusal(f"{file}: {error.strerror or error}", hint) from error


def _target(file: Path) -> Path:
    """Where links lead to, from one to the next. Raises OSError, also where they lead nowhere."""
    target = Path(os.path.realpath(file))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is no file that can be replaced")
    return target
