"""CONTRIBUTING.md does what it says: each recipe is walked, word by word, in a copy."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.small_site import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FENCE = r":\n\n```\w+\n(?P<text>.*?)```\n"
STEPS = re.compile(
    rf"^(?:In|Make|At the end of) `(?P<path>[^`]+)`(?P<how>[^`:]*)(?:`(?P<place>.+?)`)?{FENCE}"
    r"|^Until the next step, `(?P<fails>[^`]+)` says `(?P<says>[^`]+)`"
    r"|^Run `(?P<run>[^`]+)`",
    re.MULTILINE | re.DOTALL,
)
COPIED = ("analytics", "audit", "policy", "generator", "templates", "site", "content")
COPIED += ("tests", "docs")
WALKED = {
    "a form field": "form_field",
    "a block": "block",
    "a counted dimension": "dimension",
    "a measure": "measure",
    "a staff page": "staff_page",
    "a feature": "feature",
    "a store": "store",
}
"""The recipes, and the module of `tests/docs/recipes/` that uses what was added."""


def recipes() -> dict[str, str]:
    """Each recipe's text, by what it adds."""
    parts = re.split(r"^## To add (.*)\n", GUIDE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository, without what no recipe touches."""
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__", "broken", "good", "validators")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("build.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(command: str, folder: Path) -> tuple[int, str]:
    """A command's status, and all that it said."""
    words = shlex.split(command.removeprefix("python "))
    if words[0] == "pytest":
        words = ["-m", *words, "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    words = [sys.executable, *words]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def change(step: re.Match[str], folder: Path) -> None:
    """Do what a step says with a file."""
    path, how, place, text = folder / step["path"], step["how"], step["place"], step["text"]
    if step[0].startswith("Make"):
        path.parent.mkdir(parents=True, exist_ok=True)
        assert not path.exists()
        path.write_text(text, encoding="utf-8")
        return
    before = path.read_text(encoding="utf-8")
    if step[0].startswith("At the end"):
        after = before + text
    else:
        assert place in before, f"{step['path']} has no {place!r}"
        everywhere = "everywhere" in how
        assert everywhere or "in the place of" not in how or before.count(place) == 1, place
        start = before.index(place)
        end = before.index("\n", start + len(place)) + 1
        line = before.rindex("\n", 0, start + 1) + 1
        after = {
            "below": before[:end] + text + before[end:],
            "above": before[:line] + text + before[line:],
            "in the place of": before.replace(place, text.rstrip("\n")),
        }[how.replace("everywhere", "").strip(" ,")]
    path.write_text(after, encoding="utf-8")


def steps(recipe: str) -> Iterator[re.Match[str]]:
    """The steps in their order; all code of the recipe is that of a step."""
    found = list(STEPS.finditer(recipe))
    code = re.findall(r"^```\w+\n", recipe, flags=re.MULTILINE)
    assert len(code) == sum(step["path"] is not None for step in found)
    yield from found


def test_every_recipe_with_steps_is_walked():
    with_steps = [name for name, text in recipes().items() if STEPS.search(text)]
    assert with_steps == list(WALKED)


@pytest.mark.parametrize("name", WALKED)
def test_a_recipe_does_what_it_says(name: str, copy: Path) -> None:
    """Each step fits today's files; where one is missing, the named command says so; in the end
    the site has no fault, what was added works, and the linter agrees with the code."""
    for step in steps(recipes()[name]):
        if step["path"]:
            change(step, copy)
            continue
        status, said = run(step["fails"] or step["run"], copy)
        assert (status == 0) == (step["run"] is not None), said
        assert (step["says"] or "") in said
    use = f"-m tests.docs.recipes.{WALKED[name]}"
    for command in ("build.py check", use, "-m ruff check .", "-m ruff format --check ."):
        status, said = run(command, copy)
        assert status == 0, said
