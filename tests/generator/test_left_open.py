"""What seems to be left open in HTML or CSS and is not, as browsers read it; and what is."""

from __future__ import annotations

import pytest

from generator.assets import load_assets
from generator.check import styles
from generator.check.of_templates import left_open
from policy import read_site

LOOK_CLOSELY = "<!-- <div> -->"
"""Tags are counted first; only where their numbers differ is a page read closely."""


@pytest.mark.parametrize(
    "html",
    [
        "<object><param name=a value=b></object><keygen><image src=x>",
        "<frameset><frame src=x></frameset>",
        "<ruby><rb>a<rt>b<rtc>c</ruby>",
        "<table><tr><td>x<tr><td><div>y</div></table><dl><dt>a<dd>b</dl>",
        "<iframe><div></iframe><noframes><b></noframes><noembed><i></noembed><xmp><ul></xmp>",
        "<SCRIPT>'</DIV>'</SCRIPT><textarea><div></textarea><title><b></title>",
        "<style-guide><p>a</style-guide>",
        "<!--><div></div><!---><div></div><!-- x --!><div></div><!-- x -->",
        "<div title=it's></div><div title=it's></div>",
        "<div data-a='</div>' data-b=\"'>\"></div>",
        "<svg><style/><title/><a/></svg><b></b><style>x</style>",
        "<svg><![CDATA[<div>]]><a/></svg>",
        "<svg><foreignObject><div></div></foreignObject><a/></svg>",
        "<?x <b>?><![CDATA[<b>]]>",
    ],
)
def test_nothing_is_told_of_what_browsers_read_as_whole(html):
    assert not list(left_open(LOOK_CLOSELY + html))


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("<div/>", "<div> has no end"),
        ("<svg><foreignObject><div/></foreignObject></svg>", "<div> has no end"),
        ("<svg><a href=x/></svg>", "<a> has no end"),
        ("<script>", "<script> has no end"),
    ],
)
def test_what_browsers_leave_open_is_told(html, message):
    assert [each for _, each, _ in left_open(LOOK_CLOSELY + html)] == [message]


@pytest.mark.parametrize(
    "css",
    [
        "a { --x: {a: b}; --y: [(x)] } @layer a { b:is(c, [d='}']) { e: f } }",
        "a { b: url(x\\)y{z) } a { b: url( x{ ) } a { b: URL(/*{*/) }",
        "a { b: url(data:image/svg+xml;utf8,<svg xmlns='x'><style>a{b:c</style></svg>) }",
        '// don\'t { this }\n// say "this"\na { b: "\\a }"; c: \'\\\n}\' }',
        "@charset 'utf-8'; <!-- a { color: red\\9 } --> .\\{ { } .a\\[b\\(c { }",
        "@media (min-width: 1px) { a { b: c) } }",
    ],
)
def test_nothing_is_told_of_a_style_that_browsers_read_as_whole(css):
    assert not list(styles.left_open(css))


@pytest.mark.parametrize(
    ("css", "faults"),
    [
        ("a { b: c", ["1: a brace has no end"]),
        ("a { b: rgb(1, 2; }\nc { d: e }", ["1: a bracket has no end"]),
        ("b { }\na { b: calc((1 + 2); }", ["2: a bracket has no end"]),
        ("a[b { c: d }\ne { f: g }", ["1: a bracket has no end"]),
        ("a { b: url(x }", ["1: a bracket has no end"]),
        ("a { b: url(x; }\nc { d: e(1) }", ["1: a bracket has no end"]),
        ("a { }\na { b: 'x; }\nc { d: e }", ["2: a quotation mark has no end"]),
        ('a{b:"x}b{c:"y"}', ["1: a quotation mark has no end"]),
    ],
)
def test_what_browsers_leave_open_in_a_style_is_told_where_it_begins(css, faults):
    found = styles.left_open(css)
    assert [f"{css.count(chr(10), 0, at) + 1}: {each}" for at, each, _ in found] == faults


def test_what_stands_behind_the_name_of_an_asset_stays_and_a_comment_asks_for_none(root):
    (root / "site/assets/x.woff").write_bytes(b"x")
    css = '/* url(old.png) */ a { b: url(x.woff?#iefix); c: url("x.woff?v=1#d") }'
    (root / "site/assets/more.css").write_text(css)
    assets, faults = load_assets(read_site(root))
    assert not faults
    font, made = assets.urls["x.woff"], assets.files[assets.urls["more.css"]].decode()
    assert made == css.replace("x.woff?#iefix", f'"{font}?#iefix"').replace("x.woff?v", f"{font}?v")
