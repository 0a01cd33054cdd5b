"""A seeded corpus that every generator can build: the same pages, in the same words."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, replace

__all__ = ["FIRST_DAY", "Entry", "corpus", "edited"]

FIRST_DAY = datetime.date(1990, 1, 1)
"""So that ten thousand days later is still in the past: what has a later day, nobody builds."""
WORDS = [
    "school",
    "family",
    "message",
    "letter",
    "phone",
    "text",
    "email",
    "parent",
    "teacher",
    "office",
    "morning",
    "evening",
    "list",
    "line",
    "bus",
    "closing",
    "snow",
    "day",
    "plan",
    "reply",
    "answer",
    "question",
    "language",
    "reader",
    "board",
    "meeting",
    "calendar",
    "change",
    "notice",
    "short",
    "plain",
    "early",
    "late",
    "often",
    "never",
    "first",
    "last",
    "number",
    "call",
    "screen",
    "paper",
    "window",
    "door",
]
"""No word is one that a typographer or a link finder would change."""

CODE = '```python\ndef greet(name):\n    return "Hello, " + name\n\n\nprint(greet("{word}"))\n```'
TABLE = "| When | Who | How |\n|---|---|---|\n" + "\n".join(
    f"| {when} | {who} | {how} |"
    for when, who, how in (
        ("At once", "Everybody", "Phone"),
        ("By noon", "Parents", "Email"),
        ("Next day", "Teachers", "Letter"),
    )
)


@dataclass(frozen=True)
class Entry:
    """A page: its address is `/posts/SLUG/`."""

    slug: str
    title: str
    day: datetime.date
    body: str

    @property
    def description(self) -> str:
        """A sentence of a length that no generator warns about."""
        return f"What the page called {self.title} has to say, in one sentence of some length."


def corpus(pages: int, seed: int = 1) -> tuple[Entry, ...]:
    """`pages` pages of about 400 words: headings, lists and links in each, a table in every fifth,
    code in every tenth. Links lead from page to page."""
    dice = random.Random(seed)
    return tuple(
        Entry(
            slug=_slug(number),
            title=f"{dice.choice(WORDS).capitalize()} and {dice.choice(WORDS)} {number}",
            day=FIRST_DAY + datetime.timedelta(days=number),
            body=_body(dice, number, pages),
        )
        for number in range(pages)
    )


def edited(entry: Entry, turn: int) -> Entry:
    """The page with one more line."""
    return replace(entry, body=f"{entry.body}\n\nThis line was added in turn {turn}.")


def _slug(number: int) -> str:
    return f"page-{number:05}"


def _body(dice: random.Random, number: int, pages: int) -> str:
    parts = []
    for section in range(3):
        parts += [f"## {dice.choice(WORDS).capitalize()} {section}", _paragraph(dice)]
        link = f"/posts/{_slug(dice.randrange(pages))}/"
        parts.append(f"{_sentence(dice)} See [another page]({link}). {_sentence(dice)}")
        mark = "-" if section % 2 else "1."
        parts.append("\n".join(f"{mark} {_sentence(dice)}" for _ in range(4)))
    if number % 5 == 0:
        parts += ["## In a table", TABLE]
    if number % 10 == 0:
        parts += ["## In code", CODE.format(word=dice.choice(WORDS))]
    return "\n\n".join(parts)


def _paragraph(dice: random.Random) -> str:
    return " ".join(_sentence(dice) for _ in range(6))


def _sentence(dice: random.Random) -> str:
    words = [dice.choice(WORDS) for _ in range(dice.randint(7, 12))]
    words[2] = f"**{words[2]}**" if dice.random() < 0.2 else words[2]
    words[4] = f"*{words[4]}*" if dice.random() < 0.2 else words[4]
    return " ".join([words[0].capitalize(), *words[1:]]) + "."
