"""What pages have for groups of visitors: known by its bytes when it is served."""

from __future__ import annotations

import hashlib
from pathlib import Path

from policy.manifest import File, audience_in, read_build

__all__ = ["for_groups_alone"]


def for_groups_alone(public: Path) -> frozenset[tuple[str, str]]:
    """The address of a page, and the SHA-256 of each file of it, in whatever encoding, that is not
    that of everybody, too."""
    build, found = read_build(public), set[tuple[str, str]]()
    for page, files in build.variants.items():
        everybodys = [build.files[page]]
        everybodys += [file for key, file in files.items() if not audience_in(key)]
        groups = [file for key, file in files.items() if audience_in(key)]
        alone = _digests(public, groups) - _digests(public, everybodys)
        found |= {(page, digest) for digest in alone}
    return frozenset(found)


def _digests(public: Path, files: list[File]) -> set[str]:
    paths = {stored.path for file in files for stored in file.stored}
    return {hashlib.sha256((public / path).read_bytes()).hexdigest() for path in paths}
