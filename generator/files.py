"""Files that are published as they stand: cleaned of what they should not tell, and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from generator.check.html import refused_faults
from generator.check.links import SCHEMES
from generator.check.styles import asks_elsewhere
from generator.images import CLEANED, BrokenPicture, HiddenTrack, clean
from generator.images.svg import NotXml, read_drawing
from generator.marks import NONCHARACTERS, mark_tags
from generator.recorded import Recorded, record, split_address
from policy import Fault, Faults
from policy.site_files import read_bytes
from policy.toml_source import read_text

_COMMENTS = re.compile(r"<!--.*?-->", re.DOTALL)
_OF_DOCUMENTS = frozenset({"link", "meta", "title"})


@dataclass(frozen=True)
class PlainFile:
    """A file: its bytes to publish; what it holds, where it is HTML or a drawing; what of that may
    not be published; what its owner should know."""

    data: bytes
    recorded: Recorded | None = None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()


def read_file(root: Path, name: str) -> PlainFile:
    """Read and clean `root/name`. Raises `Faults` where it cannot be read as what it is called."""
    match PurePosixPath(name.lower()).suffix:
        case ending if ending in CLEANED:
            return PlainFile(_clean(root, name))
        case ".pdf":
            return _pdf(root, name)
        case ".svg" | ".xml" as ending:
            return _drawing(root, name, ending)
        case ".html":
            return _document(root, name)
        case _:
            return PlainFile(read_bytes(root, name))


def _clean(root: Path, name: str) -> bytes:
    try:
        return clean(read_bytes(root, name))
    except BrokenPicture:
        message = "this is no whole picture of a kind that browsers show"
        hint = "open it in a program for pictures, and save it as JPEG or PNG"
    except HiddenTrack as error:
        message = f'this video records more than picture and sound: a track "{error.kind}"'
        hint = "save it again with picture and sound only; it may tell where it was taken"
    raise Faults([Fault(name, None, message, hint)])


def _pdf(root: Path, name: str) -> PlainFile:
    from generator import pdf  # noqa: PLC0415  (a site without PDF does not wait for it)

    data = read_bytes(root, name)
    try:
        return PlainFile(pdf.clean_pdf(data))
    except pdf.SignedDocument as signed:
        told = ", ".join(f'{key} "{value}"' for key, value in signed.told.items())
        message = f"published as it is, since it is signed; it tells: {told or 'who signed it'}"
        hint = "nothing to do, if all may know it; else take that out, and let it be signed again"
        return PlainFile(data, warnings=(Fault(name, None, message, hint),))
    except pdf.BrokenDocument:
        message = "this is no whole PDF"
        hint = "open it in a program for PDF, and save it again"
    except pdf.LockedDocument:
        message = "this PDF is locked, so what it tells of its author cannot be taken out"
        hint = "save it without a password"
    except pdf.AttachedFile as error:
        message = f'there is a file in this PDF: "{error}"'
        hint = "save it without attached files; what all may have stands beside the page"
    raise Faults([Fault(name, None, message, hint)])


def _drawing(root: Path, name: str, ending: str) -> PlainFile:
    try:
        drawing = read_drawing(read_bytes(root, name), name)
    except NotXml as error:
        hint = "save it again as plain SVG" if ending == ".svg" else "mend it, or remove it"
        message = f"browsers cannot read this: {error.reason}"
        raise Faults([Fault(name, error.line, message, hint)]) from None
    faults = [*refused_faults(drawing.recorded), *_drawing_faults(drawing.recorded)]
    if ending == ".svg" and drawing.root != "svg":
        faults.append(Fault(name, 1, "this is no drawing", "save it again as plain SVG"))
    return PlainFile(drawing.data, drawing.recorded, tuple(faults))


def _drawing_faults(recorded: Recorded) -> Iterator[Fault]:
    for found in recorded.loads:
        if asks_elsewhere(found.value):
            message = f"{found.value} would be loaded from elsewhere"
            hint = "put a copy of it into the drawing"
            yield Fault(found.place.path, found.place.line, message, hint)
    for found in recorded.links:
        parts = split_address(found.value)
        if parts and parts.scheme not in SCHEMES:
            message = f"a link cannot begin with {parts.scheme}:"
            hint = "link to a page, or remove the link"
            yield Fault(found.place.path, found.place.line, message, hint)


def _document(root: Path, name: str) -> PlainFile:
    text = NONCHARACTERS.sub("", read_text(root, name))
    recorded = record(mark_tags(text, 0), name, lambda _: name, allowed=_OF_DOCUMENTS)
    faults = list(refused_faults(recorded))
    published = _COMMENTS.sub("", text)
    if "<!--" in published:
        line = text.count("\n", 0, text.rindex("<!--")) + 1
        faults.append(Fault(name, line, "a comment has no end", "write --> where it ends"))
    return PlainFile(published.encode("utf-8"), recorded, tuple(faults))
