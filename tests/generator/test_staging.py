"""Outputs are staged by forked processes, and what ends one of them ends no site."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

import build as command_line
from generator.publish import (
    About,
    Keeping,
    Output,
    Publisher,
    Staged,
    Unpublished,
    publisher,
)
from generator.publish.disk import Disk
from policy.manifest import Page
from policy.published import Published
from tests.generator.test_publishing import (
    DAY,
    NEW,
    OLD,
    WEEK,
    clean,
    everything,
    outputs,
    put,
    served,
)

WORKERS = 3
ABOUT = About(1, {"/": Page("New words")}, {}, {})
KEEPING = Keeping(WEEK, DAY)


def stage_apart(site: Publisher, outputs: Sequence[Output], number: int = WORKERS) -> list[Staged]:
    """Staged by so many processes at once. Raises what one of them raised."""
    pipes = []
    for worker in range(number):
        reading, writing = os.pipe()
        if not os.fork():
            try:
                told: object = site.stage(outputs[worker::number])
            except Unpublished as fault:
                told = fault
            os.write(writing, pickle.dumps(told))
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    told = [_received(pipe) for pipe in pipes]
    for each in told:
        if isinstance(each, Exception):
            raise each
    return told


def _received(pipe: int) -> Staged | Exception:
    with os.fdopen(pipe, "rb") as file:
        data = file.read()
    os.wait()
    return pickle.loads(data) if data else EOFError("killed")


@pytest.mark.parametrize("old", [{}, OLD])
def test_what_processes_stage_at_once_is_what_one_does(tmp_path, old):
    out = tmp_path / "public"
    if old:
        put(out, old)
    build(out)
    assert served(Published(out)) == ("New words", NEW)
    put(out, NEW)
    if not old:
        assert everything(out) == clean(tmp_path, NEW)


def build(out: Path, disk: Disk | None = None) -> None:
    with publisher(out, disk=disk) as site:
        site.commit(stage_apart(site, list(outputs(NEW))), (), ABOUT, KEEPING)


@contextmanager
def small_files() -> Iterator[None]:
    """No file can grow past 100 bytes."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


def test_what_is_refused_to_a_process_is_told_in_words_and_nothing_has_changed(tmp_path):
    """Files that may not grow stand for a full disk."""
    out = tmp_path / "public"
    put(out, OLD)
    before = everything(out)
    with (
        small_files(),
        pytest.raises(Unpublished, match=r"public/\S+: it cannot be written") as told,
    ):
        build(out)
    assert told.value.epilogue == "Nothing was published: public/ is as it was."
    assert everything(out) == before


class Stopping(Disk):
    """Its process is killed in the middle of its second file."""

    def __init__(self) -> None:
        self._left = 2

    def write(self, path, data):
        self._left -= 1
        if not self._left:
            super().write(path, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return super().write(path, data)


def test_a_process_that_is_killed_leaves_the_site_as_it_was(tmp_path):
    out = tmp_path / "public"
    put(out, OLD)
    before = everything(out)
    with pytest.raises(EOFError):
        build(out, Stopping())
    assert everything(out) == before


STAGES = """
import os, pathlib, sys, time
from generator.publish import publisher
from tests.generator.test_publishing import NEW, outputs
with publisher(pathlib.Path(sys.argv[1])) as site:
    workers = []
    for worker in range(2):
        workers.append(os.fork())
        if not workers[-1]:
            site.stage(list(outputs(NEW))[worker::2])
            os.write(1, b"staged\\n")  # In one piece, beside that of the other.
            time.sleep(float(sys.argv[2]))
            os._exit(0)
    for _ in workers:
        os.wait()
"""


@contextmanager
def staging(out: Path, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """A build with two processes, which have staged, and do not end for so long."""
    words = [sys.executable, "-c", STAGES, str(out), str(seconds)]
    with subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=command_line.ROOT,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["staged\n"] * 2
        yield process


def test_ctrl_c_leaves_the_site_as_it_was(tmp_path):
    """A terminal sends it to every process of the build."""
    out = tmp_path / "public"
    put(out, OLD)
    before = everything(out)
    with staging(out, 60) as process:
        assert everything(out) != before, "what was staged waits beside the site"
        os.killpg(process.pid, signal.SIGINT)
    assert everything(out) == before


def test_a_build_waits_for_what_is_left_of_one_that_was_killed(tmp_path):
    """Its processes hold the lock as long as they live, so they write into nobody's way."""
    out = tmp_path / "public"
    put(out, OLD)
    told = []
    with staging(out, 1.5) as process:
        process.kill()
        with publisher(out, waiting=lambda: told.append(1)) as site:
            site.commit([site.stage(outputs(NEW))], (), ABOUT, KEEPING)
    assert told == [1]
    assert served(Published(out)) == ("New words", NEW)
    assert not (out / ".next").exists()
