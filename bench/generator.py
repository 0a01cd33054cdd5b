"""Plainsite's generator beside its peers: the same pages, in turn, in one run.

    python bench/generator.py [PAGES ...] [--rounds N] [--only NAME ...]

For each number of pages (100, 1,000 and 10,000 unless you say so) every generator builds the same
corpus (`generators/corpus.py`) from nothing, again with nothing new, and again with one page
edited; each figure is the median of the rounds: seconds from the start of the command to its end,
and behind it the seconds for which processors worked for it, on all cores. On a machine that others
use as well, these say more; the load before and after is told. Memory is the largest sum, over a
build from nothing, of what the processes of a command hold alone (PSS). Before anything is timed,
the visible text of every page is compared with that of Plainsite, and index, feed and sitemap are
looked for, so that nobody is quick by doing less.

Programs are looked for on the PATH and in the folders of GENERATORS; what is missing is said.
Plainsite is measured three times: with Python-Markdown, with the CommonMark engine, and with that
engine and without .br and .gz. It also checks every link; no peer does either.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

from generators.corpus import Entry, corpus, edited
from generators.generator import Generator
from generators.peers import found
from generators.plainsite import OURS

STEPS = ("cold", "nothing new", "one edited")

Taken = dict[str, dict[str, list[tuple[float, float]]]]
"""Of each generator and step, the rounds: seconds, and those of all processors."""


def main() -> None:
    """Print a table for each size."""
    asked = _arguments()
    here, absent = found()
    if absent:
        print(f"Not installed here: {', '.join(absent)}")
    kinds = [kind for kind in (*OURS, *here) if not asked.only or kind.name in asked.only]
    for pages in asked.pages:
        with TemporaryDirectory(prefix="bench-") as folder:
            _measure(kinds, corpus(pages), Path(folder), asked.rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pages", nargs="*", type=int, default=[100, 1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", default=[])
    return parser.parse_args()


def _measure(
    kinds: Sequence[type[Generator]], entries: Sequence[Entry], folder: Path, rounds: int
) -> None:
    generators = [_prepared(kind, entries, folder) for kind in kinds]
    taken: Taken = {each.name: {step: [] for step in STEPS} for each in generators}
    load = os.getloadavg()[0]
    memory: dict[str, float] = {}
    for turn in range(rounds):
        for step in STEPS:
            for each in generators:
                if step == "cold":
                    each.forget()
                if step == "one edited":
                    each.write(edited(entries[len(entries) // 2], turn))
                seconds, worked, most = _run(each, again=step != "cold")
                taken[each.name][step].append((seconds, worked))
                if step == "cold":
                    memory[each.name] = max(memory.get(each.name, 0), most)
            if turn == 0 and step == "cold":
                _compare(generators, entries)
    print(f"\nLoad {load:.1f} before, {os.getloadavg()[0]:.1f} after; {rounds} rounds")
    _print(generators, len(entries), taken, memory)


def _prepared(kind: type[Generator], entries: Sequence[Entry], folder: Path) -> Generator:
    generator = kind(folder / kind.name.lower())
    generator.root.mkdir()
    generator.set_up()
    for entry in entries:
        generator.write(entry)
    return generator


def _run(generator: Generator, *, again: bool) -> tuple[float, float, float]:
    """Seconds, seconds of all processors, and megabytes at most."""
    start, worked = time.perf_counter(), _worked()
    with subprocess.Popen(
        generator.command(again=again),
        cwd=generator.root,
        env={key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        watch = _Memory(process.pid)
        watch.start()
        said, _ = process.communicate()
        seconds = time.perf_counter() - start
        watch.ended.set()
        watch.join()
    if process.returncode:
        sys.exit(f"{generator.name} failed:\n{said.decode(errors='replace')[-2_000:]}")
    return seconds, _worked() - worked, watch.most


def _worked() -> float:
    """Seconds that processors worked for all that was run and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Memory(threading.Thread):
    """Samples what a session's processes hold, ten times a second."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.most = 0.0
        self._session = session

    def run(self) -> None:
        while not self.ended.wait(0.1):
            self.most = max(self.most, sum(map(_proportional_megabytes, self._processes())))

    def _processes(self) -> list[int]:
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self._session:
                found.append(int(stat.parent.name))
        return found


def _proportional_megabytes(process: int) -> float:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


class _Text(HTMLParser):
    """The visible text inside an element."""

    def __init__(self, inside: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._inside = inside
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._depth += tag == self._inside

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == self._inside

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.words += data.replace("¶", " ").split()  # a mark that some themes add


def _text(generator: Generator, slug: str) -> str:
    parser = _Text(generator.inside)
    parser.feed(generator.page(slug).read_text(encoding="utf-8"))
    return "".join(parser.words)


def _compare(generators: Sequence[Generator], entries: Sequence[Entry]) -> None:
    """Say where a generator gives other words, or leaves out a file."""
    first = generators[0]
    step = max(1, len(entries) // 200)
    for each in generators:
        other = [
            entry.slug
            for entry in entries[::step]
            if not each.page(entry.slug).is_file()
            or _text(each, entry.slug) != _text(first, entry.slug)
        ]
        if other:
            print(
                f"{each.name}: other words than {first.name} in {len(other)} of "
                f"{len(entries[::step])} pages, as in {other[0]}"
            )
        built = sum(each.page(entry.slug).is_file() for entry in entries)
        if built != len(entries):
            print(f"{each.name}: built {built} of {len(entries)} pages")
        for what, name in (("feed", each.feed), ("sitemap", each.sitemap), ("index", "index.html")):
            if not (each.root / each.output / name).is_file() and what not in each.missing:
                print(f"{each.name}: no {what} at {name}")
        if each.missing:
            print(f"{each.name} leaves out: {', '.join(each.missing)}")


def _print(
    generators: Sequence[Generator],
    pages: int,
    taken: Taken,
    memory: dict[str, float],
) -> None:
    cores = os.cpu_count()
    print(f"{pages:,} pages on {cores} cores; seconds, of processors, and those as a ratio of ours")
    print(f"{'':12}" + "".join(f"{step:>22}" for step in STEPS) + f"{'memory':>12}")
    ours = {step: _medians(taken[generators[0].name][step]) for step in STEPS}
    for each in generators:
        line = f"{each.name:12}"
        for step in STEPS:
            seconds, worked = _medians(taken[each.name][step])
            line += f"{seconds:9.2f} {worked:6.2f} {worked / ours[step][1]:4.1f}x"
        print(f"{line}{memory[each.name]:9.0f} MB")


def _medians(rounds: Sequence[tuple[float, float]]) -> tuple[float, float]:
    seconds, worked = zip(*rounds, strict=True)
    return statistics.median(seconds), statistics.median(worked)


if __name__ == "__main__":
    main()
