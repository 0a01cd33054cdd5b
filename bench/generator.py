"""Plainsite's generator against Pelican, over the same Markdown, in the same run.

    python bench/generator.py [PAGES]

Both use Python-Markdown and Jinja2, and start as a command. Plainsite also checks every link,
compresses each page twice and builds what its audiences change; Pelican draws with its theme
"simple". The second run has nothing to do; the third has one page that was changed.

Pelican is no dependency of ours: pip install pelican==4.11.0.post0
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
WORDS = """\
## What to say first

Families read the *first* line. Say **what happened**, what they must do, and by when.

| When | Who | How |
|---|---|---|
| At once | Everybody | Phone and text |
| By noon | Parents | Email |

1. Write it in one sentence.
2. Read it aloud.
3. Send it, and [look at the home page]({home}).

> Short messages are read to the end.

"""
OURS = """\
---
title: Page {n}
description: What page {n} of this measurement says, at some length.
---
"""
THEIRS = "title: Page {n}\nslug: page-{n}\ndate: 2026-03-02\n\n"
CONFIG = """\
SITENAME = "Measured"
SITEURL = ""
TIMEZONE = "UTC"
PATH = "content"
THEME = "simple"
MARKDOWN = {"extensions": ["markdown.extensions.extra", "markdown.extensions.toc"]}
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = None
"""


def main(pages: int = 1_000) -> None:
    """Print seconds of both for each run, and their ratio."""
    if find_spec("pelican") is None:
        sys.exit("needs Pelican: pip install pelican==4.11.0.post0")
    with TemporaryDirectory(dir=ROOT) as folder:
        ours, theirs = Path(folder) / "ours", Path(folder) / "theirs"
        first = _make_ours(ours, pages), _make_theirs(theirs, pages)
        commands = (
            [sys.executable, ROOT / "build.py", "--root", ours],
            [sys.executable, "-m", "pelican", "--settings", theirs / "pelicanconf.py", "--quiet"],
        )
        print(f"{pages} pages      Plainsite   Pelican   ratio")
        for run in ("from nothing", "nothing new", "one changed"):
            if run == "one changed":
                for path in first:
                    path.write_text(path.read_text() + "One more line.\n")
            taken = [_seconds(command, theirs) for command in commands]
            print(f"{run:14} {taken[0]:7.2f} s {taken[1]:7.2f} s {taken[0] / taken[1]:7.2f}")
        built = len(list((ours / "public").rglob("index.html")))
        drawn = len(list((theirs / "output").rglob("page-*.html")))
        assert min(built, drawn) >= pages, (built, drawn)


def _make_ours(root: Path, pages: int) -> Path:
    shutil.copytree(ROOT / "tests" / "sites" / "base", root)
    for number in range(pages):
        text = OURS.format(n=number) + WORDS.format(home="index.md") * 4
        (root / "content" / f"page-{number}.md").write_text(text)
    return root / "content" / "page-0.md"


def _make_theirs(root: Path, pages: int) -> Path:
    (root / "content").mkdir(parents=True)
    (root / "pelicanconf.py").write_text(CONFIG)
    for number in range(pages):
        text = THEIRS.format(n=number) + WORDS.format(home="/") * 4
        (root / "content" / f"page-{number}.md").write_text(text)
    return root / "content" / "page-0.md"


def _seconds(command: list[str | Path], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
