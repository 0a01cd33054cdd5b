"""What visitors do on a page, besides reading it, as what it adds to the counters. Pure.

Nothing here tells whose it is: a deed is a name from a finite list, and adds to its own cell and to
the goals that it reaches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analytics.visits.model import Dimension, Increment
from policy.forms import Form
from policy.goals import Deed

__all__ = ["BANDS_MS", "DIMENSION_OF", "SPEED_BANDS", "SPEED_LIMITS", "Told", "deed_cells"]
__all__ += ["form_cell", "form_steps", "is_download", "told"]

DIMENSION_OF: Mapping[Deed, Dimension] = {
    "form": Dimension.FORM,
    "event": Dimension.EVENT,
    "download": Dimension.DOWNLOAD,
    "outbound": Dimension.OUTBOUND,
}

BANDS_MS = (10_000, 30_000, 60_000, 180_000)
"""Milliseconds of engaged time that a view can reach: the median of a page lies between two."""

SPEED_BANDS = ("good", "needs improvement", "poor")
SPEED_LIMITS: Mapping[str, tuple[float, float]] = {
    "LCP": (2_500, 4_000),
    "INP": (200, 500),
    "CLS": (0.1, 0.25),
}
"""The most of the first two bands, in milliseconds and of CLS as a share
(https://web.dev/articles/vitals)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a page tells of one view beside its time: for how many milliseconds it had been used
    `before` this time, which share of it was in view (`deep`) before and now, what its `speed` was
    (`SPEED_LIMITS`), and what became of its forms (steps of `form_steps`)."""

    before: int = 0
    deep: tuple[float, float] = (0, 0)
    speed: tuple[tuple[str, float], ...] = ()
    forms: tuple[str, ...] = ()


def is_download(address: str, kind: str) -> bool:
    """Whether a file of this site is one that people open by a link, and no part of its pages."""
    parts = ("text/html", "text/css", "text/javascript", "font/")
    return not address.startswith(("/assets/", "/.well-known/")) and not kind.startswith(parts)


def deed_cells(deed: Deed, what: str, properties: Mapping[str, str]) -> Iterator[str]:
    """The cells of a deed: of an event, itself and each property with its value."""
    yield form_cell(what, "sent") if deed == "form" else what
    for name, value in properties.items():
        yield f"{what}/{name}/{value}"


def form_cell(form: str, step: str, field: str = "") -> str:
    """How a form's step is called in the counters: "ask/left/phone"."""
    return f"{form}/{step}/{field}" if field else f"{form}/{step}"


def form_steps(form: Form) -> frozenset[str]:
    """Every step that a page can tell of a form."""
    fields = [field.name for field in form.fields]
    fields += [name for name in ("permission", "recognize") if getattr(form, name)]
    of_fields = {form_cell(form.name, step, name) for step in ("left", "error") for name in fields}
    return frozenset({form_cell(form.name, "started"), *of_fields})


def told(page: str, ms: int, what: Told) -> tuple[Increment, ...]:
    """What a page's message adds: each quarter and each band that this view had not reached before,
    so that a view is counted once in each, however many messages tell of it."""
    found = [*_once(Dimension.DEPTH, (f"{25 * each} {page}" for each in _quarters(what.deep)))]
    reached = (band for band in BANDS_MS if what.before < band <= what.before + ms)
    found += _once(Dimension.ATTENTION, (f"{band // 1_000} {page}" for band in reached))
    bands = (f"{name} {_band(name, value)}" for name, value in what.speed)
    found += _once(Dimension.SPEED, bands)
    found += _once(Dimension.FORM, what.forms)
    return tuple(found)


def _quarters(deep: tuple[float, float]) -> range:
    before, now = (int(4 * min(share, 1)) for share in deep)
    return range(before + 1, now + 1)


def _band(name: str, value: float) -> str:
    return SPEED_BANDS[sum(value > limit for limit in SPEED_LIMITS[name])]


def _once(dimension: Dimension, cells: Iterable[str]) -> list[Increment]:
    return [Increment(dimension, cell, times=1) for cell in cells]
