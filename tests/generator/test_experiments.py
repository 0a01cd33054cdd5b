"""A page in several variants: each rendered beforehand, for each audience."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import build
from policy.experiments import FILE
from policy.manifest import read_build
from policy.typed import as_typed
from tests.fixtures.experiment_site import DECLARED, NAME, drawn, experiment_site


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return experiment_site(tmp_path / "site")


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(build.main, ["--root", str(root), *words])


def shown(html: str) -> set[str]:
    """Which of the sentences of the page's text are in it."""
    sentences = ("We help schools.", "Do you run a school?", "Or do you teach?")
    return {each for each in (*sentences, "For teachers.", "For everybody.") if each in html}


def test_each_audience_has_each_variant(root: Path) -> None:
    assert run(root).exit_code == 0
    made = read_build(root / "public")

    def of(audience: str, variant: str) -> set[str]:
        return shown((root / "public" / made.file("/", audience, variant).path).read_text())

    assert of("", "") == {"We help schools.", "For everybody."}
    assert of("", "question") == {"Do you run a school?", "For everybody."}
    assert of("teacher", "") == {"We help schools.", "For teachers."}
    assert of("teacher", "question") == {
        "Do you run a school?", "Or do you teach?", "For teachers.",
    }  # fmt: skip
    assert sorted(made.variants["/"]) == ["+question", "teacher", "teacher+question"]


def test_a_site_without_the_service_has_the_first_variant(root: Path) -> None:
    """The file at the page's address is that, and so is what search and feeds find."""
    assert run(root).exit_code == 0
    assert "We help schools." in (root / "public/index.html").read_text()


def test_the_build_says_when_which_variant_is_served(root: Path) -> None:
    assert run(root).exit_code == 0
    (slots,) = read_build(root / "public").experiments
    assert (slots.page, slots.goal, slots.variants) == ("/", "asked", ("plain", "question"))
    assert slots.blocks == 28 * 24 // 8


def test_a_change_of_the_declaration_makes_its_page_again(root: Path) -> None:
    assert run(root).exit_code == 0
    (root / FILE).write_text(drawn(DECLARED.replace('"question"]', '"asking"]')))
    text = (root / "content/index.md").read_text()
    assert run(root).exit_code == 1, "a block names a variant that there is no more"
    (root / "content/index.md").write_text(text.replace("variant | question", "variant | asking"))
    assert run(root).exit_code == 0
    assert "+asking" in read_build(root / "public").variants["/"]
    assert not (root / "public/_variants/+question").exists()


def test_an_experiment_that_is_over_may_stay_for_its_result(root: Path) -> None:
    """Its page is told once more that it has words that nobody sees; then it may go without."""
    said = run(root).output
    assert 'experiment "greeting" is over, and the page shows "plain"' in said
    assert "content/index.md:5" in said
    (root / "content/index.md").write_text("---\ntitle: Whole\n---\nWe help schools.\n")
    assert 'experiment "greeting"' not in run(root).output


def own_template(root: Path, name: str) -> Path:
    """A template of the site's own, to be changed."""
    templates = root / "templates"
    if templates.is_symlink():
        own = templates.resolve()
        templates.unlink()
        shutil.copytree(own, templates)
    return templates / name


def test_an_audience_that_only_a_later_variant_asks_for_has_its_page(root: Path) -> None:
    """By a block of the site's own, in whose template the question is."""
    note = own_template(root, "blocks/note.html")
    note.unlink()
    note.write_text("<aside>For {{ audience.label }}: {{ body }}</aside>\n")
    text = "/// variant | plain\nA\n///\n/// variant | question\n/// note | Hi\nB\n///\n///\n"
    (root / "content/index.md").write_text(f"---\ntitle: Whole\n---\n{text}")
    result = run(root)
    assert result.exit_code == 0, result.output
    assert "teacher+question" in read_build(root / "public").variants["/"]


def test_variants_that_show_the_same_are_told(root: Path) -> None:
    (root / FILE).write_text(drawn(DECLARED.replace("2026-", "2126-")))
    same = "/// variant | plain\nA\n///\n/// variant | question\n\nA\n///\n"
    (root / "content/index.md").write_text(f"---\ntitle: Whole\n---\n{same}")
    said = run(root, "check")
    assert said.exit_code == 0
    assert f'{FILE}:6: experiment "greeting": "question" has the words of "plain"' in said.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("publish: 2126-03-02", False),
        ("publish: 2126-03-03", True),
        ("expire: 2126-03-29", True),
        ("expire: 2126-03-30", False),
    ],
)
def test_a_page_that_is_not_there_for_all_days_is_told(
    root: Path, line: str, *, told: bool
) -> None:
    text = DECLARED.replace("2026-", "2126-").replace('page = "/"', 'page = "/offer/"')
    (root / FILE).write_text(drawn(text))
    (root / "content/index.md").write_text("---\ntitle: Whole\n---\nWe help.\n")
    blocks = "/// variant | plain\nA\n///\n/// variant | question\nB\n///\n"
    (root / "content/offer.md").write_text(f"---\ntitle: Offer\n{line}\n---\n{blocks}")
    said = run(root, "check")
    assert said.exit_code == 0, said.output
    assert ("content/offer.md is not there on all of its days" in said.output) == told


def test_a_link_to_a_heading_must_hold_in_every_variant(root: Path) -> None:
    """Whoever follows it does not choose what is served."""
    search = root / "content/search.md"
    search.write_text(search.read_text() + "\nSee [questions](/#questions).\n")
    result = run(root, "check")
    assert result.exit_code == 1
    assert 'the page / has no heading "#questions"' in result.output


def test_the_order_is_drawn_once_and_can_be_seen(root: Path) -> None:
    (root / FILE).write_text(UNDRAWN)
    hint = f"draw it: build.py experiment draw {NAME}"
    assert as_typed(hint, root) in run(root, "check").output
    assert run(root, "experiment", "draw", NAME).output == f"Drew the order of {NAME}: {FILE}:3\n"
    assert re.search(r'name = "greeting"\nseed = "[0-9a-f]{32}"\n', (root / FILE).read_text())
    assert run(root, "check").exit_code == 0
    said = run(root, "experiment", "show", NAME).output.splitlines()
    assert said[0] == "How the home page greets: /, 84 blocks of 8 hours"
    assert len(said) == 1 + 168
    assert {line.split()[-1] for line in said[1:3]} == {"plain", "question"}
    again = run(root, "experiment", "draw", NAME)
    assert again.exit_code == 1
    text = (root / FILE).read_text()
    (root / FILE).write_text(text.replace("slot_hours = 4", "slot_hours = 8"))
    other = run(root, "experiment", "show", NAME)
    assert other.exit_code == 1
    assert "is not the one that its order was drawn for" in other.output
    assert f'the order of "{NAME}" was drawn already' in again.output


UNDRAWN = re.sub(r"seed = .*\n", "", DECLARED).replace("2026-", "2126-")


@pytest.mark.parametrize(
    "text",
    [
        UNDRAWN.replace("\n", "\r\n"),
        "\ufeff" + UNDRAWN,
        "# Ä\n" + UNDRAWN.replace("name =", "'name'  =   "),
        UNDRAWN.replace('name = "greeting"\n', "") + 'name = "greeting"',
    ],
)
def test_what_is_drawn_is_one_line_more_and_nothing_else(root: Path, text: str) -> None:
    """Whatever the file's line ends are."""
    (root / FILE).write_bytes(text.encode())
    assert run(root, "experiment", "draw", NAME).exit_code == 0
    written = (root / FILE).read_bytes().decode()
    assert re.sub(r"seed = \"[0-9a-f]{32}\"\r?\n|\nseed = .*$", "", written) == text
    assert "\r\n" not in text or "\n" not in written.replace("\r\n", "")
    assert run(root, "check").exit_code == 0


INLINE = UNDRAWN.replace("[[experiment]]\n", "").strip().replace("\n", ", ")
INLINE = f"experiment = [{{ {INLINE} }}]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (INLINE, f"{FILE}:1: there is no place for a line below this"),
        (INLINE.replace("[{", "[\n{").replace("}]", "}\n]"), f"{FILE}:2: there is no place"),
        (UNDRAWN * 2, f'{FILE}:11: experiment "greeting" is there already'),
        (UNDRAWN.replace("hours = 4", "hours = 5"), f"{FILE}:7: slots of 5 hours do not divide"),
        (UNDRAWN.replace('"asked"', '"other"'), f'{FILE}:6: experiment "greeting": there is no'),
        (UNDRAWN.replace("begins = 2126", "begins = 2125"), f"{FILE}:9: experiment"),
        (UNDRAWN.replace("2126-03-29", "9999-12-31"), f"{FILE}:8: experiment"),
        (UNDRAWN.replace("2126-", "2026-"), f'{FILE}:8: "greeting" has begun already'),
    ],
)
def test_nothing_is_drawn_for_what_cannot_be_made(root: Path, text: str, said: str) -> None:
    (root / FILE).write_text(text)
    result = run(root, "experiment", "draw", NAME)
    assert (result.exit_code, said in result.output) == (1, True), result.output
    assert (root / FILE).read_text() == text


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('name = "greeting"', 'name = "hello"'),
        ('page = "/"', 'page = "/ask/"'),
        ('["plain", "question"]', '["question", "plain"]'),
        ('goal = "asked"', 'goal = "other"'),
        ("slot_hours = 4", "slot_hours = 6"),
        ("begins = 2026-03-02", "begins = 2026-03-01"),
        ("ends = 2026-03-29", "ends = 2026-04-29"),
        ('seed = "3', 'seed = "4'),
    ],
)
def test_what_was_drawn_holds_for_what_it_was_drawn_for(root: Path, was: str, becomes: str) -> None:
    """All but the label: what was counted would be that of another order, or of another thing."""
    goals = root / "site/goals.toml"
    goals.write_text(goals.read_text() + GOAL)
    (root / FILE).write_text(DECLARED.replace("How the home", "In which way the home"))
    assert run(root, "check").exit_code == 0
    (root / FILE).write_text(DECLARED.replace(was, becomes))
    said = run(root, "check")
    assert said.exit_code == 1
    assert f"{FILE}:2: experiment " in said.output
    assert "is not the one that its order was drawn for" in said.output


def test_what_reaches_the_goal_is_what_the_order_was_drawn_for(root: Path) -> None:
    """In another file; what visits reach from then on is another thing. Its label may change."""
    goals = root / "site/goals.toml"
    text = goals.read_text()
    goals.write_text(text.replace('label = "Asked"', 'label = "Has asked"') + GOAL)
    assert run(root, "check").exit_code == 0
    goals.write_text(text.replace('page = "/search/"', 'page = "/ask/"'))
    for words in (("check",), ("experiment", "show", NAME)):
        said = run(root, *words)
        assert said.exit_code == 1
        assert f"{FILE}:2: experiment " in said.output
        assert "put its lines and those of its goal in site/goals.toml back" in said.output


GOAL = """
[[goal]]
name = "other"
label = "Other"
page = "/ask/"
"""


BLOCKS = "/// variant | plain\nA\n///\n/// variant | question\nB\n///\n"


@pytest.mark.parametrize(
    ("page", "text", "said"),
    [
        ("/nowhere/", BLOCKS, 'there is no page "/nowhere/"'),
        ("/", "We help.\n", 'content/index.md has no words for "plain"'),
        ("/thanks/", BLOCKS, "/thanks/ is not counted\n"),
    ],
)
def test_nothing_is_drawn_for_a_page_that_cannot_show_it(
    root: Path, page: str, text: str, said: str
) -> None:
    """What `check` says of it is said, and nothing else that is wrong with the site."""
    content = root / "content"
    (content / "index.md").write_text(f"---\ntitle: Whole\n---\n{text}")
    (content / "thanks.md").write_text(f"---\ntitle: Thanks\n---\n{BLOCKS}")
    (content / "about.md").write_text("---\ntitle: About\n---\n[Gone](/gone/)\n")
    undrawn = UNDRAWN.replace('page = "/"', f'page = "{page}"')
    (root / FILE).write_text(undrawn)
    for words in (("experiment", "draw", NAME), ("check",)):
        result = run(root, *words)
        assert result.exit_code == 1
        assert f'experiment "{NAME}": {said}' in result.output
        assert ("/gone/" in result.output) == (words[0] == "check")
    assert (root / FILE).read_text() == undrawn
    assert "name a page that visitors can come in by" in result.output or page != "/thanks/"


def test_on_a_site_without_a_counted_page_the_mend_is_to_count(root: Path) -> None:
    (root / FILE).write_text(UNDRAWN)
    base = own_template(root, "base.html")
    base.write_text(re.sub(r' data-page="\{\{ page.url \}\}"', "", base.read_text()))
    (root / "templates/404.html").write_text('{% extends "base.html" %}')
    result = run(root, "experiment", "draw", NAME)
    assert f'experiment "{NAME}": / is not counted, as no page of this site is' in result.output
    assert "hint: let templates/base.html count: docs/templates.md has" in result.output


def test_check_and_draw_say_the_same_of_an_order_for_something_else(root: Path) -> None:
    """And it can be done."""
    (root / FILE).write_text(UNDRAWN)
    assert run(root, "experiment", "draw", NAME).exit_code == 0
    text = (root / FILE).read_text()
    (root / FILE).write_text(text.replace("hours = 4", "hours = 6"))
    said = [run(root, *words).output for words in (("check",), ("experiment", "draw", NAME))]
    hint = "hint: of an experiment to come, remove the line seed and draw again; one that has begun"
    assert all(hint in each for each in said)
    without = re.sub("^seed = .*\n", "", (root / FILE).read_text(), flags=re.MULTILINE)
    (root / FILE).write_text(without)
    assert run(root, "experiment", "draw", NAME).exit_code == 0
    assert run(root, "check").exit_code == 0


def test_a_page_is_explained_with_its_experiment(root: Path) -> None:
    run(root)
    said = run(root, "explain", "/").output
    assert (
        'experiment "greeting", from 2026-03-02 to 2026-03-29: plain, question'
        f"  {FILE}:1"
    ) in said  # fmt: skip
    assert re.search(r'teacher\+question/index.html, for the audience "teacher", in the var', said)
