"""Which values of a period that has ended are told, and which are folded together. Pure.

What a dimension adds up to is known, so what is folded must not come back by subtraction. This is
statistical disclosure control with complementary suppression (A. Hundepool and others, Statistical
Disclosure Control, Wiley 2012, chapter 4). Pairs are folded in `linked_folding`.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["kept_alone", "kept_parts"]


def kept_alone(counts: Mapping[int, int], least: int) -> set[int]:
    """The values of a dimension by itself that are told with all their measures."""
    kept = sorted(
        (value for value, count in counts.items() if count >= least),
        key=lambda value: (counts[value], value),
    )
    folded = [count for count in counts.values() if count < least]
    while folded and kept and (sum(folded) < least or len(folded) < 2):
        folded.append(counts[kept.pop(0)])
    return set(kept)


def kept_parts(
    kept: set[int],
    coarse: set[int],
    fixed: set[int],
    parts: Mapping[int, Mapping[int, int]],
    least: int,
) -> bool:
    """Fold more of the values of a dimension (`kept`), and of a coarser one (`coarse`), so that no
    value of this tells the other measures of a few: it lacks none of its parts, or two and the
    least. `parts` are, by value of the coarser one, how often each of its parts was counted; what
    is `fixed` of that is told, and cannot be folded. Whether anything was folded."""
    before = len(kept) + len(coarse)
    for value, counts in sorted(parts.items()):
        told = sorted(
            (each for each in counts if each in kept), key=lambda each: (counts[each], each)
        )
        lacking = [count for each, count in counts.items() if each not in kept]
        while lacking and (sum(lacking) < least or len(lacking) < 2):
            if not told or value not in coarse | fixed:
                coarse.discard(value)
                break
            kept.discard(told[0])
            lacking.append(counts[told.pop(0)])
    return len(kept) + len(coarse) < before
