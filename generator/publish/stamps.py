"""Which bytes a file holds, without reading those that nobody touched since they were read.

A file is known by its digest. Its stamp says whether it is still the file that was read; one that
changed so lately that its times could not tell is read again (the "racy" files of git's index).
The stamps stand beside `public/`, not in it: they are this machine's own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from generator.publish.disk import Disk
from generator.publish.tree import Stamp, stamp_of
from policy.manifest import digest_of

__all__ = ["Stamps"]

FORM = 1
UNSURE_NS = 100_000_000
"""File systems tell times apart by 10 ms at worst; ten times that is on the safe side."""


class Stamps:
    """The digests of the files in `out`, of which `seen` has the stamps by path."""

    def __init__(self, out: Path, seen: Mapping[str, Stamp]) -> None:
        self._out = out
        self._file = out.with_name(f".{out.name}.stamps")
        self._seen = seen
        self._before = self._read()
        self._known: dict[str, tuple[Stamp, str]] = {}

    def digest(self, path: str) -> str | None:
        """The digest of the file's bytes; None where there is no plain file. Raises OSError."""
        stamp = self._seen.get(path)
        if stamp is None:
            return None
        known = self._before.get(path)
        if known is None or known[0] != stamp:
            known = (stamp, digest_of((self._out / path).read_bytes()))
        self._keep(path, *known)
        return known[1]

    def note(self, path: str, digest: str) -> None:
        """The file was written since, and holds these bytes now."""
        stamp = stamp_of(self._out / path)
        if stamp:
            self._keep(path, stamp, digest)

    def _keep(self, path: str, stamp: Stamp, digest: str) -> None:
        if stamp[3] < time.time_ns() - UNSURE_NS:
            self._known[path] = (stamp, digest)

    def save(self, disk: Disk, paths: Collection[str]) -> None:
        """Write down what is known of `paths`. Only time is lost where that cannot be done."""
        stated = {path: self._known[path] for path in sorted(paths) if path in self._known}
        if stated == self._before:
            return
        part = self._file.with_name(f"{self._file.name}.part")
        with suppress(OSError):
            disk.write(part, json.dumps({"form": FORM, "stamps": stated}).encode("ascii"))
            disk.move(part, self._file)

    def _read(self) -> dict[str, tuple[Stamp, str]]:
        try:
            stated = json.loads(self._file.read_bytes())
            if stated["form"] != FORM:
                return {}
            entries = stated["stamps"].items()
            return {path: ((i, s, m, c), digest) for path, ((i, s, m, c), digest) in entries}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return {}  # Missing, or not what was written: the files themselves are read.
