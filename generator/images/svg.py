"""SVG and other XML: what browsers must not find in it, and what programs leave in it.

It is read as XML (by expat), and written again without comments, metadata and the notes of drawing
programs, such as the folder that a file was saved in. A file that has none of these stays as it is.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from generator.check.styles import style_addresses
from generator.images import clean
from generator.recorded import Found, Place, Recorded

SVG = "http://www.w3.org/2000/svg"
_NOTES = re.compile(
    r"http://(?:www\.inkscape\.org|sodipodi\.sourceforge\.net|ns\.adobe\.com"
    r"|www\.bohemiancoding\.com|creativecommons\.org|web\.resource\.org|purl\.org/dc)"
    r"|http://www\.w3\.org/1999/02/22-rdf-syntax-ns#|https?://schemas\.microsoft\.com/visio"
)
"""Names that drawing programs give to what they note for themselves."""

_REFUSED = frozenset(
    {"script", "foreignObject", "handler", "listener", "iframe", "object", "embed"}
)
_LENGTH = re.compile(r"\s*(\d{1,5}(?:\.\d+)?)(?:px)?\s*")
_NUMBERS = re.compile(r"-?\d{1,6}(?:\.\d+)?")
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|avif);base64,", re.IGNORECASE)


class NotXml(ValueError):
    """The file is not well-formed, or declares what browsers do not read; `line` says where."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(line, reason)


@dataclass(frozen=True)
class Drawing:
    """An XML file: its bytes to publish, and what it holds. `root` is its outermost element."""

    data: bytes
    root: str
    recorded: Recorded


_SMALL = 64_000
"""Bytes of a drawing that is remembered, so that who builds again does not read it again."""


def read_drawing(data: bytes, path: str) -> Drawing:
    """Read an SVG or XML file. Raises `NotXml`."""
    return _remembered(data, path) if len(data) <= _SMALL else _read(data, path)


def _read(data: bytes, path: str) -> Drawing:
    reader = _Reader(path)
    try:
        reader.parse(data)
        if reader.cut:  # Most have nothing to be taken out, and are not written again.
            reader = _Reader(path, writes=True)
            reader.parse(data)
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise NotXml(error.lineno, reason) from None
    except NotXml:
        raise
    except (LookupError, ValueError):  # Of the encoding that its first line names.
        raise NotXml(1, "it is not UTF-8 text") from None
    found = reader.found
    recorded = Recorded(
        links=tuple(found["links"]),
        loads=tuple(found["loads"]),
        ids=(),
        refused=tuple(found["refused"]),
    )
    published = "".join(reader.out).encode("utf-8") if reader.cut else data
    return Drawing(published, reader.root, recorded)


_remembered = lru_cache(maxsize=256)(_read)


def drawing_size(data: bytes) -> tuple[int, int] | None:
    """The width and height of a drawing as its root says, in pixels; None where it does not.

    Raises `NotXml`.
    """
    root: dict[str, str] = {}
    parser = expat.ParserCreate()

    def start(_: str, given: dict[str, str]) -> None:
        root.update(given)
        parser.StartElementHandler = None

    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError):
        raise NotXml(1, "it is not well-formed") from None
    found = [_LENGTH.fullmatch(root.get(name, "")) for name in ("width", "height")]
    if found[0] and found[1]:
        numbers = [float(each[1]) for each in found if each]
    else:
        box = _NUMBERS.findall(root.get("viewBox", ""))
        numbers = [float(each) for each in box[2:]] if len(box) == 4 else []
    if len(numbers) != 2 or min(numbers) < 1:
        return None
    return round(numbers[0]), round(numbers[1])


class _Reader:
    """Hears of each part of the file, notes what it holds, and `writes` what is kept."""

    def __init__(self, path: str, *, writes: bool = False) -> None:
        self.root = ""
        self.out: list[str] = []
        self._writes = writes
        self.cut = False
        self.found: dict[str, list[Found]] = {"links": [], "loads": [], "refused": []}
        self._path = path
        self._names: list[dict[str, str]] = [{}]
        self._open = False  # A start tag whose ">" is not yet written.
        self._inside_notes = 0
        self._in_style = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.CommentHandler = self._comment
        self._parser.ProcessingInstructionHandler = self._instruction
        self._parser.EntityDeclHandler = self._entity
        self._parser.StartDoctypeDeclHandler = self._doctype

    def parse(self, data: bytes) -> None:
        self._parser.Parse(data, True)

    def _note(self, kind: str, value: str) -> None:
        place = Place(self._path, self._parser.CurrentLineNumber, own=True)
        self.found[kind].append(Found(value, place))

    def _start(self, name: str, given: dict[str, str]) -> None:
        declared = {key[6:]: value for key, value in given.items() if key.startswith("xmlns:")}
        self._names.append(self._names[-1] | declared)
        local = name.rpartition(":")[2]
        self.root = self.root or local
        if self._inside_notes or local == "metadata" or self._is_note(name):
            self._inside_notes += 1
            self.cut = True
            return
        if local in _REFUSED:
            self._note("refused", local)
        kept = {key: value for key, value in given.items() if not self._is_note(key)}
        self._look(local, kept)
        kept = {key: self._clean_picture(value) for key, value in kept.items()}
        self.cut |= kept != given
        self._in_style = local == "style"
        if not self._writes:
            return
        self._close_tag()
        from xml.sax.saxutils import quoteattr  # noqa: PLC0415  (it brings a web client with it)

        self.out.append(f"<{name}" + "".join(f" {k}={quoteattr(v)}" for k, v in kept.items()))
        self._open = True

    def _is_note(self, name: str) -> bool:
        prefix, colon, local = name.partition(":")
        if prefix == "xmlns":
            return bool(_NOTES.match(self._names[-1].get(local, "")))
        return bool(colon) and bool(_NOTES.match(self._names[-1].get(prefix, "")))

    def _look(self, tag: str, given: dict[str, str]) -> None:
        for key, value in given.items():
            name = key.rpartition(":")[2].lower()
            if name.startswith("on") or key == "xml:base":
                self._note("refused", key)
            elif name == "attributename" and value.lower().endswith("href"):
                self._note("refused", f"{tag} of an address")
            elif name in ("href", "src"):
                self._note("links" if tag == "a" else "loads", value)
            elif "(" in value or name == "style":
                self._look_at_style(value)

    def _clean_picture(self, value: str) -> str:
        """A picture in an address may have metadata as well."""
        found = _PICTURE.match(value)
        if not found:
            return value
        try:
            data = base64.b64decode(re.sub(r"\s", "", value[found.end() :]), validate=True)
            cleaned = clean(data)
        except ValueError:  # No base64, or no picture (BrokenPicture is a ValueError).
            self._note("refused", "a broken picture")
            return value
        text = base64.b64encode(cleaned).decode("ascii")
        return value if cleaned == data else value[: found.end()] + text

    def _look_at_style(self, text: str) -> None:
        for _, address in style_addresses(text):
            self._note("loads", address)

    def _end(self, name: str) -> None:
        self._names.pop()
        if self._inside_notes:
            self._inside_notes -= 1
            return
        self._in_style = False
        self.out.append("/>" if self._open else f"</{name}>")
        self._open = False

    def _close_tag(self) -> None:
        if self._open:
            self.out.append(">")
        self._open = False

    def _text(self, text: str) -> None:
        if self._inside_notes:
            return
        if self._in_style:
            self._look_at_style(text)
        if not self._writes:
            return
        self._close_tag()
        from xml.sax.saxutils import escape  # noqa: PLC0415  (as above)

        self.out.append(escape(text))

    def _comment(self, _: str) -> None:
        self.cut = True

    def _instruction(self, target: str, _: str) -> None:
        self.cut = True
        if target.lower() == "xml-stylesheet":
            self._note("refused", "xml-stylesheet")

    def _entity(self, *_: object) -> None:
        raise NotXml(self._parser.CurrentLineNumber, "it declares an entity")

    def _doctype(self, *_: object) -> None:
        self.cut = True
