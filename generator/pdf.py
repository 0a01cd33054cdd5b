"""PDF as it is published (ISO 32000-2): the document, without who wrote it, when and with what.

Texts, pictures and fonts stay byte for byte what they were, and so do the marks that screen readers
go by. What a document may say of itself is a list, as for pictures: its title, its language and
which standard it keeps to. Older states of the document, which programs leave in the file when they
save a change, are gone with the rest: what was struck out there could still be read.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from generator.images import BrokenPicture, clean

__all__ = ["AttachedFile", "BrokenDocument", "LockedDocument", "SignedDocument", "clean_pdf"]

# It tells what it overlooks in a file, which is no concern of who reads a log.
logging.getLogger("pypdf").addHandler(logging.NullHandler())
logging.getLogger("pypdf").propagate = False

_OF_PROGRAMS = ("/Metadata", "/PieceInfo", "/LastModified")
"""What programs note at a document, a page, a picture or a font (sections 14.3 and 14.5)."""
_OF_COMMENTERS = ("/T", "/M", "/CreationDate", "/NM", "/Subj")
"""Who commented on a passage, and when (12.5.6.2). In a field of a form /T is its name."""
_END = 1_024
"""In how many bytes before its end viewers look for that of a document."""

_JPEG = "/DCTDecode"
_PATH = re.compile(r"file:|[A-Za-z]:[\\/]|[\\/~]")
"""How a title begins that a program took from the place of the file."""

_XMP = {
    "http://www.aiim.org/pdfa/ns/id/": ("part", "conformance", "rev"),
    "http://www.aiim.org/pdfua/ns/id/": ("part", "rev"),
}
"""Which standard a document keeps to: for archives (ISO 19005) and for all readers (ISO 14289)."""
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META, _DC = "adobe:ns:meta/", "http://purl.org/dc/elements/1.1/"
_XML = "http://www.w3.org/XML/1998/namespace"


class BrokenDocument(ValueError):
    """The bytes are no PDF, or a part of one."""


class LockedDocument(ValueError):
    """It is encrypted, so nothing can be taken out of it."""


class AttachedFile(ValueError):
    """There is a file in the document, by that name, which may tell anything."""


class SignedDocument(ValueError):
    """It is signed: a change would break the signature. `told` is what the document says of itself,
    by its names there."""

    def __init__(self, told: dict[str, str]) -> None:
        self.told = told
        super().__init__(", ".join(told))


def clean_pdf(data: bytes) -> bytes:
    """The same document without what it tells of its makers.

    Raises `BrokenDocument`, `LockedDocument`, `AttachedFile`, or `SignedDocument`.
    """
    if data.rfind(b"%%EOF", -_END) <= data.rfind(b"startxref"):
        raise BrokenDocument  # A part of one, of which the library would make a whole.
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise LockedDocument
        return _cleaned(reader)
    except (LockedDocument, AttachedFile, SignedDocument):
        raise
    # A file that anyone may have written by any program: the library can stumble anywhere in it.
    except Exception as error:
        raise BrokenDocument from error


def _cleaned(reader: PdfReader) -> bytes:
    info = {str(key).lstrip("/"): str(value) for key, value in (reader.metadata or {}).items()}
    root = reader.root_object
    standard = _standard(root)
    dictionaries = list(_dictionaries(root))
    if any(each.get("/FT") == "/Sig" and "/V" in each for each in dictionaries):
        raise SignedDocument({name: value for name, value in info.items() if value.strip()})
    for each in dictionaries:
        if "/EF" in each:
            raise AttachedFile(str(each.get("/UF") or each.get("/F") or ""))
        _clean_dictionary(each)
    # What is reached from the root is copied, and nothing else that stands in the file.
    writer = PdfWriter(clone_from=reader)
    title = info.get("Title", "").strip()
    title = "" if _PATH.match(title) else title
    writer.metadata = {"/Title": title} if title else None
    if title or standard:
        xmp = DecodedStreamObject()
        xmp.set_data(_xmp(title, str(root.get("/Lang", "")), standard))
        xmp.update({NameObject("/Type"): NameObject("/Metadata")})
        xmp.update({NameObject("/Subtype"): NameObject("/XML")})
        writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    writer.pdf_header = reader.pdf_header
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _dictionaries(root: DictionaryObject) -> Iterator[DictionaryObject]:
    """Every dictionary of the document, which refer to each other in circles."""
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [root]
    while waiting:
        each = waiting.pop()
        if isinstance(each, IndirectObject):
            place = (each.idnum, each.generation)
            if place not in seen:
                seen.add(place)
                waiting.append(each.get_object())
        elif isinstance(each, DictionaryObject):
            yield each
            waiting.extend(each.values())
        elif isinstance(each, ArrayObject):
            waiting.extend(each)


def _clean_dictionary(each: DictionaryObject) -> None:
    for key in _OF_PROGRAMS:
        each.pop(key, None)
    if "/Subtype" in each and "/Rect" in each and str(each["/Subtype"]) != "/Widget":
        for key in _OF_COMMENTERS:
            each.pop(key, None)
    if isinstance(each, StreamObject) and each.get("/Filter") in (_JPEG, [_JPEG]):
        try:
            each._data = clean(each._data)
        except BrokenPicture:  # Viewers show more than browsers do; its data may be of any kind.
            return


def _standard(root: DictionaryObject) -> dict[str, str]:
    """What the document's own metadata says of the standard that it keeps to."""
    stream = root.get("/Metadata")
    stream = stream.get_object() if isinstance(stream, IndirectObject) else stream
    if not isinstance(stream, StreamObject):
        return {}
    try:
        tree = ElementTree.fromstring(stream.get_data())  # noqa: S314  (expat refuses bombs)
    except ElementTree.ParseError:
        return {}
    found = {}
    for element in tree.iter():
        for name, value in [*element.attrib.items(), (element.tag, element.text or "")]:
            space, _, own = name.removeprefix("{").partition("}")
            if own in _XMP.get(space, ()) and value.strip().isalnum() and len(value) < 5:
                found[name] = value.strip()
    return found


def _xmp(title: str, language: str, standard: dict[str, str]) -> bytes:
    """A packet of metadata (ISO 16684-1) with the title and the standard."""
    top = ElementTree.Element(f"{{{_META}}}xmpmeta")
    described = ElementTree.SubElement(
        ElementTree.SubElement(top, f"{{{_RDF}}}RDF"),
        f"{{{_RDF}}}Description",
        {f"{{{_RDF}}}about": "", **dict(sorted(standard.items()))},
    )
    if title:
        shown = ElementTree.SubElement(described, f"{{{_DC}}}title")
        shown = ElementTree.SubElement(shown, f"{{{_RDF}}}Alt")
        item = ElementTree.SubElement(shown, f"{{{_RDF}}}li", {f"{{{_XML}}}lang": "x-default"})
        item.text = title
    begin = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    text = ElementTree.tostring(top, encoding="unicode")
    return f'{begin}{text}\n<?xpacket end="r"?>'.encode()
