"""`build.py import`: the menus of the old site, as far as they have a place."""

from __future__ import annotations

import tomllib

import pytest

from tests.generator.test_moving import run
from tests.generator.test_moving_hugo import PAGE, PLAIN, imported

PAGES = {
    f"content/{name}.md": PAGE.format(name.capitalize())
    for name in ("about", "team", "deep", "jobs")
}
HUGO = {
    **PAGES,
    "hugo.toml": PLAIN
    + """
[[menus.main]]
name = "Last"
pageRef = "/jobs"
[[menus.main]]
name = "Home"
url = "/"
weight = 1
[[menus.main]]
name = "Us"
identifier = "us"
weight = 2
[[menus.main]]
name = "Team"
parent = "us"
url = "https://old.example/team/#who"
weight = 9
[[menus.main]]
name = "Lost"
url = "/nowhere/"
weight = 3
[[menus.main]]
name = "Child"
parent = "gone"
pageRef = "about"
weight = 4
[[menus.footer]]
name = "About"
pageRef = "/about/"
[[menus.social]]
name = "Mastodon"
url = "https://m.example/@us"
""",
    "content/about.md": "---\ntitle: About\nmenus: {main: {parent: us, weight: 2}}\n---\nWords.\n",
    "content/deep.md": "---\ntitle: Deep\nmenu: [main, social]\nweight: 20\n---\nWords.\n",
    "content/team.md": "---\ntitle: Team\n---\n## Who\n\nWords.\n",
}


def menus(new):
    return tomllib.loads((new / "site/navigation.toml").read_text(encoding="utf-8"))


def entry(label, page, *items):
    return {
        "label": label,
        **({"page": page} if page else {}),
        **({"items": [*items]} if items else {}),
    }


def test_menus_of_hugo_come_over(tmp_path):
    """Nested, in their order, with the home page and headings; what has no place is told."""
    new, told = imported(tmp_path, HUGO)
    assert menus(new)["header"] == [
        entry("Home", "/"),
        entry("Us", "", entry("About", "/about/"), entry("Team", "/team/#who")),
        entry("Child", "/about/"),
        entry("Deep", "/deep/"),
        entry("Last", "/jobs/"),
    ]
    assert menus(new)["footer"] == [entry("About", "/about/"), entry("Privacy", "/privacy/")]
    for line in (
        "- `the menu` Lost /nowhere/\n",
        "## an entry of the menu is in one that is not there (1)\n\n- `the configuration` Child,",
        '## the menu "social" did not come over (2)\n\n- `content/deep.md` Deep /deep/\n',
        "- `the configuration` Mastodon https://m.example/@us\n",
    ):
        assert line in told
    assert "Home /" not in told
    run("--root", new)


def test_sections_are_a_menu_where_the_configuration_says_so(tmp_path):
    files = {
        "hugo.toml": PLAIN + 'sectionPagesMenu = "main"\n[[menu.main]]\nname = "D"\n'
        'identifier = "docs"\npageRef = "/docs"\nweight = 9\n',
        "content/docs/a.md": PAGE.format("A"),
        "content/guides/a.md": PAGE.format("A"),
        "content/blog/_index.md": "---\ntitle: Our blog\nlinkTitle: Blog\nweight: 2\n---\n",
        "content/blog/a.md": PAGE.format("A"),
    }
    new, _ = imported(tmp_path, files)
    expected = [entry("Blog", "/blog/"), entry("D", "/docs/"), entry("Guides", "/guides/")]
    assert menus(new)["header"] == expected


def test_a_menu_that_leads_to_no_heading_or_goes_round_stops_no_import(tmp_path):
    files = {
        **PAGES,
        "hugo.toml": PLAIN + '[[menu.main]]\nname = "A"\nurl = "/about/#gone"\nparent = "B"\n'
        '[[menu.main]]\nname = "B"\nurl = "/team/"\nparent = "A"\n',
    }
    new, told = imported(tmp_path, files)
    assert menus(new)["header"] == [entry("A", "/about/"), entry("B", "/team/")]
    assert "## an entry of the menu leads to no heading (1)\n" in told


def test_entries_that_are_too_deep_or_too_many_stand_higher_or_are_told(tmp_path):
    deep = "".join(
        f'[[menu.main]]\nname = "{name}"\nparent = "{above}"\nurl = "/about/"\n'
        for above, name in zip("0ABCD", "ABCDE", strict=True)
    ).replace('parent = "0"\n', "")
    many = "".join(
        f'[[menu.main]]\nname = "N{number}"\nurl = "/team/"\nweight = 9\n' for number in range(9)
    )
    new, told = imported(tmp_path, {**PAGES, "hugo.toml": PLAIN + deep + many})
    header = menus(new)["header"]
    assert len(header) == 7
    assert told.count("- `the menu` N") + told.count("- `the menu` A /about/") == 3
    run("--root", new)


NAVIGATION = """
main:
  - {title: Who, url: /about/, children: [{title: Team, url: "https://old.example/team.html"}]}
  - {title: Elsewhere, url: "https://e.example/"}
footer:
  - {name: Team, link: /team.html}
side:
  - {title: S, url: /team.html}
"""


@pytest.mark.parametrize("kind", ["data", "configuration", "minima"])
def test_menus_of_jekyll_come_over(tmp_path, kind):
    config = "url: https://old.example\n"
    files = {
        "_config.yml": config,
        "about.md": "---\ntitle: About\npermalink: /about/\n---\nWords.\n",
        "team.md": "---\ntitle: Team\n---\nWords.\n",
    }
    if kind == "data":
        files["_data/navigation.yml"] = NAVIGATION
    elif kind == "configuration":
        files["_config.yml"] += "nav:\n  - {name: Who, href: /about/}\n"
    else:
        files["_config.yml"] += "theme: minima\n"
    new, told = imported(tmp_path, files, "jekyll")
    privacy = entry("Privacy", "/privacy/")
    if kind == "data":
        who = entry("Who", "/about/", entry("Team", "/team/"))
        assert menus(new)["header"] == [who, entry("Elsewhere", "https://e.example/")]
        assert menus(new)["footer"] == [entry("Team", "/team/"), privacy]
        assert '## the menu "side" did not come over (1)\n\n- `_data/navigation` S' in told
    elif kind == "configuration":
        assert menus(new)["header"] == [entry("Who", "/about/")]
    else:
        assert menus(new)["header"] == [entry("About", "/about/"), entry("Team", "/team/")]


@pytest.mark.parametrize("name", ["global", "site"])
def test_the_one_menu_of_a_theme_is_that_at_the_head(tmp_path, name):
    """By its name, or as there is no other."""
    social = '[[menus.social]]\nname = "S"\nurl = "https://s.example/"\n' * (name == "global")
    config = f'[[menus.{name}]]\nname = "Us"\npageRef = "/about"\n{social}'
    new, _ = imported(tmp_path, {**PAGES, "hugo.toml": PLAIN + config})
    assert menus(new)["header"] == [entry("Us", "/about/")]
