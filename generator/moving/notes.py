"""Signs that GitHub and Hugo read: notes, `> [!NOTE]`, become blocks, and names of emoji emoji."""

from __future__ import annotations

import re
from functools import lru_cache

from comrak import ExtensionOptions, render_markdown

from generator.moving.code import outside_code

__all__ = ["with_emoji", "with_notes"]

_EMOJI = re.compile(r"(?<![\w:/]):[a-z][a-z0-9_+-]+:(?![\w/])")
_NAMES = ExtensionOptions()
_NAMES.shortcodes = True

_NOTE = re.compile(
    r"^(?P<indent> {0,3})>[ \t]?\[!(?P<kind>\w+)\][+-]?[ \t]*(?P<title>[^\n]*)\n"
    r"(?P<text>(?: {0,3}>[^\n]*(?:\n|\Z))*)",
    re.MULTILINE,
)


def with_notes(text: str) -> str:
    """The text with a block for each note at its own level; one in a list stays a quotation."""
    return outside_code(text, lambda each: _NOTE.sub(_block, each), spans=True)


def _block(found: re.Match[str]) -> str:
    inner = re.sub(r"^ {0,3}>[ \t]?", "", found["text"], flags=re.MULTILINE).strip("\n")
    title = f" | {found['title'].strip()}" if found["title"].strip() else ""
    return f"\n/// note{title}\n{inner}\n///\n\n"


def with_emoji(text: str) -> str:
    """The text with the signs that names like `:tada:` stand for."""
    return _EMOJI.sub(lambda found: _emoji(found[0]), text)


@lru_cache(maxsize=1_000)
def _emoji(name: str) -> str:
    html = render_markdown(name, extension_options=_NAMES)
    return html.strip().removeprefix("<p>").removesuffix("</p>")
