"""What was made before, in `var/pictures/`: one file for each key, and nothing in it is believed.

`PLAINSITE_PICTURE_CACHE` names another folder, which several checkouts, or the runs of a pipeline,
may share.

A file begins with the SHA-256 of the rest. One that a full disk or a power cut has cut short, or
that somebody has changed, counts as missing, and is made again.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from policy import Fault
from policy.site_files import read_file

__all__ = ["ENVIRON", "FOLDER", "KEPT_SECONDS", "Cache", "opened_cache"]

ENVIRON = "PLAINSITE_PICTURE_CACHE"

FOLDER = "pictures"
KEPT_SECONDS = 30 * 24 * 3_600
"""For how long a picture is kept that no build has used: other branches and drafts come back."""

_DIGEST = 32
_FRESH_SECONDS = 24 * 3_600


class Cache:
    """The pictures in one folder, which several processes may read and write at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warnings: tuple[Fault, ...] = ()

    def read(self, key: str) -> bytes | None:
        """What was put there under a key; None where that is not there, or not whole."""
        path = self.folder / key
        try:
            stored = read_file(path)
            if path.stat().st_mtime < time.time() - _FRESH_SECONDS:
                os.utime(path)  # It is in use: see `tidy`.
        except OSError:
            return None
        data = stored[_DIGEST:]
        return data if hashlib.sha256(data).digest() == stored[:_DIGEST] else None

    def open(self) -> None:
        """Make the folder, for who builds alone. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def write(self, key: str, data: bytes) -> None:
        """Put it there; whoever reads meanwhile finds all or nothing. Raises OSError."""
        part = self.folder / f".{key}.{os.getpid()}"
        try:
            part.write_bytes(hashlib.sha256(data).digest() + data)
            part.replace(self.folder / key)
        except OSError:
            with suppress(OSError):
                part.unlink()
            raise

    def tidy(self, used: Collection[str]) -> None:
        """Remove what is not `used`, and was not for `KEPT_SECONDS`. What refuses stays."""
        now = time.time()
        with suppress(OSError):
            for entry in os.scandir(self.folder):
                with suppress(OSError):
                    age = now - entry.stat().st_mtime
                    if entry.name in used:
                        if age > _FRESH_SECONDS:
                            os.utime(entry.path)
                    elif age > KEPT_SECONDS:
                        os.unlink(entry.path)  # noqa: PTH108  (as it was listed)


class _SiteCache(Cache):
    """That of a site, or, where it cannot be written, a folder for one build."""

    def __init__(self, folder: Path, way_out: ExitStack) -> None:
        super().__init__(folder)
        self._way_out = way_out

    def open(self) -> None:
        """See `Cache.open`."""
        try:
            super().open()
            TemporaryFile(dir=self.folder).close()
        except OSError as error:
            shown = f"{self.folder.parent.name}/{self.folder.name}"
            hint = "let the user who builds write there; pictures are made anew at each build else"
            message = f"it cannot be written: {error.strerror}"
            self.warnings = (Fault(shown, None, message, hint),)
            other = TemporaryDirectory(prefix="plainsite-")
            self.folder = Path(self._way_out.enter_context(other))


@contextmanager
def opened_cache(var: Path) -> Iterator[Cache]:
    """The cache that the environment names, or that of the site whose `var/` that is."""
    named = os.environ.get(ENVIRON)
    with ExitStack() as way_out:
        yield _SiteCache(Path(named) if named else var / FOLDER, way_out)
