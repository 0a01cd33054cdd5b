"""`build.py policy show` and `explain`: each entry of the sum, and where it comes from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from policy.features import FOLDER
from policy.sum import read_sum
from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import whole_site


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


def test_what_follows_from_an_entry_is_said() -> None:
    """From the register, the forms and the built pages; nothing of it stands in a list."""
    _, said = run("explain", "cookie.audience")
    assert "  lifetime: 180 days" in said
    assert "  set by: /form/" in said
    _, said = run("explain", "purpose.answer")
    assert "referred to by table.submissions (purpose)" in said
    assert "referred to by endpoint./form/ (purposes)" in said
    assert "asked by site/forms/request-information.toml, on /request-information/" in said
    _, said = run("explain", "table.contacts.id")
    assert "referred to by table.submissions.contact (refers)" in said
    _, said = run("explain", "table.submissions.phone")
    assert "asked by site/forms/request-information.toml" in said
    assert "newsletter" not in said
    assert "  keep: 24 months, as all of it" in said
    _, said = run("explain", "endpoint./form/")
    assert "referred to by cookie.audience (set by)" in said


def test_pages_that_name_it_are_those_of_the_build(tmp_path: Path) -> None:
    root = whole_site(tmp_path / "site")
    words = ["--root", str(root), "policy", "explain", "cookie.audience"]
    assert "no build can be read" in CliRunner().invoke(build.main, words).output
    assert CliRunner().invoke(build.main, ["--root", str(root)]).exit_code == 0
    assert "named on /privacy/" in CliRunner().invoke(build.main, words).output


def test_a_change_of_what_is_off_says_which_feature_it_needs(tmp_path: Path) -> None:
    root = whole_site(tmp_path / "site")
    (root / "site" / "policy.toml").write_text(
        'version = 1\ndate = 2026-03-01\nfeatures = ["forms"]\n'
        '[limits]\ncookie.visit.idle_minutes = 10\ncookie.audience.lifetime = "9 days"\n'
        '[words]\nheader.clear-site-data.holds = "Something"\n'
        "[limits.table.nothing]\nkeep = 1\n"
    )
    said = CliRunner().invoke(build.main, ["--root", str(root), "policy", "show"]).output
    for name, feature in (
        ('limit "cookie.visit.idle_minutes"', "visits"),
        ('limit "cookie.audience.lifetime"', "audiences"),
        ('text "header.clear-site-data.holds"', "visits"),
    ):
        assert f'the {name} needs the feature "{feature}", which is off' in said
        assert f'hint: add "{feature}" to features, or remove the line' in said
    assert 'there is no limit "table.nothing.keep" to change' in said


def test_an_entry_that_there_is_not_is_told() -> None:
    status, said = run("explain", "table.submissions.phon")
    assert status
    assert 'did you mean "table.submissions.phone"?' in said


def test_whoever_has_read_enough_ends_it_without_a_word() -> None:
    """Such as `head`, which closes what it reads."""
    reads, writes = os.pipe()
    os.close(reads)
    command = [sys.executable, build.__file__, "policy", "show"]
    done = subprocess.run(command, stdout=writes, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writes)
    assert (done.returncode, done.stderr) == (1, "")


def test_the_sum_is_the_same_until_something_of_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preview asks for it at each save: the register, what is counted and the features."""
    site = tmp_path / "site"
    site.mkdir()
    text = (ROOT / "site" / "policy.toml").read_text(encoding="utf-8")
    (site / "policy.toml").write_text(text, encoding="utf-8")
    first = read_sum(tmp_path)
    assert read_sum(tmp_path) is first

    (site / "policy.toml").write_text(text.replace("version = 1\n", "version = 2\n"), "utf-8")
    second = read_sum(tmp_path).register
    assert (first.register.version, second.version) == (1, 2)

    (site / "goals.toml").write_text("[[goal]]\n", encoding="utf-8")
    with_goals = read_sum(tmp_path).register
    assert with_goals != second

    features = shutil.copytree(FOLDER, tmp_path / "features")
    core = (FOLDER / "core.toml").read_text(encoding="utf-8")
    (features / "core.toml").write_text(core.replace("operation", "running"), encoding="utf-8")
    monkeypatch.setattr("policy.features.FOLDER", features)
    assert read_sum(tmp_path).register != with_goals
