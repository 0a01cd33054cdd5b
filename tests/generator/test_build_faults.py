"""Broken sites: each `tests/sites/broken/*.site` changes the good base, and says what is reported.

A file has parts, each begun by a line `===== …`: `path` (a whole new file), `edit path` (lines to
take out, `- `, and to put in, `+ `), `remove path`, `link path` (a link to the path below it),
`released` (the register is), `expected` (what is written to the terminal, without the lines of the
source), `shown` (with them, where a case says it), and what the hints say to do, after which the
site builds: `mend path`, as `edit`, `mend remove path`, `mend rename path` (to the path below) and
`mend copy path` (a file in place of the link).
`policy/features/` is the engine's own; its lines are all called N.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from policy.reading import Misdeclared, Unlooked
from policy.typed import as_typed
from tests.fixtures.features import copy_features

SITES = Path(__file__).parents[1] / "sites"
CASES = sorted((SITES / "broken").glob("*.site"))
WARNINGS = """no page is shown for an address that is not there, but what the server says then;
nothing is shown of the text of content/x.md and 2 others;
the page has no description; the description has 3 characters
13 pages, and cookie "visit" has room for 15; not published: its name ends in .docx
not published: its name begins with a dot; not published: it belongs to content/x.md, which is not
published yet; the term "snow" is written "Snow" elsewhere; /old/ was published
(“Old”), and leads nowhere now; the page /x/ is over from 2026-12-01 on, and this links to it;
from 2026-12-01 00:00 on, the link /x/ leads to no page;
from 2026-12-01 on, /x/ leads to what is over: /y/; from 2026-12-01 on, /x/ and this page are gone;
until 2026-12-01, /x/ leads nowhere: /y/ comes then;
/x/ leads to a page that ended on 2026-12-01: /y/;
from 2026-12-01 on, /x/ leads to pages that are over, in a circle: /y/, /x/;
the menu has no “X”: its page ended on 2026-12-01;
the menu has “X” until 2026-12-01 only, as its page;
the site has no language "fr", so this is in its own, at /x.fr/
the folder of this page says "es", its name "en"
no list and no feed has this page, since there is none at /es/news/
experiment "one" is over, and the page shows "plain"
experiment "one": "b" has the words of "a"
experiment "one": content/x.md is not there on all of its days,
nothing reads this;
there is a mistake in it: it cannot be read as a script, and is published as it is
feed readers know this article as /news/old/, and would take it for a new one
"forms" is on, but no page shows a form: nobody can send one""".replace("\n", " ")
"""These do not stop a build; see test_translations.py, test_build_site.py, test_budget.py,
test_allow_list.py, test_experiments.py, test_faults_of_both.py, test_shown.py, test_finished.py."""

NOT_TEXT = """this folder is missing
this video records more than picture and sound: a track "meta"
its folders are nested too deeply; its name has a character that cannot be shown; this is no folder
the page is nested too deeply to be rendered
this is no whole PDF; this PDF is locked, so what it tells of its author cannot be taken out
there is a file in this PDF: "plan.docx"
published as it is, since it is signed; it tells: Author "Anna"
content/a.jpg begins well, but cannot be decoded to its end; content/a.jpg changed while it was read
a process that made pictures was ended from outside
a process that rendered pages was ended from outside; it cannot be written: No space left on device
what was made of it is gone; a number has too many digits to be read
Pagefind is not installed; Pagefind could not be started: No such file
Pagefind made no index: no room; Pagefind was ended from outside
"""
"""What needs more than a text file to be seen; see test_pictures.py, test_pdf.py,
test_picture_making.py, test_picture_pages.py, test_search.py, test_data.py,
test_allow_list.py and test_site_faults.py."""

UNPUBLISHED = "Nothing was published: public/ is as it was.\n"
LEFT_OUT = f"{Misdeclared.epilogue}\n", f"{Unlooked.epilogue}\n"
"""Said where a file of the site's declarations is wrong; see test_faults_of_both.py."""

SOURCE = re.compile(r"^ +\d* \|.*\n", re.MULTILINE)
SOURCES = [
    path
    for folder in ("generator", "policy")
    for path in sorted((build.ROOT / folder).rglob("*.py"))
    # Words of other systems' sites and of other servers: test_moving.py, test_external.py.
    if path.parent.name not in ("moving", "external")
    and path.name
    not in (
        # Their words are no faults.
        *("consequences.py", "differences.py", "material_terms.py", "command.py", "timing.py"),
        *("explaining.py", "new.py", "starting.py"),
        "draft_links.py",  # tests/generator/test_draft_links.py
        # tests/generator/test_explain.py
        *("explain.py", "explaining_audience.py", "explaining_terms.py"),
        "manifest.py",  # tests/policy/test_manifest.py
        "experiment_command.py",  # tests/generator/test_experiments.py
        "migration.py",  # tests/policy/test_migration.py
        "refusals.py",  # tests/generator/test_publishing.py
        # What they tell stops no build: tests/policy/test_catalogues.py, test_translations.py.
        *("texts.py", "translations_report.py"),
    )
]


def parts(case: Path) -> list[tuple[str, str]]:
    """(what the line `=====` says, the text below it)."""
    pieces = re.split(r"^===== (.+)\n", case.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return list(zip(pieces[1::2], pieces[2::2], strict=True))


def change(root: Path, what: str, text: str) -> None:
    """Apply one part of a case."""
    verb, _, name = what.rpartition(" ")
    path = root / name
    assert path.parent.resolve().is_relative_to(root.resolve())
    if what == "released":
        assert run(root, "policy", "release").exit_code == 0
    elif verb in ("remove", "mend remove"):
        path.unlink()
    elif verb == "link":
        path.symlink_to(text.strip())
    elif verb == "mend copy":
        path.unlink()
        path.write_text(text, encoding="utf-8")
    elif verb == "mend rename":
        path.rename(root / text.strip())
    elif path.is_symlink():
        pytest.fail(f"{name} is a link, and what it leads to is not the site's")
    elif verb in ("edit", "mend"):
        path.write_text(edited(path.read_text(encoding="utf-8"), text), encoding="utf-8")
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.replace("\\xff", "").encode() + b"\xff" * text.count("\\xff"))


def edited(source: str, edit: str) -> str:
    """`source` with lines replaced. Each run of `- ` lines must stand in it as it is."""
    for block in re.findall(r"((?:^-.*\n)*)((?:^\+.*\n)*)", edit, flags=re.MULTILINE):
        old, new = ("".join(line[2:] + "\n" for line in half.splitlines()) for half in block)
        assert source.count(old) >= 1, old
        source = source.replace(old, new, 1) if old else source + new
    return source


def run(root: Path, *words: str):
    return CliRunner().invoke(build.main, ["--root", str(root), *words])


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The good base, built, with features of its own to change."""
    root = tmp_path / "site"
    shutil.copytree(SITES / "base", root)
    copy_features(root, monkeypatch)
    # How far it is, is said by the clock: on a busy machine between the faults.
    monkeypatch.setattr("generator.command.PictureProgress._say", lambda *_: None)
    assert run(root).exit_code == 0
    return root


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_broken_site_says_what_where_and_how_to_mend_it(site, case):
    """All faults at once, status 1, and what was published stays byte for byte."""
    before = bytes_of(site / "public")
    told = {}
    for what, text in parts(case):
        if what in ("expected", "shown"):
            told[what] = as_typed(text, site)
        elif not what.startswith("mend "):
            change(site, what, text)
    result = run(site)
    shown = re.sub(r"(policy/features/\w+\.toml:)\d+", r"\1N", result.output)
    for said in LEFT_OUT:
        shown = shown.replace(said, "")
    said = SOURCE.sub("", shown)
    assert said == told["expected"] + UNPUBLISHED
    assert told.get("shown", shown.removesuffix(UNPUBLISHED)) + UNPUBLISHED == shown
    # A place that is known is shown, with a caret below it.
    lines = len(re.findall(r"^error: [^\n]+?:[\dN]+: ", said, re.MULTILINE))
    assert len(re.findall(r"^ +\| +\^+$", shown, re.MULTILINE)) == lines
    assert result.exit_code == 1
    assert bytes_of(site / "public") == before


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if any(what.startswith("mend ") for what, _ in parts(case))],
    ids=lambda case: case.stem,
)
def test_after_the_hint_the_fault_is_gone(site, case):
    for what, text in parts(case):
        if what not in ("expected", "shown"):
            change(site, what, text)
    result = run(site, "check")
    assert (result.exit_code, result.stdout[:10]) == (0, "No faults "), result.output


def test_every_fault_has_a_case():
    """What can be said about a site is said by some case, word for word around what varies."""
    said = "".join(text for case in CASES for what, text in parts(case) if what == "expected")
    missing = [
        f"{path.name}: {text}"
        for path in SOURCES
        for text in messages(path.read_text(encoding="utf-8"))
        if not re.search(pattern(text), said + WARNINGS + NOT_TEXT)
    ]
    assert missing == []


def messages(source: str) -> list[str]:
    """The messages of faults in a module: the third value of a Fault, or one given to a fault."""
    found = re.findall(r'Fault\(\s*[\w.]+,\s*[^"\n]*?,\s*f?(".*?"|\'.*?\'),', source)
    found += re.findall(r'(?:message = |yield |yield "\w+", )f?("[^"\n]*"|\'[^\'\n]*\')', source)
    found += re.findall(r'yield fault\(f?("[^"\n]*"|\'[^\'\n]*\'),', source)
    found += re.findall(r'lines\.faults\(\w+, f?("[^"]*"|\'[^\']*\'),', source)
    found += re.findall(r'ValueError\(f?("[^"]*"|\'[^\']*\')\)', source)
    return [text[1:-1] for text in found if " " in text]


def pattern(message: str) -> str:
    """A regular expression for a message with values in place of its braces."""
    return ".+".join(re.escape(piece) for piece in re.split(r"\{[^{}]*\}", message))
