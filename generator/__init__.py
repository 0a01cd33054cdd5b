"""The generator: content, templates and a site's declarations become `public/`.

`build` reads as the order of the work: read, render, check, and only then write.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.graph.scan import scanned
from generator.outputs.for_programs import files_for_programs
from generator.outputs.manifest import about, asset_outputs, file_outputs, page_outputs
from generator.prepare import FOLDERS, Asked, Ready, prepare
from generator.publish import Keeping, Output, Unpublished, locked, write_site
from generator.recorded import Rendered
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
    with locked(out, waiting):
        asked = _asked(root, out, drafts, today)
        try:
            ready = prepare(asked, None, _outputs, lambda _address: False)
        except Faults as faults:
            raise Unpublished(faults.faults, out) from None
        keeping = Keeping(ready.site.settings.keep_assets.days, asked.today)
        stated = about(ready.site, ready.content, ready.assets.urls, ready.state.made)
        written = write_site(out, _all_outputs(ready, asked.today), stated, keeping)
    return Built(
        pages=len(ready.state.made),
        written=written.written,
        removed=written.removed,
        unchanged=written.unchanged,
        warnings=ready.state.warnings,
    )


def check(root: Path, *, drafts: bool = False, today: datetime.date | None = None) -> Built:
    """Find the faults that `build` would, and write nothing. Raises `Faults`."""
    asked = _asked(root, root, drafts, today)
    ready = prepare(asked, None, lambda _rendered: None, lambda _address: False)
    return Built(len(ready.state.made), 0, 0, 0, ready.state.warnings)


def _asked(root: Path, out: Path, drafts: bool, today: datetime.date | None) -> Asked:
    root = root.resolve()
    today = today or datetime.datetime.now(tz=datetime.UTC).date()
    return Asked(root, out, drafts, today, scanned(root, FOLDERS))


def _outputs(rendered: Rendered) -> list[Output]:
    return list(page_outputs(rendered))


def _all_outputs(ready: Ready, today: datetime.date) -> list[Output]:
    outputs = [*asset_outputs(ready.assets), *file_outputs(ready.files)]
    outputs.extend(output for each in ready.outcomes for output in each.handed)
    programs = files_for_programs(ready.site, ready.content, today)
    outputs.extend(Output(address, address.lstrip("/"), data) for address, data in programs.items())
    return outputs
