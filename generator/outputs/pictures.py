"""Pictures and cards among the outputs: made before anything is published, told where they fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from generator.pictures.cache import Cache
from generator.pictures.cards import Wanted
from generator.pictures.making import Progress, look, make
from generator.prepare import Ready
from generator.publish import Output
from policy import Fault, Faults

__all__ = ["PictureOutputs", "look_at_pictures"]


class PictureOutputs:
    """What pages name and is not in its place yet, as `is_intact` says of an address and "".

    `wanted` are the addresses of all that pages name.
    """

    def __init__(self, ready: Ready, is_intact: Callable[[str, str], bool], cache: Cache) -> None:
        self._ready = ready
        self._cache = cache
        self._all = _wanted(ready)
        self.wanted = frozenset(each.address for each in self._all)
        self._missing = [each for each in self._all if not is_intact(each.address, "")]

    @property
    def missing(self) -> frozenset[str]:
        """The addresses of what is not in its place."""
        return frozenset(each.address for each in self._missing)

    def make(self, progress: Progress) -> None:
        """Have it in the cache. Raises `Faults`."""
        try:
            make(self._missing, self._ready.site.root, self._cache, progress)
        except Faults as faults:
            raise _placed(self._ready, faults) from None

    def outputs(self) -> Iterator[Output]:
        """One after another, each read when it is asked for: all of them can be more than the
        memory holds. Raises `Faults` for one that is gone."""
        for each in self._missing:
            data = self._cache.read(each.key)
            if data is None:
                hint = "build again: it is made again then"
                raise Faults([Fault(each.source, None, "what was made of it is gone", hint)])
            yield Output(each.address, each.address.lstrip("/"), data, immutable=True)

    def tidy(self) -> None:
        """Remove from the cache what nobody used for long."""
        if self._all:
            self._cache.tidy({each.key for each in self._all})


def look_at_pictures(ready: Ready, cache: Cache, progress: Progress) -> None:
    """Find what making them would. Raises `Faults`."""
    try:
        look(_wanted(ready), ready.site.root, cache, progress)
    except Faults as faults:
        raise _placed(ready, faults) from None


def _wanted(ready: Ready) -> Sequence[Wanted]:
    """All that pages name, each once."""
    named = (each for pictures in ready.state.made.pictures.values() for each in pictures)
    return tuple({each.address: each for each in named}.values())


def _placed(ready: Ready, faults: Faults) -> Faults:
    """A fault of a picture stands where the picture is used."""
    return Faults(
        Fault(place.path, place.line, fault.message, fault.hint)
        if (place := ready.place_of(fault.path))
        else fault
        for fault in faults.faults
    )
