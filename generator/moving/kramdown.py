"""What kramdown reads and CommonMark does not."""

from __future__ import annotations

import re

__all__ = ["without_kramdown"]

_ATTRIBUTES = re.compile(r"^[ \t]*\{:[^}\n]*\}[ \t]*(?:\n|\Z)|\{:[^}\n]*\}", re.MULTILINE)
"""On a line of its own with that line; behind other words, without the end of theirs."""

_MARKED = re.compile(
    r"""[ \t]*<(\w+)([^<>]*?)\s+markdown\s*=\s*["']?(?:1|block|span)["']?([^<>]*)>""", re.IGNORECASE
)
_BLOCK = re.compile(
    r"^<(table|div|ul|ol|dl|section|figure|aside|nav|blockquote|details|p|center|h[1-6])\b[^<>]*>",
    re.MULTILINE | re.IGNORECASE,
)
_INLINE = frozenset({"span", "em", "strong", "a", "b", "i", "code", "small", "sup", "sub", "kbd"})
_HEADING = re.compile(r"^(\#{1,6} .*)\n\{:\s*(\#[\w-]*\w)[^}\n]*\}", re.MULTILINE)
_TOC = re.compile(r"^[ \t]*[-*+1.]+[ \t]+\S.*\n[ \t]*\{:\s*toc\s*\}[ \t]*$\n?", re.MULTILINE | re.I)


def without_kramdown(text: str) -> str:
    """Ids of headings as Plainsite writes them, no other attributes, no list made of headings; HTML
    with Markdown in it stands by itself, as CommonMark has it."""
    text = re.sub(r"\{::[^}\n]*\}|\{:/[^}\n]*\}", "", _TOC.sub("", text))
    text = _HEADING.sub(lambda found: f"{found[1]} {{{found[2]}}}", text)
    return _with_markdown_in_html(_joined_html(_ATTRIBUTES.sub("", text)))


def _joined_html(text: str) -> str:
    """HTML from a first tag to its end, without empty lines and indentation: CommonMark would end
    it there and begin a list or code."""
    done, at = [], 0
    for found in _BLOCK.finditer(text):
        if found.start() < at:
            continue
        end = _end_of(text, found)
        html = text[found.start() : end]
        if "markdown=" in html or re.search(r"<(?:pre|textarea)\b", html, re.IGNORECASE):
            continue
        lines = [line.strip() for line in html.split("\n")]
        done += [text[at : found.start()], "\n".join(line for line in lines if line)]
        at = end
    return "".join([*done, text[at:]])


def _end_of(text: str, opened: re.Match[str]) -> int:
    """Behind the tag that ends an element."""
    depth = 0
    for found in re.compile(rf"<(/?){opened[1]}\b[^<>]*>", re.IGNORECASE).finditer(
        text, opened.start()
    ):
        depth += -1 if found[1] else 1
        if not depth:
            return found.end()
    return opened.end()


def _with_markdown_in_html(text: str) -> str:
    """`markdown="1"` says in kramdown that Markdown is read in an element."""
    blocks: set[str] = set()

    def opened(found: re.Match[str]) -> str:
        name = found[1].lower()
        if name in _INLINE:
            blanks = found[0][: found[0].index("<")]
            return f"{blanks}<{found[1]}{found[2]}{found[3]}>"
        blocks.add(name)
        return "\n\n" if name == "p" else f"\n\n<{found[1]}{found[2]}{found[3]}>\n\n"

    text = _MARKED.sub(opened, text)
    for name in blocks:
        end = "\n\n" if name == "p" else f"\n\n</{name}>\n\n"
        text = re.sub(rf"[ \t]*</{name}\s*>", end, text, flags=re.IGNORECASE)
    if "p" in blocks:  # Whether it was one with Markdown or not, it is a paragraph.
        text = re.sub(r"[ \t]*<p(?:\s[^<>]*)?>[ \t]*", "\n\n", text, flags=re.IGNORECASE)
    return (
        re.sub(r"^[ \t]+(?=<)|^[ \t]{1,3}(?![*+-]\s|[\s>]|\d)", "", text, flags=re.MULTILINE)
        if blocks
        else text
    )
