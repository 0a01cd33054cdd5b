"""The index that the search page reads in the visitor's browser, made by Pagefind of what everybody
may read.

Pagefind makes all of an index at once. So it runs only where something that can be found is another
than before, which each page's digest tells (`generator.outputs.searchable`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator

from generator.content.timetable import Timetable
from generator.graph.state import Index, State
from generator.outputs.manifest import page_path
from generator.outputs.pagefind import index_of, pagefind_version
from generator.outputs.searchable import searchable
from generator.prepare import Ready
from generator.publish import Output, Publisher, Staged

__all__ = ["FOLDER", "SearchIndex"]

FOLDER = "/assets/search/"
"""Where the index stands. The names of assets have fingerprints, so none is one of these."""

_PUBLISHED = re.compile(
    r"pagefind\.js|pagefind-entry\.json|wasm\.[\w-]+\.pagefind"
    r"|(?P<named>pagefind\.[\w-]+\.pf_meta|(?:index|fragment|filter)/[\w-]+\.pf_\w+)"
)
"""What Pagefind's program asks for, and not its ready-made pages. What is `named` has a digest of
its bytes in its name."""


class SearchIndex:
    """The index of a site that was prepared, beside that of the build before."""

    def __init__(self, site: Publisher, ready: Ready, before: State | None) -> None:
        self._site = site
        self._ready = ready
        self._old = before.index if before else None
        hidden = _hidden(ready)
        found = {
            url: digest
            for url, digest in ready.state.made.searchable.items()
            # What ends in .html tells that a page is missing.
            if url not in hidden and not url.endswith(".html")
        }
        self._pages = sorted(found)
        told = "\n".join(f"{url} {found[url].hex()}" for url in self._pages)
        made_by = f"{pagefind_version()}\n{told}"
        self._digest = hashlib.blake2b(made_by.encode(), digest_size=16).digest()

    @property
    def is_as_before(self) -> bool:
        """Whether the index that is there still holds.

        A preview keeps the one that it has: to make it after each save would take longer than all
        else.
        """
        old = self._old
        if old is None or not all(self._site.intact(each) for each in old.addresses):
            return False
        return old.digest == self._digest or self._ready.state.originals

    def made(self) -> tuple[Index, Staged]:
        """The index, and its files, staged. Raises `Faults`."""
        if self._old is not None and self.is_as_before:
            return self._old, Staged()
        files = dict(self._files())
        outputs = (
            Output(FOLDER + name, f"{FOLDER}{name}"[1:], data, immutable=_is_named(name))
            for name, data in files.items()
        )
        staged = self._site.stage(outputs)
        return Index(self._digest, frozenset(FOLDER + name for name in files)), staged

    def _files(self) -> Iterator[tuple[str, bytes]]:
        """What is published of it, by its name in the folder."""
        for name, data in sorted(index_of(list(self._texts())).items()):
            if _PUBLISHED.fullmatch(name):
                yield name, _in_order(data) if name.endswith(".json") else data

    def _texts(self) -> Iterator[tuple[str, str]]:
        staged = {each.url: each.staged for each in self._ready.outcomes}
        for url in self._pages:
            html = self._site.bytes_of(page_path(url), staged.get(url)).decode("utf-8")
            yield url, searchable(html)


def _hidden(ready: Ready) -> frozenset[str]:
    """The addresses of pages that not everybody may find: what waits, and what no list has."""
    content, state = ready.content, ready.state
    times = Timetable(content.read, state.now, state.site.settings.zone)
    waiting = times.waiting if state.drafts else ()
    unlisted = (url for url, page in content.pages.items() if page.given.get("unlisted"))
    return frozenset((*(page.url for page in waiting), *unlisted))


def _is_named(name: str) -> bool:
    found = _PUBLISHED.fullmatch(name)
    return bool(found and found["named"])


def _in_order(data: bytes) -> bytes:
    """Pagefind writes languages in any order."""
    return json.dumps(json.loads(data), sort_keys=True, ensure_ascii=False).encode()
