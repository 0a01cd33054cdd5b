"""Faults with their place in the source: whatever the file is like, and however many they are."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

import build
from policy.excerpts import Excerpts
from policy.failures import Told
from policy.fault_json import failed, stated
from policy.fault_text import MOST, FaultText
from policy.faults import Fault, Faults
from policy.typed import as_typed

DEAD = 'the page /about/ has no heading "#here"'
COMMANDS = (build.ROOT / "docs/commands.md").read_text(encoding="utf-8")
SCHEMA = json.loads(COMMANDS.split("```json schema\n")[1].split("```")[0])
EXAMPLE = json.loads(COMMANDS.split("```json\n")[1].split("```")[0])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The good base, free to break."""
    return Path(shutil.copytree(build.ROOT / "tests/sites/base", tmp_path / "site"))


def shown(root: Path, text: str | bytes, line: int, message: str, **how) -> list[str]:
    """The lines that show the source of a fault in a file with that text."""
    data = text if isinstance(text, bytes) else text.encode()
    (root / "a.md").write_bytes(data)
    told = FaultText(Excerpts(root), **how).one(Fault("a.md", line, message))
    return told.split("\n")[1:]


@pytest.mark.parametrize(
    ("text", "line", "rows"),
    [
        ("one\ntwo #here\n", 2, ["  1 | one", "  2 | two #here", "    |     ^^^^^"]),
        ("#here", 1, ["  1 | #here", "    | ^^^^^"]),
        ("one\r\ntwo #here\r\n", 2, ["  1 | one", "  2 | two #here", "    |     ^^^^^"]),
        ("\ufeff#here\n", 1, ["  1 | #here", "    | ^^^^^"]),
        ("a\tb\t#here\n", 1, ["  1 | a   b   #here", "    |         ^^^^^"]),
        ("日本語 #here\n", 1, ["  1 | 日本語 #here", "    |        ^^^^^"]),
        ("e\u0301🎉 #here\n", 1, ["  1 | e\u0301🎉 #here", "    |     ^^^^^"]),
        ("\x1b[31m\u202e #here\n", 1, ["  1 | \u241b[31m\ufffd #here", "    |        ^^^^^"]),
        (b"\xff #here\n", 1, ["  1 | \ufffd #here", "    |   ^^^^^"]),
        ("  words #herein\n", 1, ["  1 |   words #herein", "    |   ^^^^^^^^^^^^^"]),
        ("\n\n", 2, ["  1 |", "  2 |", "    | ^"]),
        ("x\n" * 9 + "#here\n", 10, ["   9 | x", "  10 | #here", "     | ^^^^^"]),
    ],
)
def test_a_caret_stands_below_what_the_fault_is_about(tmp_path, text, line, rows):
    """In columns of a terminal; where nobody knows the place, below the whole line."""
    assert shown(tmp_path, text, line, DEAD) == rows


@pytest.mark.parametrize("before", [0, 10_000])
@pytest.mark.parametrize("after", [0, 10_000])
@pytest.mark.parametrize("sign", ["x", "語", "\t", "\x1b"])
def test_of_a_long_line_the_part_around_it_is_shown(tmp_path, before, after, sign):
    text = f"{sign * before} #here {sign * after}\n"
    line, caret = shown(tmp_path, text, 1, DEAD, width=60)
    assert "#here" in line
    assert caret.endswith("^^^^^")
    wide = sum(2 if each == "語" else 1 for each in line[: line.index("#here")])
    assert caret.index("^") == wide
    assert sum(2 if each == "語" else 1 for each in line) <= 60


def test_a_fault_longer_than_the_terminal_ends_in_it(tmp_path):
    line, caret = shown(tmp_path, "x" * 10_000, 1, "nothing that it names", width=60)
    assert max(len(line), len(caret)) <= 60
    assert caret.endswith("^" * 50)


def test_a_line_that_is_not_there_is_not_shown(tmp_path):
    """A file that has become shorter, one that is gone, a pipe, one of somebody else."""
    assert shown(tmp_path, "one\n", 5, DEAD) == []
    (tmp_path / "site").mkdir()
    excerpts = Excerpts(tmp_path / "site")
    os.mkfifo(tmp_path / "site/pipe.md")
    (tmp_path / "site/link.md").symlink_to("../a.md")
    (tmp_path / "site/loop.md").symlink_to("loop.md")
    for name in ("pipe.md", "link.md", "loop.md", "gone.md", "../a.md", "/etc/passwd", "a\0b", ""):
        assert excerpts.of(Fault(name, 1, DEAD)) is None, name


def test_what_a_person_put_into_a_message_steers_no_terminal(tmp_path):
    fault = Fault("a\x1b.md", 1, "the link \x1b]0;x\x07 leads\x9b1m", "did you mean \x1b[2J?")
    told = FaultText(Excerpts(tmp_path)).one(fault)
    assert not set(told) & {"\x1b", "\x07", "\x9b"}


def test_of_a_thousand_faults_the_first_are_shown_and_the_others_counted(tmp_path):
    """A few of each file, and never a wall; the count is that of all."""
    faults = Faults(Fault(f"content/{n % 50:02}.md", n, "it is wrong") for n in range(1, 1001))
    text = FaultText(Excerpts(tmp_path)).all(faults.faults)
    assert text.count("error: ") == MOST
    assert text.count("error: content/00.md:") == 5
    assert "\n960 more, by file:\n  20  content/08.md\n" in text
    hint = as_typed("hint: build.py check --format json tells them all", tmp_path)
    assert text.endswith(f"… and 35 more files\n{hint}")
    assert len(text.split("\n")) < 150
    assert faults.count == "1000 errors"


def test_programs_get_every_fault_by_the_documented_form(tmp_path):
    """The schema stands in docs/commands.md, and its example fits it."""
    jsonschema.validate(EXAMPLE, SCHEMA)
    (tmp_path / "a.md").write_text("one\n" + "語" * 1000 + " #here\n")
    faults = Faults([Fault("a.md", 2, DEAD), Fault("b.md", None, "\ud800")])
    told = json.loads(failed(tmp_path, faults, Told("", 1)))
    jsonschema.validate(told, SCHEMA)
    first, second = told["errors"]
    assert (first["column"], first["end_column"]) == (1002, 1007)
    row = first["source"][1]
    assert row["text"][first["column"] - row["from"] :][:5] == "#here"
    assert (second["line"], second["column"], second["source"]) == (None, None, [])


@pytest.mark.parametrize("command", ["check", "build"])
def test_check_and_build_answer_programs(root, command):
    """With nothing else on standard output; the status says the same."""
    words = [sys.executable, "build.py", "--root", root, command, "--format", "json"]

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=build.ROOT, capture_output=True, text=True, check=False)

    good = run()
    told = json.loads(good.stdout)
    jsonschema.validate(told, SCHEMA)
    assert (good.returncode, told["ok"], told["errors"]) == (0, True, [])
    assert told["pages"] > 5
    (root / "content/x.md").write_text("---\ntitel: T\n---\nSee [us](/abuot/).\n")
    broken = run()
    told = json.loads(broken.stdout)
    jsonschema.validate(told, SCHEMA)
    assert (broken.returncode, told["ok"], broken.stderr) == (1, False, "")
    assert [(each["line"], each["column"]) for each in told["errors"]] == [(2, 1), (4, 10)]


@pytest.mark.parametrize(
    ("setting", "is_colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_has_colors_unless_they_are_not_wanted(root, setting, is_colored):
    """https://no-color.org; a pipe never has any."""
    (root / "content/x.md").write_text("---\ntitel: T\n---\n")
    words = [sys.executable, "build.py", "--root", root, "check"]
    ours, theirs = pty.openpty()
    known = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environ = {**known, "TERM": "xterm", **setting}
    subprocess.run(
        words, cwd=build.ROOT, stdout=theirs, stderr=theirs, env=environ, check=False, timeout=60
    )
    os.close(theirs)
    told = os.read(ours, 100_000).decode()
    os.close(ours)
    assert ("\x1b[31m" in told) is is_colored
    assert 'unknown key "titel"' in told
    piped = subprocess.run(words, cwd=build.ROOT, capture_output=True, env=environ, check=False)
    assert b"\x1b" not in piped.stderr


def test_the_column_counts_characters_as_the_file_has_them(tmp_path):
    """A tab is one, and so is a letter outside the first 65,536."""
    (tmp_path / "a.md").write_text("\t🎉 #here\n")
    told = stated(Fault("a.md", 1, DEAD), Excerpts(tmp_path))
    assert (told["column"], told["end_column"]) == (4, 9)
