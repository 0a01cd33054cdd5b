"""`build.py policy show` and `explain`: each entry of the sum, and where it comes from."""

from __future__ import annotations

from click.testing import CliRunner

import build


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(build.main, ["policy", *words])
    return result.exit_code, result.output


def test_every_entry_is_shown_with_its_file_and_line() -> None:
    _, said = run("show")
    assert "cookie.visit " in said
    assert "table.submissions.phone " in said
    lines = [line for line in said.splitlines() if line.startswith("table.submissions.")]
    assert all(".toml:" in line for line in said.splitlines())
    assert any("site/policy.toml:" in line for line in lines)
    assert any("policy/features/forms.toml:" in line for line in lines)


def test_one_entry_is_explained_with_its_parts() -> None:
    _, said = run("explain", "cookie.audience")
    assert "declared in policy/features/audiences.toml:" in said
    assert "cookie.audience.version" in said


def test_an_entry_that_there_is_not_is_told() -> None:
    status, said = run("explain", "table.submissions.phon")
    assert status
    assert 'did you mean "table.submissions.phone"?' in said
