"""Which bytes the files of a build hold, without reading those that nobody touched since.

A file is known by its digest. Its stamp says whether it is still the file whose digest was taken.
One that changed so shortly before it was looked at that its time could not tell of the next change
has no stamp, and is read again (the "racy" files of git's index). The stamp of a folder says
whether a name came or went in it.

They stand beside `public/`, not in it: they are this machine's own. They name the manifest of
which they are true, and can be deleted: then every file is read.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from generator.publish.disk import Disk
from generator.publish.tree import Stamp
from policy.site_files import read_file

__all__ = ["ABSENT", "FOLDER", "UNSURE", "WIDTH", "Stamps", "Table", "sure"]

FORM = 2
UNSURE_NS = 100_000_000
"""File systems tell times apart by 10 ms at worst; ten times that is on the safe side."""

UNSURE: Stamp = (0, 0, 0)
"""What no file has."""

ABSENT: Stamp = (-1, 0, 0)
"""What stands for no file: none that a table has, or one that was unsure could go unnoticed."""

WIDTH = len(UNSURE)
DIGEST_BYTES = 16
FOLDER = "00" * DIGEST_BYTES
"""What stands for the digest of a folder."""


class Table:
    """Paths relative to `public/`, with a stamp and a digest each, in no order."""

    def __init__(
        self,
        paths: list[str],
        stamps: array[int],
        digests: bytes,
        places: dict[str, int] | None = None,
    ) -> None:
        self.paths = paths
        self.stamps = stamps
        self.digests = digests
        self._places = places

    @classmethod
    def of(cls, known: Mapping[str, tuple[Stamp, str]]) -> Table:
        """A table of these."""
        return cls([], array("q"), b"").changed(known)

    @property
    def places(self) -> dict[str, int]:
        """At which place of the table a path is."""
        if self._places is None:
            self._places = {path: place for place, path in enumerate(self.paths)}
        return self._places

    def known(self, path: str, stamp: Stamp | None) -> str | None:
        """The digest of what is at a path, if its stamp is the one of the table."""
        place = self.places.get(path)
        if place is None or stamp is None or stamp != self.stamp(place):
            return None
        return self.digest(place)

    def stamp(self, place: int) -> Stamp:
        """The stamp at a place of the table."""
        inode, size, changed = self.stamps[place * WIDTH : (place + 1) * WIDTH]
        return inode, size, changed

    def digest(self, place: int) -> str:
        """The digest at a place of the table, in hexadecimal digits."""
        return self.digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES].hex()

    def changed(self, now: Mapping[str, tuple[Stamp, str]], gone: Collection[str] = ()) -> Table:
        """The same with other stamps, and without some paths."""
        if not now and not gone:
            return self
        kept = self._without(gone) if gone else self
        stamps, digests, places = array("q", kept.stamps), bytearray(kept.digests), kept.places
        for path in now.keys() & places.keys():
            place = places[path]
            stamp, digest = now[path]
            stamps[place * WIDTH : (place + 1) * WIDTH] = array("q", stamp)
            digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES] = bytes.fromhex(digest)
        new = [path for path in now if path not in places]
        if not new:
            return Table(kept.paths, stamps, bytes(digests), places)
        stamps.extend(chain.from_iterable(now[path][0] for path in new))
        digests += bytes.fromhex("".join(now[path][1] for path in new))
        return Table(kept.paths + new, stamps, bytes(digests))

    def _without(self, gone: Collection[str]) -> Table:
        paths, stamps, digests = [], array("q"), bytearray()
        for place, path in enumerate(self.paths):
            if path not in gone:
                paths.append(path)
                stamps.extend(self.stamps[place * WIDTH : (place + 1) * WIDTH])
                digests += self.digests[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]
        return Table(paths, stamps, bytes(digests))


@dataclass(frozen=True)
class Stamps:
    """The files and the folders of a build; `manifest` tells which one that is."""

    files: Table
    folders: Table
    manifest: str

    @staticmethod
    def read(path: Path) -> Stamps | None:
        """None where there are none, or they are damaged."""
        try:
            head, rest = read_file(path).split(b"\n", 1)
            stated = json.loads(head)
            if stated["form"] != FORM or stated["check"] != zlib.crc32(rest):
                return None
            files, rest = _read(rest, *stated["files"])
            folders, _ = _read(rest, *stated["folders"])
            return Stamps(files, folders, stated["manifest"])
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def save(self, path: Path, disk: Disk) -> None:
        """Write them down. Only time is lost where that cannot be done."""
        parts: list[bytes] = []
        sizes = [_write(table, parts) for table in (self.files, self.folders)]
        rest = b"".join(parts)
        head = {
            "form": FORM,
            "manifest": self.manifest,
            "files": sizes[0],
            "folders": sizes[1],
            "check": zlib.crc32(rest),
        }
        part = f"{path}.part"
        with suppress(OSError):
            disk.write(part, json.dumps(head).encode("ascii") + b"\n" + rest)
            disk.move(part, str(path))


def sure(stamp: Stamp, now: int) -> Stamp:
    """The stamp of what was looked at `now` (ns) or later, if it tells of the next change."""
    return stamp if stamp[-1] < now - UNSURE_NS else UNSURE


def _write(table: Table, parts: list[bytes]) -> tuple[int, int]:
    """Add the bytes of a table to `parts`. The number of its paths, and of their bytes."""
    paths = "\0".join(table.paths).encode("utf-8", "surrogateescape")
    parts += (paths, table.stamps.tobytes(), table.digests)
    return len(table.paths), len(paths)


def _read(data: bytes, number: int, length: int) -> tuple[Table, bytes]:
    """A table, and the bytes after it."""
    stamps, end = array("q"), length + number * WIDTH * 8
    stamps.frombytes(data[length:end])
    after = end + number * DIGEST_BYTES
    paths = data[:length].decode("utf-8", "surrogateescape").split("\0") if number else []
    return Table(paths, stamps, data[end:after]), data[after:]
