"""Which generators are compared. None of them is a dependency of ours.

A tool that is not installed is left out, and said. Where each was found: `bench/README.md`.
"""

from __future__ import annotations

from generators.binaries import Hugo, Zola
from generators.generator import Generator
from generators.node import Eleventy
from generators.python import MkDocs, Pelican, Zensical

__all__ = ["PEERS", "found"]

PEERS: tuple[type[Generator], ...] = (Hugo, Zola, Eleventy, Pelican, MkDocs, Zensical)


def found() -> tuple[list[type[Generator]], list[str]]:
    """The generators that can be run here, and the names of those that cannot."""
    here = [each for each in PEERS if each.installed()]
    return here, [each.name for each in PEERS if each not in here]
