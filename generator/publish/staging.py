"""Writing what is to be published beside the site, in as many processes as one likes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from generator.publish.looking import digest_at
from generator.publish.packing import PACKING, Compression, media_type, packed, tried_for
from generator.publish.refusals import Unpublished, meddled
from generator.publish.stamps import Table
from generator.publish.transaction import Transaction
from generator.publish.tree import Stamp, is_folder, stamp, stamp_of
from policy.manifest import FILES, SUFFIXES, Build, File, Stored, digest_of

__all__ = ["Output", "Staged", "Stager"]


@dataclass(frozen=True, slots=True)
class Output:
    """One thing to publish: its address, its path under `public/`, its bytes.

    A variant of a page has the page's address, and names its `audience`.
    """

    address: str
    path: str
    data: bytes
    audience: str = ""
    immutable: bool = False


@dataclass(slots=True)
class Staged:
    """Outputs that are in their place, or wait beside it. It is small, and can be pickled.

    `files` are the entries of the manifest by address and audience; `stored` the digests of their
    bytes by path; `written` those that wait, with their stamps; `folders` those that were made for
    them.
    """

    files: dict[tuple[str, str], str] = field(default_factory=dict)
    stored: dict[str, str] = field(default_factory=dict)
    written: dict[str, Stamp] = field(default_factory=dict)
    folders: dict[str, Stamp] = field(default_factory=dict)


class Stager:
    """Writes beside the site that a transaction changes. Every method raises OSError."""

    def __init__(
        self,
        change: Transaction,
        compression: Compression,
        standing: Build | None,
        files: Table,
    ) -> None:
        self._out = change.out
        self._disk = change.disk
        self._waiting = f"{change.out}/{change.waiting}"
        self.compression = compression
        self._files: Mapping[str, File] = standing.files if standing else {}
        self._variants = standing.variants if standing else {}
        self._keeps_packed = standing is not None and standing.packing == PACKING
        self._table = files
        self._made: set[str] = set()
        self._real: dict[str, bool] = {"": True}

    def stage(self, outputs: Iterable[Output]) -> Staged:
        """Write what is not in its place yet."""
        staged = Staged()
        for output in outputs:
            old = self._old(output.address, output.audience)
            plain = Stored(output.path, digest_of(output.data), len(output.data))
            if not self._is_in_place(plain):
                self._write(plain.path, output.data, staged)
            file = self._packed(plain, output.data, output.immutable, old, staged)
            staged.files[output.address, output.audience] = FILES.line(file)
            staged.stored.update((each.path, each.digest) for each in file.stored)
        for folder in staged.folders:
            staged.folders[folder] = stamp(os.lstat(f"{self._waiting}/{folder}"))
        return staged

    def pack(self, address: str, audience: str, file: File) -> Staged:
        """Write the encodings of a file that is in its place. Raises Unpublished if it is not."""
        with open(f"{self._out}/{file.path}", "rb") as opened:
            data = opened.read()
        if digest_of(data) != file.plain.digest:
            raise Unpublished([meddled(Path(self._out), file.path)], Path(self._out))
        return self.stage([Output(address, file.path, data, audience, file.immutable)])

    def lacks(self, file: File) -> bool:
        """Whether the file could be smaller than it is, or is packed by others."""
        tried = Compression.of(file.compression)
        return tried < self.compression or bool(tried and not self._keeps_packed)

    def _old(self, address: str, audience: str) -> File | None:
        if audience:
            return self._variants.get(address, {}).get(audience)
        return self._files.get(address)

    def _packed(
        self, plain: Stored, data: bytes, immutable: bool, old: File | None, staged: Staged
    ) -> File:
        kind = media_type(plain.path)
        is_kept = old and old.plain == plain and not self.lacks(old)
        if old and is_kept and all(map(self._is_in_place, old.encodings.values())):
            return File(plain, kind, old.encodings, immutable, None, old.compression)
        encodings = {}
        for encoding, smaller in packed(plain.path, data, self.compression):
            stored = Stored(plain.path + SUFFIXES[encoding], digest_of(smaller), len(smaller))
            encodings[encoding] = stored
            if not self._is_in_place(stored):
                self._write(stored.path, smaller, staged)
        tried = tried_for(plain.path, self.compression)
        return File(plain, kind, encodings, immutable, None, tried.stated)

    def _is_in_place(self, stored: Stored) -> bool:
        """Whether these very bytes are at their path. Its length and its name prove nothing."""
        if stored.path not in self._table.places:
            return False
        if not self._is_real(stored.path.rpartition("/")[0]):
            return False
        full = f"{self._out}/{stored.path}"
        now = stamp_of(full)
        known = self._table.known(stored.path, now) or digest_at(full)[1]
        return known == stored.digest

    def _is_real(self, folder: str) -> bool:
        """Whether a folder is one, and none that it is in is a link."""
        if folder not in self._real:
            above = folder.rpartition("/")[0]
            self._real[folder] = self._is_real(above) and bool(is_folder(f"{self._out}/{folder}"))
        return self._real[folder]

    def _write(self, path: str, data: bytes, staged: Staged) -> None:
        folder = path.rpartition("/")[0]
        if folder not in self._made:
            self._make(folder, staged)
        staged.written[path] = self._disk.write(f"{self._waiting}/{path}", data)

    def _make(self, folder: str, staged: Staged) -> None:
        """Make a folder beside the site, and those that it is in. Others may make them as well."""
        full = f"{self._waiting}/{folder}".rstrip("/")
        try:
            self._disk.make_folder(full)
        except FileExistsError:
            pass
        except FileNotFoundError:
            if folder:
                self._make(folder.rpartition("/")[0], staged)
            else:
                with suppress(FileExistsError):
                    self._disk.make_folder(os.path.dirname(full))
            self._make(folder, staged)
            return
        else:
            if folder:
                staged.folders[folder] = (0, 0, 0)
        self._made.add(folder)
