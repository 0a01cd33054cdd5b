"""`build.py new`: what it makes passes every check at once, and nothing is overwritten."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from generator import starting


def run(*words: object, status: int = 0) -> str:
    result = CliRunner().invoke(build.main, [str(each) for each in words])
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result.output


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new site with awkward facts."""
    folder = tmp_path_factory.mktemp("new") / "a" / "site"
    facts = ["--name", 'We & "us": #1', "--url", "https://us.example", "--email", "us@us.example"]
    run("new", "site", folder, *facts, "--organization", "Us \\ Co")
    return folder


def test_a_new_site_passes_check_at_once(site):
    assert run("--root", site, "check") == "No faults in 6 pages.\n"
    run("--root", site)
    page = (site / "public/index.html").read_text(encoding="utf-8")
    assert "<h1>We &amp; &#34;us&#34;: #1</h1>" in page
    assert "Us \\ Co" in page
    assert "Your site" not in page
    assert (site / ".gitignore").read_text().startswith("public/\nvar/\n")


def test_its_readme_says_the_next_three_steps(site):
    readme = (site / "README.md").read_text(encoding="utf-8")
    assert [line[:2] for line in readme.splitlines() if line[:1].isdigit()] == ["1.", "2.", "3."]
    for command in ("serve", "new page", "check", "build --release"):
        assert command in readme


def test_new_pages_and_sections_pass_check_too(site):
    """With what their section asks for: an article of the feed has a date."""
    run("--root", site, "new", "section", "services")
    run("--root", site, "new", "page", "services/snow-days", "--title", "Snow: what to do")
    run("--root", site, "new", "page", "news/second")
    run("--root", site, "check")
    services = (site / "content/services/snow-days.md").read_text()
    assert services.startswith('---\ntitle: "Snow: what to do"\n')
    assert "draft: true" in services
    assert "\ndate: 20" in (site / "content/news/second.md").read_text()
    for file in (site / "content").rglob("*.md"):
        file.write_text(file.read_text().replace("draft: true\n", ""))
    assert run("--root", site, "check") == "No faults in 9 pages.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("page", "about"),
        ("page", "/about/"),
        ("page", "content/about.md"),
        ("page", "news"),
        ("section", "news"),
        ("section", "about"),
    ],
)
def test_what_is_there_is_not_overwritten(site, words):
    before = {path: path.read_bytes() for path in (site / "content").rglob("*.md")}
    assert "is there already\nhint: " in run("--root", site, "new", *words, status=1)
    assert {path: path.read_bytes() for path in (site / "content").rglob("*.md")} == before


@pytest.mark.parametrize(
    "name", ["", "../x", "a/../../x", ".hidden", "what?", "staff/x", "a\nb", "_build", "/"]
)
def test_a_name_that_is_no_address_is_refused(site, name):
    assert run("--root", site, "new", "page", name, status=1).startswith("error: ")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    said = run("new", "site", tmp_path, status=1)
    assert "there is something in" in said
    assert names(tmp_path) == ["mine.txt"]


def test_an_empty_folder_and_a_link_to_one_are_used(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    run("new", "site", tmp_path / "link")
    assert (tmp_path / "real/content/index.md").is_file()


@pytest.mark.parametrize("is_there", [False, True])
def test_where_it_cannot_be_written_nothing_is_left(tmp_path, monkeypatch, is_there):
    """The disk is full after some files; tests may run as root, so the refusal is made up."""
    really, count = starting._write, []

    def full(path: Path, text: str) -> None:
        count.append(path)
        if len(count) > 5:
            raise OSError(28, "No space left on device", str(path))
        really(path, text)

    monkeypatch.setattr(starting, "_write", full)
    folder = tmp_path / "site"
    if is_there:
        folder.mkdir()
    assert "No space left on device" in run("new", "site", folder, status=2)
    assert names(tmp_path) == (["site"] if is_there else [])
    assert not is_there or names(folder) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    assert "Permission denied" in run("new", "site", tmp_path / "site", status=2)


def test_a_file_where_the_folder_would_be_is_told(tmp_path):
    (tmp_path / "site").write_text("mine")
    assert run("new", "site", tmp_path / "site", status=2).startswith("error: ")
    assert (tmp_path / "site").read_text() == "mine"


def test_a_fact_that_is_none_is_told_and_the_site_is_there(tmp_path):
    said = run("new", "site", tmp_path / "site", "--url", "nonsense")
    assert '"url" cannot be' in said
    assert "Next:" in said


def test_the_starter_names_nobody():
    """No organization's words or facts: examples only."""
    for path in starting.STARTER.rglob("*"):
        if path.is_file() and starting._is_ours(path):
            assert "SchoolMessenger" not in path.read_text(encoding="utf-8")


def test_outside_a_site_a_page_is_refused(tmp_path):
    assert "is no site" in run("--root", tmp_path, "new", "page", "x", status=1)


def test_a_new_page_has_the_keys_that_its_section_asks_for(site):
    """Each with a value that is allowed."""
    kinds = ("text", "integer", "number", "boolean", "date", "list", "link")
    keys = [
        f'[[section.key]]\nname = "a_{each}"\nkind = "{each}"\nrequired = true\n' for each in kinds
    ]
    keys.append(
        '[[section.key]]\nname = "level"\nkind = "choice"\nvalues = ["easy"]\nrequired = true\n'
    )
    schema = site / "site/sections.toml"
    schema.write_text('[[section]]\nfolder = "guides"\n' + "".join(keys))
    try:
        run("--root", site, "new", "page", "guides/first")
        page = site / "content/guides/first.md"
        assert "\nlevel: easy\n" in page.read_text()
        page.write_text(page.read_text().replace("draft: true\n", ""))
        run("--root", site, "check")
        said = run("--root", site, "explain", "/guides/first/")
        assert "easy  content/guides/first.md:11, a key of site/sections.toml" in said
    finally:
        schema.unlink()
        (site / "content/guides/first.md").unlink()
