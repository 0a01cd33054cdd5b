"""Pictures and cards among the outputs: made before anything is published, told where they fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.pictures.cache import Cache
from generator.pictures.cards import Wanted
from generator.pictures.making import Progress, look, make
from generator.prepare import Ready
from generator.publish import Output
from policy import Fault, Faults

__all__ = ["look_at_pictures", "make_pictures", "picture_outputs", "wanted_pictures"]


def wanted_pictures(ready: Ready) -> Sequence[Wanted]:
    """All that pages name, each once."""
    named = (each for made in ready.state.made.values() for each in made.pictures)
    return tuple({each.address: each for each in named}.values())


def make_pictures(ready: Ready, cache: Cache, progress: Progress) -> None:
    """Have all that pages name in the cache. Raises `Faults`."""
    try:
        make(wanted_pictures(ready), ready.site.root, cache, progress)
    except Faults as faults:
        raise _placed(ready, faults) from None


def look_at_pictures(ready: Ready, cache: Cache, progress: Progress) -> None:
    """Find what `make_pictures` would. Raises `Faults`."""
    try:
        look(wanted_pictures(ready), ready.site.root, cache, progress)
    except Faults as faults:
        raise _placed(ready, faults) from None


def picture_outputs(ready: Ready, cache: Cache) -> Iterator[Output]:
    """One after another, each read when it is asked for. Raises `Faults` for one that is gone."""
    for each in wanted_pictures(ready):
        data = cache.read(each.key)
        if data is None:
            hint = "build again: it is made again then"
            raise Faults([Fault(each.source, None, "what was made of it is gone", hint)])
        yield Output(each.address, each.address.lstrip("/"), data, immutable=True)


def _placed(ready: Ready, faults: Faults) -> Faults:
    """A fault of a picture stands where the picture is used."""
    return Faults(
        Fault(place.path, place.line, fault.message, fault.hint)
        if (place := ready.place_of(fault.path))
        else fault
        for fault in faults.faults
    )
