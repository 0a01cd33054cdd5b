"""What becomes of a page's text: tables, ids, and the lines of what is wrong in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import generator
from generator.content.urls import as_address, as_old_address, is_address, was_address
from generator.markdown import Hooks, Image, reader
from generator.marks import NONCHARACTERS, mark_markdown, mark_tags, unmarked
from generator.recorded import record
from policy import Faults
from tests.generator.test_build_site import DAY, PAGE, WORDS

PIECES = st.sampled_from(
    ["[a](b.md)", "![a](b.png 'c')", "[a][b]", "[b]: c.md", "[b]:\n  c.md",
      "<b class=c>", "`](x)`", "{#id .c}",
     "## Head", "<https://x.example>", "<a@b.example>", "<!-- c -->", "<!--", "```", "``` {.py #x}",
     "    code", "| a | b |\n|:-:|--:|\n| c | d |", "[^1]", "[^1]: note", "*[HTML]: words", "HTML",
     "- item", "> quote", "1. one", "a  ", "", "Term\n:   what", "<img\nsrc=x>", "\\[a](b)",
     "\\<!-- d -->", "{% x %}", "{: style='a' }", "[[a](b)](c)", "<div markdown>", "</div>",
     "&lt;b&gt;", "***"]
)  # fmt: skip


ENGINES = ("python-markdown", "commonmark")
READERS = {
    engine: reader(engine, Hooks(lambda line, body: f"<{line.name}>{body}</{line.name}>"))
    for engine in ENGINES
}


@pytest.fixture(params=ENGINES)
def engine(request) -> str:
    """Each engine that reads Markdown."""
    return request.param


def html(engine: str, text: str, *, marked: bool = False) -> str:
    return str(READERS[engine].read(text, str, marked).html)


def build_with(root, text: str) -> str:
    """The page /x/ with this text, as it is published."""
    (root / "content" / "x.md").write_text(PAGE.format("X", WORDS, "", text))
    generator.build(root, root.parent / "public", today=DAY)
    return (root.parent / "public" / "x" / "index.html").read_text()


def test_an_aligned_column_has_a_class(root):
    """The headers of the answers allow no style attribute, and HTML has no align any more."""
    text = "| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | 2 | 3 | 4 |"
    page = build_with(root, text)
    assert re.findall(r"<t[hd]\b[^>]*>", page) == [
        "<th>", '<th class="align-left">', '<th class="align-center">', '<th class="align-right">',
        "<td>", '<td class="align-left">', '<td class="align-center">', '<td class="align-right">',
    ]  # fmt: skip
    assert "style=" not in page


@pytest.mark.parametrize("name", ["Main", "Contents", "Notice title", "Form: ask email", "Latest"])
def test_no_heading_doubles_an_id_of_a_template(name):
    """Built with the first site's own templates: a page with a form, a notice and a contents."""
    (heading,) = READERS["python-markdown"].read(f"## {name}", str).headings
    assert "--" not in heading.id


@given(st.text(max_size=30) | st.text("/.? #%[]:\\ax", max_size=12))
def test_what_is_meant_by_an_alias_that_is_no_address_is_one(text):
    """So the mistake does not stand in the hint as well."""
    assert is_address(as_address(text))
    assert was_address(as_old_address(text))


@given(st.text(max_size=30))
def test_an_id_made_of_a_heading_never_has_two_hyphens(text):
    for heading in READERS["python-markdown"].read(f"## {text}", str).headings:
        assert "--" not in heading.id


@given(st.lists(PIECES, max_size=12), st.sampled_from(["\n", "\n\n", " "]))
@example(["<div markdown>", "```", "<https://x.example>"], " ")
@example(["<div markdown>", "<b class=c>", "</div>", "*a <b>b* c</b>"], "\n")
def test_marks_change_nothing_that_is_published(pieces, between):
    """With marks and without, the HTML is the same, letter for letter; and none is left."""
    text = between.join(pieces)
    for engine in ENGINES:
        published = unmarked(html(engine, text, marked=True))
        assert not NONCHARACTERS.search(published)
        assert published == html(engine, text)
    assert unmarked(mark_markdown(text, 0)) == text
    assert unmarked(mark_tags(text, 3)) == text


@given(st.lists(st.sampled_from(["", "Words.", "- item", "> quote", "```\n[x](/a/)\n```"])),
       st.sampled_from(["[x](/nowhere/)", "![x](/nowhere/)", "<img alt=x src='/nowhere/'>",
                        "<IMG SRC='/nowhere/' alt=x/>", "[x][y]\n\n[y]: /nowhere/",
                        "[y]\n\n[y]:\n   </nowhere/>"]))  # fmt: skip
def test_a_fault_is_told_at_its_line(before, text):
    """Whatever stands before it."""
    whole = "\n\n".join([*before, "Words.", text])
    wanted = next(n for n, line in enumerate(whole.split("\n"), 1) if "/nowhere/" in line)
    for engine in ENGINES:
        recorded = record(html(engine, whole, marked=True), "x", lambda _: "x")
        lines = {found.place.line for found in (*recorded.links, *recorded.loads)}
        assert lines == {wanted}


def test_a_picture_is_rendered_by_the_hook(engine):
    """With all that was written of it, and its line where the text is read with marks."""
    seen: list[Image] = []
    hooks = Hooks(lambda _line, body: body, lambda image: seen.append(image) or "<img src=z>")
    text = 'Words.\n\n- ![A b & "c"](a.png \'T &lt; "t"\'){.wide #x}'
    for marked in (False, True):
        page = reader(engine, hooks).read(text, lambda link: f"/{link}", marked).html
        assert re.search("<li><img src=z></li>", unmarked(page))
    attributes = {"class": "wide", "id": "x"}
    image = Image("/a.png", 'A b & "c"', 'T < "t"', attributes)
    assert seen == [image, Image("/a.png", 'A b & "c"', 'T < "t"', attributes, line=3)]


@pytest.mark.parametrize("char", ["\ufdd0\ufde1\ufdd2\ufde1\ufdd3", "\ufdd1"])
def test_a_mark_cannot_be_written(root, char):
    """What a program left in a text is neither taken for a mark nor published."""
    page = build_with(root, f"Words {char} more <b {char}>and</b> more.")
    assert not NONCHARACTERS.search(page)


def test_a_template_is_told_at_its_line_wherever_it_is_used(root):
    """An address that is put together, and one in a partial."""
    base = root / "templates" / "page.html"
    base.write_text(base.read_text().replace("</main>", '{% include "foot.html" %}</main>'))
    (root / "templates" / "foot.html").write_text(
        '<p>\n<a href="/ab{{ "out" }}/">x</a>\n<a href="/ab{{ "oot" }}/">y</a>\n</p>'
    )
    with pytest.raises(Faults) as error:
        build_with(root, "Words.")
    (fault,) = error.value.faults
    assert (fault.path, fault.line) == ("templates/foot.html", 3)


def test_what_a_template_compares_is_not_marked():
    """A page with a form asks for its script by the words before the form."""
    source = '{% if "<!-- form " in page.body %}x{% endif %}{{ "<!--" }}'
    assert mark_tags(source, 1) == source
    assert mark_tags("{{ x }}<!-- open", 1) != "{{ x }}<!-- open"
