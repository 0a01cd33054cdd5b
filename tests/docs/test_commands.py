"""The command line: quick help, and one place where an error becomes words and a status."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import build
import generator
from policy import Fault, Faults
from policy.failures import Refusal, tell


def test_help_imports_nothing_but_click():
    """It answers at once: neither service nor generator nor register is imported."""
    words = [sys.executable, "-X", "importtime", "build.py", "--help"]
    told = subprocess.run(words, cwd=build.ROOT, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines()}
    packages = {name.partition(".")[0] for name in imported}
    assert not packages & {"analytics", "generator", "policy", "audit", "pydantic", "flask"}
    assert "click" in packages
    assert all(name in told.stdout for name in build.COMMANDS)


@pytest.mark.parametrize("name", build.COMMANDS)
def test_the_table_says_what_each_command_says_of_itself(name):
    """Its words stand in the table, so that --help need not import the command."""
    command = build.main.get_command(click.Context(build.main), name)
    assert command is not None
    said = " ".join((command.help or "").split())
    words = build.COMMANDS[name][1].rstrip(".").split()
    assert said.split()[: len(words[:2])] == words[:2]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (Faults([Fault("a.md", 3, "it is wrong", "mend it")]), 1, "error: a.md:3: it is wrong"),
        (Refusal("it cannot be done", "do another thing"), 1, "hint: do another thing"),
        (PermissionError(13, "Permission denied", "/x"), 2, "error: /x: Permission denied"),
        (KeyError("ours"), 2, "error: Plainsite itself failed: KeyError in "),
    ],
)
def test_every_error_is_told_in_a_sentence_with_a_status(error, status, words, monkeypatch):
    """No traceback, unless it is asked for; then all of it."""

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(generator, "check", fail)
    result = CliRunner().invoke(build.main, ["check"])
    assert result.exit_code == status
    assert words in result.output
    assert "hint: " in result.output
    assert "Traceback" not in result.output
    whole = CliRunner().invoke(build.main, ["--traceback", "check"])
    assert whole.exception is error


def test_a_mistake_of_ours_says_where_and_how_to_report_it():
    try:
        generator.build(None, None)  # type: ignore[arg-type]  # that is the mistake
    except AttributeError as error:
        error.add_note("while rendering content/about.md")
        text = tell(error).text
    assert text.startswith("error: Plainsite itself failed: AttributeError in generator/")
    assert ", while rendering content/about.md\nhint: this is a mistake of ours." in text
    assert "--traceback" in text


@pytest.mark.parametrize("command", ["check", "build", "policy show"])
def test_an_output_that_has_no_room_is_no_mistake_of_ours(command, tmp_path):
    """`build.py check > list.txt` on a full disk. A command of a site ends in its own way."""
    site = shutil.copytree(build.ROOT / "tests/sites/base", tmp_path / "site")
    run = [sys.executable, "build.py", "--root", site, *command.split()]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            run, cwd=build.ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode
    assert "No space left on device" in done.stderr
    assert "itself failed" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("command", "status"), [("build", 0), ("check", 0), ("chek", 2)])
def test_a_command_says_all_and_its_status_when_its_process_ends(command, status, tmp_path):
    """Also through a pipe, which is written to at the end."""
    site = shutil.copytree(build.ROOT / "tests/sites/base", tmp_path / "site")
    run = [sys.executable, "build.py", "--root", site, command]
    done = subprocess.run(run, cwd=build.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert ("pages" in done.stdout) is (status == 0)
    assert ("No such command 'chek'" in done.stderr) is (status != 0)


@pytest.mark.parametrize("ended_by", [KeyboardInterrupt, click.Abort])
def test_ctrl_c_ends_a_command_in_a_word(ended_by, monkeypatch):
    """With the status that shells give it; at a question as well (click's Abort)."""

    def stop(*_: object, **__: object) -> None:
        raise ended_by

    monkeypatch.setattr(generator, "check", stop)
    result = CliRunner().invoke(build.main, ["check"])
    assert (result.output.strip(), result.exit_code) == ("Stopped.", 130)


BUILD_AND_WAIT = """
import sys, time, build
from generator.publish import disk
write, count = disk.Disk.write, []
def slow(self, path, data):
    count.append(path)
    if len(count) == 3:
        print("now", flush=True)
        time.sleep(60)
    write(self, path, data)
disk.Disk.write = slow
build.main(["--root", sys.argv[1]])
"""


def test_ctrl_c_in_the_middle_of_a_build_leaves_the_old_site(tmp_path):
    """Byte for byte, and nothing beside it."""
    root = Path(shutil.copytree(build.ROOT / "tests/sites/base", tmp_path / "site"))
    assert CliRunner().invoke(build.main, ["--root", str(root)]).exit_code == 0
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    for page in (root / "content").glob("*.md"):
        page.write_text(page.read_text() + "More words.\n")
        before[page] = page.read_bytes()
    words = [sys.executable, "-c", BUILD_AND_WAIT, root]
    with subprocess.Popen(
        words, cwd=build.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "now\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (said, process.returncode) == ("Stopped.\n", 130)
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_port_that_is_taken_leaves_nothing_open(tmp_path):
    """Python would warn of a socket that was never closed."""
    root = shutil.copytree(build.ROOT / "tests/sites/base", tmp_path / "site")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = ["-W", "error", "build.py", "--root", root, "serve", "--port", port]
        told = subprocess.run(
            [sys.executable, *words], cwd=build.ROOT, capture_output=True, text=True, check=False
        )
    error, hint = told.stderr.splitlines()
    assert error.startswith(f"error: cannot serve on port {port}: ")
    assert hint.startswith("hint: ")
    assert told.returncode == 1


def test_ctrl_c_closes_what_browsers_keep_open(tmp_path):
    """Python would warn of each connection that was left to it."""
    root = shutil.copytree(build.ROOT / "tests/sites/base", tmp_path / "site")
    words = ["-u", "-W", "error", "build.py", "--root", root, "serve", "--port", "0"]
    with subprocess.Popen(
        [sys.executable, *words],
        cwd=build.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = next(each for each in process.stdout if each.startswith("Plainsite is at "))
        port = int(line.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as browser:
            browser.sendall(b"GET /about/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert browser.recv(20).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=60)
    assert said.rpartition("Ctrl-C stops.")[2].split("\n") == ["", "Stopped.", ""]
    assert process.returncode == 0
