"""How many pages of somebody's site come out otherwise than CommonMark says.

    python bench/markdown_conformance.py FOLDER ... [--show N]

Each Markdown file below a folder is read by both engines and by comrak alone, with GitHub's
extensions and without anything of ours. A page differs if its elements or its words do; attributes
do not count, nor does what a site adds on purpose: colors of code, its caption, labels of tasks,
lists of attributes, abbreviations, comments, where footnotes stand. `--show` prints the first
difference of N pages for each engine.

Faults are told apart: a page with a fault is published by nobody, so that nothing in it comes out
wrong in silence.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
from comrak import ExtensionOptions, RenderOptions, render_markdown

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from generator.markdown import Hooks, Reader, reader
from generator.markdown.attributes import LIST

ENGINES = ("commonmark", "python-markdown")
EXTENSIONS = ("autolink", "description_lists", "footnotes", "strikethrough", "table", "tasklist")
FRONT_MATTER = re.compile(r"\A\ufeff?(---|\+\+\+)\n.*?\n\1[ ]*(?:\n|\Z)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)
SPECIAL = re.compile(rf"[ \t]*(?:{LIST})|(?m:^[ ]{{0,3}}\*\[[^\]\\]+\]:.*$)")
AROUND = frozenset({"abbr", "figure", "label", "section", "span", "tbody"})
"""Elements that do not count, but what is in them does."""


def main() -> None:
    """Read the folders and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N")
    given = parser.parse_args()
    engines = {engine: reader(engine, Hooks(lambda _line, body: body)) for engine in ENGINES}
    print(f"{'':24}{'pages':>7}", *(f"{engine:>34}" for engine in ENGINES), sep="")
    print(f"{'':31}", *(f"{'differ':>12}{'silent':>8}{'ms a page':>14}" for _ in ENGINES), sep="")
    for folder in given.folders:
        texts = list(pages(folder))
        line = f"{folder.name[:23]:24}{len(texts):>7}"
        for engine, read in engines.items():
            line += measured(read, texts, f"{engine}:", given.show)
        print(line)


def pages(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each Markdown file, and its text without front matter."""
    for path in sorted(folder.rglob("*.md")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if text := FRONT_MATTER.sub("", text.replace("\r\n", "\n")).strip("\n"):
            yield path, SPECIAL.sub("", text) + "\n"


def measured(engine: Reader, texts: list[tuple[Path, str]], label: str, show: int) -> str:
    """The columns of one engine."""
    seen: Counter[str] = Counter()
    spent = 0.0
    for path, text in texts:
        begun = time.process_time()
        html = engine.read(text, str).html
        spent += time.process_time() - begun
        ours, theirs = content(html), content(reference(text))
        if ours == theirs:
            continue
        seen["differ"] += 1
        silent = "<plainsite-fault" not in html
        seen["silent"] += silent
        if seen["differ"] <= show:
            print(f"{label} {path}\n  {first_difference(ours, theirs)}", file=sys.stderr)
    milliseconds = spent / max(len(texts), 1) * 1000
    return f"{seen['differ']:>12}{seen['silent']:>8}{milliseconds:>14.3f}"


def reference(text: str) -> str:
    """What comrak alone makes of a text."""
    extensions, rendering = ExtensionOptions(), RenderOptions()
    for name in EXTENSIONS:
        setattr(extensions, name, True)
    rendering.unsafe_ = True
    return COMMENT.sub("", render_markdown(text, extensions, None, rendering))


def content(html: str) -> list[str]:
    """Elements and words in order."""
    root = html5lib.parseFragment(html, container="div", namespaceHTMLElements=False)
    return "".join(_content(root)).replace("\u00a0", " ").split()


def _content(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and not _left_out(child):
            counts = child.tag not in AROUND and child.get("class") != "footnote"
            around = (f" <{child.tag}> ", f" </{child.tag}> ") if counts else ("", "")
            yield around[0]
            yield from _content(child)
            yield around[1]
        yield child.tail or ""


def _left_out(element: Element) -> bool:
    kind = element.get("class", "")
    return (
        element.tag in ("plainsite-fault", "figcaption", "hr")
        or "footnote-backref" in kind
        or (element.tag == "sup" and "footnote-ref" in kind and element.text is not None)
    )


def first_difference(ours: list[str], theirs: list[str]) -> str:
    """Where two pages part, with what stands around it."""
    pairs = enumerate(zip_longest(ours, theirs))
    at = next(at for at, (one, two) in pairs if one != two)
    around = slice(max(at - 6, 0), at + 6)
    return f"ours: {' '.join(ours[around])}\n  ref.: {' '.join(theirs[around])}"


if __name__ == "__main__":
    main()
