"""A release is a folder of its own, replaced as a whole."""

from __future__ import annotations

import errno
import os
import re
import shutil
from functools import partial
from pathlib import Path

import brotli
import pytest
from click.testing import CliRunner

import build as command_line
from generator.outputs.redirects import redirect_pages
from generator.publish import About, Keeping, Output, Unreleased, publisher
from generator.publish.release import release
from policy.manifest import Page
from tests.generator.test_publishing import (
    DAY,
    Full,
    Killed,
    Killing,
    Unsettled,
    Watching,
    everything,
)

PAGES = {"/": Page("Home"), "/us/": Page("Us & <you>")}
ABOUT = About(1, PAGES, {}, {"/we/": "/us/", "/old.html": "/"})


def publish(out: Path, words: str) -> None:
    texts = {
        ("/", "index.html", ""): "at home. ",
        ("/", "_variants/teacher/index.html", "teacher"): "for teachers. ",
        ("/us/", "us/index.html", ""): "about us. ",
        ("/.well-known/security.txt", ".well-known/security.txt", ""): "Contact. ",
    }
    if words == "Old":
        texts["/gone/", "gone/index.html", ""] = "gone. "
    outputs = [
        Output(address, path, f"{words} {text}".encode() * 40, audience)
        for (address, path, audience), text in texts.items()
    ]
    out.mkdir(exist_ok=True)
    with publisher(out, disk=Unsettled()) as site:
        site.commit([site.stage(outputs)], (), ABOUT, Keeping(7, DAY))


def released(out: Path, folder: Path, disk: Unsettled | None = None) -> int:
    return release(out, folder, redirect_pages, disk=disk or Unsettled())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    publish(tmp_path / "public", "Old")
    return tmp_path / "public"


def test_a_release_holds_what_everybody_may_get_and_nothing_else(out, tmp_path):
    """Neither the manifest nor what the service chooses by a cookie. Old addresses lead on."""
    number = released(out, tmp_path / "dist")
    files = everything(tmp_path / "dist")
    assert number == len(files)
    leading = {path: files.pop(path).decode() for path in ("we/index.html", "old.html")}
    assert 'content="0; url=/us/"' in leading["we/index.html"]
    assert ">Us &amp; &lt;you&gt;</a>" in leading["we/index.html"]
    assert files == {
        path: data
        for path, data in everything(out).items()
        if path != "_build.json" and not path.startswith("_variants/")
    }
    assert (tmp_path / "dist/index.html").stat().st_mtime == (out / "index.html").stat().st_mtime


def test_the_command_packs_as_well_as_can_be_and_later_builds_keep_it(tmp_path):
    """Without a folder, too: what is in public/ can be served by others."""
    root = tmp_path / "site"
    shutil.copytree(command_line.ROOT / "tests/sites/base", root)
    run = partial(CliRunner().invoke, command_line.main)
    for words in (["--release"], [], ["--release", str(tmp_path / "dist")]):
        told = run(["--root", str(root), "build", *words])
        assert told.exit_code == 0, told.output
    assert f"Released into {tmp_path}/dist: " in told.output
    page = tmp_path / "dist/about/index.html"
    assert Path(f"{page}.br").read_bytes() == brotli.compress(page.read_bytes())
    told = run(["--root", str(root), "build", "--release", str(root)])
    assert told.exit_code == 1
    assert told.output.endswith("Nothing was released: the folder is as it was.\n")


def test_the_next_release_takes_the_place_of_the_one_before(out, tmp_path):
    dist = tmp_path / "dist"
    released(out, dist)
    publish(out, "New")
    released(out, dist)
    assert (dist / "index.html").read_text().startswith("New")
    assert not (dist / "gone").exists()
    beside = {".dist.release", ".public.stamps", "dist", "public"}
    assert {path.name for path in tmp_path.iterdir()} == beside


class Exchanging(Killing):
    def exchange(self, one: str, other: str) -> None:
        self._step()
        super().exchange(one, other)


class Plain(Killing):
    """On a file system that cannot exchange two folders."""

    def exchange(self, one: str, other: str) -> None:
        self._step()
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), other)


@pytest.mark.parametrize("disk", [Exchanging, Plain])
def test_a_release_that_is_killed_leaves_the_old_folder_or_the_new_one_whole(out, tmp_path, disk):
    """At any step. Where folders cannot be exchanged there is none for a moment: the next release
    begins by putting the old one back."""
    dist = tmp_path / "dist"
    released(out, dist)
    old = everything(dist)
    publish(out, "New")
    released(out, tmp_path / "other")
    new = everything(tmp_path / "other")
    seen = []
    while not seen or seen[-1] != "not stopped":
        publish(out, "Old")
        released(out, dist)
        publish(out, "New")
        try:
            released(out, dist, disk(len(seen)))
            seen.append("not stopped")
        except Killed:
            kinds = {"old": old, "new": new, "none": {}}
            seen.extend(kind for kind, files in kinds.items() if files == everything(dist))
        released(out, dist)
        assert everything(dist) == new
    assert {"old", "new"} < set(seen)
    assert seen.count("none") == (disk is Plain)


def test_a_release_that_the_system_refuses_leaves_the_old_one(out, tmp_path):
    dist = tmp_path / "dist"
    released(out, dist)
    old = everything(dist)
    publish(out, "New")
    for at in range(12):
        with pytest.raises(Unreleased, match="cannot be written: No space left"):
            released(out, dist, Full(at))
        assert everything(dist) == old


@pytest.mark.parametrize("place", ["dist", "dist/inner"])
def test_what_no_release_made_is_never_removed(out, tmp_path, place):
    dist = tmp_path / "dist"
    released(out, dist)
    own = tmp_path / place / "CNAME"
    own.parent.mkdir(exist_ok=True)
    own.write_text("mine")
    with pytest.raises(Unreleased, match=r"dist: no release made (inner/)?CNAME, which is in it"):
        released(out, dist)
    assert own.read_text() == "mine"
    (tmp_path / ".dist.release").unlink()
    own.unlink()
    with pytest.raises(Unreleased, match="no release made"):
        released(out, dist)


@pytest.mark.parametrize("place", ["public", "public/dist", "."])
def test_a_release_and_what_it_is_made_of_are_not_in_each_other(out, tmp_path, place):
    before = everything(tmp_path)
    with pytest.raises(Unreleased, match="can be in the other") as told:
        released(out, tmp_path / place)
    assert "hint: name a folder that is not there yet" in str(told.value)
    assert everything(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_is_left_alone(out, tmp_path):
    (tmp_path / "dist").write_text("mine")
    with pytest.raises(Unreleased, match="dist: it is no folder"):
        released(out, tmp_path / "dist")


def test_a_link_stays_one_and_what_it_leads_to_is_replaced(out, tmp_path):
    (tmp_path / "www").mkdir()
    (tmp_path / "dist").symlink_to("www")
    for _ in range(2):
        released(out, tmp_path / "dist")
    assert (tmp_path / "dist").is_symlink()
    assert (tmp_path / "www/index.html").exists()


def test_what_somebody_changed_in_public_is_not_released(out, tmp_path):
    (out / "us/index.html").write_text("?")
    with pytest.raises(Unreleased, match=re.escape("public/us/index.html: somebody changed it")):
        released(out, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()


def test_who_looks_at_any_step_sees_a_whole_folder(out, tmp_path):
    dist = tmp_path / "dist"
    released(out, dist)
    old = everything(dist)
    publish(out, "New")
    released(out, tmp_path / "other")
    new = everything(tmp_path / "other")
    seen = []
    released(out, dist, Watching(lambda _: seen.append(everything(dist))))
    assert all(each in (old, new) for each in seen)
    assert everything(dist) == new
