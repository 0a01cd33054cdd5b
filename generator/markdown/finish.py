"""What is done to the HTML of either engine: addresses, pictures, ids of headings, code, attribute
lists, and our blocks.

An engine hands over HTML in which
- comments stand for the `///` lines, as `generator.markdown.source` puts them there;
- the address of a picture that Markdown made begins with `PICTURE`, which no address can have;
- U+0002 and U+0003 stand around the number of each character that a backslash protects;
- what Markdown made has its line in `marks.ATTRIBUTE`, where the text is read with marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape, unescape
from urllib.parse import quote, unquote_to_bytes

from markupsafe import Markup

from generator import marks
from generator.markdown import Body, Heading, Hooks, Image, Resolve
from generator.markdown.abbreviations import abbreviate
from generator.markdown.attributes import apply_lists
from generator.markdown.code import code_block
from generator.markdown.faults import fault, heading_faults, leftovers, open_comments
from generator.markdown.headings import anchor, unused
from generator.markdown.source import CLOSING, OPENING, Source
from generator.markdown.tags import tag_faults

PICTURE = "%1A"
_IS_PICTURE = f' src="{PICTURE}'

_BLOCK = re.compile(
    rf"<!--{OPENING}(\d+)-->((?:(?!<!--{OPENING}).)*?)<!--{CLOSING}\d+-->", re.DOTALL
)
_COMMENTS = re.compile(
    r"<!--(?![\ufdd4\ufdd5])(?:-?>|.*?-->)|<\?.*?\?>|<!\[CDATA\[.*?\]\]>", re.DOTALL
)
_TAGS_OF_HTML = r"(?i:a|area|audio|img|source|track|video)\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
_TAGS_OF_MARKDOWN = "img [^<>]*>"


def _pieces(mark: str, tags: str, given: str) -> re.Pattern[str]:
    # With "<" before all alternatives, and not within each, this is twenty times as quick.
    return re.compile(
        rf'<(?:(?P<link>a{mark} href="(?P<href>[^"]*)")'
        rf"|(?P<heading>h(?P<level>[1-6])(?P<given>{given})>(?P<words>.*?)</h(?P=level)>)"
        rf"|(?P<code>pre(?P<mark>{mark})><code(?P<info>[^<>]*)>(?P<text>[^<]*)</code></pre>)"
        rf'|(?P<cell>t(?P<kind>[hd])(?P<at>{mark}) align="(?P<side>\w+)")'
        rf"|(?P<tag>{tags}))",
        re.DOTALL,
    )


_PIECES = _pieces(rf'(?: {marks.ATTRIBUTE}="[^"]*")?', _TAGS_OF_HTML, r"(?:\s[^<>]*)?")
_PLAIN_PIECES = _pieces("", _TAGS_OF_MARKDOWN, "(?: [^<>]*)?")
"""What is finished; the second, which is much quicker, where there are neither marks nor HTML."""

_ATTRIBUTES = re.compile(r'([^\s="]+)="([^"]*)"')
_ADDRESSES = re.compile(
    r"""(?P<before>\s(?P<name>href|src|srcset|poster)\s*=\s*)(?P<value>"[^"]*"|'[^']*'|[^\s"'=<>`]+)""",
    re.IGNORECASE,
)
_CANDIDATE = re.compile(r"([\s,]*)(\S*[^\s,])((?:\s[^,]*)?)")
_ENCODED = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_UNSAFE = re.compile(r"""[\x00-\x20"<>^`{|}\x7f&']""")
_ENCODE = re.compile(r'[\x00-\x20"<>^`{|}\x7f]')
_PROTECTED = re.compile("\x02(\\d+)\x03")
_TAGS = re.compile(r"<[^<>]*>")
_NOTE = re.compile(r"<sup\b[^<>]*><a class=\"footnote-ref\".*?</sup>")
_ID = re.compile(r'\sid="([^"]*)"')
_TASK = re.compile(
    r"<input(?P<given>[^<>]* class=\"task-list-item-checkbox\"[^<>]*)>(?P<words>.*?)"
    r"(?=</li>|</p>|\n?<(?:ul|ol|p|pre|blockquote|table|div|dl|hr|h[1-6])\b)",
    re.DOTALL,
)


class Finish:
    """Makes the body of one page of what an engine made of its text."""

    def __init__(self, source: Source, resolve: Resolve, hooks: Hooks, marked: bool) -> None:
        self._source = source
        self._marked = marked
        self._pieces = _PIECES if marked or source.html else _PLAIN_PIECES
        self._resolve = resolve
        self._hooks = hooks
        self._headings: list[Heading] = []
        self._levels: list[tuple[int, str, str]] = []
        self._ids: set[str] = set()
        self._counts: dict[str, int] = {}

    def body(self, html: str, told: Iterable[str] = ()) -> Body:
        """The body; `told` are faults that the engine found."""
        faults = [*told, *self._source_faults()]
        if self._source.html:
            if "<!" in html or "<?" in html:
                html = _COMMENTS.sub("", html)
            html, found = open_comments(html, self._source.text)
            faults += found
            faults += tag_faults(html, self._source, self._marked)
        if "{" in html:
            html = apply_lists(html)
        faults += leftovers(html)
        if self._source.abbreviations:
            html = abbreviate(html, self._source.abbreviations)
        if ' id="' in html:
            self._ids.update(_ID.findall(html))
        html = self._pieces.sub(self._piece, html)
        if "task-list-item-checkbox" in html:
            html = _TASK.sub(_task, html)
        faults += heading_faults(self._levels)
        if "\x02" in html:
            html = _PROTECTED.sub(_character, html)
        while OPENING in html:
            html, number = _BLOCK.subn(self._block, html)
            if not number:
                break
        html = Markup(html + "".join(faults))  # noqa: S704  (the site's own)
        return Body(html, tuple(self._headings))

    def _source_faults(self) -> Iterator[str]:
        for name, line in self._source.unused.items():
            message = f"the footnote [^{name}] is used nowhere"
            hint = f"put [^{name}] into the text, or remove the footnote"
            yield fault(message, hint, marks.of(line) if self._marked else "")

    def _piece(self, found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind == "link" and not self._marked:  # Most are this.
            return f'<a href="{self._address(found["href"])[1]}"'
        match kind:
            case "link":
                return self._link(found)
            case "heading":
                return self._heading(found)
            case "code":
                return _code(found)
            case "cell":
                return f'<t{found["kind"]}{found["at"]} class="align-{found["side"]}"'
            case _:
                return self._tag(found[0])

    def _link(self, found: re.Match[str]) -> str:
        mark, address = self._address(found["href"])
        if mark:
            return f'<a {marks.ATTRIBUTE}="{mark}" href="{address}"'
        return f'{found[0].partition(" href=")[0]} href="{address}"'

    def _address(self, written_as: str) -> tuple[str, str]:
        """(its mark or an empty text, the address as it stands in an attribute)."""
        link, mark = written_as, ""
        if "&" in link:
            link = unescape(link)
        if "%" in link:
            link = _ENCODED.sub(_readable, link)
        if self._marked:
            mark, link = marks.split(link)
            mark, link = marks.attribute(mark), marks.unmarked(link)
        return mark, _safe(self._resolve(link))

    def _tag(self, tag: str) -> str:
        """A picture of Markdown's, or a tag of HTML, whose addresses are meant as in Markdown."""
        return self._picture(tag) if _IS_PICTURE in tag else _ADDRESSES.sub(self._attribute, tag)

    def _attribute(self, found: re.Match[str]) -> str:
        value = found["value"].strip("\"'")
        if found["name"].lower() == "srcset":
            address = _CANDIDATE.sub(
                lambda each: f"{each[1]}{self._address(each[2])[1]}{each[3]}", value
            )
        else:
            _, address = self._address(value.strip())
        return f'{found["before"]}"{address}"'

    def _picture(self, tag: str) -> str:
        given = dict(_ATTRIBUTES.findall(tag))
        own, src = self._address(given.pop("src", "").removeprefix(PICTURE))
        mark = own or given.pop(marks.ATTRIBUTE, "")
        given.pop(marks.ATTRIBUTE, None)
        plain = {name: _plain(value) for name, value in given.items()}
        place = marks.place(marks.ATTRIBUTE, mark)
        image = Image(
            src=unescape(src),
            alt=plain.pop("alt", ""),
            title=plain.pop("title", None),
            attributes=plain,
            line=place[1] if place else None,
        )
        html = self._hooks.render_image(image)
        return marks.mark_tags(html, *place) if place else html

    def _heading(self, found: re.Match[str]) -> str:
        level, words, given = int(found["level"]), found["words"], found["given"]
        own = _ID.search(given) if given else None
        if "<" in words:
            words = self._pieces.sub(self._piece, words)
        text = _text(words)
        name = unescape(own[1]) if own else unused(anchor(text), self._ids, self._counts)
        self._ids.add(name)
        given = given if own else f'{given} id="{name}"'
        self._headings.append(Heading(name, text, level))
        place = marks.place_before(given, len(given)) if self._marked else None
        mark = marks.of(place[1]) if place else ""
        self._levels.append((level, text, mark))
        return f"<h{level}{given}>{words}</h{level}>"

    def _block(self, found: re.Match[str]) -> str:
        line = self._source.lines[int(found[1])]
        inner = Markup(found[2].strip())  # noqa: S704  (as in `body`)
        return self._hooks.render_block(line, inner)


def _text(words: str) -> str:
    """What a heading says, without its elements and its footnotes."""
    if "<" in words:
        words = _TAGS.sub("", _NOTE.sub("", words))
    return marks.unmarked(_plain(words)).strip()


def _plain(text: str) -> str:
    """A text as it is shown."""
    if "\x02" in text:
        text = _PROTECTED.sub(_plain_character, text)
    return unescape(text) if "&" in text else text


def _code(found: re.Match[str]) -> str:
    given = dict(_ATTRIBUTES.findall(found["info"]))
    kind = unescape(given.get("class", "")).removeprefix("language-")
    info = f"{kind} {unescape(given.get('data-meta', ''))}".strip()
    code = marks.unmarked(unescape(found["text"]))
    return code_block(code, marks.unmarked(info), found["mark"])


def _safe(address: str) -> str:
    """An address as it stands in an attribute."""
    if not _UNSAFE.search(address):
        return address
    return escape(_ENCODE.sub(lambda each: quote(each[0]), address))


def _readable(found: re.Match[str]) -> str:
    """Letters of an address as people write them; what is no letter stays encoded."""
    try:
        return unquote_to_bytes(found[0]).decode()
    except UnicodeDecodeError:
        return found[0]


def _task(found: re.Match[str]) -> str:
    checked = " checked" if " checked" in found["given"] else ""
    return f'<label><input type="checkbox" disabled{checked}>{found["words"]}</label>'


def _character(found: re.Match[str]) -> str:
    return escape(chr(int(found[1])), quote=False)


def _plain_character(found: re.Match[str]) -> str:
    return chr(int(found[1]))
