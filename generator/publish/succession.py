"""The build that follows the standing one: what stays of it, what is new, what retires."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.publish.packing import PACKING
from generator.publish.staging import Staged
from policy.lazy_json import Entries, compact
from policy.manifest import FILES, PAGES, VARIANTS, Build, File, Page
from policy.slots import Slots

__all__ = ["About", "Keeping", "following", "joined", "left_paths"]


@dataclass(frozen=True)
class About:
    """What a manifest says besides its files: see `policy.manifest.Build`.

    Where `pages` are None, what was said of those that stay is said again, but for `sources`: what
    they were made of, by their addresses.
    """

    register: int
    pages: Mapping[str, Page] | None
    assets: Mapping[str, str]
    redirects: Mapping[str, str]
    gone: frozenset[str] = frozenset()
    changes_at: int = 0
    experiments: tuple[Slots, ...] = ()
    look: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Keeping:
    """For how many days an asset that no page asks for any more is kept, and what day it is."""

    days: int
    today: datetime.date

    def retired(self, file: File) -> File | None:
        """An asset that no page asks for any more, as the manifest has it; None where it goes.

        Whatever the clock says, it outlives the build that stops using it, and can go only at a
        later one.
        """
        # A day to come is the mark of a clock that was ahead: it counts from now.
        since = min(file.retired or self.today, self.today)
        if not file.immutable or (self.today - since).days > self.days:
            return None
        return replace(file, retired=since)


def joined(made: Iterable[Staged]) -> Staged:
    """Everything that was staged, wherever."""
    whole = Staged()
    for each in made:
        whole.files.update(each.files)
        whole.stored.update(each.stored)
        whole.written.update(each.written)
        whole.folders.update(each.folders)
    return whole


def following(
    standing: Build | None,
    made: Staged,
    kept: frozenset[str],
    about: About,
    retired: Callable[[File], File | None],
) -> tuple[Build, frozenset[str]]:
    """The next build: what was made, and of the standing one what is kept, by its addresses. And
    the addresses of which files may differ.

    What is neither goes, unless `retired` says how it stays.
    """
    old = standing or Build(0, {}, {}, {}, {}, {})
    pages, files = Entries.of(PAGES, old.pages), Entries.of(FILES, old.files)
    variants = Entries.of(VARIANTS, old.variants)
    gone = files.names - kept
    new_files = dict(_used_again(files, kept))
    for address in gone - {address for address, _ in made.files}:
        if stays := retired(files[address]):
            new_files[address] = FILES.line(stays)
    new_files |= {address: line for (address, audience), line in made.files.items() if not audience}
    new_variants = dict(_new_variants(variants, made, kept))
    if about.pages is None:
        edited = {
            address: PAGES.line(replace(pages[address], source=source))
            for address, source in about.sources.items()
            if address in pages and pages[address].source != source
        }
        pages = pages.changed(edited, gone - new_files.keys())
    else:
        said = {address: PAGES.line(page) for address, page in about.pages.items()}
        pages = pages.changed(said, pages.names - said.keys())
    build = Build(
        about.register,
        pages,
        files.changed(new_files, gone - new_files.keys()),
        variants.changed(new_variants, gone - new_variants.keys()),
        dict(about.assets),
        dict(about.redirects),
        PACKING,
        gone=about.gone,
        changes_at=about.changes_at,
        experiments=about.experiments,
        look=about.look,
    )
    return build, gone | new_files.keys() | new_variants.keys()


def left_paths(old: Build | None, new: Build, changed: Iterable[str]) -> set[str]:
    """The paths at which the old build has files of these addresses, and the new one has none."""
    if old is None:
        return set()
    left: set[str] = set()
    stays: set[str] = set()
    for before, after in ((old.files, new.files), (old.variants, new.variants)):
        if before is not after:
            for address in changed:
                left.update(_paths(before, address))
                stays.update(_paths(after, address))
    return left - stays


def _paths(part: Mapping[str, Any], address: str) -> Iterator[str]:
    entry = part.get(address, {})
    for file in (entry,) if isinstance(entry, File) else entry.values():
        yield from (stored.path for stored in file.stored)


def _new_variants(
    old: Entries[Mapping[str, File]], made: Staged, kept: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The lines of those of which any was made."""
    changed: dict[str, dict[str, str]] = {}
    for (address, audience), line in made.files.items():
        if audience:
            changed.setdefault(address, {})[audience] = line
    for address, lines in changed.items():
        stayed = json.loads(old.line(address)) if address in kept and address in old else {}
        whole = {audience: compact(each) for audience, each in stayed.items()} | lines
        inside = ",".join(f"{compact(audience)}:{whole[audience]}" for audience in sorted(whole))
        yield address, f"{{{inside}}}"


def _used_again(files: Entries[File], kept: Collection[str]) -> Iterator[tuple[str, str]]:
    """Assets that had retired."""
    for address in files.holding('"retired":'):
        if address in kept and (file := files[address]).retired:
            yield address, FILES.line(replace(file, retired=None))
