"""The only package that writes in `public/`.

`publisher` holds the folder and knows what stands there. Outputs are staged beside the site, by as
many processes as there are, and `commit` puts them in place, so that what is served is the old site
or the new one at every moment, however the build ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from generator.publish.disk import Disk
from generator.publish.lock import locked
from generator.publish.packing import Compression
from generator.publish.publisher import Publisher, Written, publisher
from generator.publish.refusals import Unfinished, Unpublished, Unreleased
from generator.publish.staging import Output, Staged
from generator.publish.succession import About, Keeping

__all__ = [
    "About",
    "Compression",
    "Keeping",
    "Output",
    "Publisher",
    "Staged",
    "Unfinished",
    "Unpublished",
    "Unreleased",
    "Written",
    "locked",
    "publisher",
    "write_site",
]


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
    site = Publisher(out, Compression.FAST, disk)
    try:
        return site.commit([site.stage(outputs)], (), about, keeping)
    finally:
        site.close()
