"""Python-Markdown's inlines where CommonMark's are otherwise: what a backslash protects, where an
address ends, tags of HTML, addresses without brackets, struck text."""

from __future__ import annotations

import re
from html import unescape
from string import punctuation
from xml.etree import ElementTree

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import (
    DoubleTagInlineProcessor,
    ImageInlineProcessor,
    ImageReferenceInlineProcessor,
    InlineProcessor,
    LinkInlineProcessor,
    ReferenceInlineProcessor,
    SimpleTagInlineProcessor,
)
from markdown.util import (
    ETX,
    HTML_PLACEHOLDER_RE,
    INLINE_PLACEHOLDER_RE,
    STX,
    AtomicString,
    code_escape,
)

from generator import marks
from generator.markdown.block_starts import TAG
from generator.markdown.leaves import label

__all__ = ["Inlines"]

_FREE = r"[^ \t\n\r\f\v()]"
_TO = rf"<(?P<angled>[^<>\n]*)>|(?P<bare>(?!<)(?:{_FREE}|\((?:{_FREE}|\({_FREE}*\))*\))*)"
_LINK = re.compile(
    rf"""\([ \t\n]*(?:{_TO})(?:[ \t\n]+(?P<title>"[^"]*"|'[^']*'|\([^()]*\)))?[ \t\n]*\)"""
)
_PROTECTED = re.compile("\x02(\\d+)\x03")
_LABEL = re.compile(r"\[([^\[\]]*)\]")
_BARE = (
    r"((?:(?<![\w/\[])https?://|(?:(?<=[\s*_~(])|(?<![\s\S]))www\.)"
    r"[^\s<\x02\x03]*[^\s<\x02\x03.])"
)
_MAIL = (
    r"(?<![\w.+/@-])(?:mailto:)?"
    r"([A-Za-z0-9._+-]+@(?:[A-Za-z0-9_-]+\.)+[A-Za-z0-9_-]*[A-Za-z0-9])(?![\w@-])"
)
_TRAILING = re.compile(r"(?:[?!.,:*_~'\"]|&\w+;)+$")
_VERBATIM = (
    rf"\\(?P<sign>[{re.escape(punctuation)}])|\\(?P<break>\n)"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)|`+"
    rf"|<(?P<mark>(?:{marks.LEADING})?)(?P<address>[A-Za-z][A-Za-z0-9+.-]{{1,31}}:[^\s<>]*)>"
    r"|<(?P<mail>[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>"
    rf"|(?<!\]\()(?P<html>{TAG}|<!--(?:-?>|.*?-->)|<\?.*?\?>|<![A-Za-z][^>]*>|<!\[CDATA\[.*?\]\]>)"
)
"""What is read before all else, from left to right: nothing in it is Markdown."""
_LEFT = r"(?:(?=\*++[^\W_])|(?<![^\W_])(?=\*++\S))"
_RIGHT = r"(?:(?<=[^\W_])|(?<=\S)(?=\*++(?![^\W_])))"
_STARS = re.compile(
    rf"(?P<ambiguous>(?<!\*){_LEFT}{_RIGHT}\*++)|(?P<end>(?<!\*){_RIGHT}\*++)|(?P<start>{_LEFT}\*++)"
)
"""Stars that can begin or end stressed words: between a letter and another sign they do neither
(CommonMark 0.31.2, 6.2, "flanking")."""

_THREE = r"(?<!\*)(\*{3})(?=[^\s*])([^*]+)(?<=\S)\*{3}(?!\*)"
_STRUCK = (
    r"(?<!~)(~{1,2})(?!~)(?:(?=\w)|(?<!\w~)(?<!\w~~)(?=\S))([^~]+?)"
    r"(?:(?<=\w)|(?<=[^\s~])(?=~{1,2}(?:\W|$)))\1(?!~)"
)
_EMPHASIS = re.compile(r"([*_]{1,3})(?=\S)(.+?)(?<=\S)\1")
_INNER_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])?")


class Inlines(Extension):
    """Our inlines."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (Markdown’s name)
        patterns: tuple[tuple[InlineProcessor, str, float], ...] = (
            (_Verbatim(_VERBATIM, md), "verbatim", 190),
            (_Reference(r"(?<!\!)\[", md), "reference", 170),
            (_Link(r"(?<!\!)\[", md), "link", 160),
            (_Image(r"\!\[", md), "image_link", 150),
            (_ImageReference(r"\!\[", md), "image_reference", 140),
            (_ShortReference(r"(?<!\!)\[", md), "short_reference", 130),
            (_ShortImageReference(r"\!\[", md), "short_image_ref", 125),
            (_Bare(_BARE, md), "bare-address", 95),
            (_Automail(_MAIL, md), "bare-mail", 94),
            (DoubleTagInlineProcessor(_THREE, "em,strong"), "three-stars", 61),
            (SimpleTagInlineProcessor(_STRUCK, "del"), "struck", 59),
        )
        for name in ("autolink", "automail", "backtick", "escape", "html"):
            md.inlinePatterns.deregister(name)
        for pattern, name, priority in patterns:
            if name in md.inlinePatterns:
                md.inlinePatterns.deregister(name)
            md.inlinePatterns.register(pattern, name, priority)
        if md.delimiters:
            md.delimiters.delimiters["*"].boundary = _STARS


Found = tuple[ElementTree.Element | None, int | None, int | None]
Match = tuple[ElementTree.Element | str | None, int, int]


class _Link(LinkInlineProcessor):
    """Where a link ends (CommonMark 0.31.2, 6.3)."""

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:  # noqa: N802  (its name)
        """(address, title, where it ends, whether it is one)."""
        found = _LINK.match(data, index)
        if not found:
            return "", None, index, False
        to = found["bare"] if found["angled"] is None else found["angled"]
        title = found["title"]
        return self.unescape(to), self.unescape(title[1:-1]) if title else None, found.end(), True


class _Image(_Link, ImageInlineProcessor):
    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802  (its name, and narrower)
        """Its words are plain text."""
        element, start, end = super().handleMatch(m, data)
        return _plain(self, element), start, end  # type: ignore[arg-type]  # it makes no text


class _Reference(ReferenceInlineProcessor):
    """Labels are compared as CommonMark compares them, and nothing stands between the brackets."""

    def evalId(self, data: str, index: int, text: str) -> tuple[str | None, int, bool]:  # noqa: N802  (its name)
        """(label, where it ends, whether it is one)."""
        found = _LABEL.match(data, index)
        if not found:
            return None, index, False
        return label(_source(self, found[1] or text)), found.end(), True


class _ShortReference(_Reference):
    def evalId(self, data: str, index: int, text: str) -> tuple[str, int, bool]:  # noqa: N802  (its name)
        """The label is the text."""
        return label(_source(self, text)), index, True


class _ImageReference(_Reference, ImageReferenceInlineProcessor):
    def makeTag(self, href: str, title: str, text: str) -> ElementTree.Element:  # noqa: N802  (its name)
        """A picture, whose words are plain text."""
        element = ImageReferenceInlineProcessor.makeTag(self, href, title, text)
        return _plain(self, element) or element


class _ShortImageReference(_ShortReference, _ImageReference):
    pass


class _Verbatim(InlineProcessor):
    """Protected signs, code, addresses in angle brackets, HTML."""

    def handleMatch(self, m: re.Match[str], data: str) -> Match:  # type: ignore[override]  # noqa: N802  (its name, and narrower)
        """What is not read any further."""
        made: ElementTree.Element | str | None = None
        if m["sign"]:
            made = f"{STX}{ord(m['sign'])}{ETX}"
        elif m["break"]:
            made = ElementTree.Element("br")
        elif m["code"]:
            made = ElementTree.Element("code")
            made.text = AtomicString(code_escape(_code(m["code"])))
        elif m["address"] or m["mail"]:
            text = m["address"] or m["mail"]
            made = _linked(f"{m['mark']}{text}" if m["address"] else f"mailto:{text}", text)
        elif m["html"] and self.md:
            made = self.md.htmlStash.store(m["html"])
        return made, m.start(), m.end()


class _Automail(InlineProcessor):
    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802  (its name, and narrower)
        """A link to write to an address."""
        return _linked(f"mailto:{m[1]}", m[0]), m.start(), m.end()


class _Bare(InlineProcessor):
    """An address without brackets (GitHub Flavored Markdown 0.29, 6.9)."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802  (its name, and narrower)
        """A link without what follows it in a sentence."""
        before = data[: m.start()]
        if before.rfind("[") > before.rfind("]") or self._in_link(before):
            return None, None, None
        address = _TRAILING.sub("", m[1])
        while address.endswith(")") and address.count(")") > address.count("("):
            address = _TRAILING.sub("", address[:-1])
        host = address.partition("://")[2] or address
        if "." not in host or not host[0].isalnum():
            return None, None, None
        href = f"http://{address}" if address.startswith("www.") else address
        return _linked(href, address), m.start(), m.start() + len(address)

    def _in_link(self, before: str) -> bool:
        """Whether a link that is written in HTML has begun and not ended."""
        if self.md is None or STX not in before:
            return False
        html = self.md.htmlStash.rawHtmlBlocks
        tags = [str(html[int(at)]) for at in HTML_PLACEHOLDER_RE.findall(self.unescape(before))]
        links = [tag for tag in tags if re.match(r"</?a\b", tag, re.IGNORECASE)]
        return bool(links) and not links[-1].startswith("</")


def _code(text: str) -> str:
    """Code without one blank on both sides, and without line ends."""
    text = text.replace("\n", " ")
    return text[1:-1] if text[0] == text[-1] == " " and text.strip() else text


def _source(pattern: InlineProcessor, text: str) -> str:
    """A label as it was written, before code and protected characters in it were set aside."""
    md = pattern.md
    stashed = md.treeprocessors["inline"].stashed_nodes if md else {}  # type: ignore[attr-defined]  # of the inlines

    def written(found: re.Match[str]) -> str:
        value = stashed.get(found[1], "")
        if not isinstance(value, str):
            words = "".join(value.itertext())
            return f"`{unescape(words)}`" if value.tag == "code" else words
        return _PROTECTED.sub(lambda each: f"\\{chr(int(each[1]))}", value)

    return INLINE_PLACEHOLDER_RE.sub(written, text)


def _linked(href: str, text: str) -> ElementTree.Element:
    element = ElementTree.Element("a", {"href": href})
    element.text = AtomicString(text)
    return element


def _plain(
    pattern: InlineProcessor, image: ElementTree.Element | None
) -> ElementTree.Element | None:
    """The picture with its words as plain text."""
    if image is not None:
        alt = image.get("alt", "")
        while (whole := pattern.unescape(alt)) != alt:
            alt = whole
        alt = _INNER_LINK.sub(r"\1", alt)
        while (less := _EMPHASIS.sub(r"\2", alt)) != alt:
            alt = less
        image.set("alt", alt)
    return image
