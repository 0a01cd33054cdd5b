"""The README's commands do what it says. (`make test` is what runs this.)"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path
from urllib.request import urlopen

from click.testing import CliRunner

import build

ROOT = Path(__file__).parents[2]
COMMANDS = ("build", "serve", "check", "audit", "policy", "diff", "openapi", "staff", "add", "list")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_make_run_serves_the_site_and_stops_cleanly():
    """It prints the address, answers there with the home page, and Ctrl-C ends it."""
    assert "\nmake run\n" in README
    process = subprocess.Popen(
        ["make", "--silent", "run", "PORT=0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    with process:
        lines = iter(process.stdout.readline, "")
        address = next(m[1] for line in lines if (m := re.match(r"Plainsite is at (\S+)", line)))
        with urlopen(address) as answer:
            page = answer.read().decode()
        assert "Cookies on this site" in page
        assert "_preview" not in page, "make run serves pages exactly as published"
        os.killpg(process.pid, signal.SIGINT)
        assert "Stopped." in process.stdout.read()


def test_each_build_command_in_the_readme_exists():
    """Every command, and every option of it, is one that --help knows."""
    commands = re.findall(r"build\.py *([^#`\n]*)", README)
    assert len(commands) >= 5
    for command in commands:
        words = command.split()
        path = [word for word in words[:2] if word in COMMANDS]
        result = CliRunner().invoke(build.main, [*path, "--help"])
        assert result.exit_code == 0, command
        for word in words:
            assert not word.startswith("--") or word in result.output, command


def test_make_test_is_what_ci_runs():
    """One command for people and for CI."""
    assert "\nmake test\n" in README
    assert "exec make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
