"""Fewer bytes and digests, where a site asks for them: what browsers make of it stays the same."""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

import generator
from analytics.web.form_pages import with_form
from generator.outputs.finished import is_misread, minified_asset
from policy import Fault
from policy.manifest import read_build

DAY = datetime.date(2026, 3, 10)
ROOT = Path(__file__).parents[2]
SMALL = '\n[output]\nminify = ["css", "html", "js"]\n'
ALL = f"{SMALL}integrity = true\n"


def asked(root: Path, text: str = ALL) -> Path:
    settings = root / "site/settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + text, encoding="utf-8")
    return root


def published(root: Path, out: Path) -> dict[str, bytes]:
    generator.build(root, out, today=DAY)
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.suffix in (".html", ".css", ".js", ".json", ".xml")
    }


def seen(html: bytes) -> list[tuple[str, dict[str, str | None]]]:
    """The elements of a page with their attributes, but for addresses of assets and digests."""
    tree = LexborHTMLParser(html)
    return [
        (
            node.tag,
            {
                name: re.sub(r"\.[0-9a-f]{8}\.", ".", value or "")
                for name, value in node.attributes.items()
                if name != "integrity"
            },
        )
        for node in tree.root.traverse()
        if node.tag not in ("-text", "-comment", "-doctype")
    ]


def words(html: bytes) -> list[str]:
    body = LexborHTMLParser(html).body
    return body.text(separator=" ").split() if body else []


def test_pages_say_and_hold_the_same_in_fewer_bytes(root: Path, tmp_path: Path) -> None:
    plain = published(root, tmp_path / "plain")
    small = published(asked(root, SMALL), tmp_path / "small")
    pages = [name for name in plain if name.endswith(".html")]
    assert pages
    for name in pages:
        assert seen(small[name]) == seen(plain[name]), name
        assert words(small[name]) == words(plain[name]), name
    for ending in (".html", ".css", ".js"):
        sizes = [
            sum(len(data) for name, data in each.items() if name.endswith(ending))
            for each in (plain, small)
        ]
        assert sizes[1] < sizes[0] or not sizes[0], ending


def test_each_digest_is_that_of_the_file(root: Path, tmp_path: Path) -> None:
    small = published(asked(root), tmp_path / "small")
    found = re.findall(
        r'(?:src|href)="?(/assets/[^"\s>]+\.(?:css|js))"? integrity="?(sha384-[^"\s>]+)',
        small["index.html"].decode(),
    )
    assert found
    for address, digest in found:
        made = base64.b64encode(hashlib.sha384(small[address.lstrip("/")]).digest()).decode()
        assert digest == f"sha384-{made}"


def test_the_service_finds_its_forms(root: Path, tmp_path: Path) -> None:
    page = published(asked(root), tmp_path / "small")["ask/index.html"].decode()
    again = with_form(page, "ask", "<p>Again</p>")
    assert "<p>Again</p>" in again
    assert "<title>Error:" in again


def test_it_is_the_same_each_time_and_from_what_is_known(root: Path, tmp_path: Path) -> None:
    builder = generator.Builder(root, tmp_path / "kept", cache=tmp_path / "cache")
    builder.build(today=DAY)
    asked(root)
    builder.build(today=DAY)
    generator.build(root, tmp_path / "clean", today=DAY)
    for one in sorted((tmp_path / "clean").rglob("*")):
        other = tmp_path / "kept" / one.relative_to(tmp_path / "clean")
        if one.is_file() and one.name != "_build.json":
            assert one.read_bytes() == other.read_bytes(), one
    files = [read_build(tmp_path / each).files for each in ("kept", "clean")]
    live = [{at: file for at, file in each.items() if not file.retired} for each in files]
    assert live[0] == live[1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.css", "a{color:}} <-- what"),
        ("a.css", '.x::after { content: "</style>"; }'),
        ("a.js", 'const a = "</script>";'),
        ("a.js", "let a = ;"),
        ("a.svg", "<svg>  </svg>"),
        ("a.css", ""),
        ("a.js", "   "),
    ],
)
def test_what_cannot_be_read_stays_as_it_is(name: str, text: str) -> None:
    made = minified_asset(name, text.encode())
    assert made.decode().split() == text.split() or len(made) <= len(text)


@pytest.mark.parametrize("name", ["site/assets/main.css", "site/assets/staff.css"])
def test_a_selector_keeps_its_meaning(name: str) -> None:
    """A blank before a colon is a descendant."""
    css = (ROOT / name).read_text(encoding="utf-8")
    made = minified_asset("main.css", css.encode()).decode()
    assert len(made) < 0.9 * len(css)
    assert made.count(" :is(") >= 1
    assert ".prose:is(" not in made
    assert ".staff:is(" not in made


@pytest.mark.parametrize(
    ("name", "text"), [("a.js", "function ( {"), ("a.js", "return 5"), ("a.css", "a[] { b: c }")]
)
def test_a_mistake_in_a_script_or_a_style_sheet_is_told(root: Path, name: str, text: str) -> None:
    """It is published as it was written. Where nothing is made less, nobody has read it."""
    (root / "site/assets" / name).write_text(text, encoding="utf-8")

    def told() -> list[Fault]:
        warnings = generator.check(root, today=DAY).warnings
        return [each for each in warnings if each.path == f"site/assets/{name}"]

    assert told() == []
    asked(root)
    (warning,) = told()
    assert "there is a mistake in it" in warning.message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.js", 'export const a = 1; import b from "./b.js"; await b(a); /* the end */'),
        ("a.js", 'const a = "</script>";'),
        ("a.css", "@media (width >= 46rem) { a { color: color-mix(in oklab, red, blue) } }"),
        ("a.css", "@layer x; @container (inline-size > 30em) { a { b: c } }"),
        ("a.svg", "<svg>"),
    ],
)
def test_what_is_right_is_no_mistake(name: str, text: str) -> None:
    assert not is_misread(name, text.encode())
