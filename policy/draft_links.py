"""Links to one page that is not public yet: signed, for a time, and revocable.

What a link shows is in a folder of its own, `drafts/NAME/` beside the databases, which a command
makes and the service reads; this is the one module that knows its form. A link holds the name, the
moment at which it ends, and a signature over both by a key of that folder alone, so nobody can make
one or make it last longer. To revoke it is to remove the folder.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

__all__ = ["ADDRESS", "FEATURE", "DraftLinks", "Link", "Shown"]

ADDRESS = "/unpublished/"
FEATURE = "drafts"

_FOLDER, _KEY, _ABOUT = "drafts", "key", "link.json"
_NAME = re.compile(r"[a-z2-7]{16}")
_LINK = re.compile(r"([a-z2-7]{16})-([0-9a-f]{1,12})-([\w-]{32})", re.ASCII)


@dataclass(frozen=True)
class Shown:
    """A file of a link: its name in the folder, and its type as it is sent."""

    stored: str
    type: str


@dataclass(frozen=True)
class Link:
    """A link to the page at `page`. It ends at `ends`, in seconds since 1970. `files` are by what
    stands behind the link in their address, "" for the page itself."""

    name: str
    page: str
    title: str
    ends: int
    files: Mapping[str, Shown] = field(default_factory=dict)


class DraftLinks:
    """The links in the folder of the databases `var`."""

    def __init__(self, var: Path) -> None:
        self.folder = var / _FOLDER

    def begin(self, ends: int) -> tuple[str, Path]:
        """The name of a new link that ends then, and its folder, which is empty. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = base64.b32encode(secrets.token_bytes(10)).decode().lower()
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        return name, folder

    def keep(self, link: Link) -> None:
        """From now on the service shows it. Raises OSError."""
        part = self.folder / link.name / f".{_ABOUT}.part"
        part.write_text(json.dumps(asdict(link)), encoding="utf-8")
        part.replace(self.folder / link.name / _ABOUT)

    def address(self, name: str, ends: int) -> str:
        """The link itself, from the beginning of the site on. Raises OSError."""
        return f"{ADDRESS}{name}-{ends:x}-{_signature(self._key(), name, ends)}/"

    def asked(self, link: str, now: float) -> Link | None:
        """What a link shows; None for one that was never made, has ended, or was revoked."""
        found = _LINK.fullmatch(link)
        if not found:
            return None
        name, ends = found[1], int(found[2], 16)
        try:
            right = _signature(self._key(make=False), name, ends)
        except OSError:
            return None
        if not hmac.compare_digest(right, found[3]) or now >= ends:
            return None
        return self._read(name)

    def file(self, link: Link, shown: Shown) -> bytes:
        """The bytes of one of its files. Raises OSError."""
        return (self.folder / link.name / shown.stored).read_bytes()

    def all(self) -> Iterator[Link]:
        """Those that were not revoked."""
        names = [each.name for each in self.folder.iterdir()] if self.folder.is_dir() else []
        links = (self._read(name) for name in sorted(names) if _NAME.fullmatch(name))
        yield from (link for link in links if link)

    def revoke(self, name: str) -> bool:
        """Remove what a link shows; False where there is no such link. Raises OSError."""
        if not _NAME.fullmatch(name) or not (self.folder / name).is_dir():
            return False
        (self.folder / name / _ABOUT).unlink(missing_ok=True)
        shutil.rmtree(self.folder / name)
        return True

    def _read(self, name: str) -> Link | None:
        try:
            said = json.loads((self.folder / name / _ABOUT).read_text(encoding="utf-8"))
            files = {address: Shown(**each) for address, each in said.pop("files").items()}
            return Link(**said, files=files)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _key(self, *, make: bool = True) -> bytes:
        path = self.folder / _KEY
        try:
            return binascii.unhexlify(path.read_bytes())
        except FileNotFoundError:
            if not make:
                raise
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "wb") as file:
            file.write(binascii.hexlify(secrets.token_bytes(32)))
        return binascii.unhexlify(path.read_bytes())


def _signature(key: bytes, name: str, ends: int) -> str:
    made = hmac.digest(key, f"draft link {name} {ends}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made[:24]).decode()
