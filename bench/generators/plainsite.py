"""Ours, on the base site of the tests."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from generators.generator import Generator, put

__all__ = ["Plainsite"]

ROOT = Path(__file__).resolve().parents[2]


class Plainsite(Generator):
    name = "Plainsite"
    feed = "posts/feed.xml"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        return [sys.executable, ROOT / "build.py", "--root", self.root]

    def set_up(self) -> None:
        shutil.copytree(ROOT / "tests" / "sites" / "base", self.root, dirs_exist_ok=True)
        # The folder of the base site's posts is called news.
        shutil.rmtree(self.root / "content" / "news")
        for path in (self.root / "content" / "index.md", self.root / "site" / "navigation.toml"):
            path.write_text(path.read_text(encoding="utf-8").replace("news/", "posts/"), "utf-8")
        settings = self.root / "site" / "settings.toml"
        text = settings.read_text(encoding="utf-8").replace('feed = "news"', 'feed = "posts"')
        settings.write_text(text, encoding="utf-8")
        posts = "---\ntitle: Posts\ndescription: All the pages of this measurement, newest first.\n"
        put(self.root / "content" / "posts" / "index.md", f"{posts}layout: section\n---\n")

    def forget(self) -> None:
        super().forget()
        shutil.rmtree(self.root / "var", ignore_errors=True)
