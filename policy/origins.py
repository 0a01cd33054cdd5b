"""Where each entry of the register comes from: a feature's file, or the site's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from policy.toml_lines import Lines

__all__ = ["Location", "Origin", "Origins"]

Location = tuple[int | str, ...]


@dataclass(frozen=True)
class Origin:
    """A file, relative to the root of the site or of the engine, and a line (from 1)."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Origins:
    """Finds the origin of what stands at a location of the sum.

    A location is a path of keys and indexes, as `("cookie", 0, "lifetime")`. What has no origin of
    its own has that of what it stands in, and else the site's file `path`.
    """

    def __init__(self, path: str, site: Lines) -> None:
        self.site = site
        self._path = path
        self._places: dict[Location, tuple[str, Lines, Location]] = {}

    def put(self, place: Location, path: str, lines: Lines, there: Location) -> None:
        """Say that what is at `place` of the sum stands at `there` in the file `path`."""
        self._places[place] = path, lines, there

    def keep(self, kind: str, indexes: Sequence[int]) -> None:
        """Say that of the entries of a kind only those were kept, in this order."""
        moved = {old: new for new, old in enumerate(indexes)}
        places = {}
        for place, origin in self._places.items():
            if len(place) < 2 or place[0] != kind:
                places[place] = origin
            elif place[1] in moved:
                places[kind, moved[int(place[1])], *place[2:]] = origin
        self._places = places

    def of(self, location: Sequence[int | str]) -> Origin:
        """The origin of the deepest part of `location` that has one."""
        steps = tuple(location)
        for size in range(len(steps), 0, -1):
            if steps[:size] in self._places:
                path, lines, there = self._places[steps[:size]]
                return Origin(path, lines.of((*there, *steps[size:])))
        return Origin(self._path, self.site.of(steps))

    def changes(self, location: Location) -> list[Origin]:
        """Where the site has put something else in the place of a part of an entry."""
        inside = [
            place
            for place, (path, _, _) in self._places.items()
            if place[: len(location)] == location
            and len(place) > len(location)
            and isinstance(place[-1], str)
            and path == self._path
        ]
        return [self.of(place) for place in inside]
