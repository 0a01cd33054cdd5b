"""The only package that writes in `public/`.

`publisher` holds the folder and knows what stands there. Outputs are staged beside the site, by as
many processes as there are, and `commit` puts them in place, so that what is served is the old site
or the new one at every moment, however the build ends.
"""

from __future__ import annotations

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
]
