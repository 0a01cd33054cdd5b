"""What a build says at its end, while it works, and where its time went."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from generator.command import PictureProgress
from generator.timing import PageTime, Record, is_on
from policy.reading import Misdeclared


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(build.ROOT / "tests/sites/base", tmp_path / "site"))


def run(root: Path, *words: str) -> str:
    result = CliRunner().invoke(build.main, ["--root", str(root), *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_build_names_what_it_made_anew_and_counts_warnings(root):
    assert "Made anew" not in run(root), "all of it is new"
    about = root / "content/about.md"
    about.write_text(re.sub("description: .*", "description: Short.", about.read_text()))
    said = run(root).splitlines()
    assert said[-2] == "Made anew: /about/."
    features = sum('" is on, but ' in line for line in said)
    assert said[-1] == f"{features + 1} warnings, above: nothing stops, but look."
    assert "Made anew" not in run(root), "nothing changed"
    assert len(said) - 2 * features < 8


def test_a_profile_says_where_the_time_went(root):
    """The parts are the whole, and every page made stands there with its layout."""
    said = run(root, "build", "--profile")
    total = float(re.search(r"pages in ([\d.]+) s", said)[1])
    steps = re.findall(r"^ +([\d.]+) s +(\d+)%  (.*)$", said, re.MULTILINE)
    assert sum(float(seconds) for seconds, _, _ in steps) == pytest.approx(total, abs=0.05)
    names = [name for _, _, name in steps]
    assert "making pages, and looking at each" in names
    assert "publishing" in names
    assert re.search(r"^ +[\d.]+ ms  /about/$", said, re.MULTILINE)
    assert re.search(r"^ +[\d.]+ ms  templates/page\.html, 3 pages$", said, re.MULTILINE)
    assert not is_on(), "nobody asks any more"


def test_a_profile_leaves_what_programs_read_alone(root):
    result = CliRunner().invoke(
        build.main, ["--root", str(root), "build", "--profile", "--format", "json"]
    )
    assert json.loads(result.stdout)["ok"]
    assert "Where the time went:" in result.stderr


def test_of_many_pages_the_slowest_are_named():
    pages = [PageTime(f"/{n}/", "page", n / 1000) for n in range(100)]
    text = Record(steps={"publishing": 1.0}, pages=pages, seconds=4.0).as_text()
    assert "     1.000 s   25%  publishing" in text
    assert text.count(" ms  /") == 10
    assert "    99.0 ms  /99/" in text
    assert "    49.5 ms  templates/page.html, 100 pages" in text


@pytest.mark.parametrize(("is_seen", "lines"), [(True, 0), (False, 2)])
def test_progress_writes_over_one_line_on_a_terminal_and_few_in_a_log(
    monkeypatch, capsys, is_seen, lines
):
    """Nothing in the first second, or in the first fifteen of a log; where CI is set, a terminal
    counts as one."""
    monkeypatch.setattr("generator.command.UNWATCHED_SECONDS", 15)
    now = [100.0]
    monkeypatch.setattr("generator.command.time.monotonic", lambda: now[0])
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    if is_seen:
        monkeypatch.delenv("CI", raising=False)
    else:
        monkeypatch.setenv("CI", "true")
    with PictureProgress("Pages: {} of {} made") as heard:
        for number in range(1, 11):
            heard(number, 100)
            now[0] += 0.5 if is_seen else 4.0
        written = capsys.readouterr().err
    assert written.count("\n") == lines
    assert ("\rPages: 10 of 100 made" in written) is is_seen
    assert "Pages: 1 of" not in written


def test_what_was_left_out_is_said(root):
    """Whoever mends what is told is not surprised by what comes after."""
    settings, about = root / "site/settings.toml", root / "content/about.md"
    text = settings.read_text()
    settings.write_text(
        re.sub(r"^timezone = .*\n|\Z", 'timezone = "Mars"\n', text, count=1, flags=re.M)
    )
    about.write_text(about.read_text() + "\n[x](/news/nowhere/)\n")
    for command, end in (("check", ""), ("build", "\nNothing was published.")):
        said = CliRunner().invoke(build.main, ["--root", str(root), command]).stderr
        assert said.count("error: ") == 2
        assert "/nowhere/" in said
        assert said.endswith(f"\n2 errors\n{Misdeclared.epilogue}{end}\n")
    settings.write_text(text)
    said = CliRunner().invoke(build.main, ["--root", str(root), "check"]).stderr
    assert said.endswith("\n1 error\n")
