"""The generator: content, templates and a site's declarations become `public/`.

`build` reads as the order of the work: read, render, check, and only then write.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.outputs.manifest import about, outputs
from generator.prepare import prepare
from generator.publish import Keeping, Unpublished, locked, write_site
from policy import Fault, Faults

__all__ = ["Built", "build", "check"]


@dataclass(frozen=True)
class Built:
    """What a build did: pages rendered, files written, removed and left alone, and warnings."""

    pages: int
    written: int
    removed: int
    unchanged: int
    warnings: tuple[Fault, ...]


def build(
    root: Path,
    out: Path,
    *,
    drafts: bool = False,
    today: datetime.date | None = None,
    waiting: Callable[[], None] = lambda: None,
) -> Built:
    """Build the site in `root` into `out`. Raises Unpublished, and then `out` is as it
    was; or Unfinished, and the new site is served.

    One build at a time: where another is at work in `out`, `waiting` is called and then waited.
    """
    today = today or _today()
    with locked(out, waiting):
        try:
            ready = prepare(root, drafts=drafts, today=today)
        except Faults as faults:
            raise Unpublished(faults.faults, out) from None
        keeping = Keeping(ready.site.settings.keep_assets.days, today)
        written = write_site(out, outputs(ready, today), about(ready), keeping)
    return Built(
        pages=len(ready.rendered),
        written=written.written,
        removed=written.removed,
        unchanged=written.unchanged,
        warnings=ready.warnings,
    )


def check(root: Path, *, drafts: bool = False, today: datetime.date | None = None) -> Built:
    """Find the faults that `build` would, and write nothing. Raises `Faults`."""
    ready = prepare(root, drafts=drafts, today=today or _today())
    return Built(len(ready.rendered), 0, 0, 0, ready.warnings)


def _today() -> datetime.date:
    return datetime.datetime.now(tz=datetime.UTC).date()
