"""The only package that writes in `public/`.

Everything is in memory and checked before the first file is written. `plan` says which bytes are
missing there; `transaction` puts them in place, so that what is served is the old site or the new
one at every moment, however the build ends. `lock` lets one build in at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from generator.publish.disk import Disk
from generator.publish.lock import locked
from generator.publish.plan import About, Keeping, Output, Plan, planned
from generator.publish.refusals import Unfinished, Unpublished, refusal
from generator.publish.stamps import Stamps
from generator.publish.transaction import Transaction
from generator.publish.tree import look
from policy.manifest import BUILD_FILE, digest_of, to_json

__all__ = [
    "About",
    "Keeping",
    "Output",
    "Unfinished",
    "Unpublished",
    "Written",
    "locked",
    "write_site",
]


@dataclass(frozen=True)
class Written:
    """How many files were written, removed and left as they were."""

    written: int
    removed: int
    unchanged: int


def write_site(
    out: Path,
    outputs: Iterable[Output],
    about: About,
    keeping: Keeping,
    disk: Disk | None = None,
) -> Written:
    """Make `out` hold exactly these outputs, and `_build.json`; the caller holds the lock.

    Raises Unpublished where nothing has changed for who reads the site, and Unfinished where the
    new one is served and the next build will tidy up.
    """
    disk = disk or Disk()
    change = Transaction(out, disk)
    try:
        before = change.recover()
        tree = look(out)
        stamps = Stamps(out, tree.files)
        plan = planned(outputs, about, before, stamps.digest, keeping)
        stated = stamps.digest(BUILD_FILE) == digest_of(to_json(plan.build))
        change.stage(plan.missing)
        if plan.missing or not stated:
            change.commit(plan.build)
            tree = look(out)
        removed = change.prune(plan.build, tree)
    except KeyboardInterrupt:
        change.undo()
        raise
    except OSError as error:
        change.undo()
        faults = [refusal(error, out)]
        if change.switched:
            raise Unfinished(faults) from error
        raise Unpublished(faults, out) from error
    return _written(plan, stated=stated, removed=removed, stamps=stamps, disk=disk)


def _written(plan: Plan, *, stated: bool, removed: int, stamps: Stamps, disk: Disk) -> Written:
    digests = {each.path: each.digest for file in plan.build.all_files for each in file.stored}
    for path in plan.missing:
        stamps.note(path, digests[path])
    stamps.save(disk, {*digests, BUILD_FILE})
    written = len(plan.missing) + (not stated)
    return Written(written, removed, len(digests) + 1 - written)
