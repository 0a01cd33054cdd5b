"""Code, colored while the site is built: each kind of word gets a class, and the site's style sheet
its color, so that no page needs a script or a style of its own."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape

from generator.markdown.attributes import LIST, attribute_list, written

__all__ = ["code_block"]

_INFO = re.compile(r"""([\w-]+)=(?:"([^"]*)"|'([^']*)'|(\S+))""")
_CAPTIONS = ("title", "file", "filename", "name", "caption")
"""What in a fence's first line names the file that the code is of."""

_TEXT = frozenset({"", "console-output", "output", "plain", "plaintext", "text", "txt"})


def code_block(code: str, info: str, mark: str = "") -> str:
    """The HTML of a block of code. `info` is what stands behind the backticks: a language, then
    `title="…"` or an attribute list. `mark` is an attribute for the element, with a blank."""
    language, attributes, caption = _read_info(info)
    colored = _colored(code, language.lower())
    kind = f' class="language-{escape(language)}"' if language else ""
    if colored is not None:
        attributes["class"] = f"highlight {attributes.get('class', '')}".strip()
    shown = escape(code) if colored is None else colored
    # Who has no mouse moves a long line with the arrow keys, and must be able to reach it.
    block = f'<pre{mark}{written(attributes)} tabindex="0"><code{kind}>{shown}</code></pre>'
    if not caption:
        return block
    return f'<figure class="code"><figcaption>{escape(caption)}</figcaption>{block}</figure>'


def _read_info(info: str) -> tuple[str, dict[str, str], str]:
    """(language, attributes, caption)."""
    info = info.strip()
    attributes: dict[str, str] = {}
    if found := re.search(LIST, info):
        attributes = attribute_list(found[0])
        info = f"{info[: found.start()]} {info[found.end() :]}".strip()
    first, _, rest = info.partition(" ")
    if "=" in first:
        first, rest = "", info
    language = first.strip("{}").removeprefix(".")
    if not language and "class" in attributes:
        language, _, others = attributes.pop("class").partition(" ")
        attributes |= {"class": others} if others else {}
    for found in _INFO.finditer(rest):
        attributes.setdefault(found[1], found[2] or found[3] or found[4] or "")
    caption = next((attributes[name] for name in _CAPTIONS if attributes.get(name)), "")
    kept = {name: value for name, value in attributes.items() if name in ("class", "id", "lang")}
    return language, kept, caption


@lru_cache(maxsize=512)
def _colored(code: str, language: str) -> str | None:
    if language in _TEXT:
        return None
    from generator.markdown.highlight import highlighted  # noqa: PLC0415  (most pages have no code)

    return highlighted(code, language)
