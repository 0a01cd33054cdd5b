"""Builders that a test hands to the process that builds."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from analytics.preview.builds import Build, Order
from policy.faults import Fault, Faults
from policy.places import Places


@dataclass(frozen=True)
class Report:
    pages: int = 1
    written: int = 2
    removed: int = 0
    warnings: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Plain:
    """One that has nothing to do at its end."""

    build: Callable[[Order], Report]

    def __call__(self, order: Order) -> Report:
        return self.build(order)

    def close(self) -> None:
        pass


def numbered(places: Places) -> Build:
    """Counts, as one that keeps a site in memory would; what was ordered is in a warning."""
    count = 0

    def build(order: Order) -> Report:
        nonlocal count
        count += 1
        return Report(pages=count, warnings=(Fault("order", None, repr(order)),))

    return Plain(build)


def failing(places: Places) -> Build:
    """What is wrong is the site's."""

    def build(order: Order) -> NoReturn:
        raise Faults([Fault("content/about.md", 3, "a mistake", "mend it")])

    return Plain(build)


def killed_once(places: Places) -> Build:
    """The first process is killed by the system while it builds; the next one is not."""
    mark = places.root / "killed"

    def build(order: Order) -> Report:
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return Report()

    return Plain(build)


def always_killed(places: Places) -> Build:
    """There is no memory for it."""

    def build(order: Order) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    return Plain(build)


def unable(places: Places) -> Build:
    """Not even made."""
    raise RuntimeError


def writing_at_its_end(places: Places) -> Build:
    """Leaves a file when it is closed."""

    class Closed(Plain):
        def close(self) -> None:
            (places.root / "closed").touch()

    return Closed(lambda order: Report())
