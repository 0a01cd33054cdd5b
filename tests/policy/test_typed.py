"""The commands in what people are told: they work where they are pasted."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import build
from generator.starting import new_site
from policy.excerpts import Excerpts
from policy.fault_json import stated
from policy.fault_text import FaultText
from policy.faults import Fault
from policy.typed import as_typed
from tests.fixtures.other_sites import FACTS, turn_on

BUILD = Path(build.__file__)


def test_a_hint_can_be_pasted_into_the_same_shell(tmp_path):
    """Another folder, a site with a blank in its name, and the interpreter that was used."""
    root = tmp_path / "my site"
    new_site(root, FACTS, date(2026, 3, 3))
    turn_on(root, "staff")
    sign_in = root / "templates/staff/sign-in.html"
    sign_in.unlink()
    words = [sys.executable, str(BUILD), "--root", "my site", "check"]

    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    said = run(shlex.join(words)).stderr
    (hint,) = re.findall("make it: (.*)", said)
    assert "--root 'my site'" in hint
    assert run(hint).returncode == 0
    assert sign_in.exists()


@pytest.mark.parametrize(
    "text", ["build.py policy release", "make it: python build.py policy release; then look"]
)
def test_a_command_has_interpreter_file_and_site(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv/bin/python"))
    command = f"venv/bin/python {as_typed('build.py x', tmp_path).split()[1]} --root . policy"
    assert command in as_typed(text, tmp_path)
    assert as_typed(text, build.ROOT).count("--root") == 0


def test_a_command_may_be_the_file_alone(tmp_path):
    said = as_typed("build again: python build.py", tmp_path)
    assert said.endswith(f" --root {min(str(tmp_path), os.path.relpath(tmp_path), key=len)}")


def test_the_word_python_is_enough_where_it_is_the_same(tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(python))
    assert as_typed("build.py check", build.ROOT).startswith("python ")


@pytest.mark.parametrize("text", ["`build.py` makes it", "x/build.py check", "build.pyc run", ""])
def test_what_is_no_command_stays_as_it_is(text, tmp_path):
    assert as_typed(text, tmp_path) == text


LISTED = Fault("a.toml", 1, "the terms are others:\nNew cookie: x.\nNew field: y.", "z")


def test_what_a_message_lists_stands_in_lines_of_its_own(tmp_path):
    text = FaultText(Excerpts(tmp_path)).one(LISTED)
    assert text.split("\n") == [
        "error: a.toml:1: the terms are others:",
        "  New cookie: x.",
        "  New field: y.",
        "hint: z",
    ]
    assert stated(LISTED, Excerpts(tmp_path))["message"] == (
        "the terms are others: New cookie: x. New field: y."
    )


@pytest.mark.parametrize("width", [40, 80, 119])
def test_on_a_terminal_no_line_of_words_is_longer_than_it(tmp_path, width):
    words = " ".join(["word"] * 60)
    fault = Fault("a.md", 3, f"{words}\n{words}", words)
    text = FaultText(Excerpts(tmp_path), width=width, wraps=True).one(fault)
    assert max(map(len, text.split("\n"))) <= width
    assert text.split() == ["error:", "a.md:3:", *["word"] * 120, "hint:", *["word"] * 60]


@pytest.mark.parametrize("width", [40, 80, 119])
@pytest.mark.parametrize(
    ("hint", "command"),
    [
        ("{} make it: build.py new feature forms", "build.py new feature forms"),
        ("build.py check, then {} build.py policy release; {}", "build.py policy release"),
        ("{} chmod 600 var/a/secret.key; {}", "chmod 600 var/a/secret.key"),
        ("{} stop that one: systemctl restart plainsite", "systemctl restart plainsite"),
    ],
)
def test_a_terminal_of_any_width_has_each_command_in_one_line(tmp_path, width, hint, command):
    """Whatever the folder is called; the words around it go on in the next line as others do."""
    root = tmp_path / "my sites" / "a  b"
    root.mkdir(parents=True)
    for before in range(12):
        said = hint.format("word " * before, "word " * 60)
        text = FaultText(Excerpts(root), width=width, wraps=True).one(Fault("a.md", 3, said, said))
        lines = text.split("\n")
        whole = as_typed(command, root)
        assert sum(whole in line for line in lines) == 2
        assert all(len(line) <= width for line in lines if set(line.split()) == {"word"})
        assert " ".join(text.split()).count(" ".join(as_typed(said, root).split())) == 2


def test_two_commands_in_a_row_are_both_typed(tmp_path):
    said = as_typed("build.py texts and build.py check", tmp_path)
    assert (
        said.count(f"build.py --root {min(str(tmp_path), os.path.relpath(tmp_path), key=len)}") == 2
    )


def test_elsewhere_a_line_is_whole_for_programs_that_look_for_words(tmp_path):
    words = " ".join(["word"] * 60)
    assert f": {words}\n" in FaultText(Excerpts(tmp_path)).one(Fault("a.md", 3, words, "x"))
