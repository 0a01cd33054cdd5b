"""`build.py import hugo`: what Hugo's configuration says of folders, menus and addresses."""

from __future__ import annotations

import tomllib

import pytest

from policy.manifest import read_build
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
    assert ("`words/en/b.md`" in told) == ("module" in config)
    assert (new / "content/en/b.md").exists() == ("languages" in config)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
BELOW = {
    "hugo.toml": 'baseURL = "https://old.example/Some/Path/"\ntitle = "Old"\n'
    '[[menu.main]]\nname = "A"\nurl = "/Some/Path/a/"\n',
    "_config.yml": "url: https://old.example\nbaseurl: /Some/Path\nheader_pages: [a.md]\n",
    "content/a.md": "---\ntitle: A\ntags: [Go]\n---\n"
    "![G](/Some/Path/Img/g.svg) [b](/Some/Path/sub/b/)\n",
    "content/sub/b.md": PAGE.format("B"),
    "a.md": "---\ntitle: A\npermalink: /a/\ntags: [Go]\n---\n"
    "![G](/Some/Path/Img/g.svg) [b](/Some/Path/b)\n",
    "b.md": "---\ntitle: B\npermalink: /sub/b/\nredirect_from: /b/\n---\nWords.\n",
    "static/Img/g.svg": SVG,
    "Img/g.svg": SVG,
}


@pytest.mark.parametrize("kind", ["hugo", "jekyll"])
def test_addresses_below_the_path_of_the_old_site_lead_on(tmp_path, kind):
    """Those of files whose folder had capitals, too; and it is told."""
    new, told = imported(tmp_path, BELOW, kind)
    leads = tomllib.loads((new / "site/redirects.toml").read_text())["redirects"]
    for old, now in {"a/": "/a/", "sub/b/": "/sub/b/", "": "/", "Img/g.svg": "/img/g.svg"}.items():
        assert leads[f"/Some/Path/{old}"] == now
    assert leads["/Some/Path/tags/go/"] == "/tags/go/"
    assert leads["/Img/g.svg"] == "/img/g.svg"
    assert "![G](/img/g.svg) [b](/sub/b/)" in (new / "content/a.md").read_text()
    assert 'page = "/a/"' in (new / "site/navigation.toml").read_text()
    assert "## the site stood below a path, with which no address begins now (1)" in told
    run("--root", new)


def test_addresses_with_capitals_lead_on(tmp_path):
    """Of pages, of lists and of terms, which have small letters now; and so do links to them."""
    files = {
        "hugo.toml": PLAIN + "disablePathToLower = true\n",
        "content/Posts/_index.md": PAGE.format("Posts"),
        "content/Posts/A.md": "---\ntitle: A\ntags: [Go Fast]\n---\n[us](/About/Us/)\n",
        "content/us.md": "---\ntitle: Us\nurl: /About/Us/\n---\n"
        "[go](/tags/Go-Fast/) [A](/Posts/A/)\n",
    }
    new, told = imported(tmp_path, files)
    run("--root", new)
    text = (new / "content/About/Us.md").read_text()
    assert "[go](/tags/go-fast/) [A](/posts/a/)" in text
    assert 'aliases: ["/About/Us/"]' in text
    assert "[us](/about/us/)" in (new / "content/Posts/A.md").read_text()
    build = read_build(new / "public")
    for old, now in (
        ("/Posts/A/", "/posts/a/"),
        ("/Posts/", "/posts/"),
        ("/tags/Go-Fast/", "/tags/go-fast/"),
        ("/About/Us/", "/about/us/"),
    ):
        assert build.redirects[old] == now
    assert "what did not come over" not in told
