"""Publishing is a transaction: stopped at any step, by a kill or a full disk, `public/` is served
whole, and the next build leaves in it what a clean build would."""

from __future__ import annotations

import datetime
import errno
import functools
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.publish import (
    About,
    Compression,
    Keeping,
    Output,
    Unfinished,
    Unpublished,
    publisher,
)
from generator.publish.disk import Disk
from generator.publish.packing import packed as really_packed
from generator.publish.tree import Stamp
from policy.manifest import BUILD_FILE, Page, Stored, digest_of, read_build
from policy.published import Published, Replaced

DAY = datetime.date(2026, 3, 10)
WEEK = 7
Site = dict[str, str]
"""Texts by path; one with "#" is a page for an audience, one in assets/ has a fingerprint."""

OLD: Site = {
    "index.html": "Old words. " * 40,
    "index.html#teacher": "Old words for teachers. " * 40,
    "about/index.html": "About us. " * 40,
    "gone/index.html": "This page was withdrawn. " * 40,
    "a": "A file where a folder will be.",
    "b/index.html": "A folder where a file will be. " * 40,
    "small.txt": "x",
    "assets/main.11111111.css": "a{} " * 40,
}
NEW: Site = {
    "index.html": "New words. " * 40,
    "index.html#teacher": "New words for teachers. " * 40,
    "index.html#school": "New words for schools. " * 40,
    "about/index.html": "About us. " * 40,
    "a/index.html": "A folder where a file was. " * 40,
    "b": "A file where a folder was.",
    "small.txt": "No longer as small. " * 40,
    "assets/main.22222222.css": "b{} " * 40,
}
STYLED = {name: text for name, text in NEW.items() if not name.startswith("assets/")} | {
    name: text for name, text in OLD.items() if name.startswith("assets/")
}
"""The new words with the old style: no asset of it retires."""


@functools.cache
def packed(
    path: str, data: bytes, compression: Compression = Compression.FAST
) -> tuple[tuple[str, bytes], ...]:
    """Each once: thousands of builds pack the same few texts."""
    return tuple(really_packed(path, data, compression))


@pytest.fixture(scope="module", autouse=True)
def packed_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("generator.publish.staging.packed", packed)
        yield


def outputs(site: Site) -> Iterator[Output]:
    for name, text in site.items():
        path, _, audience = name.partition("#")
        place = f"_variants/{audience}/{path}" if audience else path
        immutable = path.startswith("assets/")
        address = f"/{path}".removesuffix("index.html")
        yield Output(address, place, text.encode(), audience, immutable)


def put(out: Path, site: Site, disk: Disk | None = None, *, today: datetime.date = DAY):
    out.mkdir(exist_ok=True)
    about = About(1, {"/": Page(site["index.html"][:9])}, {}, {})
    with publisher(out, disk=disk or Unsettled()) as here:
        return here.commit([here.stage(outputs(site))], (), about, Keeping(WEEK, today))


def everything(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def served(published: Published) -> tuple[str, dict[str, str]]:
    """The title and the texts of the site, as a reader finds them; packed ones must be the same."""
    while True:
        build = published.refresh()
        try:
            texts = dict(_texts(published, build))
        except Replaced:
            continue
        return build.pages["/"].title, texts


def _texts(published: Published, build) -> Iterator[tuple[str, str]]:
    def read(stored: Stored) -> bytes:
        with published.open(build, stored) as file:
            data = file.read()
        assert (digest_of(data), len(data)) == (stored.digest, stored.size), stored
        return data

    files = {file.path: file for file in build.files.values()}
    for address, variants in build.variants.items():
        path = build.files[address].path
        files |= {f"{path}#{name}": file for name, file in variants.items()}
    for name, file in files.items():
        data = read(file.plain)
        assert {encoding: read(each) for encoding, each in file.encodings.items()} == dict(
            packed(file.path, data)
        )
        if file.retired is None:
            yield name, data.decode()


class Killed(BaseException):
    """The process is no more: nothing after it is run."""


class Unsettled(Disk):
    """No power is cut in a test."""

    def settle(self, paths: Collection[str]) -> None:
        assert all(map(os.path.exists, paths))


class Watching(Unsettled):
    """Calls `look` before each step, and says how many there were."""

    def __init__(self, look: Callable[[int], None]) -> None:
        self.steps = 0
        self._look = look

    def _step(self) -> None:
        self._look(self.steps)
        self.steps += 1

    def make_folder(self, path: str) -> None:
        self._step()
        super().make_folder(path)

    def write(self, path: str, data: bytes) -> Stamp:
        self._step()
        return super().write(path, data)

    def move(self, old: str, new: str) -> None:
        self._step()
        super().move(old, new)

    def remove(self, path: str) -> None:
        self._step()
        super().remove(path)

    def remove_folder(self, path: str) -> None:
        self._step()
        super().remove_folder(path)

    def settle(self, paths: Collection[str]) -> None:
        self._step()
        super().settle(paths)


class Killing(Watching):
    """Ends the process before the step `at`; with `half`, in the middle of it."""

    def __init__(self, at: int, *, half: bool = False) -> None:
        super().__init__(lambda _: None)
        self._at = at
        self._half = half

    def _step(self) -> None:
        if self.steps == self._at and not self._half:
            raise Killed
        super()._step()

    def write(self, path: str, data: bytes) -> Stamp:
        if self.steps == self._at and self._half:
            super(Unsettled, self).write(path, data[: len(data) // 2])
            self._half = False
            raise Killed
        return super().write(path, data)


class Full(Watching):
    """From the step `at` on nothing can be written; what is removed makes no room."""

    def __init__(self, at: int, number: int = errno.ENOSPC) -> None:
        super().__init__(lambda _: None)
        self._at = at
        self._number = number

    def _refuse(self, path: str) -> None:
        if self.steps >= self._at:
            raise OSError(self._number, os.strerror(self._number), path)

    def make_folder(self, path: str) -> None:
        self._refuse(path)
        super().make_folder(path)

    def write(self, path: str, data: bytes) -> Stamp:
        if self.steps >= self._at:
            super(Unsettled, self).write(path, data[: len(data) // 2])
        self._refuse(path)
        return super().write(path, data)

    def move(self, old: str, new: str) -> None:
        self._refuse(new)
        super().move(old, new)


def steps(folder: Path, old: Site | None, new: Site) -> int:
    """How many a build of `new` over `old` takes."""
    out = folder / "count"
    if old:
        put(out, old)
    counting = Watching(lambda _: None)
    put(out, new, counting)
    shutil.rmtree(out)
    return counting.steps


def clean(folder: Path, site: Site, today: datetime.date = DAY) -> dict[str, bytes]:
    """What a build into an empty folder leaves."""
    out = folder / "clean"
    shutil.rmtree(out, ignore_errors=True)
    put(out, site, today=today)
    return everything(out)


BREAKS = {
    "killed": Killing,
    "killed in the middle of a write": lambda at: Killing(at, half=True),
    "out of disk": Full,
    "not permitted": lambda at: Full(at, errno.EACCES),
}


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("then", ["reverted", "built again", "changed once more"])
def test_stopped_at_any_step_the_next_build_is_as_clean_as_any(tmp_path, how, then):
    """Also the packed files: "reverted" once left the withdrawn text in them for ever."""
    last = {"reverted": OLD, "built again": STYLED, "changed once more": {**STYLED, "a": "x"}}[then]
    last = {name: text for name, text in last.items() if then[0] != "c" or name[:2] != "a/"}
    wanted, out = clean(tmp_path, last), tmp_path / "public"
    for at in range(steps(tmp_path, OLD, STYLED)):
        put(out, OLD)
        with suppress(Killed, Unpublished, Unfinished):
            put(out, STYLED, BREAKS[how](at))
        assert served(Published(out)) in (("Old words", OLD), ("New words", STYLED)), at
        put(out, last)
        assert everything(out) == wanted, at
        shutil.rmtree(out)


@pytest.mark.parametrize("how", BREAKS)
def test_the_build_that_finishes_another_can_be_stopped_too(tmp_path, how):
    """At each step again, whatever the first was stopped at."""
    wanted, out = clean(tmp_path, STYLED), tmp_path / "public"
    number = steps(tmp_path, OLD, STYLED)
    for at in range(0, number, 5):
        for again in range(1, number, 6):
            put(out, OLD)
            for stop in (at, again):
                with suppress(Killed, Unpublished, Unfinished):
                    put(out, STYLED, BREAKS[how](stop))
                assert served(Published(out))[1] in (OLD, STYLED)
            put(out, STYLED)
            assert everything(out) == wanted
            shutil.rmtree(out)


def test_a_first_build_that_is_stopped_serves_nothing_or_all(tmp_path):
    wanted, out = clean(tmp_path, NEW), tmp_path / "public"
    for at in range(steps(tmp_path, None, NEW)):
        with pytest.raises(Killed):
            put(out, NEW, Killing(at))
        if (out / BUILD_FILE).exists():
            assert served(Published(out)) == ("New words", NEW)
        put(out, NEW)
        assert everything(out) == wanted
        shutil.rmtree(out)


def stopped(out: Path, disk: Disk) -> Unpublished | Unfinished | None:
    """What kept the new site from being published; None where nothing did."""
    try:
        put(out, NEW, disk)
    except (Unpublished, Unfinished) as told:
        return told
    return None


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_what_was_refused_is_said_and_the_site_is_as_it_was_or_new(tmp_path, number):
    """Unpublished: not a byte has changed. Unfinished: the new site is served, whole."""
    out = tmp_path / "public"
    for site in (OLD, NEW):
        put(out, site)
    finished = everything(out)
    shutil.rmtree(out)
    kinds = set()
    for at in range(steps(tmp_path, OLD, NEW)):
        put(out, OLD)
        before = everything(out)
        told = stopped(out, Full(at, number))
        kinds.add(type(told))
        if isinstance(told, Unpublished):
            assert everything(out) == before
        wanted = OLD if isinstance(told, Unpublished) else NEW
        assert served(Published(out))[1] == wanted
        if told is None:
            assert everything(out) == finished
        else:
            assert re.search(r": it cannot be written: .*\nhint: ", str(told))
        shutil.rmtree(out)
    assert kinds == {Unpublished, Unfinished, type(None)}


@pytest.mark.parametrize("pause", [1, 2, 3, 5])
def test_who_reads_meanwhile_gets_the_old_site_or_the_new_one(tmp_path, pause):
    """At every step, by readers that came before, that come now, and that read in between."""
    out = tmp_path / "public"
    put(out, OLD)
    before = Published(out)
    switched = False

    def look(step: int) -> None:
        nonlocal switched
        if step % pause:
            return  # Meanwhile `before` misses what happens.
        for reader in (before, Published(out)):
            found = served(reader)
            assert found in (("Old words", OLD), ("New words", NEW))
            assert (found[0] == "New words") >= switched, "never back to the old one"
            switched = found[0] == "New words"

    put(out, NEW, Watching(look))
    assert served(before) == ("New words", NEW)
    assert switched


def test_a_reader_in_the_middle_of_a_page_never_takes_new_bytes_for_old_ones(tmp_path):
    """The build is looked up before each step of a build, and the file is opened after it."""
    out = tmp_path / "public"
    put(out, OLD)
    published = Published(out)
    held = published.refresh()

    def look(_: int) -> None:
        nonlocal held
        with suppress(Replaced):
            assert dict(_texts(published, held)) in (OLD, NEW)
        held = published.refresh()

    put(out, NEW, Watching(look))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b"?" * path.stat().st_size),
        lambda path: path.write_bytes(b""),
        lambda path: (path.unlink(), path.mkdir()),
        lambda path: (path.unlink(), path.symlink_to("/etc/hostname")),
        lambda path: (path.unlink(), path.symlink_to("nowhere")),
    ],
)
@pytest.mark.parametrize("name", ["about/index.html", "about/index.html.br", "small.txt"])
def test_a_file_is_known_by_its_bytes(tmp_path, spoil, name):
    """Whatever stands at its path, of whatever length: it is mended, and nothing else is."""
    out = tmp_path / "public"
    put(out, OLD)
    wanted = everything(out)
    put(out, OLD)  # so that its stamps are known
    spoil(out / name)
    mended = put(out, OLD)
    assert everything(out) == wanted
    assert mended.written == 1


def test_a_file_is_known_by_its_bytes_where_its_time_and_length_are_the_same(tmp_path):
    """Restored from elsewhere with its times, say."""
    out = tmp_path / "public"
    put(out, OLD)
    path = out / "about" / "index.html"
    wanted, was = path.read_bytes(), path.stat()
    path.write_bytes(wanted.replace(b"us", b"them")[: len(wanted)])
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    put(out, OLD)
    assert path.read_bytes() == wanted


@pytest.mark.parametrize("text", ["", "{", "[]", '{"form": 1}', '{"form": 1, "stamps": {"a": 1}}'])
def test_stamps_that_cannot_be_read_cost_only_time(tmp_path, text):
    out = tmp_path / "public"
    put(out, OLD)
    wanted = everything(out)
    (tmp_path / ".public.stamps").write_text(text)
    assert put(out, OLD).written == 0
    assert everything(out) == wanted


def test_folders_and_links_in_the_way_are_removed_and_what_they_lead_to_is_not(tmp_path):
    out, elsewhere = tmp_path / "public", tmp_path / "elsewhere"
    put(out, OLD)
    wanted = everything(out)
    shutil.move(out / "about", elsewhere)
    (out / "about").symlink_to(elsewhere)
    (out / BUILD_FILE).unlink()
    (out / BUILD_FILE).mkdir()
    (out / "empty" / "inner").mkdir(parents=True)
    (out / "stray.html").write_text("?")
    put(out, OLD)
    assert everything(out) == wanted
    assert not (out / "empty").exists()
    assert sorted(path.name for path in elsewhere.iterdir()) == [
        "index.html",
        "index.html.br",
        "index.html.gz",
    ]


def test_another_compressor_packs_everything_anew(tmp_path, monkeypatch):
    """As a clean build with it would."""
    out = tmp_path / "public"
    put(out, OLD)
    for module in ("staging", "succession", "repacking"):
        monkeypatch.setattr(f"generator.publish.{module}.PACKING", "another")
    monkeypatch.setattr(
        "generator.publish.staging.packed",
        lambda path, data, compression: [("br", brotli.compress(data, quality=1))],
    )
    put(out, OLD)
    assert everything(out) == clean(tmp_path, OLD)


def test_an_old_asset_is_served_for_its_days_and_then_removed(tmp_path):
    """Pages that were loaded before may ask for it; a build after its last day removes it."""
    out, style = tmp_path / "public", "assets/main.11111111.css"
    put(out, OLD)
    put(out, NEW)
    asset = read_build(out).files[f"/{style}"]
    assert (asset.retired, asset.immutable) == (DAY, True)
    assert served(Published(out)) == ("New words", NEW)
    later = DAY + datetime.timedelta(days=WEEK)
    assert put(out, NEW, today=later).written == 0
    assert (out / f"{style}.br").exists()
    removed = put(out, NEW, today=later + datetime.timedelta(days=1)).removed
    assert removed == 3
    assert everything(out) == clean(tmp_path, NEW)


def test_an_asset_that_is_used_again_is_retired_no_more(tmp_path):
    out = tmp_path / "public"
    for site in (OLD, NEW, OLD):
        put(out, site)
    files = read_build(out).files
    assert files["/assets/main.11111111.css"].retired is None
    assert files["/assets/main.22222222.css"].retired == DAY


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_jumps_removes_no_asset_of_the_build_before(tmp_path, days):
    """A year ahead or back: it outlives the build that retires it, and is not kept for ever."""
    out, style = tmp_path / "public", "/assets/main.11111111.css"
    put(out, OLD)
    put(out, NEW, today=DAY + datetime.timedelta(days=days))
    assert style in read_build(out).files
    put(out, NEW)
    put(out, NEW, today=DAY + datetime.timedelta(days=WEEK + 1))
    assert style not in read_build(out).files


def test_an_old_asset_that_was_damaged_is_not_served(tmp_path):
    out = tmp_path / "public"
    put(out, OLD)
    (out / "assets/main.11111111.css").write_text("?")
    put(out, NEW)
    assert "/assets/main.11111111.css" not in read_build(out).files
    assert not (out / "assets/main.11111111.css").exists()


NAMES = st.sampled_from(
    ["index.html", "a", "a/index.html", "b/index.html", "c.txt", "assets/x.css"]
)
TEXTS = st.sampled_from(["x", "Words. " * 30, "Other words. " * 30])


def _possible(site: Site) -> bool:
    return "index.html" in site and not {"a", "a/index.html"} <= site.keys()


SITES = st.dictionaries(NAMES, TEXTS, min_size=1).filter(_possible)


@settings(max_examples=150)
@given(
    st.lists(st.tuples(SITES, st.sampled_from(sorted(BREAKS)), st.integers(0, 40)), max_size=5),
    SITES,
)
def test_any_history_of_stopped_builds_ends_as_a_clean_one(tmp_path_factory, history, last):
    """Whatever was built and stopped before; old assets are gone once their days are over."""
    folder = tmp_path_factory.mktemp("history")
    out = folder / "public"
    for site, how, at in history:
        with suppress(Killed, Unpublished, Unfinished):
            put(out, site, BREAKS[how](at))
        if (out / BUILD_FILE).exists():
            served(Published(out))
    put(out, last)
    assert served(Published(out))[1] == last
    put(out, last, today=DAY + datetime.timedelta(days=WEEK + 1))
    assert everything(out) == clean(folder, last)
