"""What stays of the standing build, how small its files are, and how little is looked at again."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import time
from pathlib import Path

import brotli
import pytest

from generator.publish import (
    About,
    Compression,
    Keeping,
    Output,
    Unpublished,
    Written,
    looking,
    publisher,
    staging,
)
from generator.publish.looking import Look
from generator.publish.packing import packed
from generator.publish.stamps import UNSURE, Stamps, Table
from policy.manifest import BUILD_FILE, Page, read_build
from tests.generator.test_publishing import (
    DAY,
    NEW,
    OLD,
    WEEK,
    Unsettled,
    clean,
    everything,
    outputs,
    put,
)

KEEPING = Keeping(WEEK, DAY)
ABOUT = About(1, None, {}, {})
LEVELS = (Compression.NONE, Compression.FAST, Compression.BEST)
TEXT = "Words that can be packed better with more time, some of them more than others. " * 40


def page(name: str, text: str = TEXT, audience: str = "") -> Output:
    folder = f"_variants/{audience}/" if audience else ""
    return Output(f"/{name}/", f"{folder}{name}/index.html", f"{name} {text}".encode(), audience)


def change(
    out: Path, made: list[Output], kept: set[str], compression: Compression = Compression.FAST
) -> Written:
    out.mkdir(exist_ok=True)
    with publisher(out, compression, disk=Unsettled()) as site:
        return site.commit([site.stage(made)] if made else [], kept, ABOUT, KEEPING)


def test_what_is_kept_stays_and_what_is_not_named_goes(tmp_path):
    out = tmp_path / "public"
    change(out, [page("a"), page("b"), page("b", TEXT, "teacher"), page("c")], set())
    written = change(out, [page("a", "other")], {"/b/"})
    assert written == Written(written=2, removed=5, unchanged=6)
    assert sorted(read_build(out).files) == ["/a/", "/b/"]
    assert not (out / "c").exists()
    assert change(out, [], {"/a/", "/b/"}).written == 0


def test_a_variant_alone_can_be_made_anew_and_its_page_stays(tmp_path):
    out = tmp_path / "public"
    made = [page("a"), page("a", TEXT, "teacher"), page("a", TEXT, "school")]
    change(out, made, set())
    change(out, [page("a", "other", "teacher")], {"/a/"})
    build = read_build(out)
    assert sorted(build.variants["/a/"]) == ["school", "teacher"]
    assert (out / build.file("/a/", "teacher").path).read_text() == "a other"
    change(out, [page("a"), page("a", "other", "teacher")], set())
    assert sorted(read_build(out).variants["/a/"]) == ["teacher"]
    assert not (out / "_variants/school").exists()


def test_pages_are_said_again_or_anew(tmp_path):
    out = tmp_path / "public"
    change(out, [page("a"), page("b")], set())
    titles = {"/a/": Page("A"), "/b/": Page("B")}
    with publisher(out) as site:
        site.commit([], {"/a/", "/b/"}, About(1, titles, {}, {}), KEEPING)
    change(out, [page("a", "other")], {"/b/"})
    assert read_build(out).pages == titles
    change(out, [], {"/b/"})
    assert read_build(out).pages == {"/b/": Page("B")}


def test_an_asset_that_had_retired_and_is_kept_is_retired_no_more(tmp_path):
    out = tmp_path / "public"
    asset = Output("/assets/a.1.css", "assets/a.1.css", b"a{}" * 50, immutable=True)
    change(out, [page("a"), asset], set())
    change(out, [], {"/a/"})
    assert read_build(out).files["/assets/a.1.css"].retired == DAY
    change(out, [], {"/a/", "/assets/a.1.css"})
    assert read_build(out).files["/assets/a.1.css"].retired is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda out: (out / "a/index.html").write_text("?"),
        lambda out: (out / "a/index.html.gz").unlink(),
        lambda out: ((out / "a").rename(out / "other"), (out / "a").symlink_to("other")),
        lambda out: ((out / "a").rename(out / "other"), (out / "a").write_text("?")),
        lambda out: (out / ".." / ".public.stamps").unlink() or (out / "a/index.html").unlink(),
    ],
)
def test_what_somebody_changed_is_not_intact_and_all_else_is(tmp_path, spoil):
    out = tmp_path / "public"
    change(out, [page("a"), page("b"), page("b", TEXT, "teacher")], set())
    before = everything(out)
    spoil(out)
    with publisher(out) as site:
        assert [site.intact(f"/{name}/") for name in "abc"] == [False, True, False]
        assert [site.intact("/b/", name) for name in ("teacher", "school")] == [True, False]
        site.commit([site.stage([page("a")])], {"/b/"}, ABOUT, KEEPING)
    assert everything(out) == before


def test_a_page_that_was_restored_with_its_bytes_is_intact(tmp_path):
    out = tmp_path / "public"
    change(out, [page("a")], set())
    path = out / "a/index.html"
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)
    with publisher(out) as site:
        assert site.intact("/a/")


def sizes(out: Path) -> list[int]:
    return [each.size for each in read_build(out).files["/a/"].stored]


def best(data: bytes) -> list[int]:
    return [len(data), len(brotli.compress(data)), len(gzip.compress(data, 9, mtime=0))]


@pytest.mark.parametrize("level", LEVELS)
def test_each_compression_leaves_what_a_clean_build_with_it_does(tmp_path, level):
    """Whatever was before, where the text changed."""
    for number, before in enumerate(LEVELS):
        out = tmp_path / f"{number}" / "public"
        out.parent.mkdir()
        change(out, [page("a", "other words " * 40)], set(), before)
        change(out, [page("a")], set(), level)
        change(tmp_path / "clean", [page("a")], set(), level)
        assert everything(out) == everything(tmp_path / "clean")
    wanted = {Compression.NONE: 1, Compression.FAST: 3, Compression.BEST: 3}[level]
    assert len(sizes(out)) == wanted
    if level is Compression.BEST:
        assert sizes(out) == best(page("a").data)


@pytest.mark.parametrize("stays", [True, False])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("before", LEVELS)
def test_what_did_not_change_is_packed_as_well_as_it_was_or_as_is_asked(
    tmp_path, before, level, stays
):
    """A release after a preview packs what the preview did not; a build after a release undoes
    nothing. No page is rendered for it: `stays` says whether it was given again."""
    out = tmp_path / "public"
    picture = Output("/a.png", "a.png", b"not to be packed " * 50)
    change(out, [page("a"), page("a", TEXT, "teacher"), picture], set(), before)
    made = [] if stays else [page("a"), page("a", TEXT, "teacher"), picture]
    change(out, made, {"/a/", "/a.png"} if stays else set(), level)
    change(
        tmp_path / "clean",
        [page("a"), page("a", TEXT, "teacher"), picture],
        set(),
        max(before, level),
    )
    assert everything(out) == everything(tmp_path / "clean")


def test_what_somebody_changes_while_a_kept_page_is_packed_is_told(tmp_path):
    out = tmp_path / "public"
    change(out, [page("a")], set(), Compression.NONE)
    before = (out / BUILD_FILE).read_bytes()
    with publisher(out) as site:
        assert site.intact("/a/")
        (out / "a/index.html").write_text("?")
        with pytest.raises(Unpublished, match=r"public/a/index\.html: somebody changed it since"):
            site.commit([], {"/a/"}, ABOUT, KEEPING)
    assert (out / BUILD_FILE).read_bytes() == before


@pytest.fixture
def reads(monkeypatch):
    """The paths of published files that are read."""
    seen: list[str] = []

    def noted(path: str):
        seen.append(path)
        return digest_at(path)

    digest_at = looking.digest_at
    for module in (looking, staging):
        monkeypatch.setattr(module, "digest_at", noted)
    return seen


def old(out: Path) -> None:
    """As if everything had been written a while ago: its times tell of the next change."""
    time.sleep(0.11)
    put(out, OLD)


def test_nothing_is_read_again_that_nobody_touched(tmp_path, reads):
    out = tmp_path / "public"
    put(out, OLD)
    old(out)
    reads.clear()
    assert put(out, OLD).written == 0
    assert reads == []
    (out / "b/index.html").touch()
    assert put(out, OLD).written == 0
    assert set(reads) == {f"{out}/b/index.html"}


def test_a_build_that_commits_nothing_keeps_what_it_has_learned(tmp_path, reads):
    out = tmp_path / "public"
    put(out, OLD)
    time.sleep(0.11)
    for _ in range(2):
        reads.clear()
        with publisher(out) as site:
            assert site.intact("/")
    assert reads == []


def test_a_stranger_is_found_in_a_folder_that_nobody_wrote_to(tmp_path):
    out = tmp_path / "public"
    put(out, OLD)
    old(out)
    wanted = everything(out)
    (out / "about/more/inside").mkdir(parents=True)
    (out / "about/more/inside/x.html").write_text("?")
    (out / "b/link").symlink_to("/etc")
    assert put(out, OLD).removed == 2
    assert everything(out) == wanted
    assert not (out / "about/more").exists()
    assert not os.path.lexists(out / "b/link")


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("at", [0, 150, 500, -1])
def test_a_manifest_that_cannot_be_read_is_none_wherever_it_is_damaged(tmp_path, at):
    """Whoever remembers a build by its manifest must not take it for that one."""
    out = tmp_path / "public"
    put(out, OLD)
    flip(out / BUILD_FILE, at)
    with publisher(out, disk=Unsettled()) as site:
        assert (site.standing, site.mark, site.is_untouched()) == (None, "", False)
        assert not site.intact("/")
        about = About(1, {"/": Page("Old words")}, {}, {})
        site.commit([site.stage(outputs(OLD))], (), about, KEEPING)
        assert site.mark
        assert site.standing == read_build(out)
    assert everything(out) == clean(tmp_path, OLD)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: flip(path, 300)])
def test_stamps_that_are_gone_or_damaged_are_made_anew_though_nothing_changed(
    tmp_path, reads, spoil
):
    out, stamps = tmp_path / "public", tmp_path / ".public.stamps"
    put(out, OLD)
    time.sleep(0.11)
    spoil(stamps)
    for _ in range(2):
        reads.clear()
        with publisher(out) as site:
            assert site.is_untouched()
    assert reads == []


@pytest.mark.parametrize("cut", [0, 10, 100, -1])
def test_a_damaged_manifest_is_made_anew_and_so_is_all_that_it_told_of(tmp_path, cut):
    out = tmp_path / "public"
    put(out, OLD)
    manifest = out / BUILD_FILE
    manifest.write_bytes(manifest.read_bytes()[:cut])
    (out / "stray.html").write_text("?")
    put(out, NEW)
    assert everything(out) == clean(tmp_path, NEW)


def test_a_manifest_from_a_backup_is_not_believed(tmp_path):
    """Its digests are of other bytes than those that are there, whatever the stamps say."""
    out = tmp_path / "public"
    put(out, OLD)
    manifest = (out / BUILD_FILE).read_bytes()
    changed = {**OLD, "about/index.html": "Others. " * 40}
    put(out, changed)
    old_wanted = clean(tmp_path, OLD)
    (out / BUILD_FILE).write_bytes(manifest)
    put(out, OLD)
    assert everything(out) == old_wanted


def test_a_file_that_is_gone_before_its_time_could_tell_is_missed(tmp_path):
    """Right after it was written it has no sure stamp, and nor has what is not there."""
    known = Table.of({"index.html": (UNSURE, "00" * 16)})
    look = Look(str(tmp_path), Stamps(known, Table.of({}), ""))
    assert look.found().broken == {"index.html"}


LOOK_AND_LEAVE = """
import sys, time
from generator.publish.looking import Look
from generator.publish.stamps import Stamps, Table
known = {f"{number}/index.html": ((number, 1, 1), "00" * 16) for number in range(40_000)}
look = Look(sys.argv[1], Stamps(Table.of(known), Table.of({}), ""))
time.sleep(1)
look.close()
"""


def test_a_look_that_nobody_wants_ends_however_much_it_found(tmp_path):
    """Where `public/` was deleted, all that a large site's stamps name is gone: more than the
    pipes of those who look can hold."""
    root = Path(looking.__file__).parents[2]
    run = [sys.executable, "-c", LOOK_AND_LEAVE, tmp_path]
    subprocess.run(run, cwd=root, check=True, timeout=60)


def test_what_each_first_view_waits_for_is_always_packed_best() -> None:
    """Style sheets and scripts; whatever is asked for pages. Nothing is packed where none is."""
    text = b"".join(b"p%d { color: red } " % number for number in range(400))
    for path, is_asset in (("assets/main.1.css", True), ("assets/a.1.js", True), ("a.css", False)):
        fast, best = (
            dict(packed(path, text, each)) for each in (Compression.FAST, Compression.BEST)
        )
        assert (fast == best) is is_asset
        assert len(best["br"]) < len(text) / 4
        assert dict(packed(path, text, Compression.NONE)) == {}


def test_what_is_always_packed_as_well_as_can_be_is_not_packed_again(tmp_path, monkeypatch):
    """A release after an ordinary build finds style sheets and scripts as it would make them."""
    out = tmp_path / "public"
    style = Output("/assets/a.css", "assets/a.css", f"a{{}}{TEXT}".encode(), immutable=True)
    change(out, [page("a"), style], set())
    packed_again = []
    monkeypatch.setattr(
        "generator.publish.staging.packed",
        lambda path, *_: packed_again.append(path) or iter(()),
    )
    change(out, [page("a"), style], set(), Compression.BEST)
    assert packed_again == ["a/index.html"]
