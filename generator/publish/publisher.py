"""One build's work on `public/`, from the lock to the last stranger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from generator.publish.aftermath import stamps_after, tidied
from generator.publish.disk import Disk
from generator.publish.lock import locked
from generator.publish.looking import Found, Look, look_without_stamps
from generator.publish.packing import Compression
from generator.publish.refusals import Unfinished, Unpublished, refusal
from generator.publish.repacking import repacked
from generator.publish.staging import Output, Staged, Stager
from generator.publish.stamps import Stamps, Table
from generator.publish.succession import About, Keeping, following, joined, left_paths
from generator.publish.transaction import Transaction
from policy.manifest import Build, File, check_of

__all__ = ["Publisher", "Written", "publisher"]


@dataclass(frozen=True)
class Written:
    """How many files were written, removed and left as they were."""

    written: int
    removed: int
    unchanged: int


@contextmanager
def publisher(
    out: Path,
    compression: Compression = Compression.FAST,
    *,
    waiting: Callable[[], None] = lambda: None,
    disk: Disk | None = None,
) -> Iterator[Publisher]:
    """Hold the folder `out`, finish what a killed build began, and publish there.

    `waiting` is called before a wait for another build. What ends the body before `commit` leaves
    `out` as it was. Raises Unpublished.
    """
    with locked(out, waiting):
        site = Publisher(out, compression, disk)
        try:
            yield site
            site.keep_what_was_learned()
        finally:
            site.close()


class Publisher:
    """Publishes in a folder whose lock is held. Raises Unpublished, and then what is served is as
    it was, or Unfinished, and then the new site is served and the next build will tidy up."""

    def __init__(
        self,
        out: Path,
        compression: Compression = Compression.FAST,
        disk: Disk | None = None,
    ) -> None:
        self._out = out
        self._disk = disk or Disk()
        self._change = Transaction(str(out), self._disk)
        self._look: Look | None = None
        self._standing: Build | None = None
        self._kept: Stamps | None = None
        self._stamps_file = out.with_name(f".{out.name}.stamps")
        with self._told():
            self._stamps = self._begin()
        self._stager = Stager(self._change, compression, self._standing, self._stamps.files)

    def _begin(self) -> Stamps:
        """Look at what is there, and finish what a stopped build began."""
        stamps = Stamps.read(self._stamps_file)
        self._found = Found(Table.of({}), Table.of({}))
        if stamps:
            self._look = Look(str(self._out), stamps)  # It needs time. The manifest is read in it.
        self._standing = self._change.recover()
        manifest = check_of(self._out)
        if stamps and self._standing and stamps.manifest == manifest:
            self._kept = stamps
            return stamps
        self._stop_looking()
        build = self._standing
        stored = (each for file in build.all_files for each in file.stored) if build else ()
        digests = {each.path: each.digest for each in stored}
        self._found = look_without_stamps(str(self._out), digests)
        return Stamps(self._found.files, self._found.folders, manifest)

    @property
    def standing(self) -> Build | None:
        """The build that is served now; None where none can be read."""
        return self._standing

    @property
    def mark(self) -> str:
        """What tells the standing build from every other; "" where there is none."""
        return check_of(self._out) if self._standing else ""

    @property
    def number_of_files(self) -> int:
        """How many files the standing build has, its manifest included."""
        return len(self._looked().files.paths) + 1

    def is_untouched(self) -> bool:
        """Whether the folder holds the standing build, whole, and nothing else."""
        found = self._looked()
        return self._standing is not None and not found.broken and not found.strangers

    def is_whole(self) -> bool:
        """Whether every file of the standing build is in its place."""
        return self._standing is not None and not self._looked().broken

    def intact(self, address: str, audience: str = "") -> bool:
        """Whether a file of the standing build is in its place, and its encodings with it."""
        build = self._standing
        if build is None or address not in build.files:
            return False
        if not audience and not self._looked().broken:
            return True
        try:
            file = build.variants[address][audience] if audience else build.files[address]
        except KeyError:
            return False
        return self._is_whole(file)

    def stage(self, outputs: Iterable[Output]) -> Staged:
        """Write outputs beside the site, with their encodings, where they are not in their place.

        Can be called in forked processes, at once: hand what they return to `commit`. Where one
        fails, or ends before it returns, do not commit.
        """
        with self._told():
            return self._stager.stage(outputs)

    def bytes_of(self, path: str, staged: Staged | None) -> bytes:
        """The bytes of a file, by its path: staged in this build, or in its place."""
        folder = f"{self._out}/{self._change.waiting}" if staged and path in staged.written else ""
        with self._told(), open(f"{folder or self._out}/{path}", "rb") as file:
            return file.read()

    def commit(
        self, made: Iterable[Staged], kept: Collection[str], about: About, keeping: Keeping
    ) -> Written:
        """Publish what was staged, and of the standing build what is at the addresses `kept`, which
        must be intact.

        All else goes, apart from assets that pages loaded before may ask for. An address that is
        in both keeps those of its variants that were not made.
        """
        with self._told():
            kept = frozenset(kept)
            whole = joined(made)
            whole = joined([whole, *repacked(self._stager, self._standing, kept, whole)])
            build, changed = following(
                self._standing, whole, kept, about, lambda file: self._retired(file, keeping)
            )
            gone = left_paths(self._standing, build, changed)
            is_new = build != self._standing
            if is_new or whole.written:
                self._change.commit(build, whole.written)
            self._change.switched = True
            self._standing = build
            found = self._looked()
            stamps, unsure = stamps_after(self._out, found, whole, gone, self._change)
            unnamed = {*gone, *found.strangers}
            stamps, removed = tidied(self._out, stamps, unsure, unnamed, self._change)
            self._keep(stamps)
        written = len(whole.written) + is_new
        return Written(written, removed, len(stamps.files.paths) + 1 - written)

    def close(self) -> None:
        """Give back what is held. What was not committed is gone."""
        self._stop_looking()
        self._change.undo()

    def keep_what_was_learned(self) -> None:
        """Where nothing was committed: the next build need not learn it again."""
        found = self._found
        if self._change.switched or self._look or not self._standing:
            return
        if not found.broken and not found.strangers:
            self._keep(Stamps(found.files, found.folders, ""))

    def _looked(self) -> Found:
        if self._look:
            with self._told():
                self._found = self._look.found()
            self._look = None
        return self._found

    def _retired(self, file: File, keeping: Keeping) -> File | None:
        return keeping.retired(file) if self._is_whole(file) else None

    def _is_whole(self, file: File) -> bool:
        broken = self._looked().broken
        return not broken or not any(each.path in broken for each in file.stored)

    def _keep(self, stamps: Stamps) -> None:
        """Write down what is known, where that is more than before."""
        kept = self._kept
        if kept and stamps.files is kept.files and stamps.folders is kept.folders:
            return
        replace(stamps, manifest=check_of(self._out)).save(self._stamps_file, self._disk)

    def _stop_looking(self) -> None:
        if self._look:
            self._look.close()
        self._look = None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in words what the system refuses."""
        try:
            yield
        except OSError as error:
            faults = [refusal(error, self._out)]
            if self._change.switched:
                raise Unfinished(faults) from error
            raise Unpublished(faults, self._out) from error
