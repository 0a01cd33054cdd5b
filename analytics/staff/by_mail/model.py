"""Who is mailed what: values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

__all__ = ["WORDS", "Address", "Ask", "Sent", "Wish", "in_order"]


class Wish(StrEnum):
    """One of them, as it is stored."""

    WEEK = "week"
    MONTH = "month"
    UNUSUAL = "unusual"


WORDS: Mapping[Wish, str] = {
    Wish.WEEK: "each week",
    Wish.MONTH: "each month",
    Wish.UNUSUAL: "what is far from usual",
}
"""As they are told to people."""


def in_order(chosen: Iterable[str]) -> tuple[Wish, ...]:
    """Those of them that there are, each once, in the order in which they are shown."""
    names = set(chosen)
    return tuple(wish for wish in Wish if wish in names)


@dataclass(frozen=True)
class Ask:
    """An address that is not confirmed yet, and who asked to be mailed there."""

    id: str
    account: str
    username: str
    email: str
    wishes: tuple[Wish, ...]


@dataclass(frozen=True)
class Sent:
    """Until when nothing is due: the first days of a week and of a month, and a day."""

    week: date
    month: date
    day: date


@dataclass(frozen=True)
class Address:
    """An address that was confirmed, what is mailed there, and to whom."""

    id: str
    account: str
    username: str
    roles: tuple[str, ...]
    email: str
    wishes: tuple[Wish, ...]
    confirmed_on: date
    sent: Sent
