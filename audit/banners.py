"""What asks for consent, as it was found on a page: frozen values."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Banner", "Box", "Control"]


@dataclass(frozen=True, slots=True)
class Control:
    """What a visitor can press in a banner. `kind` is accept, reject, settings, save or withdraw.

    Lengths are in CSS pixels; `contrast` is that of its letters by WCAG 2, 1 to 21, or 0 where it
    could not be measured.
    """

    kind: str
    name: str
    tag: str
    x: float
    y: float
    width: float
    height: float
    size: float = 0
    contrast: float = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A box or switch of a banner that is on and can be put off; its middle, in CSS pixels."""

    name: str
    x: float
    y: float
    interest: bool = False
    """Whether it speaks of a legitimate interest."""


@dataclass(frozen=True, slots=True)
class Banner:
    """What asks for consent, as it was found. `frame` is the index of its frame in the page."""

    frame: int
    controls: tuple[Control, ...] = ()
    ticked: tuple[Box, ...] = ()
    covers: float = 0
    """The share of the window that a visitor cannot point at while it is there, 0 to 1."""
    locked: bool = False
    """Whether the page behind it can be scrolled no more."""
    asks: bool = True
    """Whether it asks; only a way back to it is there where it does not."""

    def find(self, kind: str) -> Control | None:
        """The first control of a kind."""
        return next((each for each in self.controls if each.kind == kind), None)
