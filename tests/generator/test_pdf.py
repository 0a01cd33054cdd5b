"""A published PDF is the same document, and tells nothing of who made it, when and with what."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

import generator
from generator.pdf import (
    AttachedFile,
    BrokenDocument,
    LockedDocument,
    SignedDocument,
    clean_pdf,
)
from policy import Faults
from tests.generator.test_build_site import DAY
from tests.generator.test_pictures import SECRETS, jpeg

TOLD = (*SECRETS, b"20261124", b"/home/anna", b"SECRETPLAN")
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 pdfuaid:part="1"><dc:creator><rdf:Seq><rdf:li>SECRETNAME</rdf:li></rdf:Seq></dc:creator>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
CONTENT = b"BT /F1 12 Tf 20 100 Td (Words for all) Tj ET /Im1 Do"


def named(**values: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in values.items()})


def stream(data: bytes, **values: object) -> StreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    made.update(named(**values))
    return made


def begun() -> PdfWriter:
    """A page with words, a font, and a photo that says where it was taken."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    photo = StreamObject()
    photo._data = jpeg()
    photo.update(
        named(
            Type=NameObject("/XObject"), Subtype=NameObject("/Image"), Width=NumberObject(40),
            Height=NumberObject(24), ColorSpace=NameObject("/DeviceRGB"),
            BitsPerComponent=NumberObject(8), Filter=NameObject("/DCTDecode"),
        )
    )  # fmt: skip
    font = named(
        Type=NameObject("/Font"), Subtype=NameObject("/Type1"), BaseFont=NameObject("/Helvetica")
    )
    page[NameObject("/Resources")] = named(
        Font=named(F1=writer._add_object(font)), XObject=named(Im1=writer._add_object(photo))
    )
    page[NameObject("/Contents")] = writer._add_object(stream(CONTENT))
    return writer


def document(*, title: str = "For parents") -> bytes:
    """With all that programs write beside the words."""
    writer = begun()
    page, root = writer.pages[0], writer.root_object
    page[NameObject("/PieceInfo")] = named(Word=named(Private=TextStringObject("/home/anna/a.doc")))
    page[NameObject("/LastModified")] = TextStringObject("D:20261124100000Z")
    comment = FreeText(text="Looks good", rect=(0, 0, 50, 20))
    comment.update(named(T=TextStringObject("SECRETNAME"), M=TextStringObject("D:20261124")))
    writer.add_annotation(page_number=0, annotation=comment)
    field = named(
        Type=NameObject("/Annot"), Subtype=NameObject("/Widget"), FT=NameObject("/Tx"),
        T=TextStringObject("your-name"), Rect=ArrayObject([NumberObject(each) for each in range(4)])
    )  # fmt: skip
    writer.add_annotation(page_number=0, annotation=field)
    root[NameObject("/AcroForm")] = named(Fields=ArrayObject([page["/Annots"][1]]))
    root[NameObject("/Lang")] = TextStringObject("en-US")
    xmp = stream(XMP.encode(), Type=NameObject("/Metadata"), Subtype=NameObject("/XML"))
    root[NameObject("/Metadata")] = writer._add_object(xmp)
    writer.add_outline_item(title="Chapter", page_number=0)
    writer.metadata = {
        "/Title": title, "/Author": "SECRETNAME", "/Creator": "SECRETCAMERA", "/Producer": "Word",
        "/CreationDate": "D:20261124100000Z", "/Company": "SECRETPLACE",
    }  # fmt: skip
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def saved_again() -> bytes:
    """As programs save a change: the old state, and what is new behind it."""
    old = begun()
    old.pages[0]["/Contents"].get_object().set_data(b"BT (SECRETPLAN) Tj ET")
    writer = PdfWriter(io.BytesIO(written(old)), incremental=True)
    writer.pages[0]["/Contents"].get_object().set_data(CONTENT)
    data = written(writer)
    assert b"SECRETPLAN" in data
    return data


def everything(data: bytes) -> bytes:
    """The bytes of a file, and those of each stream in it."""
    reader = PdfReader(io.BytesIO(data))
    found = [data]
    for number in range(1, int(str(reader.trailer["/Size"]))):
        each = reader.get_object(number)
        if isinstance(each, StreamObject):
            found.append(each._data)
            found.append(each.get_data() if "/Filter" not in each else b"")
    return b"\n".join(found)


@pytest.mark.parametrize("make", [document, saved_again])
def test_a_published_document_tells_nothing_and_is_the_same(make: Callable[[], bytes]) -> None:
    data = make()
    assert any(secret in everything(data) for secret in TOLD)
    cleaned = clean_pdf(data)
    assert [secret for secret in TOLD if secret in everything(cleaned)] == []
    before, after = (PdfReader(io.BytesIO(each)) for each in (data, cleaned))
    assert after.pages[0].get_contents().get_data() == CONTENT
    assert after.pages[0].extract_text() == before.pages[0].extract_text()
    assert "Words for all" in after.pages[0].extract_text()
    assert after.pdf_header == before.pdf_header
    assert clean_pdf(data) == cleaned, "the same each time, so that nothing is published anew"


def test_what_readers_go_by_stays() -> None:
    """Title, language, bookmarks, the names of fields, and the standard that it keeps to."""
    after = PdfReader(io.BytesIO(clean_pdf(document())))
    assert dict(after.metadata or {}) == {"/Title": "For parents"}
    assert after.root_object["/Lang"] == "en-US"
    assert [item.title for item in after.outline] == ["Chapter"]
    assert list(after.get_fields() or {}) == ["your-name"]
    assert after.pages[0]["/Annots"][0].get_object()["/Contents"] == "Looks good"
    said = after.root_object["/Metadata"].get_object().get_data()
    assert b"pdfua/ns/id/" in said
    assert after.xmp_metadata is not None
    assert after.xmp_metadata.dc_title == {"x-default": "For parents"}


@pytest.mark.parametrize("title", ["/home/anna/a.doc", "C:\\Users\\anna\\a.doc", "file:///a.doc"])
def test_a_path_is_no_title(title: str) -> None:
    assert PdfReader(io.BytesIO(clean_pdf(document(title=title)))).metadata is None


def locked() -> bytes:
    writer = begun()
    writer.encrypt("", "owner", algorithm="RC4-128")
    return written(writer)


def attached() -> bytes:
    writer = begun()
    writer.add_attachment("plan.docx", b"SECRETPLAN")
    return written(writer)


def signed() -> bytes:
    writer = begun()
    field = named(
        FT=NameObject("/Sig"), T=TextStringObject("sign"), V=named(Type=NameObject("/Sig"))
    )
    fields = ArrayObject([writer._add_object(field)])
    writer.root_object[NameObject("/AcroForm")] = named(Fields=fields)
    writer.metadata = {"/Author": "Anna"}
    return written(writer)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (locked, LockedDocument),
        (attached, AttachedFile),
        (signed, SignedDocument),
        (lambda: b"%PDF-1.7\n", BrokenDocument),
        (lambda: b"words", BrokenDocument),
        (lambda: document()[:900], BrokenDocument),
        (lambda: document()[:-200], BrokenDocument),
        (lambda: saved_again()[:-9], BrokenDocument),
    ],
)
def test_what_cannot_be_cleaned_is_said(make: Callable[[], bytes], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        clean_pdf(make())


def test_in_a_site_it_is_cleaned_refused_or_told(root, tmp_path, capfd) -> None:
    """Beside a page, whatever the capitals of its name. Nothing else is printed."""
    text = (root / "content/about.md").read_text()
    (root / "content/about.md").write_text(text + "\n[A](a.PDF) [B](b.pdf)\n")
    (root / "content/a.PDF").write_bytes(document())
    (root / "content/b.pdf").write_bytes(signed())
    built = generator.build(root, tmp_path / "public", today=DAY)
    assert (tmp_path / "public/a.PDF").read_bytes() == clean_pdf(document())
    assert (tmp_path / "public/b.pdf").read_bytes() == signed()
    (warning,) = (each for each in built.warnings if each.path == "content/b.pdf")
    assert 'since it is signed; it tells: Author "Anna"' in warning.message
    for name, data in (("a.PDF", locked()), ("b.pdf", attached()), ("c.pdf", b"words")):
        (root / "content" / name).write_bytes(data)
    with pytest.raises(Faults) as faults:
        generator.check(root, today=DAY)
    assert [(each.path, each.message) for each in faults.value.faults] == [
        ("content/a.PDF", "this PDF is locked, so what it tells of its author cannot be taken out"),
        ("content/b.pdf", 'there is a file in this PDF: "plan.docx"'),
        ("content/c.pdf", "this is no whole PDF"),
    ]
    assert capfd.readouterr() == ("", "")


@settings(deadline=None)
@given(data=st.data())
def test_a_damaged_document_is_a_fault_and_never_a_crash(data) -> None:
    whole = bytearray(document())
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        cleaned = clean_pdf(cut)
    except (BrokenDocument, LockedDocument, AttachedFile, SignedDocument):
        return
    PdfReader(io.BytesIO(cleaned))
