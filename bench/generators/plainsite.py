"""Ours, on the base site of the tests."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from generators.generator import Generator, put

__all__ = ["OURS", "Plainsite"]

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


class CommonMark(Plainsite):
    """With the other Markdown engine."""

    name = "- CommonMark"

    def set_up(self) -> None:
        super().set_up()
        settings = self.root / "site" / "settings.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(f'markdown = "commonmark"\n{text}', encoding="utf-8")


BARE = """
import pathlib
from generator.command import build_and_say
from generator.publish import Compression
from policy.places import Places
import sys
build_and_say(Places.of(pathlib.Path(sys.argv[1])), drafts=False, compression=Compression.NONE)
"""


class Bare(CommonMark):
    """And without .br and .gz, which no peer writes: what the command calls, called so."""

    name = "- no .br, .gz"

    def command(self, *, again: bool) -> Sequence[str | Path]:
        code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{BARE}"
        return [sys.executable, "-c", code, self.root]


OURS: tuple[type[Plainsite], ...] = (Plainsite, CommonMark, Bare)
