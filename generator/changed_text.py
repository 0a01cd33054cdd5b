"""What a page holds whose template changed its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from generator.recorded import Found, Recorded, unplaced

__all__ = ["with_text"]


def with_text(recorded: Recorded, text: Recorded) -> Recorded:
    """What is in both is told of the text, and all that is wrong in that."""
    named = {"link": text.links, "file": text.loads}
    links, loads = tuple(unplaced(recorded.links, named)), tuple(unplaced(recorded.loads, named))
    of_text = (each for each in text.of_text if each not in recorded.of_text)
    return replace(
        recorded,
        links=_placed(links, recorded.links, text.links),
        loads=_placed(loads, recorded.loads, text.loads),
        ids=_placed(recorded.ids, recorded.ids, text.ids),
        refused=_placed(recorded.refused, recorded.refused, text.refused),
        events=_placed(recorded.events, recorded.events, text.events),
        bare_pictures=_placed(recorded.bare_pictures, recorded.bare_pictures, text.bare_pictures),
        of_text=(*recorded.of_text, *of_text),
    )


def _placed(
    kept: Sequence[Found], shown: Sequence[Found], text: Sequence[Found]
) -> tuple[Found, ...]:
    """Those that are kept; what is shown and lost its line, or is kept no more, as the text has
    it."""
    there, still = {each.value for each in shown}, {each.value for each in kept}
    there -= {each.value for each in kept if each.place.own and each.place.line}
    again = [
        each
        for each in text
        if each.value in there and (each.place.line or each.value not in still)
    ]
    names = {each.value for each in again}
    lost = (each.place.own and not each.place.line and each.value in names for each in kept)
    return (*(each for each, is_lost in zip(kept, lost, strict=True) if not is_lost), *again)
