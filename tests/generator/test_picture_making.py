"""Pictures are made once, kept, and never believed; whatever stops that leaves the old site."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import build
import generator
from generator import PictureWork
from generator.outputs.pictures import PictureOutputs
from generator.pictures import making
from generator.pictures.cache import ENVIRON, KEPT_SECONDS, Cache
from generator.pictures.derived import derived
from generator.pictures.original import read_original
from policy import Faults
from tests.fixtures.patience import PATIENCE
from tests.generator.photos import page, put, saved, scene, turned
from tests.generator.test_build_site import DAY, of_pages, published


@pytest.fixture
def out(root, tmp_path):
    """A site with one photo, built."""
    put(root, {"a.jpg": turned(1)})
    page(root, "![A](a.jpg)")
    generator.build(root, tmp_path / "public", today=DAY)
    return tmp_path / "public"


def never(*_: object) -> None:
    raise AssertionError("made again")


def test_what_was_made_is_not_made_again(root, out, tmp_path, monkeypatch):
    """Nor for a new page, a renamed file, or an empty public/."""
    monkeypatch.setattr(making, "_run", never)
    (root / "content" / "a.jpg").rename(root / "content" / "b.jpg")
    page(root, "More. ![A](b.jpg)")
    generator.build(root, tmp_path / "elsewhere", today=DAY)
    assert len(list((tmp_path / "elsewhere" / "assets" / "pictures").iterdir())) == 6


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: b"", lambda data: data + b"x"]
)
def test_what_was_damaged_is_made_again(root, out, tmp_path, damage):
    before = published(out)
    kept = sorted((root / "var" / "pictures").iterdir())
    assert len(kept) == 6
    whole = kept[0].read_bytes()
    kept[0].write_bytes(damage(whole))
    generator.build(root, tmp_path / "again", today=DAY)
    assert {n: d for n, d in published(tmp_path / "again").items() if "pictures" in n} == {
        n: d for n, d in before.items() if "pictures" in n
    }
    assert kept[0].read_bytes() == whole


def test_another_picture_under_the_same_name_is_another_address(root, out):
    before = set((out / "assets" / "pictures").iterdir())
    put(root, {"a.jpg": saved(scene(401, 300), "JPEG")})
    generator.build(root, out, today=DAY)
    assert len(set((out / "assets" / "pictures").iterdir()) - before) == 6


def test_what_no_build_has_used_for_a_month_goes(root, out):
    folder = root / "var" / "pictures"
    old = time.time() - KEPT_SECONDS - 60
    for name in ("used", "unused", "recent"):
        Cache(folder).write(name, b"")
    os.utime(folder / "unused", (old, old))
    used = next(path for path in folder.iterdir() if len(path.name) == 64)
    os.utime(used, (old, old))
    put(root, {"b.jpg": saved(scene(64, 48), "JPEG")})
    page(root, "![A](a.jpg) ![B](b.jpg)")
    generator.build(root, out, today=DAY)
    assert {path.name for path in folder.iterdir()} >= {"used", "recent", used.name}
    assert not (folder / "unused").exists()
    Cache(folder).read(used.name)
    assert used.stat().st_mtime > old + 60


def test_where_nothing_can_be_kept_pictures_are_made_all_the_same(root, tmp_path):
    """`var` is a file here, as root may write into every folder."""
    put(root, {"a.jpg": turned(1)})
    page(root, "![A](a.jpg)")
    (root / "var").write_text("")
    done = generator.build(root, tmp_path / "public", today=DAY)
    assert [str(each).split("\n")[0] for each in of_pages(done.warnings)] == [
        "error: var/pictures: it cannot be written: Not a directory"
    ]
    assert len(list((tmp_path / "public" / "assets" / "pictures").iterdir())) == 6


DIES = """
import os, pathlib, signal, sys
import generator
from generator import {module}
from policy.faults import Faults

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

{module}.{name} = die
try:
    generator.build(*map(pathlib.Path, sys.argv[1:]))
except Faults as faults:
    print(faults, faults.epilogue, sep="\\n")
"""


@pytest.mark.parametrize(
    ("module", "name", "what"),
    [("pictures.making", "work", "made pictures"), ("make", "_Maker.make", "rendered pages")],
)
def test_a_process_that_dies_leaves_the_old_site(root, out, module, name, what):
    """As where the system kills one for its memory."""
    before = published(out)
    put(root, {"b.jpg": saved(scene(200, 100), "JPEG")})
    page(root, "![B](b.jpg)")
    for number in range(60):
        words = f"title: Page {number}\ndescription: {'A page among many others. ' * 3}"
        (root / f"content/page-{number}.md").write_text(f"---\n{words}\n---\nWords.\n")
    script = DIES.format(module=module, name=name)
    script = script.replace(f"from generator import {module}", f"import generator.{module}")
    script = script.replace(f"{module}.{name} = die", f"generator.{module}.{name} = die")
    done = subprocess.run(
        [sys.executable, "-c", script, str(root), str(out)],
        capture_output=True, text=True, check=True, timeout=120, cwd=build.ROOT,
    )  # fmt: skip
    assert done.stdout == (
        f"error: content: a process that {what} was ended from outside\n"
        "hint: build again; where it happens again, there is too little memory"
        f"{': save them smaller' if 'pictures' in what else ''}\n\n1 error\n"
        "Nothing was published: public/ is as it was.\n"
    )
    assert published(out) == before


def test_a_full_disk_is_told_and_leaves_the_old_site(root, out, monkeypatch):
    before = published(out)
    put(root, {"b.jpg": saved(scene(200, 100), "JPEG")})
    page(root, "![B](b.jpg)")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Cache, "write", refuse)
    with pytest.raises(Faults, match="No space left on device"):
        generator.build(root, out, today=DAY)
    assert published(out) == before


def test_all_pictures_that_cannot_be_made_are_told_at_once(root):
    broken = bytearray(saved(scene(), "PNG"))
    broken[broken.index(b"IDAT") + 200] ^= 0xFF
    put(root, {"a.png": bytes(broken), "b.png": bytes(broken) + b"x", "c.jpg": turned(1)})
    page(root, "![A](a.png)\n![B](b.png)\n![C](c.jpg)")
    for run in (
        generator.check,
        lambda root, today: generator.build(root, root / "public", today=today),
    ):
        with pytest.raises(Faults) as told:
            run(root, today=DAY)
        assert [(each.line, each.message) for each in told.value.faults] == [
            (5, "content/a.png begins well, but cannot be decoded to its end"),
            (6, "content/b.png begins well, but cannot be decoded to its end"),
        ]


def test_an_original_that_changes_under_the_build_is_told(root, tmp_path):
    put(root, {"a.jpg": turned(1)})
    wanted = list(derived(read_original("content/a.jpg", turned(3)), "jpeg", (320,)))
    with pytest.raises(Faults, match="changed while it was read"):
        making.make(wanted, root, Cache(tmp_path / "pictures"), making.no_progress)


def test_progress_counts_to_the_end(root, tmp_path):
    put(root, {"a.jpg": turned(1)})
    page(root, "![A](a.jpg)")
    heard: list[tuple[int, int]] = []
    work = PictureWork(progress=lambda made, total: heard.append((made, total)))
    generator.build(root, tmp_path / "public", today=DAY, pictures=work)
    assert heard[0] == (0, 6)
    assert heard[-1] == (6, 6)
    assert [made for made, _ in heard] == sorted(made for made, _ in heard)
    assert published(tmp_path / "public")


@pytest.mark.parametrize("to_all", [True, False])
def test_ctrl_c_ends_at_once_and_leaves_the_old_site(root, out, to_all):
    """A terminal tells all processes of a command; `kill` tells the first one alone."""
    before = published(out)
    photo = saved(scene(1800, 1200), "JPEG")
    put(root, {f"{number}.jpg": photo + bytes(number) for number in range(12)})
    page(root, "\n\n".join(f"![A]({number}.jpg)" for number in range(12)))
    process = subprocess.Popen(
        [sys.executable, str(Path(build.ROOT) / "build.py"), "--root", str(root), "build"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    folder = root / "var" / "pictures"
    deadline = time.monotonic() + PATIENCE
    while len(list(folder.iterdir())) < 7 and time.monotonic() < deadline:
        time.sleep(0.05)
    children = _children(process.pid)
    assert children
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert "Traceback" not in said
    assert published(out) == before
    _wait_until_gone(children)


def test_a_build_that_is_killed_leaves_no_process_behind(root, out):
    put(
        root,
        {f"{number}.jpg": saved(scene(1800, 1200), "JPEG") + bytes(number) for number in range(12)},
    )
    page(root, "\n\n".join(f"![A]({number}.jpg)" for number in range(12)))
    process = subprocess.Popen(
        [sys.executable, str(Path(build.ROOT) / "build.py"), "--root", str(root), "build"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    folder = root / "var" / "pictures"
    deadline = time.monotonic() + PATIENCE
    while len(list(folder.iterdir())) < 7 and time.monotonic() < deadline:
        time.sleep(0.05)
    children = _children(process.pid)
    assert children
    process.kill()
    process.wait()
    _wait_until_gone(children)


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(each) for each in (task / "children").read_text().split()]
    return found


def _wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while [pid for pid in pids if _runs(pid)]:
        assert time.monotonic() < deadline, "still there"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_is_gone_before_it_is_published_is_told(root, out, monkeypatch):
    """Somebody empties `var/` while a site is built."""
    before = published(out)
    put(root, {"b.jpg": saved(scene(64, 48), "JPEG")})
    page(root, "Other words. ![B](b.jpg)")
    made = PictureOutputs.make

    def emptied(outputs: PictureOutputs, progress: making.Progress) -> None:
        made(outputs, progress)
        _empty(root / "var" / "pictures")

    monkeypatch.setattr(PictureOutputs, "make", emptied)
    with pytest.raises(Faults, match=r"b\.jpg: what was made of it is gone"):
        generator.build(root, out, today=DAY)
    assert published(out) == before


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def test_checkouts_share_a_folder_that_the_environment_names(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the runs of a pipeline do, in which each checkout is a new one."""
    monkeypatch.setenv(ENVIRON, str(tmp_path / "shared"))
    put(root, {"a.jpg": turned(1)})
    page(root, "![A](a.jpg)")
    generator.build(root, tmp_path / "public")
    kept = sorted((tmp_path / "shared").iterdir())
    assert kept
    assert not (root / "var" / "pictures").exists()
    monkeypatch.setattr(making, "_run", never)
    root.rename(tmp_path / "another")
    generator.build(tmp_path / "another", tmp_path / "again")
    assert published(tmp_path / "again") == published(tmp_path / "public")
