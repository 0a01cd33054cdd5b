"""Addresses in CSS, as browsers find them (CSS Syntax Level 3, section 4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.recorded import is_elsewhere, split_address

__all__ = ["asks_elsewhere", "left_open", "style_addresses"]

_ESCAPED = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})(?:\r\n|[ \t\n\r\f])?|\r?\n|(.))", re.DOTALL)
_LETTER = re.compile(r"\\(?:0{0,4}([4-7][0-9A-Fa-f])(?:\r\n|[ \t\n\r\f])?|([G-Zg-z]))")
_PIECES = re.compile(
    r"""/\*.*?(?:\*/|\Z)
    |(?P<named>url\(\s*|@import(?:\s|/\*.*?\*/)*)?(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote))[^\\\n])*)(?P=quote)
    |url\(\s*(?P<bare>[^"'\s)][^)]*)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


_TOKENS = re.compile(
    r"""/\*.*?(?:\*/|(?P<comment>\Z))|"(?:\\.|[^"\\\n\f])*"|'(?:\\.|[^'\\\n\f])*'
    |(?P<quote>["'])|url\(\s*(?P<url>[^"'\s)](?:\\.|[^\\)])*)\)|\\.|[{}()\[\]]""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CLOSES = {"}": "{", ")": "(", "]": "["}
_NO_END = {
    "{": ("a brace has no end", "write } where its rules end"),
    "(": ("a bracket has no end", "write ) where it ends"),
    "[": ("a bracket has no end", "write ] where it ends"),
}
_BRACE = re.compile(r"[{}]")
_LINE = re.compile(r"[^\n\f]*")
_NO_ADDRESS = re.compile(r"""[\s"'(][^\s]""")


def left_open(css: str) -> Iterator[tuple[int, str, str]]:
    """(where it stands, what is wrong, the hint) of what has no end, in which browsers lose the
    rules that follow (CSS Syntax, 4 and 5), and of what ends nothing."""
    opened: list[tuple[str, int]] = []
    at = 0
    while found := _TOKENS.search(css, at):
        at, token = found.end(), found[0]
        if found["comment"] is not None:
            yield found.start(), "a comment has no end", "write */ where it ends"
        elif found["quote"]:  # Browsers take it to end with the line.
            line = _LINE.match(css, at)
            if line and _ends_rules(line[0]):
                yield found.start(), "a quotation mark has no end", f"write {token} where it ends"
            elif line:
                at = line.end()
        elif found["url"] and _NO_ADDRESS.search(found["url"]) and _ends_rules(found["url"]):
            yield found.start(), *_NO_END["("]
            at = found.start("url")
        elif token in _NO_END:
            opened.append((token, found.start()))
        elif token in _CLOSES:
            yield from _end(token, found.start(), opened)
    for each, where in opened:
        yield where, *_NO_END[each]


def _ends_rules(text: str) -> bool:
    """Whether a brace stands in it that ends what begins before."""
    depth = 0
    for brace in _BRACE.findall(text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return True
    return False


def _end(token: str, at: int, opened: list[tuple[str, int]]) -> Iterator[tuple[int, str, str]]:
    begins = _CLOSES[token]
    if opened and opened[-1][0] == begins:
        opened.pop()
    elif begins == "{" and any(each == begins for each, _ in opened):
        while (last := opened.pop())[0] != begins:
            yield last[1], *_NO_END[last[0]]
    elif begins == "{":
        yield at, "a brace ends nothing", "remove it, or write { where it begins"


def style_addresses(css: str) -> Iterator[tuple[int, str]]:
    """(where it stands, the address) of what a style names: in `url()`, behind `@import`, and in
    any other text that is an address of another machine, as `image-set()` takes it."""
    css = _LETTER.sub(_plain_letter, css)
    for found in _PIECES.finditer(css):
        text = found["bare"] if found["bare"] is not None else found["text"]
        if text is None:
            continue
        address = _ESCAPED.sub(_character, text).strip()
        if address and (found["named"] or found["bare"] or asks_elsewhere(address)):
            yield found.start(), address


def asks_elsewhere(address: str) -> bool:
    """Whether what names the address would ask another machine for it. Data and places in the same
    file do not."""
    parts = split_address(address)
    return parts is None or is_elsewhere(parts)


def _plain_letter(found: re.Match[str]) -> str:
    """A letter that is written as an escape, with blanks behind it so that places stay."""
    letter = chr(int(found[1], 16)) if found[1] else found[2]
    return letter if letter.isalpha() else found[0]


def _character(found: re.Match[str]) -> str:
    if found[1]:
        code = int(found[1], 16)
        return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"
    return found[2] or ""
