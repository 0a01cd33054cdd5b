"""`build.py build` and `build.py check`."""

from __future__ import annotations

import datetime
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

import generator
from generator import PictureWork
from generator.publish import Compression
from generator.timing import Record, recording
from policy.failures import Refusal
from policy.fault_json import succeeded
from policy.fault_text import FaultText
from policy.faults import Fault, Faults
from policy.manifest import read_build
from policy.places import Places

if TYPE_CHECKING:
    from generator.prepare import Ready

__all__ = ["Builder", "build", "build_and_say", "check", "release_and_say"]


MOST_NAMED = 5


class Order(Protocol):
    """What a preview wants built: where, with drafts or without, and as of which day."""

    @property
    def out(self) -> Path: ...
    @property
    def drafts(self) -> bool: ...
    @property
    def today(self) -> datetime.date | None: ...
    @property
    def changed(self) -> frozenset[str] | None: ...


def _note_format(context: click.Context, _: click.Parameter, value: str) -> str:
    """Whatever ends the command is told in this form, too."""
    context.meta["format"] = value
    return value


with_format = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    is_eager=True,
    callback=_note_format,
    help="json tells faults, warnings and figures to programs (docs/commands.md).",
)


@click.command()
@click.option("--drafts", is_flag=True, help="Build drafts and pages with a later date too.")
@click.option(
    "--release",
    "folder",
    is_flag=False,
    flag_value="",
    metavar="[DIR]",
    help="Make .br and .gz as small as they get, which is slow for what changed. With DIR, also"
    " make that folder anew, whole, for a host that only sends files.",
)
@with_format
@click.option("--profile", is_flag=True, help="Say where the time went, and the slowest pages.")
@click.option(
    "--due",
    is_flag=True,
    help="Build only where a page should have come or gone since the last build.",
)
@click.pass_obj
def build(  # noqa: PLR0913, PLR0917  (its options)
    places: Places, drafts: bool, folder: str | None, form: str, profile: bool, due: bool
) -> None:
    """Build the site into public/. On a fault, public/ stays as it was."""
    if due and (said := nothing_is_due(places, time.time())):
        click.echo(said, err=form == "json")
        return
    is_release = folder is not None
    compression = Compression.BEST if is_release else Compression.FAST
    record = build_and_say(places, drafts=drafts, compression=compression, form=form)
    if profile:
        click.echo(record.as_text(), err=form == "json")
    if folder:
        release_and_say(places, Path(folder), form)


@click.command()
@with_format
@click.option(
    "--external", is_flag=True, help="Ask other sites whether links to them lead anywhere."
)
@click.option(
    "--max-age",
    type=click.FloatRange(0),
    default=7.0,
    metavar="DAYS",
    show_default=True,
    help="With --external: how long a good answer holds.",
)
@click.pass_obj
def check(places: Places, form: str, external: bool, max_age: float) -> None:
    """Look for faults in the site, and write nothing."""
    with PictureProgress() as progress:
        report = generator.check(
            places.root,
            pictures=PictureWork(places.var, progress=progress),
            published=places.public,
            look_on=partial(_look_outside, places, max_age) if external else lambda _: (),
        )
    if form == "json":
        click.echo(succeeded(places.root, {"pages": report.pages}, report.warnings))
        return
    _warn(places.root, report)
    click.echo(f"No faults in {report.pages} pages.")


def _look_outside(places: Places, max_age: float, ready: Ready) -> tuple[Fault, ...]:
    """Ask other sites. Raises `Faults` for links to what is gone; the rest are warnings."""
    # Nothing else asks other machines.
    from generator.external.asking import Limits, ask  # noqa: PLC0415  (as said)
    from generator.external.links import external_links, told  # noqa: PLC0415  (as said)

    links = external_links(ready)
    limits = Limits(kept=max_age * 86_400)
    with PictureProgress("Links to other sites: {} of {} asked") as progress:
        answers = ask(links, places.var / "external-links.json", limits, progress)
    faults, warnings = told(links, answers)
    if faults:
        raise Faults([*faults])
    return tuple(warnings)


def build_and_say(
    places: Places,
    *,
    drafts: bool,
    compression: Compression = Compression.FAST,
    form: str = "text",
) -> Record:
    """Build, and say what was done, which is returned. Raises `Faults`."""
    start = time.perf_counter()
    pages = PictureProgress("Pages: {} of {} made")
    with PictureProgress() as progress, pages as heard, recording(Record(heard)) as record:
        builder = generator.Builder(
            places.root,
            places.public,
            cache=places.var / "build.cache",
            pictures=PictureWork(places.var, progress=progress),
        )
        built = builder.build(drafts=drafts, compression=compression, waiting=_say_that_it_waits)
    record.seconds = seconds = time.perf_counter() - start
    if form == "json":
        names = ("pages", "written", "unchanged", "removed")
        figures = {name: getattr(built, name) for name in names}
        told = succeeded(places.root, {**figures, "seconds": round(seconds, 3)}, built.warnings)
        click.echo(told)
        return record
    _warn(places.root, built)
    click.echo(
        f"Built {built.pages} pages in {seconds:.2f} s: "
        f"{built.written} files written, {built.unchanged} unchanged, {built.removed} removed."
    )
    _say_what_changed(record, built)
    return record


def _say_what_changed(record: Record, built: generator.Built) -> None:
    """Which pages were made anew, where it is not all of them, and how many warnings there were."""
    made = sorted(each.url for each in record.pages)
    if made and len(made) < built.pages:
        others = f" and {len(made) - MOST_NAMED} more" if len(made) > MOST_NAMED else ""
        click.echo(f"Made anew: {', '.join(made[:MOST_NAMED])}{others}.")
    if built.warnings:
        number = len(built.warnings)
        click.echo(f"{number} warning{'s' if number > 1 else ''}, above: nothing stops, but look.")


def nothing_is_due(places: Places, now: float) -> str:
    """Until when the site stays as it was built last; "" where it was not, or should have changed.
    `now` is in seconds since 1970."""
    try:
        changes_at = read_build(places.public).changes_at
    except Faults:
        return ""
    if not changes_at:
        return "Nothing is due: no page comes or goes by itself."
    if now >= changes_at:
        return ""
    moment = datetime.datetime.fromtimestamp(changes_at, datetime.UTC)
    return f"Nothing is due before {moment:%Y-%m-%d %H:%M:%S} UTC."


def release_and_say(places: Places, folder: Path, form: str = "text") -> None:
    """Make a folder for a host of what is in public/, and say so. Raises `Faults`."""
    # No other build needs it.
    from generator.outputs.redirects import files_for_hosts  # noqa: PLC0415  (as said)
    from generator.publish.release import release  # noqa: PLC0415  (as said)
    from policy import read_site  # noqa: PLC0415  (as said)

    added = files_for_hosts(read_site(places.root))
    number = release(places.public, folder, added, waiting=_say_that_it_waits)
    click.echo(f"Released into {folder}: {number} files.", err=form == "json")


class Builder:
    """Builds a site again and again, for a preview, and remembers each place it builds into."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._builders: dict[Path, generator.Builder] = {}

    def __call__(self, order: Order) -> generator.Built:
        """Build what is ordered. Raises `Faults`, and `Refusal` where the site is gone."""
        if not self._places.root.is_dir():
            # Nothing may be written where somebody is about to put it back.
            message = f"the site's folder is not there: {self._places.root}"
            raise Refusal(message, "put it back, and the preview goes on")
        if order.out != self._places.public:
            # It may be the first that is there, and is nobody else's to read.
            self._places.var.mkdir(mode=0o700, parents=True, exist_ok=True)
        builder = self._builders.get(order.out)
        if builder is None:
            # Nobody waits for AVIF after each save.
            work = PictureWork(originals=True)
            # To write all down after each save would take longer than the build.
            builder = generator.Builder(
                self._places.root,
                order.out,
                cache=self._cache(order.out),
                later=True,
                pictures=work,
            )
            self._builders[order.out] = builder
        return builder.build(
            drafts=order.drafts,
            today=order.today,
            compression=Compression.NONE,  # They go no way to be small for.
            waiting=_say_that_it_waits,
            changed=order.changed,
        )

    def close(self) -> None:
        """Write down what the next one, or a build, can begin with."""
        for builder in self._builders.values():
            builder.close()

    def _cache(self, out: Path) -> Path:
        """That of a build into public/; another place has its own."""
        folder = self._places.var if out == self._places.public else out.parent
        return folder / "build.cache"


UNWATCHED_SECONDS = 15


class PictureProgress:
    """Says how many pictures are made, or what else is counted, where that takes longer than a
    second, or where nobody watches, than a quarter minute."""

    def __init__(self, words: str = "Pictures: {} of {} made") -> None:
        self._words = words
        self._begun = self._said = 0.0
        self._is_seen = sys.stderr.isatty() and not os.environ.get("CI")

    def __enter__(self) -> Callable[[int, int], None]:
        return self._say

    def __exit__(self, *_: object) -> None:
        if self._said and self._is_seen:
            click.echo(err=True)

    def _say(self, made: int, total: int) -> None:
        now = time.monotonic()
        self._begun = self._begun or now
        # On a terminal the line is written over; elsewhere, as in a log, one a quarter minute does.
        pause = 0.1 if self._is_seen else UNWATCHED_SECONDS
        wait = 1 if self._is_seen else pause
        if now - self._begun < wait or (now - self._said < pause and made < total):
            return
        self._said = now
        text = self._words.format(made, total)
        click.echo(f"\r{text}" if self._is_seen else text, nl=not self._is_seen, err=True)


def _say_that_it_waits() -> None:
    click.echo("Another build is at work in public/. Waiting for it; Ctrl-C stops.", err=True)


def _warn(root: Path, built: generator.Built) -> None:
    if built.warnings:
        text = FaultText.on(sys.stderr, root)
        click.echo(text.all(built.warnings, "warning", sources=False), err=True)
