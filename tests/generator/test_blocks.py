"""Blocks that a site's templates add: declared arguments, typed; a fault at the author's line."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import jsonschema
import pytest

import generator
from policy.faults import Faults
from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import whole_site

HEAD = "---\ntitle: Blocks\ndescription: Every block of the first templates, on one page.\n---\n"
PHOTO = ROOT / "site" / "assets" / "img" / "card.png"

EVERY = """
/// call-to-action | Would you like to talk?
Tell us what you have tried.

[Ask](/ask/)
///

/// quote | A school secretary
We read it aloud.
///

/// note | Before you begin
Ask who is away.
///

/// faq | Can “we” < help & </script>?
Yes, **we** can. [Ask](/ask/)
///

/// faq | And later?
    open: true

Later, too.
///

/// figure | The gate at dawn
    credit: Photo by a neighbor
    width: wide

![A gate](gate.png)
///

/// video | A tour of the school
    file: tour.mp4
    captions: tour.vtt
    poster: gate.png
///

/// video | The same, elsewhere
    page: https://video.example/1

![A gate](gate.png)
///

/// table | Who calls whom
| Who | Whom |
|---|---|
| A | B |
///

/// audience | teacher
For teachers.
/// otherwise
For all.
///
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = whole_site(tmp_path / "site")
    shutil.copyfile(PHOTO, root / "content" / "gate.png")
    (root / "content" / "tour.mp4").write_bytes(
        b"\0\0\0\x18ftypisom\0\0\2\0isomiso2\0\0\0\x08moov\0\0\0\x08mdat"
    )
    (root / "content" / "tour.vtt").write_text("WEBVTT\n")
    (root / "content" / "blocks.md").write_text(HEAD + EVERY)
    return root


def built(root: Path, page: str = "blocks") -> str:
    generator.build(root, root / "public")
    return (root / "public" / page / "index.html").read_text(encoding="utf-8")


def structured(html: str) -> list[dict[str, object]]:
    """The things that a page says it is, as its data block has them."""
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    return list(data["@graph"])


def test_each_block_is_rendered_with_its_arguments(root: Path) -> None:
    html = " ".join(built(root).split())
    for part in (
        '<details class="faq" open>',
        '<figure class="figure wide">',
        '<span>The gate at dawn</span> <span class="credit">Photo by a neighbor</span>',
        '<source src="/tour.mp4" type="video/mp4">',
        '<track kind="captions" src="/tour.vtt" srclang="en"',
        'poster="/gate.png"',
        '<figcaption><a href="https://video.example/1">The same, elsewhere</a></figcaption>',
        'role="region" aria-label="Who calls whom" tabindex="0"> <table>',
        '<td data-label="Who">A</td> <td data-label="Whom">B</td>',
        "<summary>Can “we” &lt; help &amp; &lt;/script&gt;?</summary>",
    ):
        assert part in html
    figure = html[html.index('<figure class="figure wide">') :]
    assert "image/avif" in figure[: figure.index("</figure>")], "through the picture pipeline"
    assert "credit: Photo" not in html


def test_a_data_block_ends_only_where_it_should(root: Path) -> None:
    """Whatever stands in a title or a question."""
    (root / "content" / "blocks.md").write_text(
        HEAD.replace("title: Blocks", "title: 'A </script><script>alert(1)</script> <!-- x'")
        + EVERY
    )
    html = built(root)
    assert "<script>alert" not in html
    faq = next(each for each in structured(html) if each["@type"] == "FAQPage")
    assert "</script>" in str(faq["mainEntity"])


THING = {"type": "object", "required": ["@type"]}
TEXT = {"type": "string", "minLength": 1}
URL = {"type": "string", "pattern": "^https?://[^ ]+$"}
DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d"}
ORGANIZATION = {
    "required": ["name", "url", "address"],
    "properties": {
        "name": TEXT,
        "url": URL,
        "email": TEXT,
        "telephone": TEXT,
        "address": {
            "required": ["streetAddress", "addressLocality", "addressCountry"],
            "properties": {"@type": {"const": "PostalAddress"}},
            "additionalProperties": TEXT,
        },
    },
}
REFERENCE = {"required": ["@id"], "properties": {"@id": URL}, "additionalProperties": False}
SHAPES = {
    "Organization": ORGANIZATION,
    "WebSite": {
        "required": ["name", "url", "inLanguage", "publisher"],
        "properties": {"name": TEXT, "url": URL, "inLanguage": TEXT, "publisher": REFERENCE},
    },
    "Article": {
        "required": ["headline", "datePublished", "dateModified", "author", "publisher"],
        "properties": {
            "headline": TEXT,
            "datePublished": DATE,
            "dateModified": DATE,
            "author": REFERENCE,
            "publisher": REFERENCE,
            "mainEntityOfPage": URL,
            "image": URL,
        },
    },
    "BreadcrumbList": {
        "required": ["itemListElement"],
        "properties": {
            "itemListElement": {
                "minItems": 2,
                "items": {
                    "required": ["@type", "position", "name", "item"],
                    "properties": {
                        "@type": {"const": "ListItem"},
                        "position": {"type": "integer", "minimum": 1},
                        "name": TEXT,
                        "item": URL,
                    },
                },
            }
        },
    },
    "FAQPage": {
        "required": ["mainEntity"],
        "properties": {
            "mainEntity": {
                "minItems": 1,
                "items": {
                    "required": ["@type", "name", "acceptedAnswer"],
                    "properties": {
                        "@type": {"const": "Question"},
                        "name": TEXT,
                        "acceptedAnswer": {
                            "required": ["@type", "text"],
                            "properties": {"@type": {"const": "Answer"}, "text": TEXT},
                        },
                    },
                },
            }
        },
    },
}
"""The shapes of schema.org's types, as far as they are used; written from their definitions."""


def test_what_pages_say_of_themselves_has_the_shape_of_its_type(root: Path) -> None:
    news = root / "content" / "news"
    news.mkdir()
    article = HEAD.replace("title: Blocks", "title: First\ndate: 2026-03-01\nlayout: article")
    (news / "index.md").write_text(HEAD.replace("Blocks", "News"))
    (news / "first.md").write_text(article + "Words.\n")
    seen = {"blocks": built(root)}
    for page in ("news/first", "news"):
        seen[page] = (root / "public" / page / "index.html").read_text(encoding="utf-8")
    for page, html in seen.items():
        for thing in structured(html):
            kind = str(thing["@type"])
            jsonschema.validate(thing, {**THING, **SHAPES[kind]})
            if kind == "BreadcrumbList":
                items = thing["itemListElement"]
                assert isinstance(items, list)
                assert [each["position"] for each in items] == list(range(1, len(items) + 1))
                assert items[0]["item"].endswith(".example/"), page
    kinds = {page: {str(each["@type"]) for each in structured(html)} for page, html in seen.items()}
    always = {"Organization", "WebSite", "BreadcrumbList"}
    assert kinds == {
        "blocks": always | {"FAQPage"},
        "news/first": always | {"Article"},
        "news": always,
    }
    faq = next(each for each in structured(seen["blocks"]) if each["@type"] == "FAQPage")
    assert faq["mainEntity"] == [
        {
            "@type": "Question",
            "name": "Can “we” < help & </script>?",
            "acceptedAnswer": {"@type": "Answer", "text": "Yes, we can. Ask"},
        },
        {
            "@type": "Question",
            "name": "And later?",
            "acceptedAnswer": {"@type": "Answer", "text": "Later, too."},
        },
    ]


WRONG = {
    "/// figure | A\n    credits: B\n///": (6, 'has no argument "credits"', '"credit"'),
    "/// figure | A\n    width: huge\n///": (6, 'cannot be "huge"', "Allowed: text, wide"),
    "/// faq\nYes.\n///": (5, "says nothing after the bar", "add | and its question"),
    "/// faq | A\n    open: perhaps\n///": (6, 'cannot be "perhaps"', "true"),
    "/// faq | A\n    open:\n///": (6, "has no value", ""),
    "/// note | A\n    color: red\n///": (6, 'has no argument "color"', "Allowed: title"),
    "/// video | A\n///": (5, "has none of: file, page", "file: file.pdf"),
    "/// video | A\n    file: no.mp4\n///": (6, "no.mp4", ""),
    "/// video | A\n    file: https://video.example/1.mp4\n///": (6, "cannot be", "keep a copy"),
    "/// video | A\n    page: nowhere.md\n///": (6, "nowhere", ""),
    "/// form | ask\n    x: y\n///": (6, 'has no argument "x"', "remove the line"),
    "/// figur | A\n///": (5, 'unknown block "figur"', 'did you mean "figure"'),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_told_at_the_line_of_the_author(root: Path, text: str) -> None:
    line, message, hint = WRONG[text]
    (root / "content" / "blocks.md").write_text(f"{HEAD}{text}\n")
    with pytest.raises(Faults) as caught:
        generator.build(root, root / "public")
    (fault,) = caught.value.faults
    assert (fault.path, fault.line) == ("content/blocks.md", line)
    assert message in fault.message
    assert hint in fault.hint


def test_a_declaration_that_changes_makes_pages_again(root: Path) -> None:
    builder = generator.Builder(root, root / "public", cache=root / "var" / "cache")
    builder.build()
    schema = root / "templates" / "blocks" / "figure.toml"
    schema.write_text(schema.read_text().replace("credit", "source"))
    with pytest.raises(Faults, match='has no argument "credit"'):
        builder.build()
    page = root / "content" / "blocks.md"
    page.write_text(page.read_text().replace("credit:", "source:"))
    template = root / "templates" / "blocks" / "figure.html"
    template.write_text(template.read_text().replace("credit", "source"))
    builder.build()
    generator.build(root, root / "clean")
    html = (root / "public" / "blocks" / "index.html").read_bytes()
    assert html == (root / "clean" / "blocks" / "index.html").read_bytes()
    assert b'class="source">Photo' in html
