"""What a visitor gave away, in every form in which it may be kept: as given, encoded, hashed.

A hash with a salt that is kept apart, and what is encrypted, cannot be known by its bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from audit.stored import Trace

__all__ = ["forms_of", "in_files", "in_lines"]


def forms_of(value: str) -> Mapping[str, bytes]:
    """The bytes to look for, by what was done to the value; the plain ones by an empty name."""
    raw = value.encode()
    found = {
        "": raw,
        "in hexadecimal": raw.hex().encode(),
        "in base64": base64.b64encode(raw).rstrip(b"="),
        "in base64 for addresses": base64.urlsafe_b64encode(raw).rstrip(b"="),
        "backwards": raw[::-1],
    }
    for name in ("md5", "sha1", "sha256", "sha512"):
        digest = hashlib.new(name, raw, usedforsecurity=False).digest()
        found |= {
            f"hashed by {name}": digest.hex().encode(),
            f"hashed by {name}, as bytes": digest,
            f"hashed by {name}, in base64": base64.b64encode(digest).rstrip(b"="),
        }
    return found


def in_files(folder: Path, given: Mapping[str, str]) -> Iterator[Trace]:
    """In the files of a folder and of those in it, and in the files beside it."""
    beside = [path for path in sorted(folder.parent.iterdir()) if path.is_file()]
    for path in (*sorted(folder.rglob("*")), *beside):
        if path.is_file():
            yield from _in(path.read_bytes(), path.name, given)


def in_lines(lines: list[str], where: str, given: Mapping[str, str]) -> Iterator[Trace]:
    """In lines of text."""
    yield from _in("\n".join(lines).encode(), where, given)


def _in(data: bytes, where: str, given: Mapping[str, str]) -> Iterator[Trace]:
    lower = data.lower()
    for what, value in given.items():
        for form, needle in forms_of(value).items():
            # Hexadecimal is written in small letters and in capitals.
            if needle in data or (needle.isalnum() and needle.islower() and needle in lower):
                yield Trace(what, where, form)
