"""All keepers of one history asked the same: equal answers first, then their times."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median

from bench.histories.asking import EVERY, PER_DAY, QUESTIONS, Answer, Keeper, Question
from bench.histories.ours import Ours, told

__all__ = ["compared", "show", "timed"]

Times = Mapping[tuple[str, Question], list[float]]


def compared(keepers: list[Keeper], *, is_told: bool) -> None:
    """Fail where two tell different things. With `is_told`, each day has enough visits to be told
    by itself: then what has one condition is equal everywhere, but for the views of days on which
    the source was rare, of which only the visits are kept. Of two conditions, and of days that are
    not told, each of our lines is at most what was counted, ours have the same, and what they leave
    out is in `rest`, to the last visit."""
    ours = [each for each in keepers if isinstance(each, Ours)]
    peers = [each for each in keepers if not isinstance(each, Ours)]
    for short in QUESTIONS:
        question = replace(short, limit=EVERY)
        truth, mine = _same(peers, question), _same(ours, question)
        if is_told and not question.filtered:
            assert mine == truth, (question, _first(mine, truth))
            continue
        whole = {name: counts for name, *counts in truth}
        for name, *counts in mine:
            for count, most in zip(counts, whole[name], strict=True):
                assert count <= most, (question, name, count, most)
        if question.kind == PER_DAY:
            if is_told:
                assert [row[:2] for row in mine] == [row[:2] for row in truth], question
            continue
        found, rest = told(question, ours[0].rows(question))
        counted = sum(count for _, count in truth)
        if is_told and question.kind != "page":  # A page's rest is of views: see above.
            assert found + (rest or 0) == counted, (question, found, rest, counted)
        same = sum(a == b for a, b in zip(mine[: short.limit], truth, strict=False))
        print(
            f"  {_words(question)}: {found / counted:.1%} of it told apart; of the first"
            f" {min(short.limit, len(truth))} lines, {same} are the same",
            flush=True,
        )


def _same(keepers: Iterable[Keeper], question: Question) -> Answer:
    first, *others = [[tuple(row) for row in each.ask(question)] for each in keepers]
    for other in others:
        assert other == first, (question, _first(other, first))
    return first


def _first(one: Answer, other: Answer) -> object:
    return next(
        ((a, b) for a, b in zip(one, other, strict=False) if a != b), (len(one), len(other))
    )


def timed(keepers: list[Keeper], rounds: int) -> tuple[Times, Times]:
    """Milliseconds and those of processor, of each time that each was asked: in turn."""
    wall: dict[tuple[str, Question], list[float]] = defaultdict(list)
    processor: dict[tuple[str, Question], list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        for question in QUESTIONS:
            for each in keepers[number % len(keepers) :] + keepers[: number % len(keepers)]:
                before, began = each.processor(), time.perf_counter()
                each.ask(question)
                took = time.perf_counter() - began
                wall[each.name, question].append(1_000 * took)
                processor[each.name, question].append(1_000 * (each.processor() - before))
    return wall, processor


def show(keepers: Sequence[Keeper], times: tuple[Times, Times]) -> None:
    """A line for each question: the first time, the median and the best of the others, and the
    processor's in the mean of these."""
    wall, processor = times
    print(f"\n  {'first / median / best ms (processor)':40}" + "".join(
        f"{each.name:>32}" for each in keepers
    ))  # fmt: skip
    for question in QUESTIONS:
        line = f"  {_words(question):40}"
        for each in keepers:
            first, *others = wall[each.name, question]
            _, *used = processor[each.name, question]
            line += (
                f"{first:8.0f} /{median(others):7.1f} /{min(others):7.1f}"
                f" ({sum(used) / len(used):5.0f})"
            )
        print(line, flush=True)
    print(f"  load: {' '.join(f'{each:.1f}' for each in os.getloadavg())}", flush=True)


def _words(question: Question) -> str:
    kind = {PER_DAY: "visits and views by day"}.get(question.kind, f"top {question.kind}")
    return f"{question.period}: {kind}{', one source' if question.filtered else ''}"
