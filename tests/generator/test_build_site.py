"""A good site: exactly what is built, and that what is published is never half of anything."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import build
import generator
from generator.content.audience_blocks import select
from generator.content.blocks import read_blocks
from generator.content.urls import permalink
from generator.publish import locked
from policy import Fault, Faults
from policy.manifest import BUILD_FILE, digest_of, read_build, to_json
from tests.fixtures.patience import PATIENCE

SITES = Path(__file__).parents[1] / "sites"
DAY = datetime.date(2026, 3, 10)
PAGE = "---\ntitle: {}\ndescription: {}\n{}---\n{}\n"
WORDS = "A description that is as long as it should be for those who search for it."


def published(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def times(out: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}


def test_the_base_site_is_built_to_the_letter(root, tmp_path):
    """Every text file against `sites/good/`; assets' fingerprints are left out there."""
    out = tmp_path / "public"
    generator.build(root, out, today=DAY)
    expected = published(SITES / "good")
    assert {name: data for name, data in published(out).items() if name in expected} == expected
    names = {name for name in published(out) if not name.endswith((".br", ".gz"))}
    assert {name for name in names if not name.startswith("assets/")} - {"_build.json"} == set(
        expected
    )


def test_the_manifest_says_what_the_service_serves(root, tmp_path):
    out = tmp_path / "public"
    generator.build(root, out, today=DAY)
    built = read_build(out)
    assert built.redirects == {"/us/": "/about/"}
    assert list(built.variants["/"]) == ["teacher"]
    assert built.pages["/ask/"].form == "ask"
    named = {each.path: each for file in built.all_files for each in file.stored}
    files = published(out)
    assert files.keys() == named.keys() | {BUILD_FILE}
    for name, stored in named.items():
        assert (stored.digest, stored.size) == (digest_of(files[name]), len(files[name]))
    assert to_json(built) == files[BUILD_FILE]


def test_packed_files_unpack_to_the_plain_one(root, tmp_path):
    out = tmp_path / "public"
    generator.build(root, out, today=DAY)
    files = published(out)
    packed = [name for name in files if name.endswith((".br", ".gz"))]
    assert packed
    for name in packed:
        unpack = brotli.decompress if name.endswith(".br") else gzip.decompress
        assert unpack(files[name]) == files[name[:-3]]


def test_building_again_writes_nothing(root, tmp_path):
    out = tmp_path / "public"
    generator.build(root, out, today=DAY)
    before = times(out)
    again = generator.build(root, out, today=DAY)
    assert (again.written, again.removed) == (0, 0)
    assert times(out) == before


def test_only_what_changed_is_written_and_what_is_gone_is_removed(root, tmp_path):
    out = tmp_path / "public"
    generator.build(root, out, today=DAY)
    before = times(out)
    about = root / "content" / "about.md"
    about.write_text(about.read_text().replace("Two of us", "Three of us"))
    (root / "content" / "news" / "first.md").unlink()
    generator.build(root, out, today=DAY)
    after = times(out)
    changed = {
        Path(name).relative_to(out).as_posix() for name in after if after[name] != before.get(name)
    }
    assert {name for name in changed if not name.endswith((".br", ".gz"))} == {
        "about/index.html",
        "news/index.html",
        "news/feed.xml",
        "news/feed.json",
        "sitemap.xml",
        "_build.json",
        ".well-known/privacy.json",  # The fewer pages, the fewer bits the visit cookie carries.
    }
    assert not (out / "news" / "first").exists()


def test_drafts_and_later_pages_wait(root, tmp_path):
    out = tmp_path / "public"
    page = root / "content" / "news" / "later.md"
    page.write_text(PAGE.format("Later", WORDS, "date: 2026-03-11\n", "Words."))
    (root / "content" / "draft.md").write_text(PAGE.format("D", WORDS, "draft: true\n", "W."))
    generator.build(root, out, today=DAY)
    assert not (out / "news" / "later").exists()
    assert not (out / "draft").exists()
    generator.build(root, out, today=DAY, drafts=True)
    assert (out / "draft" / "index.html").exists()
    generator.build(root, out, today=DAY + datetime.timedelta(days=1))
    assert (out / "news" / "later" / "index.html").exists()
    assert not (out / "draft").exists()


def of_pages(warnings: Iterable[Fault]) -> list[Fault]:
    """Warnings without those of features: the base has some on, and its bare pages show few of
    them (test_shown.py)."""
    return [each for each in warnings if '" is on, but ' not in each.message]


def test_a_thin_description_is_a_warning(root, tmp_path):
    (root / "content" / "x.md").write_text("---\ntitle: X\n---\nWords.\n")
    (root / "content" / "y.md").write_text(PAGE.format("Y", "abc", "", "Words."))
    warned = generator.build(root, tmp_path / "public", today=DAY).warnings
    assert [str(each).split("\n")[0] for each in of_pages(warned)] == [
        "error: content/x.md:1: the page has no description",
        "error: content/y.md:3: the description has 3 characters",
    ]


@pytest.mark.parametrize("text", ["{{ page.body }}", "{% if page.body %}It has words.{% endif %}"])
def test_a_template_that_shows_no_text_of_its_pages_is_told(root, tmp_path, text):
    """One that asks for it shows what it will; the next build says the same, and makes none."""
    template = root / "templates/words.html"
    template.write_text("<!doctype html>\n<title>T</title>\n<h1>{{ page.title }}</h1>\n")
    for name, words in (("x", "Words."), ("y", "Words."), ("z", "")):
        page = PAGE.format(name, WORDS, "layout: words\n", words)
        (root / f"content/{name}.md").write_text(page)
    builder = generator.Builder(root, tmp_path / "public", cache=tmp_path / "cache", jobs=1)

    def told() -> list[Fault]:
        warned = of_pages(builder.build(today=DAY).warnings)
        return [each for each in warned if "nothing is shown" in each.message]

    (fault,) = told()
    assert fault.path == "templates/words.html"
    assert fault.message == "nothing is shown of the text of content/x.md and 1 other"
    (root / "content/about.md").write_text(PAGE.format("A", WORDS, "", "## People"))
    assert told() == [fault]
    template.write_text(template.read_text() + text)
    assert told() == []


@pytest.mark.parametrize("has_template", [True, False])
def test_a_site_without_a_page_for_what_is_not_there_is_told_how_to_make_it(
    root, tmp_path, has_template
):
    page = root / "content/404.md"
    page.unlink()
    if not has_template:
        (root / "templates/404.html").unlink()

    def told() -> list[Fault]:
        warned = generator.build(root, tmp_path / "public", today=DAY).warnings
        return [each for each in warned if each.path == "content/404.md"]

    (fault,) = told()
    assert fault.message.startswith("no page is shown for an address that is not there")
    page.write_text(fault.hint.partition("\n")[2])
    assert [each for each in told() if each.line is None] == []


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_files_of_other_editors_give_the_same_pages(root, tmp_path, ending, mark):
    generator.build(root, tmp_path / "plain", today=DAY)
    for path in (root / "content").rglob("*.md"):
        path.write_bytes((mark + path.read_text().replace("\n", ending)).encode())
    generator.build(root, tmp_path / "other", today=DAY)
    assert published(tmp_path / "other") == published(tmp_path / "plain")


def test_a_killed_build_is_finished_by_the_next_one(root, tmp_path):
    """Really killed, at some moments: what is served is old or new; then all is new. At every
    step: tests/generator/test_publishing.py."""
    out, whole = tmp_path / "public", tmp_path / "whole"
    for number in range(60):
        text = PAGE.format(f"Page {number}", WORDS, "", "Old words. " * 200)
        (root / "content" / f"page-{number}.md").write_text(text)
    generator.build(root, out, today=DAY)
    old = published(out)
    for path in (root / "content").glob("page-*.md"):
        path.write_text(path.read_text().replace("Old", "New"))
    (root / "content" / "page-0.md").unlink()
    generator.build(root, whole, today=DAY)
    new = published(whole)
    for delay in (0.0, 0.01, 0.03, 0.06):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(root), str(out)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        time.sleep(delay)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        manifest = read_build(out)
        wanted = new if "/page-0/" not in manifest.pages else old
        for file in manifest.all_files:
            for each in file.stored:
                places = (out / (manifest.moving or ".") / each.path, out / each.path)
                data = next(place.read_bytes() for place in places if place.exists())
                assert data == wanted[each.path]
    generator.build(root, out, today=DAY)
    assert published(out) == new


KILLED = """
import datetime, pathlib, sys
import generator
from generator import put
really = put.put
def told(*given):
    print("writing", flush=True)
    return really(*given)
put.put = told
root, out = map(pathlib.Path, sys.argv[1:])
generator.build(root, out, today=datetime.date(2026, 3, 10))
"""


def test_six_processes_that_build_at_once_all_succeed(root, tmp_path):
    """One of eight used to fail with FileNotFoundError."""
    words = [sys.executable, "build.py", "--root", str(root)]
    builds = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=build.ROOT)
        for _ in range(6)
    ]
    said = [each.communicate(timeout=240)[0].decode() for each in builds]
    assert [each.returncode for each in builds] == [0] * 6, said
    first = published(root / "public")
    shutil.rmtree(root / "public")
    generator.build(root, root / "public")
    assert published(root / "public") == first


def test_builds_at_once_take_turns_and_the_last_to_begin_has_the_last_word(root, tmp_path):
    """Each says that it waits; none fails, and what is published is what was written last."""
    out = tmp_path / "public"
    about = root / "content" / "about.md"
    generator.build(root, out, today=DAY)
    held = threading.Event()
    told = []
    with ThreadPoolExecutor(1) as pool:
        with locked(out, lambda: None):
            waiting = pool.submit(
                generator.build, root, out, today=DAY, waiting=lambda: (told.append(1), held.set())
            )
            assert held.wait(PATIENCE)
            about.write_text(about.read_text().replace("Two of us", "Three of us"))
        waiting.result(PATIENCE)
    assert told == [1]
    assert "Three of us" in (out / "about" / "index.html").read_text()


@given(
    st.lists(st.text(alphabet="abcé -_.1", min_size=1).filter(str.strip), min_size=1, max_size=4)
)
def test_a_permalink_is_lower_case_ends_in_a_slash_and_has_no_spaces(steps):
    address = permalink("/".join(step.strip() or "x" for step in steps) + ".md")
    assert address.startswith("/")
    assert address.endswith("/")
    assert not any(letter.isspace() for letter in address)
    assert address == address.lower()


LINES = st.sampled_from(
    ["words", "", "/// audience | teacher", "/// audience | everyone, teacher", "/// otherwise",
     "///", "////", "/// note", "```", "<!--", "-->", "    ///", "# Head"]
)  # fmt: skip


@given(st.lists(LINES, max_size=25), st.sampled_from(["teacher", "everyone"]))
def test_choosing_an_audience_keeps_every_line_in_its_place(lines, audience):
    text = "\n".join(lines)
    chosen = select(text, read_blocks(text), audience).split("\n")
    assert len(chosen) == max(1, len(lines))
    assert all(new in ("", old) for new, old in zip(chosen, lines, strict=False))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_mangled_file_is_a_fault_and_never_a_traceback(tmp_path_factory, data):
    """Lines lost, doubled and cut in any file of the site: it builds, or says what is wrong."""
    root = tmp_path_factory.mktemp("mangled") / "site"
    shutil.copytree(SITES / "base", root)
    names = [p for p in sorted(root.rglob("*")) if p.suffix in (".md", ".toml")]
    path = data.draw(st.sampled_from(names))
    lines = path.read_text().split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        cut = data.draw(st.integers(0, len(lines[at])))
        how = data.draw(st.sampled_from(["lose", "double", "cut", "junk"]))
        put = {"lose": [], "double": [lines[at]] * 2, "cut": [lines[at][:cut]]}
        lines[at : at + 1] = put.get(how, [lines[at][:cut] + data.draw(st.text(max_size=5))])
        lines = lines or [""]
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace", newline="")
    with contextlib.suppress(Faults):
        generator.check(root, today=DAY)


def test_the_first_site_has_no_faults_and_no_warnings():
    assert generator.check(build.ROOT).warnings == ()
