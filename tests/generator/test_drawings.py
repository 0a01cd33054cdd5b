"""Drawings leave without scripts, without foreign things, and without notes of who made them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.check.styles import asks_elsewhere
from generator.images.svg import NotXml, read_drawing

SVG = 'xmlns="http://www.w3.org/2000/svg"'
OF_A_PROGRAM = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape by SECRET -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg {SVG} xmlns:xlink="http://www.w3.org/1999/xlink"
  xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
  xmlns:s="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
  s:docname="SECRET.svg" inkscape:export-filename="/home/SECRET/a.png" width="10" height="10">
<s:namedview><inkscape:grid id="SECRET"/></s:namedview>
<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">SECRET</rdf:RDF></metadata>
<title>A gate &amp; a "way"</title>
<style><![CDATA[ g > path {{ fill: url(#a) }} ]]></style>
<g inkscape:label="SECRET" id="b"><path d="M0 0
L1 1"/><use xlink:href="#b"/></g>
</svg>
"""


def test_what_a_program_noted_is_gone_and_the_drawing_is_there():
    drawing = read_drawing(OF_A_PROGRAM.encode(), "a.svg")
    assert b"SECRET" in OF_A_PROGRAM.encode()
    assert b"SECRET" not in drawing.data
    before, after = ET.fromstring(OF_A_PROGRAM), ET.fromstring(drawing.data)
    kept = [each for each in before.iter() if each.tag.startswith("{http://www.w3.org/2000/svg}")]
    kept = [each for each in kept if not each.tag.endswith("metadata")]
    assert [each.tag for each in after.iter()] == [each.tag for each in kept]
    for old, new in zip(kept, after.iter(), strict=True):
        assert (new.text or "").strip() == (old.text or "").strip()
        plain = {"{http://www.w3.org/1999/xlink}href"}
        own = {key: old.attrib[key] for key in old.attrib if "{" not in key or key in plain}
        assert new.attrib == own


def test_a_plain_drawing_stays_bit_for_bit():
    data = f"<svg {SVG} >\n<path d='M0 0' ></path>\n</svg>\n".encode()
    assert read_drawing(data, "a.svg").data == data


@pytest.mark.parametrize(
    "inside",
    [
        "<script/>",
        "<x:script xmlns:x='http://www.w3.org/2000/svg'/>",
        "<path onclick='go()'/>",
        "<foreignObject/>",
        "<a><set attributeName='href' to='javascript:go()'/></a>",
        "<a><animate attributeName='xlink:href'/></a>",
        "<g xml:base='https://elsewhere.example/'/>",
        "<?xml-stylesheet href='https://elsewhere.example/a.css'?>",
        "<h:iframe xmlns:h='http://www.w3.org/1999/xhtml'/>",
        "<image href='data:image/png;base64,AAAA'/>",
    ],
)
def test_what_browsers_would_run_is_refused(inside):
    data = f"<svg {SVG}>\n{inside}</svg>".encode()
    (found,) = read_drawing(data, "a.svg").recorded.refused
    assert (found.place.path, found.place.line) == ("a.svg", 2)


@pytest.mark.parametrize(
    "inside",
    [
        "<image href='//elsewhere.example/a.png'/>",
        "<image x:href='https://elsewhere.example/a.png' xmlns:x='http://www.w3.org/1999/xlink'/>",
        "<path fill='url(https://elsewhere.example/a.svg#b)'/>",
        "<path style='fill: url( \"https://elsewhere.example/a.svg#b\" )'/>",
        "<style>@import 'https://elsewhere.example/a.css';</style>",
        "<style><![CDATA[@font-face { src: url(https://elsewhere.example/a.woff2) }]]></style>",
        "<style>@import url('https://elsewhere.example/a.css');</style>",
        "<style>@import/* a */'//elsewhere.example/a.css';</style>",
        "<style>@IMPORT '//elsewhere.example/a.css';</style>",
        r"<style>@\69mport '//elsewhere.example/a.css';</style>",
        r"<style>a { b: \75 rl(//elsewhere.example/a.png) }</style>",
        r"<style>a { b: url('\68ttps:\2f/elsewhere.example/a.png') }</style>",
        "<style>/* don't */ @import '//elsewhere.example/a.css'; /* don't */</style>",
        "<style>a { b: '/*' } @import '//elsewhere.example/a.css'; c { b: '*/' }</style>",
        "<path mask='image-set(\"https://elsewhere.example/a.png\" 1x)'/>",
        "<use href='\\\\elsewhere.example\\a.svg#b'/>",
    ],
)
def test_what_comes_from_elsewhere_is_seen(inside):
    recorded = read_drawing(f"<svg {SVG}>\n{inside}</svg>".encode(), "a.svg").recorded
    assert "elsewhere.example" in recorded.loads[0].value
    assert recorded.loads[0].place.line == 2


@pytest.mark.parametrize(
    "inside",
    [
        "<style>/* of https://tool.example */ a { b: url(#c); font: 'D E' }</style>",
        "<style>a { b: url(data:image/png;base64,AB//CD) }</style>",
        "<text aria-label='see https://elsewhere.example'>a</text>",
    ],
)
def test_what_asks_nobody_is_let_through(inside):
    recorded = read_drawing(f"<svg {SVG}>\n{inside}</svg>".encode(), "a.svg").recorded
    assert not any(asks_elsewhere(found.value) for found in recorded.loads)


@pytest.mark.parametrize("encoding", ["shift_jis", "nothing", "utf-7", "hex", "idna", "utf-16"])
def test_an_encoding_that_cannot_be_read_is_a_fault(encoding):
    data = f'<?xml version="1.0" encoding="{encoding}"?><svg {SVG}><g/></svg>'.encode()
    with pytest.raises(NotXml):
        read_drawing(data, "a.svg")


def test_entities_are_a_fault_and_never_opened():
    """Neither a file of the machine, nor a text that grows without end."""
    for entity in ('"SECRET"', 'SYSTEM "file:///etc/passwd"'):
        data = f"<!DOCTYPE svg [\n<!ENTITY a {entity}>]><svg {SVG}><text>&a;</text></svg>"
        with pytest.raises(NotXml) as error:
            read_drawing(data.encode(), "a.svg")
        assert error.value.line == 2


@given(st.data())
def test_a_damaged_drawing_is_a_fault_and_never_a_crash(data):
    damaged = bytearray(OF_A_PROGRAM.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        cleaned = read_drawing(bytes(damaged), "a.svg").data
    except NotXml:
        return
    assert read_drawing(cleaned, "a.svg").data == cleaned
