"""The fields of a form: what each may hold, and what is wrong with an answer."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import Field as Key

from policy.toml_source import Declared

FieldKind = Literal["text", "email", "tel", "select", "radio", "textarea"]
CHOICES = ("select", "radio")

INVISIBLE = {"\u200b", "\u2060", "\ufeff"}
"""Spaces without width: they come along when an address is copied, and nobody can see them."""

TURNS_TEXT = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
"""Controls of direction: one left open would turn round the text after it on a staff page."""

EMAIL = re.compile(
    r"""[^\s@()<>\[\],;:\\"]{1,64}
    @ (?: [^\W_] (?: [^\s\x00-\x2c\x2e\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]{0,62} ) \. )+
    [^\s\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]{2,63}""",
    re.VERBOSE,
)
"""Wider than RFC 5321: letters of every script (RFC 6531). Only an answer proves an address."""

PHONE = re.compile(r"[\d\s+().,/#*;:extn-]*", re.IGNORECASE)
FEWEST_DIGITS = 5


class Option(Declared):
    """One answer that can be chosen: what is stored, and what people read."""

    value: Annotated[str, Key(pattern=r"^[a-z][a-z0-9-]*$")]
    label: str


class Field(Declared):
    """One question of a form."""

    name: Annotated[str, Key(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Annotated[str, Key(min_length=1)]
    kind: FieldKind
    required: bool = False
    most_characters: Annotated[int, Key(ge=1, le=10_000)] | None = None
    options: tuple[Option, ...] = ()
    autocomplete: str = ""
    help: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """What can be stored for a choice."""
        return tuple(option.value for option in self.options)

    def clean(self, answer: str) -> str:
        """The answer without what nobody typed: outer space, control characters, half characters.

        A field of one line comes back as one line. A choice that is not offered comes back empty.
        """
        text = answer.replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(letter for letter in text if _typed(letter))
        if self.kind in CHOICES:
            return text if text in self.values else ""
        if self.kind != "textarea":
            text = " ".join(text.split())
        if self.kind == "email":
            text = text.rstrip(". ")
        return text.strip()

    def wrong(self, answer: str) -> str:
        """What is wrong with an answer, in a sentence that names the field; empty when nothing."""
        text = self.clean(answer)
        if self.kind in CHOICES and not text and (answer or self.required):
            return f"Choose one of the answers to “{self.label}”."
        if not text:
            return f"Fill in “{self.label}”." if self.required else ""
        if self.most_characters is not None and len(text) > self.most_characters:
            number, most = f"{len(text):,}", f"{self.most_characters:,}"
            return f"“{self.label}” has {number} characters. Shorten it to {most} or fewer."
        if self.kind == "email" and not EMAIL.fullmatch(text):
            return f"“{self.label}” needs an address like name@example.org."
        if self.kind == "tel" and not _is_phone(text):
            return f"“{self.label}” needs a number like +1 800 555 0100."
        return ""


def _typed(letter: str) -> bool:
    if letter in INVISIBLE or letter in TURNS_TEXT:
        return False
    return letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")


def _is_phone(text: str) -> bool:
    digits = sum(letter.isdigit() for letter in text)
    return PHONE.fullmatch(text) is not None and digits >= FEWEST_DIGITS
