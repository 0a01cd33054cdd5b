"""CommonMark 0.31.2 with GitHub's extensions, by comrak (in Rust).

comrak hands HTML over, so what it does not know is added to that, by `generator.markdown.finish`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from urllib.parse import unquote

from comrak import ExtensionOptions, ParseOptions, RenderOptions, render_markdown

from generator import marks
from generator.markdown import Body, Hooks, Resolve
from generator.markdown.block import Kind, walk
from generator.markdown.faults import fault
from generator.markdown.finish import PICTURE, Finish
from generator.markdown.source import read_source
from generator.markdown.structure import read_structure

__all__ = ["CommonMark"]

_EXTENSIONS = ("description_lists", "footnotes", "strikethrough", "table", "tasklist")
_POSITION = re.compile(r' data-sourcepos="(\d+):[^"]*"')
_PROTECTED = re.compile(r"<span data-escaped-char[^<>]*>(&\w+;|.)</span>")
_REFERENCE = re.compile(
    r'<sup(?P<mark>(?: data-line="[^"]*")?) class="footnote-ref"><a href="#fn-(?P<name>[^"]*)" '
    r'id="fnref-(?P=name)(?:-(?P<again>\d+))?" data-footnote-ref>(?P<number>\d+)</a></sup>'
)
_SECTION = re.compile(
    r'<section[^<>]* class="footnotes" data-footnotes>\n<ol>(.*)</ol>\n</section>', re.DOTALL
)
_NOTE = re.compile(
    r'<li(?P<mark>(?: data-line="[^"]*")?) id="fn-(?P<name>[^"]*)">'
    r"(?P<text>.*?)\n</li>(?=\n(?:<li|$))",
    re.DOTALL,
)
_BACK = re.compile(
    r' <a href="#fnref-[^"]*" class="footnote-backref" data-footnote-backref'
    r' data-footnote-backref-idx="(\d+)(?:-(\d+))?"[^<>]*>↩'
    r'(?:<sup class="footnote-ref">\d+</sup>)?</a>'
)


class CommonMark:
    """See `generator.markdown.Reader`."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._extensions = {linked: _extensions(linked) for linked in (False, True)}
        self._parsing = ParseOptions()
        self._rendering = {
            (marked, protects): _rendering(marked, protects)
            for marked in (False, True)
            for protects in (False, True)
        }

    def read(self, text: str, resolve: Resolve, marked: bool = False) -> Body:
        """See `generator.markdown.Reader`."""
        source = read_source(text)
        written, above = _padded(marks.mark_markdown(source.text, 0) if marked else source.text)
        protects = "\\" in written
        linked = "@" in written or "://" in written or "www." in written
        html = render_markdown(
            written, self._extensions[linked], self._parsing, self._rendering[marked, protects]
        )
        if marked:
            html = _POSITION.sub(lambda at: _mark(int(at[1]) - above), html)
        if protects:
            html = _PROTECTED.sub(lambda found: f"\x02{ord(unescape(found[1]))}\x03", html)
        if "^" in text and "data-footnotes>" in html:
            html = _SECTION.sub(_footnotes, _REFERENCE.sub(_reference, html))
        faults = _crowded(source.text, marked) if ":" in text and "<dl" in html else ()
        return Finish(source, resolve, self._hooks, marked).body(html, faults)


def _padded(text: str) -> tuple[str, int]:
    """(the text for comrak, how many lines it got above it)."""
    if not text.endswith("\n"):
        text += "\n"  # Without it, a definition in the last line is overlooked.
    if "]:" not in text:
        return text, 0
    # All addresses that definitions stand for may be as long as the text; the rest is left out.
    longest = max(map(len, text.split("\n")))
    return f"{' ' * (longest * text.count(']'))}\n{text}", 1


def _crowded(text: str, marked: bool) -> Iterator[str]:
    """A fault for each list of terms in which comrak would join two paragraphs without a blank."""
    for block in walk(read_structure(text)):
        if block.kind is Kind.TERMS:
            for term, meaning in pairwise(block.children):
                close = meaning.kind is Kind.MEANING and term.last + 1 == meaning.line
                if close and len(meaning.children) > 1:
                    message = "what explains a term has several parts, and no empty line above it"
                    hint = "leave an empty line between the term and the line with the colon"
                    yield fault(message, hint, marks.of(meaning.line) if marked else "")


def _extensions(linked: bool) -> ExtensionOptions:
    """`linked`: addresses without brackets are looked for, which costs a fourth of the time."""
    options = ExtensionOptions()
    options.image_url_rewriter = PICTURE.__add__
    options.autolink = linked
    for name in _EXTENSIONS:
        setattr(options, name, True)
    return options


def _rendering(marked: bool, protects: bool) -> RenderOptions:
    options = RenderOptions()
    options.unsafe_ = True
    options.full_info_string = True
    options.tasklist_classes = True
    options.sourcepos = marked
    options.escaped_char_spans = protects
    return options


def _mark(line: int) -> str:
    return f' {marks.ATTRIBUTE}="{marks.of(line)}"'


def _reference(found: re.Match[str]) -> str:
    name = unquote(found["name"])
    return (
        f'<sup{found["mark"]} id="fnref{found["again"] or ""}:{name}">'
        f'<a class="footnote-ref" href="#fn:{name}">{found["number"]}</a></sup>'
    )


def _footnotes(found: re.Match[str]) -> str:
    notes = _NOTE.sub(_footnote, found[1])
    return f'<div class="footnote">\n<hr>\n<ol>{notes}</ol>\n</div>'


def _footnote(found: re.Match[str]) -> str:
    name = unquote(found["name"])

    def back(link: re.Match[str]) -> str:
        title = f"Jump back to footnote {link[1]} in the text"
        return (
            f'&#160;<a class="footnote-backref" href="#fnref{link[2] or ""}:{name}"'
            f' title="{title}">&#8617;</a>'
        )

    text = _BACK.sub(back, found["text"])
    return f'<li{found["mark"]} id="fn:{name}">{text}\n</li>'
