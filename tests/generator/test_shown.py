"""A feature that is on, and that no page shows: each build says so, until the mend is done."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
import generator
from generator.graph import scan
from generator.starting import new_site
from policy import Faults
from policy.features import read_features
from tests.fixtures.first_site import ROOT
from tests.fixtures.other_sites import FACTS, turn_on

BARE = """<!doctype html>
<html lang="{{ site.language }}">
<head>
<meta charset="utf-8">
<title>{{ page.title }}</title>
<meta name="description" content="{{ page.description }}">
</head>
<body>
<main id="page--main">
<h1>{{ page.title }}</h1>
{% block main %}
{{ page.body }}
{% endblock %}
</main>
</body>
</html>
"""
PAGE = """---
title: {}
description: A page of a site whose templates were written before any of its features was on.
---
{}
"""
FORM = """title = "Ask us"
page = "/"
thanks = "/thanks/"
purpose = "answer"
submit = "Send"
[[field]]
name = "email"
label = "Email address"
kind = "email"
required = true
most_characters = 100
[recognize]
purpose = "audience"
text = "Show me pages for my role."
"""
AUDIENCES = """default = "everyone"
[[audience]]
name = "all"
label = "All"
when = {}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site with templates of its own, which know of no feature."""
    made, new = tmp_path / "own", tmp_path / "new"
    new_site(new, FACTS, date(2026, 3, 3))
    for folder in ("content", "templates", "site"):
        (made / folder).mkdir(parents=True)
    for name in ("page", "section", "404"):
        (made / f"templates/{name}.html").write_text('{% extends "base.html" %}\n')
    (made / "templates/base.html").write_text(BARE)
    (made / "content/index.md").write_text(PAGE.format("Own", "Words."))
    (made / "content/404.md").write_text(PAGE.format("Nothing", "It is not here."))
    settings = (new / "site/settings.toml").read_text().replace('feed = "news"\n', "")
    (made / "site/settings.toml").write_text(settings)
    (made / "site/navigation.toml").write_text("header = []\nfooter = []\n")
    (made / "site/policy.toml").write_text((new / "site/policy.toml").read_text())
    return made


def run(root: Path, *words: str) -> str:
    result = CliRunner().invoke(build.main, ["--root", str(root), *words])
    assert result.exit_code == 0, result.output
    return result.output


def warnings(root: Path) -> list[str]:
    return [each.message for each in generator.check(root).warnings]


def add_the_lines(root: Path) -> None:
    """Those of the guide, each in the place of the line that it is like."""
    guide = (ROOT / "docs/templates.md").read_text()
    part = guide.partition("## What features show")[2].partition("\n## ")[0]
    base = root / "templates/base.html"
    text = base.read_text()
    for code in re.findall(r"^```html\n(.*?)^```$", part, re.MULTILINE | re.DOTALL):
        (like,) = re.findall(r"^(?:<html.*|</head>|<body>)$", code, re.MULTILINE)
        tag = re.match(r"</?\w+", like)[0]
        text, count = re.subn(f"^{tag}.*\n", lambda _, code=code: code, text, flags=re.MULTILINE)
        assert count == 1
    base.write_text(text)


def add_styles(root: Path, css: str) -> None:
    """A style sheet that each page loads."""
    (root / "site/assets").mkdir(exist_ok=True)
    (root / "site/assets/own.css").write_text('@import url("more.css");\np { margin: 0 }\n')
    (root / "site/assets/more.css").write_text(css)
    base = root / "templates/base.html"
    link = '<link rel="stylesheet" href="{{ asset("own.css") }}">\n'
    base.write_text(base.read_text().replace(link, "").replace("</head>", f"{link}</head>"))


def test_without_features_nothing_is_said(root):
    assert warnings(root) == []


def test_visits_that_nothing_counts_are_told_with_the_line_of_the_register(root):
    turn_on(root, "visits")
    first, second = generator.check(root).warnings
    assert first.place == second.place == "site/policy.toml:7"
    assert first.message == (
        '"visits" is on, but no page shows the notice, loads choice.js, loads visit.js or says in'
        " <html data-page> which one it is: nothing is ever counted"
    )
    assert second.message.endswith("no page has the layout cookies: nobody can change their answer")
    assert "nothing is ever counted" in run(root)


def test_the_mends_of_visits_end_the_warnings(root):
    """The buttons on the page of choices alone are no notice."""
    turn_on(root, "visits")
    run(root, "new", "feature", "visits")
    (message,) = warnings(root)
    assert "no page shows the notice, loads choice.js" in message
    add_the_lines(root)
    lacking = [
        '"visits" is on, but there is no rule for [data-choice] in the style sheets of a page with'
        " the notice: it is always seen there, with the words of each answer"
    ]
    assert warnings(root) == lacking
    add_styles(root, "/* [data-choice] */")
    assert warnings(root) == lacking
    add_styles(root, (ROOT / "starter/site/assets/main.css").read_text())
    assert warnings(root) == []
    run(root)
    page = (root / "public/index.html").read_text()
    assert ' data-page="/"' in page
    assert 'data-choose="yes"' in page


def test_what_is_shown_is_known_to_a_build_of_what_changed(root, monkeypatch):
    """Which reads no asset again that is as it was; here also where that was just written."""
    monkeypatch.setattr(scan, "_UNSURE_NS", -(10**12))
    turn_on(root, "visits")
    run(root, "new", "feature", "visits")
    add_the_lines(root)
    add_styles(root, (ROOT / "starter/site/assets/main.css").read_text())
    assert "warning" not in run(root)
    (root / "content/index.md").write_text(PAGE.format("Own", "Other words."))
    assert "warning" not in run(root)


def test_what_lacks_alone_is_told_alone(root):
    turn_on(root, "visits")
    run(root, "new", "feature", "visits")
    add_the_lines(root)
    add_styles(root, '[data-choice="yes"] .notice { display: none }')
    base = root / "templates/base.html"
    base.write_text(base.read_text().replace("visit.js", "choice.js"))
    assert warnings(root) == ['"visits" is on, but no page loads visit.js: nothing is ever counted']


ROLE = """[[field]]
name = "work"
label = "Your work"
kind = "select"
options = [{ value = "driver", label = 'Drives the "red" bus' }]
"""


def add_form(root: Path, text: str = FORM) -> None:
    """A form, its page of thanks, and nothing that shows it."""
    (root / "site/forms").mkdir()
    (root / "site/forms/ask.toml").write_text(text)
    (root / "content/thanks.md").write_text(PAGE.format("Thanks", "It is here."))


def pasted(hint: str) -> str:
    """What a hint shows to be pasted."""
    return hint.partition("\n")[2]


def test_the_lines_that_show_a_form_can_be_pasted(root):
    turn_on(root, "forms")
    run(root, "new", "feature", "forms")
    add_form(root, FORM.partition("[recognize]")[0])
    (warning,) = generator.check(root).warnings
    (root / "content/index.md").write_text(PAGE.format("Own", pasted(warning.hint)))
    assert warnings(root) == []


@pytest.mark.parametrize("has_file", [False, True])
def test_a_box_for_pages_of_a_role_needs_a_role(root, has_file):
    """Else people are asked for a cookie that nothing comes of. The mend can be pasted."""
    turn_on(root, "forms", "audiences")
    run(root, "new", "feature", "forms")
    run(root, "new", "feature", "audiences")
    add_form(root, FORM.replace("[recognize]", f"{ROLE}[recognize]"))
    with pytest.raises(Faults) as raised:
        generator.check(root)
    with (root / "site/policy.toml").open("a") as register:
        register.write(f"\n[fields]\n{pasted(raised.value.faults[0].hint)}\n")
    (root / "content/index.md").write_text(PAGE.format("Own", "/// form | ask\n///"))
    file = root / "site/audiences.toml"
    if has_file:
        file.write_text('default = "all"\n')
    (warning,) = generator.check(root).warnings
    assert warning.message == (
        '"audiences" is on, but there is no role in site/audiences.toml: whoever says yes to the'
        " cookie is shown nothing for it"
    )
    file.write_text((file.read_text() if has_file else "") + pasted(warning.hint))
    assert warnings(root) == []


def test_the_mends_of_forms_and_audiences_end_the_warnings(root):
    turn_on(root, "forms", "audiences")
    said = warnings(root)
    assert len(said) == 8
    run(root, "new", "feature", "forms")
    run(root, "new", "feature", "audiences")
    assert [each.partition(", but ")[2] for each in warnings(root)] == [
        "no page shows a form: nobody can send one",
        "no page shows a form with the box [recognize]: nobody is ever shown a page for their role",
        "there is no role in site/audiences.toml: whoever says yes to the cookie is shown nothing"
        " for it",
    ]
    add_form(root)
    (root / "site/audiences.toml").write_text(AUDIENCES)
    (root / "content/index.md").write_text(PAGE.format("Own", "/// form | ask\n///"))
    assert warnings(root) == []


def test_the_mend_of_staff_ends_the_warning(root):
    turn_on(root, "staff")
    assert warnings(root) == [
        '"staff" is on, but there is no templates/staff/sign-in.html: nobody can sign in'
    ]
    run(root, "new", "feature", "staff")
    assert warnings(root) == []


def test_what_is_there_stays_as_it_is(root):
    own = root / "templates/cookies.html"
    own.write_text("mine")
    (root / "content/cookies").mkdir()
    (root / "content/cookies/index.md").write_text("mine")
    run(root, "new", "feature", "visits")
    assert own.read_text() == "mine"
    assert not (root / "content/cookies.md").exists()


def test_a_page_of_another_name_that_has_the_layout_is_enough(root):
    """Nor does a page that cannot be read stand in the way."""
    turn_on(root, "visits")
    page = PAGE.format("Your choices", "Words.").replace("title:", "layout: cookies\ntitle:", 1)
    (root / "content/about").mkdir()
    (root / "content/about/choices.md").write_text(page)
    (root / "content/broken.md").write_bytes(b"---\ntitle: [\n\xff")
    said = run(root, "new", "feature", "visits")
    assert "content/cookies.md" not in said
    assert "templates/cookies.html" in said
    assert not (root / "content/cookies.md").exists()


def test_a_page_that_stops_showing_it_is_noticed_by_the_next_build(root):
    """The build before is remembered, and of it only the page that changed is made again."""
    turn_on(root, "forms")
    run(root, "new", "feature", "forms")
    add_form(root, FORM.partition("[recognize]")[0])
    page = root / "content/index.md"
    page.write_text(PAGE.format("Own", "/// form | ask\n///"))
    assert "nobody can send one" not in run(root)
    page.write_text(PAGE.format("Own", "Words."))
    assert "nobody can send one" in run(root)


def test_each_thing_that_is_needed_is_named_once():
    for feature in read_features().values():
        for each in feature.shown:
            kinds = (
                each.attribute,
                each.script,
                each.action,
                each.layout,
                each.template,
                each.declared,
                each.style,
            )
            assert len([kind for kind in kinds if kind]) == 1
            assert not each.layout or each.layout in feature.layouts
            assert not each.script or each.script in feature.scripts
