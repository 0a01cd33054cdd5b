"""What publishing alone costs, pages being made already: see `publishing.py`."""

from __future__ import annotations

import datetime
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from generator.publish import About, Compression, Keeping, Output, Staged, publisher
from generator.publish.disk import Disk
from generator.publish.packing import packed
from generator.workers import spread
from policy.manifest import digest_of, read_build

ABOUT = About(1, None, {}, {})
KEEPING = Keeping(7, datetime.date(2026, 3, 10))
ROUNDS = 5
_CHUNK = 64


def main(folder: Path, pages: int) -> None:
    """Print a table."""
    texts = [text(number) for number in range(pages)]
    print(f"\n{pages:,} pages of {len(texts[0]):,} bytes on {os.cpu_count()} cores, in seconds")
    print(f"{'':34}{'elapsed':>10}{'on a core':>12}")
    for compression in (Compression.NONE, Compression.FAST):
        print(f"with compression {compression.name}")
        _publishings(folder / compression.name.lower(), texts, compression)
    print("the parts of it")
    for words, part in _parts(f"{folder}/parts", texts):
        timed(words, part, rounds=1)


def _publishings(out: Path, texts: Sequence[bytes], compression: Compression) -> None:
    def publish(made: Sequence[int]) -> None:
        _publish(out, texts, made, compression)

    timed("  from nothing", lambda: publish(range(len(texts))), rounds=1)
    time.sleep(0.2)
    timed("  nothing new", lambda: publish(()))
    timed("  one edited", lambda: publish((len(texts) // 2,)))
    timed("  read a page's entry", lambda: read_build(out).files["/page-0/"])


def text(number: int) -> bytes:
    """A page of some 3 kB, as full of repetitions as pages are."""
    words = random.Random(number)
    lines = (" ".join(words.choices(WORDS, k=12)) for _ in range(36))
    return "".join(f"<p class=text>{line}</p>\n" for line in lines).encode()


WORDS = (
    *("a", "page", "of", "words", "that", "were", "chosen", "by", "nobody", "and", "yet", "are"),
    *("some", "people", "use", "when", "they", "write", "about", "schools", "letters", "parents"),
    *("teachers", "phones", "messages", "weather", "buses", "lunches", "and", "closed", "roads"),
)


def _publish(
    out: Path, texts: Sequence[bytes], made: Sequence[int], compression: Compression
) -> None:
    """Make these pages anew, in as many processes as there are cores, and keep all others."""
    edit = f"<!-- {time.time_ns()} -->".encode()
    outputs = [
        Output(f"/page-{number}/", f"page-{number}/index.html", texts[number] + edit)
        for number in made
    ]
    names = {f"/page-{number}/" for number in range(len(texts))}
    with publisher(out, compression) as site:
        assert site.standing is None or site.intact("/page-0/")
        chunks = [outputs[start : start + _CHUNK] for start in range(0, len(outputs), _CHUNK)]
        staged: list[Staged] = list(spread(site.stage, chunks))
        site.commit(staged, names - {each.address for each in outputs}, ABOUT, KEEPING)


def _parts(root: str, texts: Sequence[bytes]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each part by itself, in an order in which one can follow the other."""
    disk, some = Disk(), range(len(texts))
    yield "  three digests a page", lambda: [digest_of(each) for each in texts for _ in range(3)]
    yield (
        "  packing FAST",
        lambda: [list(packed("x.html", each, Compression.FAST)) for each in texts],
    )
    disk.make_folder(root)
    yield "  a folder a page", lambda: [disk.make_folder(f"{root}/{each}") for each in some]
    yield "  a file a page", lambda: [disk.write(f"{root}/{n}/a", texts[n]) for n in some]
    yield (
        "  two small files a page",
        lambda: [disk.write(f"{root}/{n}/{name}", texts[n][:1000]) for n in some for name in "bc"],
    )
    yield "  sync", os.sync
    yield "  a move a page", lambda: [disk.move(f"{root}/{n}/a", f"{root}/{n}/d") for n in some]
    yield (
        "  four stamps a page",
        lambda: [os.lstat(f"{root}/{n}/{name}") for n in some for name in ("", "b", "c", "d")],
    )


def timed(words: str, work: Callable[[], object], rounds: int = ROUNDS) -> None:
    """The best of the rounds: what disturbs only adds."""
    taken = []
    for _ in range(rounds):
        begun, core = time.perf_counter(), _core_seconds()
        work()
        taken.append((time.perf_counter() - begun, _core_seconds() - core))
    print(f"{words:34}{min(each[0] for each in taken):10.3f}{min(each[1] for each in taken):12.3f}")


def _core_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    return sum(os.times()[:4])
