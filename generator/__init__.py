"""The generator: content, templates and a site's declarations become `public/`.

`build` reads as the order of the work: read, render, check, and only then write.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from generator.graph.scan import scanned
from generator.outputs.for_programs import files_for_programs
from generator.outputs.manifest import about, asset_outputs, file_outputs, page_outputs
from generator.outputs.pictures import (
    look_at_pictures,
    make_pictures,
    picture_outputs,
    wanted_pictures,
)
from generator.pictures.cache import opened_cache
from generator.pictures.making import Progress, no_progress
from generator.prepare import FOLDERS, Asked, Ready, prepare
from generator.publish import Keeping, Output, Unfinished, Unpublished, locked, write_site
from generator.recorded import Rendered
from policy import Fault, Faults

__all__ = ["Built", "PictureWork", "build", "check"]


@dataclass(frozen=True)
class PictureWork:
    """How pictures are made. What is made is kept in `var`, or in `var/` of the site's folder where
    that is None; `progress` hears how many are made, of how many. With `originals` none are made:
    pages show the files themselves, as a preview does."""

    var: Path | None = None
    originals: bool = False
    progress: Progress = no_progress


@dataclass(frozen=True)
class Built:
    """What a build did: pages rendered, files written, removed and left alone, and warnings."""

    pages: int
    written: int
    removed: int
    unchanged: int
    warnings: tuple[Fault, ...]


def build(  # noqa: PLR0913  (each is given by its name)
    root: Path,
    out: Path,
    *,
    drafts: bool = False,
    today: datetime.date | None = None,
    waiting: Callable[[], None] = lambda: None,
    pictures: PictureWork = PictureWork(),
) -> Built:
    """Build the site in `root` into `out`. Raises Unpublished, and then `out` is as it
    was; or Unfinished, and the new site is served.

    One build at a time: where another is at work in `out`, `waiting` is called and then waited.
    """
    with locked(out, waiting), opened_cache(pictures.var or root / "var") as cache:
        asked = replace(_asked(root, out, drafts, today), originals=pictures.originals)
        try:
            ready = prepare(asked, None, _outputs, lambda _address: False)
            make_pictures(ready, cache, pictures.progress)
            keeping = Keeping(ready.site.settings.keep_assets.days, asked.today)
            stated = about(ready.site, ready.content, ready.assets.urls, ready.state.made)
            # One picture after another is read: all of them can be more than the memory holds.
            outputs = chain(_all_outputs(ready, asked.today), picture_outputs(ready, cache))
            written = write_site(out, outputs, stated, keeping)
        except (Unpublished, Unfinished):
            raise
        except Faults as faults:
            raise Unpublished(faults.faults, out) from None
        cache.tidy({each.key for each in wanted_pictures(ready)})
    return Built(
        pages=len(ready.state.made),
        written=written.written,
        removed=written.removed,
        unchanged=written.unchanged,
        warnings=(*ready.state.warnings, *cache.warnings),
    )


def check(
    root: Path,
    *,
    drafts: bool = False,
    today: datetime.date | None = None,
    pictures: PictureWork = PictureWork(),
) -> Built:
    """Find the faults that `build` would, and write nothing. Raises `Faults`."""
    asked = _asked(root, root, drafts, today)
    ready = prepare(asked, None, lambda _rendered: None, lambda _address: False)
    with opened_cache(pictures.var or root / "var") as cache:
        look_at_pictures(ready, cache, pictures.progress)
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
