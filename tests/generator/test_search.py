"""The index that the search page reads: of what is public alone, made again only where something
that can be found has changed, and published with the pages or not at all."""

from __future__ import annotations

import base64
import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import generator
from generator.outputs import search
from generator.outputs.searchable import searchable
from policy.faults import Faults
from policy.headers import content_security_policy
from policy.manifest import read_build
from policy.reading import read_site
from tests.generator.test_graph import EDITS, Edit, Site, bytes_of, sound_builds

PAGE = "---\ntitle: {}\ndescription: One sentence that says what stands on this page.\n{}---\n{}\n"
LAYOUT = '<!doctype html><html lang="en"><title>S</title><main>{{ page.title }}</main></html>'


@pytest.fixture
def root(root: Path) -> Path:
    """The base site with a search page."""
    policy = root / "site/policy.toml"
    policy.write_text(policy.read_text().replace('"forms"]', '"forms", "search"]'))
    (root / "templates/search.html").write_text(LAYOUT)
    (root / "content/search.md").write_text(PAGE.format("Search", "layout: search\n", ""))
    return root


def fragments(public: Path) -> dict[str, str]:
    """What is found of each page, by its address."""
    found = {}
    for address, file in read_build(public).files.items():
        if "/search/fragment/" not in address or file.retired:
            continue
        packed = (public / file.path).read_bytes()
        data = json.loads(gzip.decompress(packed).removeprefix(b"pagefind_dcd"))
        found[data["url"]] = data["content"]
    return found


def add(root: Path, name: str, words: str, more: str = "") -> None:
    (root / f"content/{name}.md").write_text(PAGE.format(name.title(), more, words))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The addresses of pages, each time that an index is made of them."""
    made: list[list[str]] = []
    index_of = search.index_of

    def noted(pages: list[tuple[str, str]]) -> dict[str, bytes]:
        made.append([url for url, _ in pages])
        return index_of(pages)

    monkeypatch.setattr(search, "index_of", noted)
    return made


def test_what_is_not_public_is_not_found(root: Path) -> None:
    add(root, "open", "Everybody may read of marmalade.")
    add(root, "draft", "Nobody knows yet of quinces.", "draft: true\n")
    add(root, "later", "Next year there are medlars.", "date: 2099-01-01\n")
    add(root, "hidden", "Only who has the address reads of sloes.", "unlisted: true\n")
    add(root, "closed", "No crawler reads of damsons.", "layout: closed\n")
    noindex = '<meta name="Robots" content="NOINDEX, follow">'
    (root / "templates/closed.html").write_text(f"{noindex}<main>{{{{ page.body }}}}</main>")
    add(root, "role", "/// audience | teacher\nFor them: rowans.\n/// otherwise\nFor all.\n///")
    generator.build(root, root / "public", drafts=True)
    found = fragments(root / "public")
    assert "marmalade" in found["/open/"]
    assert "For all" in found["/role/"]
    assert (
        not {"/draft/", "/later/", "/hidden/", "/closed/", "/404.html", "/thanks/"} & found.keys()
    )
    secret = ("quinces", "medlars", "sloes", "damsons", "rowans")
    assert not [word for word in secret if word in " ".join(found.values())]
    names = {path.name for path in (root / "public/assets/search").iterdir()}
    assert not {name for name in names if "ui" in name or "highlight" in name or "worker" in name}


def test_it_is_made_again_only_where_what_can_be_found_has_changed(
    root: Path, runs: list[list[str]]
) -> None:
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    assert len(runs) == 1
    before = bytes_of(root / "public/assets/search")
    (root / "site/assets/main.css").write_text("main { color: red }")
    page = root / "templates/page.html"
    page.write_text(page.read_text().replace("<main>", '<nav>Menu</nav><main class="wide">'))
    time.sleep(0.1)
    builder.build()
    assert len(runs) == 1
    add(root, "about", "Of gooseberries.\n\n## People")
    builder.build()
    assert len(runs) == 2
    assert bytes_of(root / "public/assets/search") != before
    (root / "public/assets/search/pagefind.js").unlink()
    builder.build()
    assert len(runs) == 3
    assert not (root / "public/.next").exists()


def test_a_site_that_turns_search_on_has_every_page_in_it(
    root: Path, runs: list[list[str]]
) -> None:
    """Also those that nothing else makes again: their templates ask for no feature."""
    policy = root / "site/policy.toml"
    on = policy.read_text()
    policy.write_text(on.replace(', "search"]', "]"))
    builder = generator.Builder(root, root / "public", cache=root / "var/cache", jobs=1)
    builder.build()
    policy.write_text(on)
    builder.build()
    assert {"/", "/about/", "/news/first/"} <= {*runs[-1]}


def test_two_builds_from_nothing_have_the_same_index(root: Path) -> None:
    for name in ("one", "two"):
        generator.build(root, root / name)
    assert bytes_of(root / "one/assets/search") == bytes_of(root / "two/assets/search")


def test_what_an_open_page_may_still_ask_for_stays(root: Path) -> None:
    """A part of the index is named by its bytes; one that the new index lacks is kept a while."""
    generator.build(root, root / "public")
    old = {each for each in read_build(root / "public").files if "/fragment/" in each}
    add(root, "about", "Of gooseberries.\n\n## People")
    generator.build(root, root / "public")
    files = read_build(root / "public").files
    assert old <= files.keys()
    assert [each for each in old if files[each].retired]
    assert not files["/assets/search/pagefind-entry.json"].immutable


SAYS = {
    "is away": ("", "Pagefind is not installed"),
    "is no program": ("#!/nowhere/at-all", "Pagefind could not be started: No such file"),
    "is killed": ("#!/bin/sh\nread -r x & kill -9 $$", "Pagefind was ended from outside"),
    "fails": ("#!/bin/sh\nprintf '%s,' ANSWER", "Pagefind made no index: no room"),
}
ANSWER = base64.b64encode(b'{"payload": {"type": "Error", "message": "no room"}}').decode()


@pytest.mark.parametrize("how", SAYS)
def test_without_an_index_nothing_is_published(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    generator.build(root, root / "public")
    before = bytes_of(root / "public")
    add(root, "about", "Of gooseberries.\n\n## People")
    script, says = SAYS[how]
    program = tmp_path / "program"
    program.write_text(script.replace("ANSWER", ANSWER) + "\n")
    program.chmod(0o755)
    found = program if script else None
    monkeypatch.setattr("pagefind.service.get_executable", lambda: found)
    with pytest.raises(Faults, match=says):
        generator.build(root, root / "public")
    assert bytes_of(root / "public") == before


def test_a_build_that_is_killed_while_it_indexes_changes_nothing(
    root: Path, tmp_path: Path
) -> None:
    """And what it left is gone with the next one."""
    generator.build(root, root / "public")
    before = bytes_of(root / "public")
    add(root, "about", "Of gooseberries.\n\n## People")
    code = (
        "import sys, time, generator\nfrom pathlib import Path\n"
        "from generator.outputs import search\n"
        "def index_of(pages):\n    print('at work', flush=True); time.sleep(60)\n"
        "search.index_of = index_of\nroot = Path(sys.argv[1])\n"
        "generator.build(root, root / 'public')\n"
    )
    words = [sys.executable, "-c", code, str(root)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout
        assert process.stdout.readline() == b"at work\n"
        os.kill(process.pid, signal.SIGKILL)
    left = bytes_of(root / "public")
    assert {name: data for name, data in left.items() if not name.startswith(".next/")} == before
    assert left != before
    generator.build(root, root / "public")
    assert not (root / "public/.next").exists()
    assert "gooseberries" in fragments(root / "public")["/about/"]


@pytest.mark.parametrize("seed", range(2))
def test_any_sequence_of_edits_ends_with_the_index_of_a_build_from_nothing(
    root: Path, tmp_path: Path, seed: int
) -> None:
    site = Site(root, random.Random(seed))

    def draw() -> list[Edit]:
        return site.dice.choices([*EDITS, *SEARCH_EDITS * 4], k=2)

    assert sound_builds(site, tmp_path, 8, draw) >= 3


def turn_search_off_or_on(site: Site) -> None:
    policy = site.root / "site/policy.toml"
    text = policy.read_text()
    on = ', "search"]' in text
    policy.write_text(
        text.replace(', "search"]', "]") if on else text.replace('forms"]', 'forms", "search"]')
    )


def hide_a_page(site: Site) -> None:
    site.change(site.a_page(), "^title:", "unlisted: true\ntitle:")


def say_something_else(site: Site) -> None:
    site.change(site.a_page(), r"\Z", f"\n{site.word()}\n")


SEARCH_EDITS = [turn_search_off_or_on, hide_a_page, say_something_else]


def test_only_words_and_headings_count() -> None:
    """Menus, forms, pictures and classes change nothing; the id of a heading is an address."""
    page = '<html lang="es"><title>T</title><main class="{}"><h2 id="{}">H</h2>{}W</main></html>'
    plain = searchable(page.format("a", "x", ""))
    assert plain == searchable(page.format("b", "x", "<nav>N</nav><img src=a><form>F</form>"))
    assert plain != searchable(page.format("a", "y", ""))
    assert 'lang="es"' in plain
    assert searchable("<title>T</title><p>no main</p>") == ""


def test_the_policy_of_the_headers_is_wider_on_the_search_page_alone(root: Path) -> None:
    register = read_site(root).register
    closed = content_security_policy(register)
    assert "wasm-unsafe-eval" not in closed
    opened = closed.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    for path in ("/search/", "/es/search/", "/pt-br/search/"):
        assert content_security_policy(register, path) == opened
    for path in ("/", "/search", "/search/x/", "/about/search/", "/a/es/search/", "/research/"):
        assert content_security_policy(register, path) == closed
