"""What each generator can be asked: to be set up, run, read and made to forget."""

from __future__ import annotations

import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from generators.corpus import Entry

__all__ = ["ADDRESS", "Generator", "program", "put"]

ADDRESS = "https://bench.example"


def put(path: Path, text: str) -> None:
    """Write a file, and the folders that it stands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def program(name: str) -> str | None:
    """A program on the PATH, or in the folders that `GENERATORS` names."""
    return shutil.which(
        name, path=os.environ.get("GENERATORS", "") + os.pathsep + os.environ["PATH"]
    )


@dataclass
class Generator(ABC):
    """One generator with one corpus in `root`."""

    root: Path
    name = ""
    missing: ClassVar[tuple[str, ...]] = ()
    """What it does not do of what is compared."""

    output = "public"
    feed = "feed.xml"
    sitemap = "sitemap.xml"
    inside = "main"
    """The element whose text is compared."""

    @abstractmethod
    def command(self, *, again: bool) -> Sequence[str | Path]:
        """What to run; `again` says that something was built before."""

    @abstractmethod
    def set_up(self) -> None:
        """All but the pages."""

    def write(self, entry: Entry) -> None:
        """Write or rewrite the source of a page, as most of them read it."""
        put(
            self.root / "content" / "posts" / f"{entry.slug}.md",
            f"---\ntitle: {entry.title}\ndescription: {entry.description}\n"
            f"date: {entry.day}\n---\n\n{entry.body}\n",
        )

    def page(self, slug: str) -> Path:
        """The page that was built."""
        return self.root / self.output / "posts" / slug / "index.html"

    def forget(self) -> None:
        """Remove what was built, and every cache."""
        shutil.rmtree(self.root / self.output, ignore_errors=True)

    @classmethod
    def installed(cls) -> bool:
        """Whether it can be run here."""
        return True
