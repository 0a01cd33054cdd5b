"""What leaves the site: known kinds, of published pages, and nothing that was meant for the
writers alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import generator
from generator.content.fates import waits_for
from policy import Fault, Faults
from tests.generator.test_build_site import DAY, PAGE, WORDS, of_pages, published
from tests.generator.test_pictures import jpeg

LEFTOVERS = (
    ".DS_Store",
    ".about.md.swp",
    ".git/config",
    "#about.md#",
    "4913",
    "Thumbs.db",
    "about.md.bak",
    "about.md.orig",
    "about (Anna's conflicted copy 2026-11-25).md",
    "about.sync-conflict-20261125-101010-ABCDEFG.md",
    "about.md~",
    "desktop.ini",
    "news/first.md.rej",
    "notes.docx",
    "photo.heic",
    "plan.xlsx",
    "private.key",
    "sites.sql",
    "~$plan.xlsx",
)


def page(path: Path, title: str, keys: str = "", text: str = "Words.") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(title, WORDS, keys, text))


def built(root: Path, **given: bool) -> tuple[set[str], list[Fault]]:
    """(what is published, packed files apart; the warnings)."""
    out = root.parent / "public"
    warned = generator.build(root, out, today=DAY, **given).warnings
    names = {name for name in published(out) if not name.endswith((".br", ".gz"))}
    return names, of_pages(warned)


def test_what_programs_leave_behind_is_not_published_and_told(root):
    """One warning for each, by its name; a hidden folder is told once."""
    before, _ = built(root)
    for name in LEFTOVERS:
        (root / "content" / name).parent.mkdir(exist_ok=True)
        (root / "content" / name).write_text("SECRET")
        (root / "site" / "assets" / Path(name).name).write_text("SECRET")
    after, warned = built(root)
    assert after == before
    told = {each.path.removeprefix("content/") for each in warned if "content/" in each.path}
    assert told == {name.removesuffix("/config") for name in LEFTOVERS}
    assert len([each for each in warned if each.path.startswith("site/")]) == len(LEFTOVERS)
    assert all(each.message.startswith("not published: ") and each.hint for each in warned)


def test_the_hint_for_another_kind_publishes_it(root):
    (root / "content" / "plan.docx").write_text("A plan.")
    _, (warning,) = built(root)
    assert warning.message == "not published: its name ends in .docx"
    line = 'downloads = ["docx"]'
    assert line in warning.hint
    settings = root / "site" / "settings.toml"
    settings.write_text(settings.read_text().replace('feed = "news"', f'feed = "news"\n{line}'))
    names, warned = built(root)
    assert "plan.docx" in names
    assert warned == []


def test_capitals_in_an_ending_make_no_difference(root):
    (root / "content" / "GATE.JPG").write_bytes(jpeg())
    assert "GATE.JPG" in built(root)[0]


def test_a_picture_of_a_draft_waits_with_it(root):
    (root / "content" / "plan.jpg").write_bytes(jpeg())
    page(root / "content" / "x.md", "X", "draft: true\n", "![A plan](plan.jpg)")
    names, (warning,) = built(root)
    assert "plan.jpg" not in names
    assert warning.path == "content/plan.jpg"
    assert "it belongs to content/x.md, which is not published" in warning.message
    assert "plan.jpg" in built(root, drafts=True)[0]
    page(root / "content" / "y.md", "Y", "", '<img src="/plan.jpg" alt="A plan">')
    assert "plan.jpg" in built(root)[0]


@pytest.mark.parametrize(
    "text",
    [
        '<a href="/plan.jpg">The plan</a>',
        "<video poster='/plan.jpg'></video>",
        "<img srcset='/plan.jpg 2x' alt='A plan'>",
        "[The plan][plan]\n\n[plan]: <plan.jpg>",
        "/// audience | teacher\n![The plan](plan.jpg)\n///",
    ],
)
def test_however_a_draft_shows_it(root, text):
    (root / "content" / "plan.jpg").write_bytes(jpeg())
    page(root / "content" / "x.md", "X", "date: 2026-12-01\n", text)
    assert "plan.jpg" not in built(root)[0]


@pytest.mark.parametrize("index", ["draft: true\n", "date: 2026-12-01\n"])
def test_a_draft_section_keeps_all_that_is_below_it(root, index):
    page(root / "content" / "plans" / "index.md", "Plans", index)
    page(root / "content" / "plans" / "a.md", "A")
    page(root / "content" / "plans" / "deep" / "index.md", "B")
    page(root / "content" / "plans" / "deep" / "c.md", "C", "aliases: [/c/]\n")
    (root / "content" / "plans" / "deep" / "c.jpg").write_bytes(jpeg())
    (root / "content" / "plans" / "plan.csv").write_text("A plan.")
    names, warned = built(root)
    assert not any("plans" in name for name in names)
    assert not any(b"/plans/" in data for data in published(root.parent / "public").values())
    assert {each.path for each in warned} == {
        "content/plans/deep/c.jpg", "content/plans/plan.csv"
    }  # fmt: skip
    assert len([n for n in built(root, drafts=True)[0] if n.startswith("plans/")]) == 6
    # These were public, and are taken back.
    assert {each.path for each in built(root)[1]} > {"content/plans/a.md", "content/plans/index.md"}


def test_what_no_page_names_belongs_to_its_folder(root):
    page(root / "content" / "plans" / "a.md", "A", "draft: true\n")
    (root / "content" / "plans" / "pictures").mkdir()
    (root / "content" / "plans" / "pictures" / "a.jpg").write_bytes(jpeg())
    (root / "content" / "verify.html").write_text("<!doctype html><title>x</title>")
    names, _ = built(root)
    assert "plans/pictures/a.jpg" not in names
    assert "verify.html" in names


def test_a_page_that_shows_what_waits_hears_why(root):
    page(root / "content" / "plans" / "index.md", "Plans", "draft: true\n")
    (root / "content" / "plans" / "a.jpg").write_bytes(jpeg())
    page(root / "content" / "y.md", "Y", "", "![A](plans/a.jpg) and [plans](plans/index.md)")
    with pytest.raises(Faults) as error:
        built(root)
    picture, link = error.value.faults[::-1]
    assert (picture.line, picture.message) == (5, "there is no file /plans/a.jpg")
    assert picture.hint == "publish content/plans/a.jpg first, or remove the address"
    assert link.hint == "publish content/plans/index.md first, or remove the link"


def test_a_draft_may_be_broken_in_every_way_that_only_rendering_shows(root):
    page(root / "content" / "x.md", "X", "draft: true\n", "[a](http://[) ![](b.jpg) <!-- {#a b}")
    assert built(root)[1] == []


COMMENTS = (
    "<!-- SECRET -->",
    "<!-- SECRET\n\nSECRET -->",
    "Words <!-- SECRET --> more.",
    "- a list <!-- SECRET\n  SECRET -->",
    "> a quote <!-- SECRET -->",
    "<div>\n<!-- SECRET -->\n</div>",
    "<? SECRET > SECRET ?>\n\nWords.",
    "<![CDATA[ SECRET ]]>",
    "| a <!-- SECRET --> | b |\n|---|---|\n| c | d |",
    "## Head <!-- SECRET -->",
    "/// note | A\n<!-- SECRET -->\n///",
    "Words[^1].\n\n[^1]: A note. <!-- SECRET -->",
    "[//]: # (SECRET)",
    "/// note | A title <!-- SECRET -->\nWords.\n///",
    "/// quote | <!-- SECRET --> Anna\nWords.\n///",
    "![A gate <!-- SECRET -->](/gate.svg)",
    '[About](/about/ "A title <!-- SECRET -->")',
    "*[HTML]: A language <!-- SECRET -->\n\nHTML is one.",
)


@pytest.mark.parametrize("text", COMMENTS)
def test_comments_stay_with_those_who_write(root, text):
    page(root / "content" / "x.md", "X", "", text)
    built(root)
    html = (root.parent / "public" / "x" / "index.html").read_text()
    assert "SECRET" not in html
    assert "<!--" not in html


def test_comments_in_code_are_shown(root):
    page(root / "content" / "x.md", "X", "", "`<!-- shown -->`\n\n```\n<!-- shown too -->\n```")
    built(root)
    html = (root.parent / "public" / "x" / "index.html").read_text()
    assert "&lt;!-- shown --&gt;" in html
    assert "&lt;!-- shown too --&gt;" in html


def test_links_out_of_the_tree_are_faults_wherever_they_lead(root, tmp_path):
    """To a file, a folder, the databases, the site's own settings, or through another link."""
    (tmp_path / "secret.txt").write_text("SECRET")
    content = root / "content"
    (content / "a.txt").symlink_to(tmp_path / "secret.txt")
    (content / "b.txt").symlink_to("a.txt")
    (content / "c.md").symlink_to("../site/settings.toml")
    (content / "d").symlink_to(tmp_path)
    (content / "e").symlink_to(".")
    (content / "f.txt").symlink_to("f.txt")
    (root / "site" / "assets" / "g.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(Faults) as error:
        built(root)
    assert [Path(fault.path).name for fault in error.value.faults] == [
        "a.txt", "b.txt", "c.md", "d", "e", "f.txt", "g.txt"
    ]  # fmt: skip


def test_a_link_within_the_tree_is_a_file_like_any_other(root):
    (root / "content" / "news" / "gate.svg").symlink_to("../gate.svg")
    assert "news/gate.svg" in built(root)[0]


def test_content_itself_may_be_a_link(root, tmp_path):
    shutil.move(root / "content", tmp_path / "elsewhere")
    (root / "content").symlink_to(tmp_path / "elsewhere")
    assert "about/index.html" in built(root)[0]


def test_no_file_holds_up_the_build(root):
    os.mkfifo(root / "content" / "pipe.txt")
    names, (warning,) = built(root)
    assert "pipe.txt" not in names
    assert warning.message == "not published: it is no ordinary file"


def test_a_folder_that_cannot_be_read_is_a_fault(root, monkeypatch):
    scan = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("news"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(Faults) as error:
        built(root)
    assert (
        Fault(
            "content/news",
            None,
            "it cannot be read: Permission denied",
            "let the account that builds the site read it",
        )
        in error.value.faults
    )


@given(
    st.dictionaries(
        st.sampled_from(["content/index.md", "content/a/index.md", "content/a/b.md"]),
        st.booleans(),
        min_size=1,
    ),
    st.booleans(),
)
def test_nothing_below_a_section_that_waits_is_published(pages, is_used):
    used = {"/a/x.jpg"} if is_used else set()
    waits = waits_for("content/a/x.jpg", "/a/x.jpg", pages, used, {})
    sections = [page for page in pages if page.endswith("index.md") and not pages[page]]
    if sections:
        assert waits in sections
    elif is_used:
        assert waits == ""


@pytest.mark.parametrize("name", [b"caf\xe9.md", b"caf\xe9.jpg", b"a\nb.md", b"a\x1b[2Jb.txt"])
def test_a_name_that_cannot_be_shown_is_a_fault_that_can(root, name):
    (root / "content" / os.fsdecode(name)).write_text("SECRET")
    with pytest.raises(Faults) as error:
        built(root)
    (fault,) = error.value.faults
    assert fault.message == "its name has a character that cannot be shown"
    assert fault.path.isprintable()
