"""Builds that are really killed, that really run out of disk, and that run at once; and what
publishing alone costs.

    python bench/publishing.py [--kills N] [--at-once N] [--pages N]

A site of 60 pages is built, changed, and built again by a process that is killed at a moment
between its start and its usual end; then it is reverted and built. What is in public/ must be what
a clean build leaves, byte for byte. The same with a disk that is full (files that may not grow past
a limit, `ulimit -f`, stand for it), and with builds at once. Prints how many were wrong.

Then so many pages, which are made already, are published from nothing, again, and with one edited:
seconds from the first look at public/ to the end, and of all processes' time on a core. Below that,
what the parts of it cost by themselves, for as many pages, in one process.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from publishing_costs import main as print_costs

ROOT = Path(__file__).parents[1]
PAGE = "---\ntitle: Page {}\ndescription: {}\n---\n{}\n"
WORDS = "A description that is as long as it should be for those who search for it."


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--pages", type=int, default=10_000)
    asked = parser.parse_args()
    if asked.kills:
        stop_builds(asked.kills, asked.at_once)
    if asked.pages:
        with TemporaryDirectory(prefix="bench-") as folder:
            print_costs(Path(folder), asked.pages)


def stop_builds(kills: int, at_once: int) -> None:
    """How many of them leave anything wrong."""
    with TemporaryDirectory(prefix="bench-") as folder:
        root = Path(folder) / "site"
        shutil.copytree(ROOT / "tests/sites/base", root)
        write(root, "Old")
        seconds = timed(root)
        wanted = everything(root / "public")
        moments = [random.uniform(0.0, 1.0) * seconds for _ in range(kills)]
        wrong = sum(stopped(root, wanted, lambda p, at=at: kill(p, at)) for at in moments)
        print(f"killed, reverted, built again: {wrong} of {kills} differ from a clean build")
        sizes = [random.randint(1, 120) for _ in range(kills)]
        wrong = sum(stopped(root, wanted, lambda p: p.wait(), size) for size in sizes)
        print(f"out of room, reverted, built again: {wrong} of {kills} differ")
        builds = [start(root) for _ in range(at_once)]
        failed = sum(each.wait() != 0 for each in builds)
        differs = everything(root / "public") != wanted
        print(f"at once: {failed} of {at_once} failed; public/ differs: {differs}")


def write(root: Path, word: str) -> None:
    """The pages, with other words."""
    for number in range(60):
        text = PAGE.format(number, WORDS, f"{word} words. " * 200)
        (root / "content" / f"page-{number}.md").write_text(text)


def start(root: Path, most: int = 0) -> subprocess.Popen[bytes]:
    """A build; with `most`, no file of it can grow past so many blocks of 512 bytes."""
    words = [sys.executable, "build.py", "--root", str(root)]
    if most:
        words = ["sh", "-c", f'ulimit -f {most}; exec "$0" "$@"', *words]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(words, cwd=ROOT, stdout=quiet, stderr=quiet)


def timed(root: Path) -> float:
    """How long a build takes in which every page changed."""
    start(root).wait()
    write(root, "New")
    begun = time.perf_counter()
    start(root).wait()
    seconds = time.perf_counter() - begun
    write(root, "Old")
    start(root).wait()
    return seconds


def stopped(
    root: Path,
    wanted: dict[str, bytes],
    stop: Callable[[subprocess.Popen[bytes]], object],
    most: int = 0,
) -> bool:
    """Whether a build that was stopped left anything for good."""
    write(root, "New")
    stop(start(root, most))
    write(root, "Old")
    if start(root).wait():
        return True
    return everything(root / "public") != wanted


def kill(process: subprocess.Popen[bytes], at: float) -> None:
    """SIGKILL after so many seconds."""
    time.sleep(at)
    process.kill()
    process.wait()


def everything(out: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


if __name__ == "__main__":
    main()
