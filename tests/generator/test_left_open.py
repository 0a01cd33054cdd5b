"""What seems to be left open in HTML and is not, as browsers read it (WHATWG HTML, 13.2.5)."""

from __future__ import annotations

import pytest

from generator.check.of_templates import left_open

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
    assert [each for _, _, each, _ in left_open(LOOK_CLOSELY + html)] == [message]
