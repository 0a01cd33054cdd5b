"""What the engine says to people, in the language in which it says it at this moment.

Whoever renders a page or answers a request says which language that is (`speaking`); code and
templates write English sentences, which are the keys of the catalogues (`policy.catalogues`).
"""

from __future__ import annotations

import datetime
import gettext as standard
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from policy.catalogues import Catalogue

if TYPE_CHECKING:
    from babel import Locale

__all__ = ["ENGLISH", "Speech", "day", "mark", "mark_number", "number", "sentence", "sentence_of"]
__all__ += ["speaking", "spoken"]


@dataclass(frozen=True, slots=True)
class Speech:
    """A language as it is spoken: its sentences, and the tag by which dates and numbers go."""

    catalogue: Catalogue | None = None
    locale: str = "en"

    @property
    def sentences(self) -> standard.NullTranslations:
        """What looks sentences up; in English they are what they are."""
        return self.catalogue.sentences if self.catalogue else _AS_THEY_ARE


_AS_THEY_ARE = standard.NullTranslations()
ENGLISH = Speech()
_now: ContextVar[Speech] = ContextVar("speech", default=ENGLISH)


@contextmanager
def speaking(speech: Speech) -> Iterator[None]:
    """Say all in this language, until the end of the block."""
    token = _now.set(speech)
    try:
        yield
    finally:
        _now.reset(token)


def spoken() -> Speech:
    """The language in which all is said now."""
    return _now.get()


def sentence(words: str, /, **values: Any) -> str:
    """A sentence, with values at its places: `%(name)s`. A percent sign is written twice."""
    return _now.get().sentences.gettext(words) % values


def sentence_of(one: str, many: str, count: int, **values: Any) -> str:
    """A sentence about a number of things, which fills its place `%(number)s`."""
    words = _now.get().sentences.ngettext(one, many, count)
    return words % {"number": number(count), **values}


def mark(words: str) -> str:
    """A sentence that is kept to be said later: it goes into catalogues, and is what it is."""
    return words


def mark_number(one: str, many: str) -> tuple[str, str]:
    """The same, of a sentence about a number."""
    return one, many


def day(date: datetime.date) -> str:
    """A day in words: "November 26, 2026"."""
    locale = _now.get().locale
    if locale == "en":  # As CLDR has it, without loading that.
        return f"{date:%B} {date.day}, {date.year}"
    from babel.dates import format_date  # noqa: PLC0415  (as said)

    return format_date(date, "long", locale=_locale(locale))


def number(value: float) -> str:
    """A number as it is written: "1,200"."""
    locale = _now.get().locale
    if locale == "en":
        return f"{value:,}"
    from babel.numbers import format_decimal  # noqa: PLC0415  (as above)

    return format_decimal(value, locale=_locale(locale))


@cache
def _locale(tag: str) -> Locale:
    """The nearest that the Unicode locales have."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (as above)

    parts = tag.split("-")
    for size in range(len(parts), 0, -1):
        try:
            return Locale.parse("-".join(parts[:size]), sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return Locale("en")
