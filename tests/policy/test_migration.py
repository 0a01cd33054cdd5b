"""`build.py policy migrate` writes a register of version 0.1's form anew, with what the site had of
its own."""

from __future__ import annotations

import re
import resource
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import build
from policy import read_site
from policy.migration import KEPT, migrate
from policy.typed import as_typed
from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import served, use

OLD = ROOT / "tests" / "fixtures" / "version-0.1"
TEXT = (OLD / "policy.toml").read_text(encoding="utf-8")
NEW = (OLD / "policy-migrated.toml").read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The first site as it was with version 0.1: its register, released, and its forms' field."""
    root = tmp_path / "site"
    for folder in ("content", "site", "templates"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.rmtree(root / "site" / "policy-versions")
    (root / "site" / "policy-versions").mkdir()
    for path in (root / "site" / "policy.toml", root / "site" / "policy-versions" / "1.toml"):
        path.write_text(TEXT, encoding="utf-8")
    for form in (root / "site" / "forms").glob("*.toml"):
        text = form.read_text(encoding="utf-8").replace('"organization"', '"organisation"')
        form.write_text(of_its_time(text), encoding="utf-8")
    return root


def of_its_time(form: str) -> str:
    """A form of today without the fields that the old register does not declare."""
    head, *fields = form.split("\n[[field]]")
    tables = tomllib.loads(TEXT)["table"]
    declared = {column["name"] for table in tables for column in table["columns"]}
    named = [(re.search(r'(?m)^name = "(.+?)"', each), each) for each in fields]
    kept = [each for name, each in named if name and name[1] in declared]
    assert kept
    return "\n[[field]]".join([head, *kept])


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(build.main, ["--root", str(root), *words])


def changed(root: Path, *pairs: tuple[str, str]) -> None:
    """The old register with other text in it."""
    path = root / "site" / "policy.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def test_what_the_engine_declared_is_left_to_it(root: Path) -> None:
    """Five hundred lines become as many as fit on a screen; nothing is lost, so nothing is told."""
    made = migrate(root)
    assert re.sub(r"(?m)^#.*\n", "", made.text).lstrip() == NEW
    assert made.left_out == ()


def test_the_site_goes_on_with_it(root: Path) -> None:
    """Its forms, its counters, its pages; after a release, since visitors are to be asked again."""
    told = run(root, "policy", "migrate")
    assert told.exit_code == 0, told.output
    assert (root / KEPT).read_text(encoding="utf-8") == TEXT
    assert run(root, "policy", "release").exit_code == 0
    assert read_site(root).register.version == 2
    site = served(root)
    try:
        assert use(site) == []
    finally:
        site.close()


def test_a_dry_run_writes_nothing(root: Path) -> None:
    before = {path.name for path in (root / "site").iterdir()}
    told = run(root, "policy", "migrate", "--dry-run")
    assert told.exit_code == 0
    assert told.stdout.endswith(NEW)
    assert {path.name for path in (root / "site").iterdir()} == before
    assert (root / "site" / "policy.toml").read_text(encoding="utf-8") == TEXT


def test_what_was_the_sites_own_stays(root: Path) -> None:
    changed(
        root,
        ('title = "Cookies on this site"', 'title = "May we count?"'),
        ('text = "To answer the request that you sent us"', 'text = "To answer you"'),
        ('lifetime = "180 days"', 'lifetime = "90 days"'),
        ('holds = "How many rows were deleted', 'holds = "What was deleted, and how many rows'),
        ("[[cookie]]", OWN + "\n[[cookie]]"),
    )
    made = migrate(root)
    assert made.left_out == ()
    for lines in (
        '[notice]\ntitle = "May we count?"\n',
        '[purposes.survey]\ntext = "To ask \\"why\\""\nuse = "correspond"\nbasis = "consent"\n',
        '[recipients."A printer"]\norigin = "https://printer.example"\npurpose = "survey"\n',
        '[browser_features]\ncamera = "survey"\n',
        '\npurpose.answer.text = "To answer you"\n',
        '\ntable.retention_runs.holds = "What was deleted, and how many rows',
        '[limits]\ncookie.audience.lifetime = "90 days"\n',
    ):
        assert lines in made.text
    run(root, "policy", "migrate")
    register = read_released(root)
    assert register.question.title == "May we count?"
    assert register.cookie("audience").lifetime_words.startswith("90 days")


OWN = """[[purpose]]
name = "survey"
text = "To ask \\"why\\""
use = "correspond"
basis = "consent"

[[recipient]]
name = "A printer"
origin = "https://printer.example"
purpose = "survey"
receives = "Letters"

[[feature]]
name = "camera"
purpose = "survey"
"""


def read_released(root: Path):
    assert run(root, "policy", "release").exit_code == 0
    return read_site(root).register


def test_what_no_site_can_say_is_left_out_and_told(root: Path) -> None:
    """A time longer than the feature's, readers, a table of code that is not the engine's, and what
    the site did not declare and its feature does."""
    changed(
        root,
        (
            'keep = "24 months"\nreaders = ["contacts", "admin"]\nholds = "One row',
            'keep = "36 months"\nreaders = ["admin"]\nholds = "One row',
        ),
        ('holds = "What was sent with a form"', 'holds = "What you sent"'),
        ('[[transient]]\nname = "Referring site"', '[[transient]]\nname = "Weather"'),
        ('[[table]]\ndatabase = "records"\nname = "staff"', STRANGE),
    )
    told = run(root, "policy", "migrate", "--dry-run")
    assert told.exit_code == 0, told.output
    assert told.stderr.splitlines() == [
        "Left out:",
        '- table.contacts.readers = ["admin"]: features decide it',
        "- table.prizes is of no feature: write a feature that has it",
        "- transient.weather is of no feature: write a feature that has it",
        '- table.contacts.keep = "36 months": "table.contacts.keep" is longer than the feature '
        "allows: 36 months",
        "- transient.referring-site is declared again",
    ]
    assert 'table.submissions.holds = "What you sent"' in told.stdout
    assert "36 months" not in told.stdout


STRANGE = """[[table]]
database = "records"
name = "prizes"
purpose = "answer"
keep = "1 days"
readers = []
holds = "Prizes"
key = ["id"]
columns = [{ name = "id", type = "text", given_by = "service", holds = "A number" }]

[[table]]
database = "records"
name = "staff"
"""[:-1]


def test_what_is_wrong_in_the_new_file_is_told_at_its_line(root: Path) -> None:
    """A name that version 0.1 took, and no file of the site's may have now."""
    changed(root, ('name = "phone"', 'name = "Phone"'))
    told = run(root, "policy", "migrate")
    assert told.exit_code == 0
    line = (root / "site" / "policy.toml").read_text(encoding="utf-8").splitlines().index(PHONE) + 1
    assert f"To be mended in the new file:\nerror: site/policy.toml:{line}: " in told.output


PHONE = (
    'Phone = { category = "contact details", label = "Phone", '
    'holds = "A number to call you back on, if you give one" }'
)


def test_what_was_not_there_is_off(root: Path) -> None:
    """Without the staff's tables and cookie, nothing of the staff's is told."""
    path = root / "site" / "policy.toml"
    kept = [
        block
        for block in re.split(r"(?m)^(?=\[)", path.read_text(encoding="utf-8"))
        if not re.search(r'name = "(session|staff|sessions|access_log|accounts)"|"/staff/"', block)
    ]
    path.write_text("".join(kept), encoding="utf-8")
    made = migrate(root)
    assert 'features = ["visits", "audiences", "forms"]' in made.text
    assert made.left_out == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (NEW, "this register is of the new form already"),
        ("version = ", "this is not TOML"),
        (NEW + "\n[words", "this is not TOML"),
        (NEW.replace("fields", "field"), 'unknown key "field"'),
        (TEXT + '[words]\npurpose.answer.text = "To answer"\n', '"words" is of the new form'),
        (TEXT + '[[cookie]]\nholds = "It"\n', "a [[cookie]] or a part of it has no name"),
        (TEXT + '[[log]]\nname = "a"\nfields = [{ kind = "word" }]\n', "a [[log]] or a part of"),
    ],
)
def test_what_is_not_of_the_old_form_stays_as_it_is(root: Path, text: str, message: str) -> None:
    (root / "site" / "policy.toml").write_text(text, encoding="utf-8")
    told = run(root, "policy", "migrate")
    assert told.exit_code == 1
    assert message in told.output
    assert (root / "site" / "policy.toml").read_text(encoding="utf-8") == text
    assert not (root / KEPT).exists()


def test_an_old_file_that_is_kept_is_never_written_over(root: Path) -> None:
    (root / KEPT).write_text("precious", encoding="utf-8")
    told = run(root, "policy", "migrate")
    assert told.exit_code == 1
    assert "an old register is kept here already" in told.output
    assert (root / KEPT).read_text(encoding="utf-8") == "precious"
    assert (root / "site" / "policy.toml").read_text(encoding="utf-8") == TEXT


def test_where_the_old_file_cannot_be_kept_nothing_changes(root: Path) -> None:
    """A disk that is full after five thousand bytes; then there is room again."""
    before = {path.name for path in (root / "site").iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, hard))
    try:
        told = run(root, "policy", "migrate")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert told.exit_code == 2
    assert {path.name for path in (root / "site").iterdir()} == before
    assert (root / "site" / "policy.toml").read_text(encoding="utf-8") == TEXT
    assert run(root, "policy", "migrate").exit_code == 0


def test_a_register_of_the_old_form_is_answered_with_the_command(root: Path) -> None:
    told = run(root, "check")
    assert told.exit_code == 1
    hint = as_typed("or have it written: build.py policy migrate", root)
    assert hint in told.output
