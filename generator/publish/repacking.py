"""Files that stay as they are, and are to be smaller than they are: a release after a preview."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor

from generator.publish.packing import PACKING, Compression
from generator.publish.staging import Staged, Stager
from policy.lazy_json import Entries
from policy.manifest import FILES, VARIANTS, Build, File

__all__ = ["repacked"]

_MARKS = {Compression.FAST: '"compression":', Compression.BEST: '"compression":"best"'}


def repacked(
    stager: Stager, standing: Build | None, kept: Collection[str], made: Staged
) -> Iterator[Staged]:
    """The encodings that kept files lack. Raises OSError, and Unpublished."""
    if standing is None:
        return
    lacking = [
        (address, audience, file)
        for address, audience, file in _candidates(stager.compression, standing)
        if address in kept and (address, audience) not in made.files and stager.lacks(file)
    ]
    if lacking:
        with ThreadPoolExecutor() as pool:  # compression lets go of the interpreter's lock
            yield from pool.map(lambda each: stager.pack(*each), lacking)


def _candidates(compression: Compression, build: Build) -> Iterator[tuple[str, str, File]]:
    """Every file, where the manifest does not say of each that it is as small as it is to be.

    It is searched, not read: nearly always it does.
    """
    mark = _MARKS.get(compression, "")
    parts = (Entries.of(FILES, build.files), Entries.of(VARIANTS, build.variants))
    if build.packing == PACKING and all(
        not mark or each.text.count(mark) == each.text.count('"path":') for each in parts
    ):
        return
    for address, file in build.files.items():
        yield address, "", file
    for address, variants in build.variants.items():
        for audience, file in variants.items():
            yield address, audience, file
