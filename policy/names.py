"""The names of what a site declares, in words that people read: one line each, of letters that are
seen, and no two of one kind that a reader takes for one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator

from policy.texts import is_typed, is_visible

__all__ = ["Name", "Names", "as_read", "one_line"]


def one_line(text: str) -> str:
    """The text. Raises ValueError where it is not one line of characters that somebody types and
    sees."""
    for letter in text:
        if letter in "\n\t" or not is_typed(letter) or unicodedata.category(letter) in ("Zl", "Zp"):
            raise ValueError(f"write one line, without the character U+{ord(letter):04X}")
    if not any(map(is_visible, text)):
        raise ValueError("write letters that can be seen")
    if text != text.strip() or "  " in text:
        raise ValueError("write it without blanks around it, and with single ones in it")
    return text


Name = Annotated[str, AfterValidator(one_line)]
"""The name of something that a site declares."""


def as_read(name: str) -> str:
    """What a reader takes a name for: without capitals, forms of one letter, and what is not seen
    (https://www.unicode.org/reports/tr31/#NFKC_Modifications)."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(letter for letter in folded if unicodedata.category(letter) != "Cf")


class Names:
    """The names of one `kind`, as they come, after those that are `known` already."""

    def __init__(self, kind: str, known: Iterable[str] = ()) -> None:
        self._kind = kind
        self._names = {as_read(name): name for name in known}

    def wrong(self, name: str) -> tuple[str, str] | None:
        """The message and the hint where a reader cannot tell it from one that came before."""
        other = self._names.setdefault(as_read(name), "")
        if not other:
            self._names[as_read(name)] = name
            return None
        if other == name:
            return f'{self._kind} "{name}" is there already', "name it otherwise"
        message = f'{self._kind} "{name}" reads like "{other}", which is there already'
        return message, "name it otherwise"
