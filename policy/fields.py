"""The fields of a form: what each may hold, and what is wrong with an answer."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import Field as Key

from policy.names import Name
from policy.sentences import number, sentence
from policy.texts import is_typed, is_visible
from policy.toml_source import Declared

FieldKind = Literal["text", "email", "tel", "select", "radio", "textarea"]
CHOICES = ("select", "radio")

LINK = re.compile(r"https?://|//|\bwww\.", re.IGNORECASE)
FEWEST_DIGITS = 5


class Option(Declared):
    """One answer that can be chosen: what is stored, and what people read."""

    value: Annotated[str, Key(pattern=r"^[a-z][a-z0-9-]*$")]
    label: Name


class Field(Declared):
    """One question of a form."""

    name: Annotated[str, Key(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Name
    kind: FieldKind
    required: bool = False
    most_characters: Annotated[int, Key(ge=1, le=10_000)] | None = None
    options: tuple[Option, ...] = ()
    autocomplete: str = ""
    help: str = ""
    audiences: tuple[str, ...] = ()
    """Those that are asked; all of them where there are none."""

    def is_for(self, audience: str) -> bool:
        """Whether an audience is asked."""
        return not self.audiences or audience in self.audiences

    @property
    def values(self) -> tuple[str, ...]:
        """What can be stored for a choice."""
        return tuple(option.value for option in self.options)

    def clean(self, answer: str) -> str:
        """The answer without what nobody typed: outer space, control characters, half characters.

        A field of one line comes back as one line. A choice that is not offered, letter for letter,
        comes back empty.
        """
        if self.kind in CHOICES:
            return answer if answer in self.values else ""
        text = answer.replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(letter for letter in text if is_typed(letter))
        if self.kind != "textarea":
            text = " ".join(text.split())
        if self.kind == "email":
            text = text.rstrip(". ")
        return text.strip()

    def wrong(self, answer: str) -> str:
        """What is wrong with an answer, in a sentence that names the field; empty when nothing."""
        text = self.clean(answer)
        if self.kind in CHOICES and not text and (answer or self.required):
            return sentence("Choose one of the answers to “%(field)s”.", field=self.label)
        if not text:
            return sentence("Fill in “%(field)s”.", field=self.label) if self.required else ""
        if self.most_characters is not None and len(text) > self.most_characters:
            return sentence(
                "“%(field)s” has %(number)s characters. Shorten it to %(most)s or fewer.",
                field=self.label,
                number=number(len(text)),
                most=number(self.most_characters),
            )
        if not any(map(is_visible, text)):
            return sentence(
                "“%(field)s” has only characters that cannot be seen. Type it again.",
                field=self.label,
            )
        return self._wrong_kind(text)

    def _wrong_kind(self, text: str) -> str:
        if self.kind == "email":
            return self._wrong_address(text)
        if self.kind == "tel" and not _is_phone(text):
            return sentence("“%(field)s” needs a number like +1 800 555 0100.", field=self.label)
        return ""

    def _wrong_address(self, text: str) -> str:
        from policy.email_addresses import NotMailable, as_kept  # noqa: PLC0415  (slow to import)

        try:
            as_kept(text)
        except NotMailable as reason:
            if reason.reads_as_one:
                return sentence(
                    "“%(field)s” has an address that no email can reach. Use another one.",
                    field=self.label,
                )
            return sentence("“%(field)s” needs an address like name@example.org.", field=self.label)
        return ""


def _is_phone(text: str) -> bool:
    """Digits as people write them, and a note beside them: "(mornings)", "int. 4", "ext. 12"."""
    written = all(each == "+" or unicodedata.category(each)[0] in "LMNZP" for each in text)
    digits = sum(each.isdecimal() for each in text)
    return written and "@" not in text and not LINK.search(text) and digits >= FEWEST_DIGITS
