"""What a site has counted besides what every site does: goals, funnels, events, segments,
experiments.

The register says so where it is so, and the visit cookie has a part for it only then.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

__all__ = ["COUNTED", "counted_besides"]

COUNTED: Mapping[str, tuple[str, str]] = {
    "goals": ("goals.toml", "goal"),
    "funnels": ("goals.toml", "funnel"),
    "events": ("events.toml", "event"),
    "segments": ("segments.toml", "segment"),
    "experiments": ("experiments.toml", "experiment"),
}
"""The file of each in `site/`, and the name of its tables there."""


def counted_besides(folder: Path) -> frozenset[str]:
    """Which of them the site in this `site/` folder declares. What is wrong in a file is told when
    it is read whole."""
    return frozenset(name for name, (file, key) in COUNTED.items() if _tables(folder / file, key))


def _tables(path: Path, key: str) -> bool:
    try:
        return bool(tomllib.loads(path.read_text(encoding="utf-8")).get(key))
    except (OSError, ValueError):
        return False
