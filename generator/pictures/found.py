"""The pictures beside a site's pages, by their addresses. Only those that are used are read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from generator.images import BrokenPicture
from generator.images.svg import NotXml, drawing_size
from generator.pictures.original import (
    ENDINGS,
    MOST_PIXELS,
    Original,
    TooManyPixels,
    read_original,
)
from policy import Faults
from policy.pictures import PictureSettings
from policy.site_files import read_bytes

__all__ = ["Pictures"]


class Pictures:
    """The pictures beside pages. `files` are all files beside pages, by address.

    Where none are to be made of them (`derive`), as in a preview, pages show the files themselves.
    """

    def __init__(
        self, root: Path, files: Mapping[str, str], settings: PictureSettings, *, derive: bool
    ) -> None:
        self.settings = settings
        self.derive = derive
        self._root = root
        self._files = files
        self._originals: dict[str, Original | None] = {}
        self._wrong: dict[str, tuple[str, str]] = {}
        self._drawings: dict[str, tuple[int, int] | None] = {}

    def as_they_are(self) -> Pictures:
        """The same, for pages of which no pictures are made."""
        return Pictures(self._root, self._files, self.settings, derive=False)

    def path(self, address: str) -> str | None:
        """The file of a picture, relative to the root."""
        path = self._files.get(address)
        return path if path and _ending(path) in (*ENDINGS, ".svg") else None

    def original(self, address: str) -> Original | None:
        """The picture at an address; None where there is none, or a broken one (`wrong`)."""
        if address not in self._originals:
            self._originals[address] = self._read(address)
        return self._originals[address]

    def wrong(self, address: str) -> tuple[str, str] | None:
        """(what is wrong with the picture at an address, how it is mended)."""
        self.original(address)
        return self._wrong.get(address)

    def size(self, address: str) -> tuple[int, int] | None:
        """The width and height of a picture, in pixels; None where its file does not say."""
        if original := self.original(address):
            return original.width, original.height
        path = self._files.get(address, "")
        if _ending(path) == ".svg" and address not in self._drawings:
            try:
                self._drawings[address] = drawing_size(read_bytes(self._root, path))
            except (Faults, NotXml):  # The check of the file tells.
                self._drawings[address] = None
        return self._drawings.get(address)

    def _read(self, address: str) -> Original | None:
        path = self._files.get(address, "")
        if _ending(path) not in ENDINGS:
            return None
        try:
            return read_original(path, read_bytes(self._root, path))
        except Faults:  # The check of the file tells.
            return None
        except BrokenPicture:
            message = f"{path} is no whole picture of a kind that browsers show"
            hint = "open it in a program for pictures, and save it as JPEG or PNG"
        except TooManyPixels as error:
            most = MOST_PIXELS // 1_000_000
            message = (
                f"{path} has {error.width} × {error.height} pixels; {most} million are the most"
            )
            hint = "save it smaller: 4000 pixels are wide enough"
        self._wrong[address] = message, hint
        return None


def _ending(path: str) -> str:
    return PurePosixPath(path.lower()).suffix
