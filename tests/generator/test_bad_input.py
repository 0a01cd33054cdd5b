"""Files as other people's editors, systems and habits leave them: right, or faults with mends."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner

import build

PAGE = """---
title: X
description: A description of a length that nobody minds, in one sentence.
---
"""
APART, AS_ONE = (unicodedata.normalize(form, "tür") for form in ("NFD", "NFC"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The good base, free to spoil."""
    return Path(shutil.copytree(Path(__file__).parents[1] / "sites/base", tmp_path / "site"))


def built(root: Path) -> str:
    """What a build says, which must end well."""
    result = CliRunner().invoke(build.main, ["--root", str(root), "build"])
    assert result.exit_code == 0, result.output
    # The base is bare: it lacks what its features show.
    warned = [line for line in result.output.splitlines() if line.startswith("warning: ")]
    assert all(line.startswith("warning: site/policy.toml:") for line in warned), warned
    return result.output


def refused(root: Path) -> str:
    """What a build says, which must end with faults and mends, and publish nothing."""
    result = CliRunner().invoke(build.main, ["--root", str(root), "build"])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1, result.output
    assert 0 < result.output.count("error: ") <= result.output.count("\nhint: ")
    assert not (root / "public/_build.json").exists()
    return result.output


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("marks", [0, 1, 2])
def test_line_ends_and_marks_of_any_editor_give_the_same_page(root, ending, marks):
    text = f"{PAGE}One.\n\n- two\n- three\n"
    (root / "content/x.md").write_text(text)
    built(root)
    page = (root / "public/x/index.html").read_bytes()
    (root / "content/x.md").write_bytes(("\ufeff" * marks + text.replace("\n", ending)).encode())
    built(root)
    assert (root / "public/x/index.html").read_bytes() == page


@pytest.mark.parametrize("control", ["\x07", "\x0b", "\x1b[31m", "\x7f", "\x93", "\x85"])
def test_a_control_character_is_told_at_its_line(root, control):
    """The last two are quotes and dots of Windows that were read as Latin-1."""
    page = root / "content/x.md"
    page.write_text(f"{PAGE}One.\n\nTwo{control}.\n")
    assert "content/x.md:7: this holds a character that cannot be shown" in refused(root)
    page.write_text(PAGE.replace("X", f"X{control}y") + "One.\n")
    assert "content/x.md:2: this holds a character that cannot be shown" in refused(root)
    page.unlink()
    layout = root / "templates/page.html"
    layout.write_text(layout.read_text().replace("</main>", f"\n{control}</main>"))
    line = layout.read_text().split("\n").index(f"{control}</main>") + 1
    assert f"templates/page.html:{line}: this holds a character that cannot be" in refused(root)


@pytest.mark.parametrize("escape", ["\\a", "\\x1b", "\\u0085", "\\0", "\\ud800"])
def test_a_control_character_as_an_escape_of_yaml_is_told_at_its_line(root, escape):
    (root / "content/x.md").write_text(PAGE.replace("title: X", f'title: "X{escape}"'))
    assert "content/x.md:2: this holds a character that cannot be shown" in refused(root)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "cp1252"])
def test_another_encoding_is_told(root, encoding):
    (root / "content/x.md").write_bytes(f"{PAGE}Café.\n".encode(encoding))
    said = refused(root)
    assert ": this is not UTF-8 text\n" in said
    assert "\nhint: save the file with the encoding UTF-8\n" in said


@pytest.mark.parametrize("name", [APART, AS_ONE])
@pytest.mark.parametrize("link", [APART, AS_ONE])
def test_names_and_links_meet_however_their_accents_are_written(root, name, link):
    """macOS hands out names with letters and accents apart, keyboards type them as one."""
    shutil.copy(root / "content/gate.svg", root / f"content/{name}.svg")
    (root / f"content/{name}.md").write_text(f"{PAGE}Words.\n")
    (root / "content/x.md").write_text(
        f"{PAGE}![A gate]({link}.svg) ![A gate](/{link}.svg)\n[one]({link}.md) [two](/{link}/)\n"
    )
    built(root)
    page = (root / "public/x/index.html").read_text(encoding="utf-8")
    assert APART not in page
    assert page.count(f'src="/{AS_ONE}.svg"') == page.count(f'href="/{AS_ONE}/"') == 2
    assert (root / f"public/{AS_ONE}.svg").exists()
    assert (root / f"public/{AS_ONE}/index.html").exists()


def test_an_address_with_accents_apart_in_a_template_is_told_as_that(root):
    (root / f"content/{AS_ONE}.md").write_text(f"{PAGE}Words.\n")
    layout = root / "templates/page.html"
    layout.write_text(layout.read_text().replace("</main>", f'<a href="/{APART}/">x</a></main>'))
    assert "hint: type the link anew: letters and their accents stand apart in it" in refused(root)


@pytest.mark.parametrize(
    "twins",
    [
        ("Twin.md", "twin.md"),
        (f"{APART}.md", f"{AS_ONE}.md"),
        ("x.md", "x/index.md"),
        ("Gate2.svg", "gate2.svg"),
        ("two words.md", "two-words.md"),
        ("ÉTÉ.md", "été.md"),
    ],
)
def test_two_files_with_one_address_are_told_together(root, twins):
    for name in twins:
        path = root / "content" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            PAGE if name.endswith(".md") else "<svg xmlns='http://www.w3.org/2000/svg'/>"
        )
    said = refused(root)
    assert said.count("error: ") == 1
    assert all(f"content/{name}" in said for name in twins)


def test_ten_thousand_files_in_one_folder_with_twins(root):
    for number in range(5_000):
        for letter in "aA":
            name = root / f"content/news/{letter}{number}.md"
            name.write_text("---\ntitle: T\ndate: 2026-11-24\ndraft: true\n---\n")
    said = refused(root)
    assert "content/news/A0.md has the same address" in said
    assert said.endswith("5000 errors\nNothing was published.\n")


def test_a_page_of_ten_megabytes(root):
    (root / "content/x.md").write_text(f"{PAGE}{'A line of words. ' * 600_000}\n")
    built(root)
    assert (root / "public/x/index.html").stat().st_size > 10_000_000
