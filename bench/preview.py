"""From a save to the page that a browser shows: `build.py serve` beside its peers, in one run.

    python bench/preview.py [PAGES ...] [--edits N] [--only NAME ...]

For each number of pages (100, 1,000 and 10,000 unless you say so) each program serves the corpus of
`bench/generator.py`, Chromium has one of its pages open, and that page is edited again and again.
A figure is the median of the edits, in milliseconds from before the file is written to when the new
words are in the page. Ours is split: until the save is noticed, until the build is there, until the
browser knows, until the words are there. A program that shows nothing within two minutes is said.

Programs are looked for as in `bench/generator.py`.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

from generators.binaries import Hugo, Zola
from generators.corpus import Entry, corpus
from generators.generator import Generator
from generators.node import Eleventy
from generators.plainsite import Plainsite
from playwright.sync_api import Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_SECONDS = 120.0
START_SECONDS = 900.0

WATCH = """
window.seen = {};
window.told = {};
const look = () => {
  for (const [word] of document.body?.textContent.matchAll(/edit-\\d+-end/g) ?? []) {
    window.seen[word] ??= performance.timeOrigin + performance.now();
  }
};
const all = { childList: true, characterData: true, subtree: true };
new MutationObserver(look).observe(document, all);
const real = window.fetch;
window.fetch = async (...words) => {
  const answer = await real(...words);
  if (String(words[0]).startsWith("/_preview/next")) {
    const at = performance.timeOrigin + performance.now();
    const told = await answer.clone().json();
    window.told[told.build] ??= [at, told.noticed * 1000, told.served * 1000];
  }
  return answer;
};
"""
"""Runs before the page's own scripts, also after a reload."""


@dataclass
class Program:
    """A generator that serves what it builds, and how it is started on a port."""

    generator: Generator
    words: Sequence[str | Path]
    ours: bool = False


@dataclass
class Taken:
    """Milliseconds of each edit: all of it, and ours in parts."""

    whole: list[float] = field(default_factory=list)
    parts: list[tuple[float, float, float, float]] = field(default_factory=list)


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="*", type=int, default=[100, 1_000, 10_000])
    parser.add_argument("--edits", type=int, default=10)
    parser.add_argument("--only", action="append", default=[])
    asked = parser.parse_args()
    for pages in asked.pages:
        print(f"\n{pages:,} pages, {asked.edits} edits; milliseconds")
        print(f"{'':12}{'median':>8}{'slowest':>9}   noticed  built  told  shown")
        entries = corpus(pages)
        for kind in (Plainsite, Hugo, Zola, Eleventy):
            if asked.only and kind.name not in asked.only:
                continue
            if not kind.installed():
                print(f"{kind.name:12} is not installed here")
                continue
            with TemporaryDirectory(prefix="bench-") as folder:
                taken = _measured(kind, entries, Path(folder), asked.edits)
                _print(kind.name, taken)
                if len(taken.whole) < asked.edits:
                    print(f"{'':12} only {len(taken.whole)} of the edits were shown")


def _print(name: str, taken: Taken) -> None:
    if not taken.whole:
        return
    line = f"{name:12}{statistics.median(taken.whole):8.0f}{max(taken.whole):9.0f}"
    if taken.parts:
        medians = [statistics.median(part) for part in zip(*taken.parts, strict=True)]
        line += "   {:7.0f}{:7.0f}{:6.0f}{:7.0f}".format(*medians)
    print(line, flush=True)


def _measured(kind: type[Generator], entries: Sequence[Entry], folder: Path, edits: int) -> Taken:
    port = _free_port()
    program = _program(kind, folder, port)
    program.generator.root.mkdir(exist_ok=True)
    program.generator.set_up()
    for entry in entries:
        program.generator.write(entry)
    entry = entries[len(entries) // 2]
    with _served(program, port, entry) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.add_init_script(WATCH)
        page.goto(address)
        page.wait_for_timeout(1_500)  # until its script listens
        taken = Taken()
        for turn in range(edits):
            if not _edit(program, page, entry, turn, taken):
                break
            page.wait_for_timeout(1_000)  # until it listens again
        browser.close()
    return taken


def _edit(program: Program, page: Page, entry: Entry, turn: int, taken: Taken) -> bool:
    word = f"edit-{turn}-end"
    start = time.time() * 1_000
    program.generator.write(replace(entry, body=f"{entry.body}\n\nThis is {word}.\n"))
    seen = None
    while seen is None and time.time() * 1_000 < start + PATIENCE_SECONDS * 1_000:
        with suppress(Error):  # it is being loaded again
            seen = page.evaluate("word => window.seen?.[word] ?? null", word)
        time.sleep(0.02)
    if seen is None:
        return False
    taken.whole.append(seen - start)
    if program.ours:
        told, noticed, served = list(page.evaluate("window.told").values())[-1]
        taken.parts.append((noticed - start, served - noticed, told - served, seen - told))
    return True


def _program(kind: type[Generator], folder: Path, port: int) -> Program:
    generator = kind(folder / kind.name.lower())
    first = str(generator.command(again=False)[0])
    if isinstance(generator, Plainsite):
        build = ROOT / "build.py"
        words = [sys.executable, build, "--root", generator.root, "serve", "--port", str(port)]
        return Program(generator, words, ours=True)
    if isinstance(generator, Hugo):
        words = [first, "server", "--port", str(port), "--noBuildLock"]
    elif isinstance(generator, Zola):
        words = [first, "serve", "--port", str(port)]
    else:
        words = [first, "--serve", f"--port={port}"]
    return Program(generator, words)


@contextmanager
def _served(program: Program, port: int, entry: Entry) -> Iterator[str]:
    address = f"http://localhost:{port}/posts/{entry.slug}/"
    if program.ours:
        address = address.replace("localhost", "127.0.0.1")
    with subprocess.Popen(
        program.words,
        cwd=program.generator.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            _wait_for(address, process)
            yield address
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with suppress(URLError, ConnectionError), urlopen(address, timeout=60) as answer:
            if re.search(rb"<h1[ >]", answer.read()):
                return
        if process.poll() is not None:
            break
        time.sleep(0.25)
    sys.exit(f"{process.args} served nothing")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
