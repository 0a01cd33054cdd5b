"""What a cache was made by: another engine, Python or library makes it worthless."""

from __future__ import annotations

import hashlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path

__all__ = ["engine_key"]

_OURS = Path(__file__).parents[2]
FOLDERS = (_OURS / "generator", _OURS / "policy")
"""What a build is made by."""


def engine_key() -> bytes:
    """32 bytes that change with our own code, with Python, and with every installed package."""
    key = hashlib.blake2b(sys.version.encode(), digest_size=32)
    for ours in FOLDERS:
        for folder, folders, files in os.walk(ours):
            folders[:] = sorted(each for each in folders if each != "__pycache__")
            for name in sorted(files):
                found = os.stat(f"{folder}/{name}")  # noqa: PTH116  (hundreds of files)
                key.update(f"{folder}/{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    key.update("\n".join(_installed()).encode())
    return key.digest()


def _installed() -> list[str]:
    """The names and versions of the packages beside Jinja's, as their folders have them."""
    spec = find_spec("jinja2")
    if spec is None or spec.origin is None:
        return []
    packages = os.scandir(Path(spec.origin).parents[1])
    return sorted(each.name for each in packages if each.name.endswith((".dist-info", ".egg-info")))
