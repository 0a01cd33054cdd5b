"""`build.py import`: a site of Hugo or Jekyll becomes one that passes every check."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import build

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
    "content/draft.md": "---\ntitle: Later\ndraft: true\n---\nWords.\n",
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
    assert "date: 2020-02-03\nupdated: 2021-05-06\nlayout: page\norder: 3\n" in front
    assert 'aliases: ["/old/first/", "/guides/first-old/"]' in front
    assert "draft: true" in (hugo / "content/draft.md").read_text(encoding="utf-8")
    assert (hugo / "content/2022/hi.md").is_file(), "by its pattern of addresses"
    assert (hugo / "content/guides/index.md").is_file()
    settings = (hugo / "site/settings.toml").read_text(encoding="utf-8")
    assert 'name = "Old & new"' in settings
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
    assert '## the key "tags" was left out (1)' in listed


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
