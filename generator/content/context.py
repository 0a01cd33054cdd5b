"""What reading a page depends on besides its file."""

from __future__ import annotations

import hashlib

from generator.content.library import Others
from policy import Site

__all__ = ["reading_context"]


def reading_context(site: Site, others: Others) -> bytes:
    """A digest of it: what was read under another is read again."""
    folder = site.root / "templates"
    files = (path for path in folder.rglob("*.html") if path.is_file())
    layouts = sorted(path.relative_to(folder).as_posix() for path in files)
    made_of = (
        site.settings.feed,
        site.settings.all_languages.tags,
        site.settings.downloads,
        site.settings.timezone,
        site.sections,
        site.blocks,
        site.taxonomies,
        site.register.features,
        site.audiences.names,
        site.audiences.default,
        site.experiments,
        sorted(site.forms),
        sorted(others.pages),
        others.reserved,
        layouts,
    )
    return hashlib.blake2b(repr(made_of).encode(), digest_size=16).digest()
