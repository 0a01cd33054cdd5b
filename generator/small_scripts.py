"""Makes of each script the small one that visitors get: `python -m generator.small_scripts`.

The small ones stand beside their sources, in `scripts/small/`, so that no build needs what makes
them: the minifier of https://github.com/tdewolff/minify, `pip install minify-go==2.24.24`. A test
says when one is not of its source.
"""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping
from pathlib import Path

__all__ = ["MADE_OF", "SCRIPTS", "SMALL", "digests"]

SCRIPTS = Path(__file__).parent / "scripts"
SMALL = SCRIPTS / "small"
MADE_OF = SMALL / "made-of.txt"
"""The name of each script, and the SHA-256 of its source and of what was made of it."""


def digests() -> Mapping[str, str]:
    """By the name of each source, its SHA-256, and that of the small one after a blank."""
    return {name: f"{_digest(SCRIPTS / name)} {_digest(SMALL / name)}" for name in _names()}


def _names() -> list[str]:
    return sorted(path.name for path in SCRIPTS.glob("*.js"))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "none"


def main() -> None:
    """Make all of them again."""
    minify = importlib.import_module("minify")
    SMALL.mkdir(exist_ok=True)
    for name in _names():
        source = (SCRIPTS / name).read_text(encoding="utf-8")
        small = minify.string("text/javascript", source)
        (SMALL / name).write_text(f"{small}\n", encoding="utf-8")
    lines = (f"{name} {digest}\n" for name, digest in digests().items())
    MADE_OF.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
