"""`build.py import hugo`: what Hugo's configuration says of folders, menus and addresses."""

from __future__ import annotations

import pytest

from tests.generator.test_moving import made, run

PAGE = "---\ntitle: {}\n---\nWords of it.\n"
PLAIN = 'baseURL = "https://old.example/"\ntitle = "Old"\nlanguageCode = "en-us"\n'


def imported(tmp_path, files, system="hugo"):
    """The new site, and what is left to a person."""
    said = run("import", system, made(tmp_path / "old", files), "--into", tmp_path / "new")
    return tmp_path / "new", said + (tmp_path / "new/TO-DO.md").read_text(encoding="utf-8")


def test_a_section_with_the_name_of_a_language_is_one(tmp_path):
    files = {
        "hugo.toml": PLAIN,
        "content/en/e.md": PAGE.format("E"),
        "content/blog/b.md": PAGE.format("B"),
    }
    new, told = imported(tmp_path, files)
    assert (new / "content/en/e.md").is_file()
    assert (new / "content/blog/b.md").is_file()
    assert "did not come over" not in told


def test_an_empty_folder_with_the_name_of_a_language_hides_nothing(tmp_path):
    (tmp_path / "old/content/en").mkdir(parents=True)
    new, _ = imported(tmp_path, {"hugo.toml": PLAIN, "content/blog/b.md": PAGE.format("B")})
    assert (new / "content/blog/b.md").is_file()


@pytest.mark.parametrize(
    "config",
    [
        'contentDir = "words/de"\n',
        'defaultContentLanguage = "de"\n[languages.DE]\ncontentDir = "words/de"\n'
        '[languages.en]\ncontentDir = "words/en"\n',
        '[[module.mounts]]\nsource = "words/de"\ntarget = "content"\n'
        '[[module.mounts]]\nsource = "words/en"\ntarget = "content"\n',
    ],
)
def test_a_folder_that_is_configured_is_the_root(tmp_path, config):
    """Whatever else is in other ones, and it is told where they are configured, too."""
    files = {
        "hugo.toml": PLAIN + config,
        "words/de/a.md": PAGE.format("A"),
        "words/en/b.md": PAGE.format("B"),
        "content/c.md": PAGE.format("C"),
    }
    new, told = imported(tmp_path, files)
    assert (new / "content/a.md").is_file()
    assert not (new / "content/c.md").exists()
    assert ("`words/en/b.md`" in told) == ("words/en" in config)
