"""What is wrong in site/ and what is wrong in content/ is told in one run: of pages, all but what
follows from what is wrong in site/."""

from __future__ import annotations

import re
import shutil

import pytest
from click.testing import CliRunner

import build
from policy.reading import Misdeclared
from tests.fixtures.features import copy_features
from tests.generator.test_build_faults import CASES, SITES, change, parts

KEY = "colour: red\n"
TEXT = """
[one](/news/nowhere/), [two](gone.md) and ![A gate](missing.png)

<b onclick="x()">Bold</b>

/// note
"""
PAGE = "content/thanks.md"
OF_THE_PAGE = (
    f'{PAGE}:2: unknown key "colour"',
    f"{PAGE}:9: the link /news/nowhere/ leads to no page",
    f"{PAGE}:9: the link /gone/ leads to no page",
    f"{PAGE}:9: there is no file /missing.png",
    f"{PAGE}:11: onclick cannot stand in a page",
    f'{PAGE}:13: the block "note" has no end',
)
FROM_THE_KEYS, FROM_NAMES = set(OF_THE_PAGE[:1]), set(OF_THE_PAGE[2:3])
OF_FEATURES = ("feature-off", "register-feature-twice", "register-features")
"""Where nobody knows which pages the engine makes at the root."""

DECLARED = [
    case
    for case in CASES
    if re.search(r"^error: (site/|templates/blocks/\w+\.toml)", case.read_text(), re.M)
]
"""Cases in which something is wrong in what a site declares."""


def check(root):
    return CliRunner().invoke(build.main, ["--root", str(root), "check"])


@pytest.fixture
def root(tmp_path, monkeypatch):
    root = tmp_path / "site"
    shutil.copytree(SITES / "base", root)
    copy_features(root, monkeypatch)
    page = root / PAGE
    page.write_text(page.read_text().replace("---\n", f"---\n{KEY}", 1) + TEXT)
    return root


def told(text):
    return set(re.findall(r"^error: (.*)$", text, re.M))


def test_a_page_alone_has_these_faults(root):
    assert told(check(root).stderr) >= set(OF_THE_PAGE)


@pytest.mark.parametrize("case", DECLARED, ids=lambda case: case.stem)
def test_faults_of_pages_are_told_beside_those_of_what_is_declared(root, case):
    """Whatever is wrong in site/: no fault of a page is lost but what follows from that, and none
    is made up."""
    alone = told(check(root).stderr)
    for what, text in parts(case):
        if what == "expected":
            expected = told(text)
        elif what != "shown" and not what.startswith("mend "):
            change(root, what, text)
    said = check(root)
    found = {re.sub(r"(policy/features/\w+\.toml:)\d+", r"\1N", each) for each in told(said.stderr)}
    assert found - alone == {each for each in expected if each not in alone}, "made up"
    wrong = {each.partition(":")[0] for each in expected}
    may_be_lost = set[str]()
    if wrong & {"site/taxonomies.toml", "site/sections.toml"}:
        may_be_lost |= FROM_THE_KEYS
    if "site/taxonomies.toml" in wrong or case.stem in OF_FEATURES:
        may_be_lost |= FROM_NAMES
    if case.stem == "settings-gone":
        may_be_lost = alone
    assert alone - found <= may_be_lost


@pytest.mark.parametrize(
    ("name", "text", "line", "expected"),
    [
        (
            "sections",
            '[[section]]\nfolder = "newz"\n[[section.key]]\nname = "place"\nkind = "text"\n',
            "place: Town",
            'site/sections.toml:2: there is no folder "newz" with pages in it',
        ),
        (
            "taxonomies",
            '[[taxonomy]]\nname = "title"\nlabel = "Topics"\n',
            "topics: [Snow]",
            'site/taxonomies.toml:2: every page may have the key "title" as it is',
        ),
        (
            "taxonomies",
            '[[taxonomy]]\nname = "topics"\nlabel = "A"\n'
            '[[taxonomy]]\nname = "themes"\nlabel = "A"\n',
            "tones: [Snow]",
            'site/taxonomies.toml:6: taxonomy "A" is there already',
        ),
    ],
)
def test_keys_are_not_refused_that_a_section_or_taxonomy_may_have_had(
    root, name, text, line, expected
):
    """A name that is wrong in site/ was meant as another: it used to be said of each page."""
    page = next((root / "content/news").glob("*.md"))
    page.write_text(page.read_text().replace("---\n", f"---\n{line}\n", 1))
    (root / "site" / f"{name}.toml").write_text(text)
    said = check(root)
    found = told(said.stderr)
    assert expected in found
    assert not [each for each in found if "unknown key" in each]
    assert said.stderr.endswith(f"{Misdeclared.epilogue}\n")


def test_where_the_settings_are_gone_nothing_is_said_of_pages(root):
    """They would be looked at as pages of a site that has no language, feed or address."""
    (root / "site/settings.toml").unlink()
    assert told(check(root).stderr) == {"site/settings.toml: this file is missing"}
    assert check(root).stderr.endswith("Pages are looked at when these are mended.\n")
    for name in ("site", "content"):
        (root / name).rename(root / f"the-{name}")
    said = check(root).stderr
    assert told(said) == {f"{each}: this folder is missing" for each in ("site", "content")}


@pytest.mark.parametrize(
    ("name", "misspelt", "hint"),
    [
        ("settings.toml", "Settings.toml", "rename site/Settings.toml"),
        ("settings.toml", "setings.toml", "rename site/setings.toml"),
        ("settings.toml", "settings.toml.txt", "rename site/settings.toml.txt"),
        ("settings.toml", "other.toml", "create it"),
    ],
)
def test_a_file_that_is_missing_is_found_under_a_name_like_its_own(root, name, misspelt, hint):
    (root / "site" / name).rename(root / "site" / misspelt)
    assert f"site/{name}: this file is missing\nhint: {hint}\n" in check(root).stderr


@pytest.mark.parametrize(
    ("misspelt", "hint"),
    [
        ("section.toml", "rename it to site/sections.toml"),
        ("taxonomy.toml", "rename it to site/taxonomies.toml"),
        ("Redirect.toml", "rename it to site/redirects.toml"),
        ("notes.toml", "there may be site/audiences.toml, "),
        ("asset/", "there may be site/assets, "),
        ("local/", "rename it to site/locale"),
    ],
)
def test_what_nobody_reads_is_told(root, misspelt, hint):
    """Redirects in a file of another name did nothing, and nobody said so."""
    (root / PAGE).write_text("---\ntitle: Thanks\ndescription: In a sentence, for all.\n---\n")
    path = root / "site" / misspelt
    (root / "site/around").symlink_to("around")
    path.mkdir() if misspelt.endswith("/") else path.write_text("")
    said = check(root)
    assert said.exit_code == 0
    assert f"warning: site/{misspelt.rstrip('/')}: nothing reads this\nhint: {hint}" in said.stderr


def test_notes_and_old_files_beside_them_are_nobody_s_matter(root):
    for name in ("README.md", "policy.toml.old", ".settings.toml.swp"):
        (root / "site" / name).write_text("")
    assert "nothing reads this" not in check(root).stderr


def test_a_page_of_a_feature_that_may_be_on_may_be_linked_to(root):
    """Nobody knows which features are on where the register cannot be read."""
    (root / "content/search.md").write_text("---\ntitle: Search\nlayout: search\n---\n")
    (root / "templates/search.html").write_text("{% extends 'page.html' %}")
    (root / PAGE).write_text("---\ntitle: T\n---\n[it](/search/), [no](/news/no/)\n")
    for text, expected in (("version = \n", 1), ((root / "site/policy.toml").read_text(), 2)):
        (root / "site/policy.toml").write_text(text)
        links = [each for each in told(check(root).stderr) if "leads to no page" in each]
        assert len(links) == expected, links


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("page.html", "{% if %}", "templates/page.html:1: "),
        ("page.html", "{{ nothing.at.all }}", "templates/page.html:1: "),
        ("page.html", "{{ 1 // 0 }}", "templates/page.html:1: "),
        ("page.html", None, ""),
    ],
)
def test_a_template_that_is_wrong_hides_no_fault_of_a_text(root, name, text, fault):
    template = root / "templates" / name
    if text is None:
        template.unlink()
    else:
        template.write_text(f"{text}{template.read_text()}")
    found = told(check(root).stderr)
    assert found >= set(OF_THE_PAGE)
    assert any(
        each.startswith(fault) or "there is no template" in each for each in found - {*OF_THE_PAGE}
    )


@pytest.mark.parametrize(
    ("name", "spoiled", "fault"),
    [
        ("about.md", lambda text: text.encode("utf-16"), "this is not UTF-8 text"),
        ("about.md", lambda text: b"\0" + text.encode(), "this holds a character that cannot"),
        ("news/index.md", lambda text: text.encode("utf-16"), "this is not UTF-8 text"),
        ("news/first.md", lambda text: text.encode("utf-16"), "this is not UTF-8 text"),
        ("thanks.md", lambda text: text.encode("utf-16"), "this is not UTF-8 text"),
        ("index.md", lambda text: text.encode("utf-16"), "this is not UTF-8 text"),
    ],
)
def test_a_page_that_cannot_be_read_is_told_alone(tmp_path, name, spoiled, fault):
    """And not as a dead end of each link, menu, form and redirect that leads there."""
    root = tmp_path / "site"
    shutil.copytree(SITES / "base", root)
    page = root / "content" / name
    page.write_bytes(spoiled(page.read_text()))
    (root / "site/redirects.toml").write_text('[redirects]\n"/who/" = "/about/#people"\n')
    (found,) = told(check(root).stderr)
    assert found.startswith(f"content/{name}:1: {fault}")


@pytest.mark.parametrize("name", ["about.MD", "about.md.txt", "about.markdown"])
def test_a_page_with_another_ending_is_told_alone(tmp_path, name):
    root = tmp_path / "site"
    shutil.copytree(SITES / "base", root)
    (root / "content/about.md").rename(root / f"content/{name}")
    assert told(check(root).stderr) == {
        f"content/{name}: the name of a page ends in .md, in small letters"
    }


def test_terms_of_a_page_that_cannot_be_read_are_in_doubt(tmp_path):
    """No more may be said than that it cannot be read; of another address, all is known."""
    root = tmp_path / "site"
    shutil.copytree(SITES / "terms", root)
    pages = [each for each in (root / "content").rglob("*.md") if "tags:" in each.read_text()]
    for page in pages:
        page.write_bytes(page.read_text().encode("utf-16"))
    index = root / "content/index.md"
    index.write_text(
        f"{index.read_text()}\n[T](/topics/whatever/), [page 2](/news/page/2/)\n[X](/x/)\n"
    )
    found = {each for each in told(check(root).stderr) if "UTF-8" not in each}
    assert {each.partition(": ")[2] for each in found} == {"the link /x/ leads to no page"}
