"""Whatever a template does with the text of a page, it gets what Jinja makes of plain HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup

from generator.marks import ATTRIBUTE, mark_tags, of, unmarked
from generator.page_text import PageText, with_texts
from policy import templates

MADE = with_texts(Environment(**templates.options()))
PLAIN = Environment(**templates.options())
CALLED = "{% macro m(x) %}{{ x }}{% endmacro %}"
SET = "{% set x %}{{ b }}{% endset %}"

METHODS = [
    *("split", "rsplit", "partition", "rpartition", "count", "find", "rfind", "index", "strip"),
    *("lstrip", "rstrip", "removeprefix", "removesuffix", "startswith", "endswith", "join"),
]
ALONE = [
    *("upper", "lower", "title", "capitalize", "swapcase", "casefold", "expandtabs", "isupper"),
    *("strip", "split", "splitlines", "striptags", "unescape", "encode", "__len__", "__html__"),
]
FILTERS = [
    *("e", "safe", "string", "forceescape", "list", "upper", "lower", "title", "capitalize"),
    *("trim", "striptags", "length", "wordcount", "urlencode", "urlize", "tojson", "first", "last"),
    *("truncate(9)", "truncate(9, true, '<')", "wordwrap(5)", "indent", "indent(2, true)"),
    *("center(90)", "replace('<p>', '!')", "replace('<p>'|safe, '<q>'|safe)", "replace(b, 'x')"),
    *("join", "join('<')", "reverse", "reverse|string", "sort|join", "unique|join", "pprint"),
    *("batch(3)|list", "slice(3)|list", "map('upper')|join", "select('eq', 'a')|list|length"),
    *("default('x')", "int", "float", "min", "max", "attr('upper')", "format", "xmlattr"),
]
FOLLOWING = ["[:9]", "[4:]", "|length", ".split('<p>')|join('|')", "|replace('<p>', '!')"]
TEXTS = [
    *("b", "(b|safe)", "(b|e)", "(b ~ b)", "(b ~ '<')", "(b + b)", "('<' + b)", "(b * 2)"),
    *("(b|forceescape)", "(b|trim)", "(b|indent)", "(b|string)", "([b, '<']|join)", "b.strip()"),
    *("b.join(['a', b])", "('%s'|safe|format(b))", "('{}'|safe).format(b)", "(('%s'|safe) % b)"),
    *("b[3:]", "b.replace('a', 'b')", "m(b)", "x", "b.partition('<p>')[2]"),
]
OTHERS = [
    *("b[0]", "b[-1]", "b[1000]", "b[-1000]", "b['x']", "b[true]", "b.x", "b[::2]", "b[::-1]"),
    *("b[5:1]", "b[-5:]", "b[:-5]", "b[::0]", "b[1000:]", "b[3:9:1]", "b == h", "h == b", "b != h"),
    *("b == '<p>'", "b < 'b'", "'<p>' in b", "b in h", "h in b", "h in [b]", "b in [h]", "b in b"),
    *("{b: 1}[h]", "{h: 1}[b]", "[b, h]|unique|list|length", "'y' if b else 'n'", "b is string"),
    *("b is lower", "b is eq(h)", "b is in([h])", "b is escaped", "b is sequence", "[b]|string"),
    *("b.split(maxsplit=1)|join('|')", "b.split(sep='<p>')|join('|')", "b.replace('a', 1)"),
    *("b.splitlines(keepends=true)|join('|')", "b.rsplit('<p>', maxsplit=1)|join('|')"),
    *("b.find('a', 3)", "b.count('<p>', 1, 9)", "b.startswith(('<p>', 'a'))", "b.center(90)"),
    *("{'x': b}|tojson", "{'x': b}|xmlattr", "{'x': b}|urlencode", "h|replace('a', b)"),
    *("'{}'.format(b)", "'%s' % b", "'a'|replace('a', b)", "'|'.join([b, b])"),
    *("''|default(b, true)", "b.__html__()"),
    *("'<p>' in (b|safe)", "(b|safe) == b", "'<p>' in m(b)", "'<p>' in x", "x == h", "x|upper"),
    *("x|title", "x|forceescape|length", "m(b)|list|length", "[b]|map('length')|list"),
    *("[b]|map('replace', '<p>', '!')|join", "[b]|map('safe')|map('length')|list"),
]
BLOCKS = [
    "{% for c in b %}{{ loop.index }}{{ c }}{% endfor %}",
    "{% for c in x %}{{ loop.index }}{{ c }}{% endfor %}",
    "{% for l in b.splitlines() %}{{ loop.index }}{{ l }}{% endfor %}",
    "{% for c in b.split('</p>') if c|trim %}{{ c }}</p>{% else %}none{% endfor %}",
    "{% macro c() %}{{ caller()[:9] }}|{{ caller()|length }}{% endmacro %}"
    "{% call c() %}{{ b }}{% endcall %}",
    *(
        f"{{% filter {name} %}}{{{{ b }}}}{{% endfilter %}}"
        for name in ("upper", "title", "trim", "striptags", "forceescape", "indent", "truncate(9)")
    ),
    "{% autoescape false %}{{ b }}{{ b ~ '<' }}{{ b|replace('<p>', '!') }}{% endautoescape %}",
    "{% set p, q, r = b.partition('<p>') %}{{ r }}{{ q }}{{ p }}",
    "{% if b %}y{% endif %}{% if not b %}n{% endif %}{% if b|striptags %}w{% endif %}",
    "{% with y = b.replace('a', 'c') %}{{ y }}{{ y[:5] }}{% endwith %}",
]
TEMPLATES = [
    CALLED + SET + each
    for each in (
        *(f"{{{{ b.{name}({given}) }}}}" for name in METHODS for given in ("'<p>'", "'a'")),
        *(f"{{{{ b.{name}() }}}}" for name in ALONE),
        *(f"{{{{ b|{name} }}}}" for name in FILTERS),
        *(f"{{{{ {text}{then} }}}}" for text in TEXTS for then in ("", *FOLLOWING)),
        *(f"{{{{ {each} }}}}" for each in OTHERS),
        *BLOCKS,
    )
]


def shown(jinja, template, body):
    html = Markup(unmarked(str(body.__html__())))
    try:
        made = jinja.from_string(template).render(b=body, h=html)
    except Exception as error:
        return type(error)
    return re.sub(r"(\w+\.)*PageText", "Markup", unmarked(made))


def by_template(html):
    return mark_tags(html, 3)


def by_markdown(html):
    marked = html.replace("<p>", f'<p {ATTRIBUTE}="{of(7)}">')
    marked = marked.replace("<em>", f"<em {ATTRIBUTE}={of(8)}>")
    return marked.replace('href="', 'href="' + of(9).replace("\ufdd0", "\ufdd1"))


@pytest.mark.parametrize("marked", [by_template, by_markdown])
@pytest.mark.parametrize(
    "html", ["", "a", '<p>a <em>b</em> &amp; <a href="/">c</a></p>\n<p>a\td</p>\n']
)
def test_a_template_gets_what_jinja_makes_of_plain_html(html, marked):
    found = [
        (template, plain, made)
        for template in TEMPLATES
        if (plain := shown(PLAIN, template, Markup(html)))
        != (made := shown(MADE, template, PageText(marked(html))))
    ]
    assert found == []


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "a", "b ", "<em>", "</em>", "\n", "&lt;"])),
    st.sampled_from(TEXTS),
    st.one_of(
        st.sampled_from(FOLLOWING),
        st.builds(
            lambda *ends: f"[{':'.join('' if end is None else str(end) for end in ends)}]",
            *[st.none() | st.integers(-9, 9)] * 2,
            st.none() | st.sampled_from([-2, -1, 1, 2]),
        ),
        st.integers(-40, 40).map("[{}]".format),
    ),
)
@settings(deadline=None)
def test_each_piece_of_a_text_is_that_of_plain_html(pieces, text, then):
    html = "".join(pieces)
    template = f"{CALLED}{SET}{{{{ {text}{then} }}}}"
    plain = shown(PLAIN, template, Markup(html))
    for marked in (by_template, by_markdown):
        assert shown(MADE, template, PageText(marked(html))) == plain
