"""`build.py import`: what a page says of itself comes over, or is listed."""

from __future__ import annotations

import re

import pytest

from tests.generator.test_moving_hugo import PAGE, PLAIN, imported

PAGES = {
    "hugo": {
        "hugo.toml": PLAIN + 'sectionPagesMenu = "main"\n',
        "content/posts/_index.md": "---\ntitle: Posts\nlinkTitle: Words\nlayout: list\n---\n",
        "content/posts/a.md": "---\ntitle: A\nlinkTitle: Short\nlayout: wide\ntype: book\n"
        "outputs: [html, json]\ntoc: true\nid: 7\nweight: 1.5\nsummary: S\nexcerpt: Other\n"
        "permalink: /x/\ndescription: [one, two]\nlastmod: 2020-02-03\nupdated: 2021-02-03\n---\n",
        "content/posts/b.md": "---\ntitle: B\nlinkTitle: B\nlayout: single\ntype: posts\n"
        "weight: 2\nslug: b\nlastmod: 2020-02-03\nupdated: 2020-02-03\n"
        "draft: false\ntoc: false\n---\n",
        "content/c.md": "---\ntitle: C\nlinkTitle: Sea\nmenu: main\n---\n",
    },
    "jekyll": {
        "_config.yml": "url: https://old.example\ndefaults:\n- scope: {path: ''}\n"
        "  values: {layout: fancy, author: Ann}\n",
        "a.md": "---\ntitle: A\nlayout: wide\ntype: book\nslug: x\nmenu: side\nnav_order: 2\n---\n",
        "b.md": "---\ntitle: B\nlayout: page\n---\n",
        "c.md": "---\ntitle: C\n---\n",
        "d.md": "---\ntitle: D\n---\n",
        "_posts/2020-01-02-p.md": "---\nlayout: post\nslug: q\npublished: true\n---\n",
    },
}
TOLD = {
    "hugo": {
        "content/posts/a.md": "linktitle=Short layout=wide type=book outputs=['html', 'json']"
        " toc=True id=7 weight=1.5 excerpt=Other permalink=/x/ description=['one', 'two']"
        " updated=2021-02-03"
    },
    "jekyll": {
        "a.md": "layout=wide type=book slug=x menu=side",
        "the configuration": "layout=fancy author=Ann",
    },
}


@pytest.mark.parametrize("kind", PAGES)
def test_each_key_that_has_no_place_is_listed(tmp_path, kind):
    """Also one that the import reads, where it makes no use of what it says; and no other key."""
    _, told = imported(tmp_path, PAGES[kind], kind)
    listed = told[told.index("# To be done by hand") :]
    places = []
    for part in listed.split("\n## ")[1:]:
        if part.startswith('the key "'):
            key = part.split('"')[1]
            lines = [each[3:] for each in part.split("\n") if each.startswith("- `")]
            places += [f"{key}={each}" for each in lines]
    expected = [
        f"{said.partition('=')[0]}={path}` {said.partition('=')[2]}"
        for path, keys in TOLD[kind].items()
        for said in re.split(r" (?=\w+=)", keys)
    ]
    assert sorted(places) == sorted(expected)


def test_parameters_for_all_pages_below_are_listed(tmp_path):
    cascade = "cascade: {params: {color: red}, type: book}\n"
    files = {
        "hugo.toml": PLAIN,
        "content/posts/_index.md": f"---\ntitle: Posts\n{cascade}---\n",
        "content/posts/a.md": PAGE.format("A"),
    }
    _, told = imported(tmp_path, files)
    assert '## the key "params" was left out (1)\n\n- `content/posts/_index.md`' in told
    assert '## the key "type" was left out (1)\n\n- `content/posts/_index.md` book' in told
