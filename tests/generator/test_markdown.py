"""What people write, and what becomes of it: the same in both engines."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from generator.markdown import Body, Heading, Hooks, reader
from generator.marks import unmarked
from generator.recorded import record
from tests.fixtures.small_site import ROOT
from tests.generator.test_commonmark import content

ENGINES = ("python-markdown", "commonmark")
BLOCK = '<aside class="{}"><b>{}</b>{}</aside>'
READERS = {
    engine: reader(
        engine,
        Hooks(
            lambda line, body: f'<aside class="{line.name}"><b>{line.argument}</b>{body}</aside>'
        ),
    )
    for engine in ENGINES
}
HEADS = '<thead><tr><th class="align-center">a</th><th>b</th></tr></thead>'
TASK = '<li class="task-list-item"><label><input type="checkbox" disabled'
WAY_BACK = (
    '<a class="footnote-backref" href="#fnref{}:{}" title="Jump back to footnote {} in the text">'
)

SAME = {
    # Lists
    "- a\n  - b\n   - c": "<ul><li>a<ul><li>b</li><li>c</li></ul></li></ul>",
    "1. a\n   - b": "<ol><li>a<ul><li>b</li></ul></li></ol>",
    "3) a\n4) b": '<ol start="3"><li>a</li><li>b</li></ol>',
    "Words\n- a\n- b": "<p>Words</p><ul><li>a</li><li>b</li></ul>",
    "* a\n\n  b\n* c": "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>",
    "- [x] done\n- [ ] *open*": f'<ul class="contains-task-list">{TASK} checked> done</label></li>'
    f"{TASK}> <em>open</em></label></li></ul>",
    "Term\n:   Meaning\n\nOther\n\n:   One\n\n    Two": "<dl><dt>Term</dt><dd>Meaning</dd>"
    "<dt>Other</dt><dd><p>One</p><p>Two</p></dd></dl>",
    # Code
    "- a\n\n  ```\n  <b>\n  ```": "<ul><li><p>a</p><pre><code>&lt;b&gt;\n</code></pre></li></ul>",
    '```js title="x.js"\n<b>\n```': '<figure class="code"><figcaption>x.js</figcaption>'
    '<pre><code class="language-js">&lt;b&gt;\n</code></pre></figure>',
    '```{.js #id file="x.js"}\n<b>\n```': '<figure class="code"><figcaption>x.js</figcaption>'
    '<pre id="id"><code class="language-js">&lt;b&gt;\n</code></pre></figure>',
    "~~~ unknown a=b\n<b>\n~~~": '<pre><code class="language-unknown">&lt;b&gt;\n</code></pre>',
    # Headings
    "We are\n#1 in town": "<p>We are #1 in town</p>",
    "## Learn C#": "<h2>Learn C#</h2>",
    "A title\n---": "<h2>A title</h2>",
    # Tables
    "Words\n| a | b |\n|:-:|---|\n| `x\\|y` | *c* |": f"<p>Words</p><table>{HEADS}<tbody><tr>"
    '<td class="align-center"><code>x|y</code></td><td><em>c</em></td></tr></tbody></table>',
    # Links and pictures
    "[x][Y] [y] [y][]\n\n[y]: /a/ 'T'": "<p>"
    '<a href="/a/" title="T">x</a> <a href="/a/" title="T">y</a> <a href="/a/" title="T">y</a></p>',
    "[x](<our plan.pdf>)": '<p><a href="our%20plan.pdf">x</a></p>',
    "See https://x.example/a_(b). Or www.y.example, or a@b.example!": "<p>See"
    ' <a href="https://x.example/a_(b)">https://x.example/a_(b)</a>. Or'
    ' <a href="http://www.y.example">www.y.example</a>, or'
    ' <a href="mailto:a@b.example">a@b.example</a>!</p>',
    "[https://x.example] <a href='/z/'>www.y.example</a> “www.y.example”": "<p>[https://x.example]"
    ' <a href="/z/">www.y.example</a> “www.y.example”</p>',
    "<https://x.example/?a=1&b=2> <a@b.example>": "<p>"
    '<a href="https://x.example/?a=1&amp;b=2">https://x.example/?a=1&amp;b=2</a>'
    ' <a href="mailto:a@b.example">a@b.example</a></p>',
    '![a *b*](x.png "T"){.wide}': '<p><img alt="a b" class="wide" decoding="async" loading="lazy"'
    ' src="x.png" title="T"></p>',
    # Text
    "~~gone~~ a  \nb\\\nc \\*d\\*": "<p><del>gone</del> a<br>b<br>c *d*</p>",
    "*[HTML]: Hyper\n\nHTML `HTML`": '<p><abbr title="Hyper">HTML</abbr> <code>HTML</code></p>',
    "[a](b){.btn #i} *e*{.x}\n\nLead\n{: .lead}": '<p><a href="b" class="btn" id="i">a</a>'
    ' <em class="x">e</em></p><p class="lead">Lead</p>',
    "A[^x] B[^y] C[^x]\n\n[^y]: Why\n[^x]: Ex": '<p>A<sup id="fnref:x">'
    '<a class="footnote-ref" href="#fn:x">1</a></sup> B<sup id="fnref:y">'
    '<a class="footnote-ref" href="#fn:y">2</a></sup> C<sup id="fnref2:x">'
    '<a class="footnote-ref" href="#fn:x">1</a></sup></p><div class="footnote"><hr><ol>'
    f'<li id="fn:x"><p>Ex\u00a0{WAY_BACK.format("", "x", 1)}↩</a>\u00a0'
    f'{WAY_BACK.format(2, "x", 1)}↩</a></p></li><li id="fn:y"><p>Why\u00a0'
    f'{WAY_BACK.format("", "y", 2)}↩</a></p></li></ol></div>',
    # HTML
    "<details>\n<summary>S</summary>\n\n**b**\n\n</details>": "<details><summary>S</summary>"
    "<p><strong>b</strong></p></details>",
    "a <!-- b --> c\n\n<!--\nd\n\ne -->": "<p>a c</p>",
    "<p>a\n\n<p>b": "<p>a</p><p>b</p>",
    # Blocks
    "/// note | T\n- a\n\n/// quote\n[x][y]\n///\n///\n\n[y]: /z/": '<aside class="note"><b>T</b>'
    '<ul><li>a</li></ul><aside class="quote"><b></b><p><a href="/z/">x</a></p></aside></aside>',
    "- a\n\n  /// note\n  b\n  ///\n- c": '<ul><li><p>a</p><aside class="note"><b></b><p>b</p>'
    "</aside></li><li><p>c</p></li></ul>",
    "```\n/// note\nx\n///\n```": "<pre><code>/// note\nx\n///\n</code></pre>",
}  # fmt: skip


@pytest.fixture(params=ENGINES)
def engine(request) -> str:
    """Each engine."""
    return request.param


def read(engine: str, text: str, *, marked: bool = False) -> Body:
    return READERS[engine].read(text, str, marked)


@pytest.mark.parametrize("text", SAME, ids=lambda text: text.split("\n")[0])
def test_it_is_read_as_people_mean_it(engine, text):
    body = read(engine, text)
    assert content(body.html) == content(SAME[text])
    assert "plainsite-fault" not in body.html
    assert unmarked(read(engine, text, marked=True).html) == body.html


def examples_for_writers() -> list[str]:
    """What docs/writing.md shows, from its part about links on: before it is front matter."""
    text = (ROOT / "docs" / "writing.md").read_text(encoding="utf-8").partition("## Links")[2]
    found = re.findall(r"^(`{3,})markdown\n(.*?)^\1$", text, re.MULTILINE | re.DOTALL)
    return [example for _, example in found if "audience" not in example]


@pytest.mark.parametrize("text", examples_for_writers(), ids=lambda text: text.split("\n")[0])
def test_what_writers_are_told_holds_for_both_engines(text):
    """No example is a fault, and each comes out the same."""
    ours, other = (read(engine, text).html for engine in ENGINES)
    assert content(ours) == content(other)
    assert "plainsite-fault" not in ours


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("مرحبا بالعالم", "مرحبا-بالعالم"),
        ("日本語の見出し", "日本語の見出し"),
        ("नमस्ते दुनिया", "नमस्ते-दुनिया"),
        ("🎉", "party-popper"),
        ("🚀 Launch", "launch"),
        ("Über uns: *mehr* `c<d>`", "uber-uns-mehr-cd"),
        ("What's new? — v1.2", "whats-new-v12"),
        ("#", "section"),
    ],
)
def test_an_id_is_made_of_the_words_in_any_script(engine, heading, name):
    """And the same words again get a number."""
    body = read(engine, f"## {heading} ##\n\n## {heading} ##")
    assert [each.id for each in body.headings] == [name, f"{name}_1"]


def test_headings_know_their_words_and_level(engine):
    body = read(engine, "## A & *b*[^1] {#own .c}\n\n### <i>c</i>\n\n[^1]: Note")
    assert body.headings == (Heading("own", "A & b", 2), Heading("c", "c", 3))
    assert '<h2 id="own" class="c">' in body.html


@pytest.mark.parametrize(
    ("html", "resolved"),
    [
        ("<img src=a.png alt=x>", 'src="/r/a.png"'),
        ("<img alt=x srcset='a.png 1x, b.png 2x'>", 'srcset="/r/a.png 1x, /r/b.png 2x"'),
        ('<video poster="p.png"></video>', 'poster="/r/p.png"'),
        ("<A HREF='b.md'>x</A>", 'HREF="/r/b.md"'),
    ],
)
def test_an_address_in_html_is_relative_to_the_file(engine, html, resolved):
    assert resolved in READERS[engine].read(f"Words {html}", "/r/{}".format).html


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("Words\n[x][ref]", 2, "no line says where [ref] leads"),
        ("- a\n- b [^2]", 2, "the footnote [^2] is explained nowhere"),
        ("> a\n> [x](a b.pdf)", 2, "this is not read as a link: [x](a b.pdf)"),
        ("<div>\n**x**\n</div>", 2, '"**x**" is shown as it stands here'),
        ("Words {% x %} `{% y %}`", 1, '"{% x %}" is left over from another system'),
        ("[x]({{< ref a >}})", 1, '"{{< ref a >}}" is left over from another system'),
        ("a\n\n<div>\n\nb", 3, "<div> has no end"),
        ("a\n\n```\n</div>\n```\n\n</div>", 7, "</div> ends nothing"),
        ('<div>\n</a href="b">\n</div>', 2, "</a> ends nothing"),
        ("a\n\nb <b><i>x</b></i>", 3, "<i> begins in <b> and ends after it"),
        ("*a\n<b>b* c</b>", 2, "<b> begins in <em> and ends after it"),
        ("<b>one\n\ntwo</b> three", 1, "<b> begins in <p> and ends after it"),
        ("<div>\n<b>a</div>\n</b>", 2, "<b> begins in <div> and ends after it"),
        ("- <b>a\n- b</b>", 1, "<b> begins in <li> and ends after it"),
        ("[x](<y\\>)", 1, "this is not read as a link: [x](<y>)"),
        ("### Deep", 1, 'the heading "Deep" leaves out a level'),
        ("<h1>Two</h1>", 1, '"Two" is a second title'),
    ],
)
def test_what_would_come_out_wrong_is_a_fault_with_its_line(engine, text, line, fault):
    """And without marks a fault all the same, without its line."""
    for marked, wanted in ((True, line), (False, None)):
        told = record(read(engine, text, marked=marked).html, "x", lambda _: "x").of_text
        assert [(found.place.line, found.value.partition("\n")[0]) for found in told] == [
            (wanted, fault)
        ]


@pytest.mark.parametrize(
    "text",
    ["\\[x][ref]", "\\{{ x }}", "`[^2]`", "2 ** 3 ** 4", "a_b __init__.py", "<ul><li>a<li>b</ul>",
     "    <div>", "<svg><path d='M0 0'/></svg>", "a ~ b ~ c", "[x] and [y] (z)"],
)  # fmt: skip
def test_what_is_meant_so_is_no_fault(engine, text):
    assert "plainsite-fault" not in read(engine, text).html


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_that_is_not_chosen_is_not_imported(engine):
    other = {"python-markdown": "comrak", "commonmark": "markdown"}[engine]
    code = f"""
import sys
from generator.markdown import Hooks, reader
assert "markdown" not in sys.modules and "comrak" not in sys.modules
reader({engine!r}, Hooks(lambda line, body: body)).read("## Words", str)
assert {other!r} not in sys.modules and "pygments" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_definition_holds_however_often_it_is_used(engine):
    """comrak by itself stops once addresses are as long together as the text."""
    text = f"{'[y] ' * 50}\n\n[y]: /{'a' * 90}/"
    assert read(engine, text).html.count("<a href=") == 50
