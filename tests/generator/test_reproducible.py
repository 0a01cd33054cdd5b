"""The same site gives the same bytes: in another folder, at another time, with other workers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import whole_site
from tests.generator.test_graph import bytes_of

BUILD = """
import datetime, sys
from pathlib import Path
import generator
from generator.publish import Compression
root = Path(sys.argv[1])
builder = generator.Builder(root, root / "public", jobs=int(sys.argv[2]))
builder.build(today=datetime.date(2026, 3, 10), compression=Compression.BEST)
"""


def built(root: Path, jobs: int, **environment: str) -> dict[str, bytes]:
    words = [sys.executable, "-c", BUILD, str(root), str(jobs)]
    subprocess.run(words, cwd=ROOT, env={**os.environ, **environment}, check=True)
    return bytes_of(root / "public")


def test_two_builds_are_equal_byte_for_byte(tmp_path: Path) -> None:
    """Search, pictures, encodings and the manifest included."""
    first = whole_site(tmp_path / "one")
    second = shutil.copytree(first, tmp_path / "a longer way" / "to another folder")
    for path in second.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    one = built(first, 2, PYTHONHASHSEED="1", TZ="America/New_York", LC_ALL="C")
    two = built(second, 1, PYTHONHASHSEED="2", TZ="Pacific/Auckland", LC_ALL="C.UTF-8")
    assert one.keys() == two.keys()
    assert [name for name, data in one.items() if two[name] != data] == []
    assert any(name.startswith("assets/search/") for name in one)
