"""What a build does, and how long each part of it takes: noted only where somebody asks."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

__all__ = ["PageTime", "Record", "counted", "is_on", "note", "recording", "step"]

Item = TypeVar("Item")
SLOWEST = 10


@dataclass(frozen=True, slots=True)
class PageTime:
    """A page that was made: its address and layout, and the seconds of one core that it took."""

    url: str
    layout: str
    seconds: float


@dataclass(slots=True)
class Record:
    """The `steps` of a build with their seconds, the `pages` that were made, and the `seconds` of
    all of it. `heard` is told how many pages are made, of how many."""

    heard: Callable[[int, int], None] = lambda _made, _total: None
    seconds: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)
    pages: list[PageTime] = field(default_factory=list)

    def as_text(self) -> str:
        """All of it, for people: the steps, the slowest pages, and layouts by what a page costs."""
        known = sum(self.steps.values())
        total = max(self.seconds, known) or 1.0
        rest = "the rest: beginning, looking at public/, waiting for other builds"
        lines = ["Where the time went:"]
        for name, seconds in {**self.steps, rest: total - known}.items():
            lines.append(f"  {seconds:8.3f} s  {seconds / total:4.0%}  {name}")
        if self.pages:
            lines.append("The slowest pages, each on one core:")
            slowest = sorted(self.pages, key=lambda each: -each.seconds)[:SLOWEST]
            lines += [f"  {each.seconds * 1e3:8.1f} ms  {each.url}" for each in slowest]
            lines.append("By layout:")
            lines += self._by_layout()
        return "\n".join(lines)

    def _by_layout(self) -> Iterator[str]:
        spent_on: defaultdict[str, list[float]] = defaultdict(list)
        for each in self.pages:
            spent_on[each.layout].append(each.seconds)
        for layout, times in sorted(spent_on.items(), key=lambda each: -sum(each[1])):
            number, spent = len(times), sum(times)
            pages = "1 page" if number == 1 else f"{number} pages"
            yield f"  {spent * 1e3 / number:8.1f} ms  templates/{layout}.html, {pages}"


_current: list[Record] = []


@contextmanager
def recording(record: Record) -> Iterator[Record]:
    """Note what builds do meanwhile."""
    _current.append(record)
    try:
        yield record
    finally:
        _current.remove(record)


def is_on() -> bool:
    """Whether somebody asks."""
    return bool(_current)


@contextmanager
def step(name: str) -> Iterator[None]:
    """One part of a build. Parts do not stand in each other."""
    start = time.perf_counter()
    try:
        yield
    finally:
        spent = time.perf_counter() - start
        for record in _current:
            record.steps[name] = record.steps.get(name, 0.0) + spent


def note(page: PageTime) -> None:
    """A page was made."""
    for record in _current:
        record.pages.append(page)


def counted(items: Iterable[Item], total: int) -> Iterable[Item]:
    """The items; each is told to whoever asks."""
    return _counted(items, total) if _current else items


def _counted(items: Iterable[Item], total: int) -> Iterator[Item]:
    for number, item in enumerate(items, 1):
        for record in _current:
            record.heard(number, total)
        yield item
