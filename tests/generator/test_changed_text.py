"""A template that changes the text of a page with filters or methods gets what they promise, and no
mistake in the text is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

import generator
from generator.marks import NONCHARACTERS, mark_tags
from generator.page_text import PageText
from policy import Faults

TEXT = "One [link](/) & *more*.\n\nTwo.\n"
PAGE = "<!doctype html>\n<html lang=en><title>t</title>\n<main>{}</main>\n"


def site_with(root, template, text, engine="commonmark"):
    settings = root / "site/settings.toml"
    said = re.sub(r"^markdown = .*\n", "", settings.read_text(), flags=re.MULTILINE)
    settings.write_text(f'markdown = "{engine}"\n{said}')
    (root / "templates/plain.html").write_text(PAGE.format(template))
    (root / "content/t.md").write_text(f"---\ntitle: T\nlayout: plain\n---\n{text}")


def shown(root, template, text=TEXT, engine="commonmark"):
    """What stands in the body of a page with that template."""
    site_with(root, template, text, engine)
    generator.build(root, root / "public")
    html = (root / "public/t/index.html").read_text()
    assert not NONCHARACTERS.search(html)
    return html.partition("<main>")[2].partition("</main>")[0]


@pytest.mark.parametrize("engine", ["commonmark", "python-markdown"])
@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('page.body|replace("<p>", "<p class=lead>")', '<p class=lead>One <a href="/">link</a>'),
        ('page.body|replace("<p>", "<p class=lead>", 1)', "\n<p>Two.</p>"),
        ('page.body|replace("</p>", "</p>!")', "</p>!"),
        ('page.body.replace("<p>", "<p class=lead>")', "<p class=lead>One"),
        ('page.body.replace("<p>", "<p class=lead>").replace("Two", "2")', "<p class=lead>2."),
        ('(page.body|safe)|replace("<p>", "<p class=lead>")', "<p class=lead>One"),
        ('page.body|replace("Two", "a < b & c")', "a &lt; b &amp; c."),
        ('page.body|replace("Two", "<b>Two</b>"|safe)', "<b>Two</b>."),
        ("page.body|striptags", "One link &amp; more. Two."),
        ('page.body.split("</p>")|length', "3"),
        ('"yes" if "<p>Two" in page.body else "no"', "yes"),
        ('page.body.count("<p>")', "2"),
        ('page.body|length == page.body.replace("<p>", "<q>")|length', "True"),
        ('page.body.partition("<p>Two.")[2]', "</p>"),
        ("page.body", '<p>One <a href="/">link</a> &amp; <em>more</em>.</p>'),
        ('page.body ~ "<"', "&lt;"),
    ],
)
def test_what_a_template_makes_of_a_text_is_there(root, engine, expression, wanted):
    assert wanted in shown(root, f"{{{{ {expression} }}}}", engine=engine)


def test_a_set_of_a_text_can_be_changed_too(root):
    template = '{% set x %}{{ page.body }}{% endset %}{{ x|replace("<p>", "<p class=lead>") }}'
    assert "<p class=lead>One" in shown(root, template)


def test_what_a_template_made_itself_can_be_changed_too(root):
    made = '{% macro m() %}<p id="t--a">Words<br></p>{% endmacro %}{% set x %}{{ m() }}{% endset %}'
    template = '{{ m()[:16] }}{{ x[16:] }} {{ "<br>" in x }} {{ (m() ~ "!").split("<br>")[1] }}'
    assert shown(root, made + template).strip() == '<p id="t--a">Words<br></p> True </p>!'


def test_the_text_of_a_block_can_be_changed_too(root):
    block = root / "templates/blocks/big.html"
    text = "/// big\nWords.\n///\n"
    site_with(root, "{{ page.body }}", text)
    block.write_text('<div>{{ body.replace("<p>", "<p class=big>") }}</div>\n')
    block.with_suffix(".toml").write_text("")
    generator.build(root, root / "public")
    assert "<p class=big>Words." in (root / "public/t/index.html").read_text()


@pytest.mark.parametrize(
    "expression",
    [
        'page.body|replace("<p>", "<p class=lead>")',
        "page.body|striptags",
        "page.body[:12]",
        "page.body|truncate(12)",
        "page.body",
    ],
)
@pytest.mark.parametrize(
    ("text", "line"),
    [("One.\n\n<div>x\n", 7), ("One.\n\nA [link](/nowhere/).\n", 7)],
)
def test_no_mistake_in_a_changed_text_is_lost_or_told_of_a_template(root, expression, text, line):
    """Unless nothing is shown of it: a link that is in no page leads nobody anywhere."""
    site_with(root, f"{{{{ {expression} }}}}", text)
    found = []
    try:
        generator.check(root)
    except Faults as error:
        found = [(each.path, each.line) for each in error.faults]
    cut = "nowhere" in text and expression not in (
        "page.body",
        'page.body|replace("<p>", "<p class=lead>")',
    )
    assert ("content/t.md", line) in found or cut
    assert not [each for each in found if each[0].startswith("templates/")]


MISTAKES = """One.

[dead](/nowhere/) and <span style="color:red">red</span> and <span data-event="nix">e</span>

<p id="x1">one</p>

<p id="x1">twice</p>

<iframe src="https://example.com/"></iframe>

![](nothing.png)
"""


@pytest.mark.parametrize("engine", ["commonmark", "python-markdown"])
@pytest.mark.parametrize(
    "expression",
    [
        'page.body.split("[[here]]")[0]',
        'page.body.split("One.")|join("1.")',
        'page.body.partition("One.")[2]',
        'page.body|replace("One", "1")',
        "page.body[3:]",
        "page.body|trim",
        "page.body.strip()",
    ],
)
def test_each_mistake_in_a_changed_text_has_its_line_and_is_told_once(root, engine, expression):
    def told(template):
        site_with(root, template, MISTAKES, engine)
        with pytest.raises(Faults) as found:
            generator.check(root)
        return sorted((each.path, each.line, each.message) for each in found.value.faults)

    assert told(f"{{{{ {expression} }}}}") == told("{{ page.body }}")


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "a", "b ", "<b>", "</b>", "\n", "-", "&lt;"])),
    st.sampled_from(["-", "a", "\n", "<p>", "b "]),
    st.integers(-1, 3),
)
def test_pieces_of_a_text_are_those_of_its_html_and_lose_no_mark(pieces, at, most):
    html = "".join(pieces)
    marked = mark_tags(html, 0)
    text = PageText(marked)
    assert [str(each) for each in text.split(at, most)] == html.split(at, most)
    assert [str(each) for each in text.rsplit(at, most)] == html.rsplit(at, most)
    for made in (text.partition(at), text.rpartition(at)):
        assert NONCHARACTERS.sub("", "".join(each.__html__() for each in made)) == (
            NONCHARACTERS.sub("", marked)
        )
        assert "".join(map(str, made)) == html
    assert str(text.replace(at, "x", most)) == html.replace(at, "x", most)
    assert text[:most].__html__() + text[most:].__html__() == marked
    assert str(text[most:]) == html[most:]


def test_a_text_that_nobody_changes_keeps_its_marks():
    html = mark_tags("<p>x</p>", 0)
    text = PageText(html)
    assert text.__html__() == html
    assert str(text) == "<p>x</p>"
    assert Markup("{}").format(text) == html
