"""The files of an export, plain or packed (.zip, .gz), as streams of bytes.

Nothing is unpacked to the disk, and no name in an archive is ever used as a path. What unpacks to
far more than an export of figures does is refused while it is read.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

from policy.failures import Refusal

__all__ = ["MOST_BYTES", "File", "files_of"]

MOST_BYTES = 8 << 30
"""Of all that one file unpacks to: some twenty million hits."""

MOST_TIMES = 250
"""So many times its size may a packed file be; tables of figures are a tenth of that."""

ALWAYS_BYTES = 16 << 20
"""So much may be unpacked whatever the share."""

MOST_MEMBERS = 1_000

WORKBOOK = "[Content_Types].xml"
"""What every file of Office Open XML has (ECMA-376)."""

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


@dataclass(frozen=True)
class File:
    """One table of an export, with its name as it is told."""

    name: str
    stream: BinaryIO


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError):
        message = f"{path} cannot be unpacked: it is damaged, or was not loaded to its end"
        raise Refusal(message, "export it again") from None
    except RuntimeError as error:  # So zipfile says it.
        if "password" not in str(error) and "encrypted" not in str(error):
            raise
        raise Refusal(f"{path} is encrypted", "unpack it with its password first") from None


def files_of(path: Path) -> Generator[File, None, None]:
    """The tables in a file: itself, or what is packed in it, in the order of the archive. Each is
    read before the next. Raises Refusal, OSError."""
    with path.open("rb") as raw, _told(path):
        beginning = raw.read(4)
        raw.seek(0)
        if beginning.startswith(ZIP):
            yield from _members(path, raw)
        elif beginning.startswith(GZIP):
            with gzip.open(raw) as unpacked:
                size = path.stat().st_size
                yield File(str(path), _limited(cast(IO[bytes], unpacked), path, size))
        else:
            yield File(str(path), raw)


def _members(path: Path, raw: BinaryIO) -> Iterator[File]:
    with zipfile.ZipFile(raw) as archive:
        members = [each for each in archive.infolist() if not _is_hidden(each)]
        if any(each.filename == WORKBOOK for each in members):
            message = f"{path} is a workbook of a spreadsheet program"
            raise Refusal(message, "export CSV, or save its sheet as CSV")
        if len(members) > MOST_MEMBERS:
            message = f"{path} holds {len(members):,} files, and no export has so many"
            raise Refusal(message, "name the file that your tool exported")
        names = [each.filename for each in members]
        if twice := next((name for name in names if names.count(name) > 1), None):
            message = f"{path} holds {_shown(twice)} twice"
            raise Refusal(message, "name the file that your tool exported")
        size = path.stat().st_size
        for member in members:
            with archive.open(member) as unpacked:
                stream, name = _limited(unpacked, path, size), _shown(member.filename)
                if stream.peek(4)[:4].startswith((ZIP, GZIP)):
                    message = f"{path} holds {name}, which is packed once more"
                    raise Refusal(message, f"unpack {path}, and name what is in it")
                yield File(f"{path}: {name}", stream)


def _is_hidden(member: zipfile.ZipInfo) -> bool:
    """What a computer adds beside files, and nobody put there: a Mac has __MACOSX/ and ._NAME."""
    parts = _parts(member.filename)
    return member.is_dir() or "__MACOSX" in parts or parts[-1].startswith(".")


def _parts(name: str) -> list[str]:
    return name.replace("\\", "/").split("/")


def _shown(name: str) -> str:
    """The last part of a name in an archive, as it can be printed."""
    return "".join(sign if sign.isprintable() else "?" for sign in _parts(name)[-1])


def _limited(stream: IO[bytes], path: Path, packed: int) -> io.BufferedReader:
    return io.BufferedReader(_Limited(stream, path, packed))


class _Limited(io.RawIOBase):
    """A stream that ends in a Refusal where it gives far more than was packed."""

    def __init__(self, stream: IO[bytes], path: Path, packed: int) -> None:
        self._stream, self._path = stream, path
        self._left = min(MOST_BYTES, max(ALWAYS_BYTES, MOST_TIMES * packed))

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # (any buffer)
        """As RawIOBase. Raises Refusal."""
        with _told(self._path):
            data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            message = f"{self._path} unpacks to far more than an export of figures has"
            raise Refusal(message, "export a shorter time, or name the unpacked file")
        buffer[: len(data)] = data
        return len(data)
