"""The generator: content, templates and a site's declarations become `public/`."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import generator.check  # noqa: F401  (imported later, it would take the place of the function)
from generator.asked import Asked
from generator.building import Builder, Built, PictureWork, scan_of

if TYPE_CHECKING:
    from generator.prepare import Ready
    from policy import Fault

__all__ = ["Builder", "Built", "PictureWork", "build", "check"]


def build(  # noqa: PLR0913  (each is given by its name)
    root: Path,
    out: Path,
    *,
    drafts: bool = False,
    today: datetime.date | None = None,
    waiting: Callable[[], None] = lambda: None,
    pictures: PictureWork | None = None,
) -> Built:
    """Build a site from nothing, as a `Builder` does that remembers nothing."""
    builder = Builder(root, out, pictures=pictures)
    return builder.build(drafts=drafts, today=today, waiting=waiting)


def check(  # noqa: PLR0913  (what can be asked)
    root: Path,
    *,
    drafts: bool = False,
    today: datetime.date | None = None,
    pictures: PictureWork | None = None,
    published: Path | None = None,
    look_on: Callable[[Ready], tuple[Fault, ...]] = lambda _: (),
) -> Built:
    """Find the faults that `build` into `published` would, and write nothing. Raises `Faults`.
    Where there are none, `look_on` looks at more, and returns warnings."""
    # A build that finds nothing changed needs none of them.
    from generator.ahead import faults_to_come  # noqa: PLC0415  (as said)
    from generator.check.feed_ids import feed_id_warnings  # noqa: PLC0415  (as said)
    from generator.check.redirects import vanished_since  # noqa: PLC0415  (as said)
    from generator.outputs.pictures import look_at_pictures  # noqa: PLC0415  (as said)
    from generator.pictures.cache import opened_cache  # noqa: PLC0415  (as said)
    from generator.prepare import prepare  # noqa: PLC0415  (as said)

    root, began = root.resolve(), time.time_ns()
    when = today or datetime.datetime.now(tz=datetime.UTC)
    asked = Asked(root, root, drafts, when, began, scan_of(root))
    ready = prepare(asked, None, lambda _outputs: None)
    pictures = pictures or PictureWork()
    with opened_cache(pictures.var or root / "var") as cache:
        look_at_pictures(ready, cache, pictures.progress)
    state = ready.state
    lost: tuple[Fault, ...] = ()
    if published:
        lost = vanished_since(published, ready.site, ready.content)
        lost += tuple(feed_id_warnings(published, ready.site, ready.content))
    more = (*lost, *look_on(ready), *faults_to_come(asked, state))
    return Built(len(state.made), 0, 0, 0, (*state.warnings, *more))
