"""A site built again and again, in one folder: each time, what depends on what has changed."""

from __future__ import annotations

import datetime
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generator.asked import Asked
from generator.graph.memory import Memory
from generator.graph.scan import Scan, scanned, scanned_again
from generator.graph.state import Head, State
from generator.publish import Compression, Publisher, Unfinished, Unpublished, publisher
from generator.timing import step
from generator.workers import WorkerDied
from policy.faults import Fault, Faults

if TYPE_CHECKING:
    from generator.prepare import Ready
    from generator.publish import Written

__all__ = ["Builder", "Built", "PictureWork", "scan_of"]

FOLDERS = ("content", "templates", "site")


@dataclass(frozen=True)
class PictureWork:
    """How pictures are made. What is made is kept in `var`, or in `var/` of the site's folder where
    that is None; `progress` hears how many are made, of how many. With `originals` none are made:
    pages show the files themselves, as a preview does."""

    var: Path | None = None
    originals: bool = False
    progress: Callable[[int, int], None] = lambda _made, _total: None


@dataclass(frozen=True)
class Built:
    """What a build did: pages of the site, files written, removed and left alone, and warnings."""

    pages: int
    written: int
    removed: int
    unchanged: int
    warnings: tuple[Fault, ...]


class Builder:
    """Builds the site in `root` into `out`.

    What it knows of the build before is kept in memory, and in the file `cache` where one is given:
    after each build, or with `later` when it is closed.
    `jobs` is the number of worker processes, by default that of the cores. One thread at a time.
    """

    def __init__(  # noqa: PLR0913  (each is given by its name)
        self,
        root: Path,
        out: Path,
        *,
        cache: Path | None = None,
        later: bool = False,
        jobs: int | None = None,
        pictures: PictureWork | None = None,
    ) -> None:
        self._root = root.resolve()
        self._out = out
        self._memory = Memory(cache, self._root, out, later=later)
        self._jobs = jobs
        self._pictures = pictures or PictureWork()
        self._scan: Scan | None = None

    def build(
        self,
        *,
        drafts: bool = False,
        today: datetime.date | None = None,
        compression: Compression = Compression.FAST,
        waiting: Callable[[], None] = lambda: None,
        changed: frozenset[str] | None = None,
    ) -> Built:
        """Build the site as it is now; or at the moment `today`, which has a zone, or at the end of
        that day. Raises Unpublished, and then `out` is as it was; or Unfinished, and the new site
        is served.

        Who knows that only the files `changed` have changed since the last call says so; else all
        are looked at.

        One build at a time: where another is at work in `out`, `waiting` is called and then waited.
        """
        when = today or datetime.datetime.now(tz=datetime.UTC)
        with _no_collection(), publisher(self._out, compression, waiting=waiting) as site:
            with step("looking at the stamps of files"):
                scan = self._scanned(changed)
            asked = Asked(
                self._root,
                self._out,
                drafts,
                when,
                began=time.time_ns(),
                scan=scan,
                jobs=self._jobs,
                originals=self._pictures.originals,
            )
            head = self._memory.head(site.mark)
            if head and head.holds(asked, compression.value) and site.is_untouched():
                return Built(head.pages, 0, 0, site.number_of_files, head.warnings)
            try:
                state, written = self._publish(site, asked)
            except Unfinished:
                self._memory.forget()
                raise
            with step("writing down what is known"):
                self._memory.keep(Head.of(state, site.mark, compression.value), state)
        return Built(
            pages=len(state.made),
            written=written.written,
            removed=written.removed,
            unchanged=written.unchanged,
            warnings=state.warnings,
        )

    def _scanned(self, changed: frozenset[str] | None) -> Scan:
        before, self._scan = self._scan, None
        if before is not None and changed is not None:
            self._scan = scanned_again(self._root, before, changed)
        if self._scan is None:
            self._scan = scan_of(self._root)
        return self._scan

    def close(self) -> None:
        """Write down what is known of the last build, where that was left for later."""
        self._memory.write()

    def _publish(self, site: Publisher, asked: Asked) -> tuple[State, Written]:
        # A build that finds nothing changed waits for none of these.
        from generator.outputs.pictures import PictureOutputs  # noqa: PLC0415  (as said)
        from generator.pictures.cache import opened_cache  # noqa: PLC0415  (as said)
        from generator.prepare import prepare  # noqa: PLC0415  (as said)
        from generator.put import put  # noqa: PLC0415  (as said)

        with step("reading what was known"):
            before = self._memory.state(site.mark)
        work = self._pictures
        with opened_cache(work.var or self._root / "var") as cache:
            try:
                ready = prepare(asked, before, site.stage, site)
                pictures = PictureOutputs(ready, site.intact, cache)
                with step("making pictures"):
                    pictures.make(work.progress)
                lost = _lost(site, ready, self._out)
                with step("publishing"):
                    written = put(site, ready, before, pictures)
            except (Unpublished, Unfinished):
                raise
            except WorkerDied:
                message = "a process that rendered pages was ended from outside"
                hint = "build again; where it happens again, there is too little memory"
                raise Unpublished([Fault("content", None, message, hint)], self._out) from None
            except Faults as faults:
                raise Unpublished(faults.faults, self._out, faults.epilogue) from None
            pictures.tidy()
            state = ready.state
            state.warnings = (*state.warnings, *lost, *cache.warnings)
        return state, written


def _lost(site: Publisher, ready: Ready, out: Path) -> tuple[Fault, ...]:
    """Warnings for pages that are published now, and will not be, or will be new to readers."""
    from generator.check.feed_ids import feed_id_warnings  # noqa: PLC0415  (as above)
    from generator.check.redirects import vanished_warnings  # noqa: PLC0415  (as above)

    if site.standing is None or not ready.is_listed_anew:
        return ()
    vanished = vanished_warnings(site.standing.pages, ready.site, ready.content)
    return (*vanished, *feed_id_warnings(out, ready.site, ready.content))


@contextmanager
def _no_collection() -> Iterator[None]:
    """A build makes many values that live as long as it does, and hardly one in a circle: looking
    for those again and again takes a third of its time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def scan_of(root: Path) -> Scan:
    """The stamps of all that a site is made of."""
    return scanned(root, FOLDERS)
