"""`build.py staff add` where a password is typed, piped, or in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import build

WORDS = ("staff", "add", "anna", "--role", "admin")
PASSWORD = "four words nobody guesses"


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAINSITE_VAR", str(tmp_path))
    return tmp_path


def add(typed: str = "", **environ: str) -> Result:
    runner = CliRunner(env=environ)
    return runner.invoke(build.main, ["--root", str(build.ROOT), *WORDS], input=typed)


@pytest.mark.usefixtures("var")
@pytest.mark.parametrize("typed", ["", f"{PASSWORD}\n"])
def test_without_a_terminal_it_is_said_how_to_give_it(typed: str) -> None:
    said = add(typed)
    assert said.exit_code == 1
    assert "error: no password was given, and nobody is here to type one\n" in said.output
    assert "hint: put it into the variable PLAINSITE_PASSWORD" in said.output
    assert PASSWORD not in said.output


@pytest.mark.usefixtures("var")
def test_the_hint_works() -> None:
    said = add(PLAINSITE_PASSWORD=PASSWORD)
    assert said.exit_code == 0, said.output
    assert PASSWORD not in said.output


@pytest.mark.usefixtures("var")
def test_it_may_be_typed_twice() -> None:
    assert add(f"{PASSWORD}\n" * 2).exit_code == 0
