"""The documentation is a site, its reference is made of the code, and its examples work."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import build
from generator.content.sections import OwnView, Section
from policy import read_site
from policy.templates import shared_values

SHARED = tuple(shared_values(read_site(build.ROOT / "tests/sites/base")))
DOCS = build.ROOT / "docs"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built: its links, headings and HTML are checked by that."""
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Path = module.make(tmp_path_factory.mktemp("docs") / "site")
    return made


def text(public: Path, address: str) -> str:
    return (public / address.strip("/") / "index.html").read_text(encoding="utf-8")


def test_every_guide_is_a_page(public):
    """Each Markdown file of docs/, and each decision."""
    pages = {path.parent.name for path in public.rglob("index.html")}
    for path in DOCS.rglob("*.md"):
        assert path.stem in pages or path.stem == "README", path
    lists = text(public, "guides") + text(public, "inside") + text(public, "inside/decisions")
    for name in ("writing", "templates", "register", "architecture", "build-graph"):
        assert re.search(rf'href="/[\w/]*{name}/"', lists)


def test_sections_stand_in_the_order_that_somebody_chose(public):
    """And not in that of the alphabet, in which Inside would come before Reference."""
    home = (public / "index.html").read_text(encoding="utf-8")
    listed = home.partition("<main")[2].partition("</main>")[0]
    assert re.findall(r'<h2><a href="/(\w+)/">', listed) == ["guides", "reference", "inside"]
    last = re.findall(r'<h2><a href="/inside/(\w+)/">', text(public, "inside"))[-1]
    assert last == "decisions"


def test_the_reference_has_every_command_and_every_key(public):
    commands = text(public, "reference/commands")
    for name in build.COMMANDS:
        assert f"build.py {name}" in commands
    for option in ("--external", "--profile", "--into", "--format"):
        assert option in commands
    assert "<code>title</code></td>\n<td>text</td>\n<td>yes</td>" in text(
        public, "reference/front-matter"
    )
    assert "<code>timezone</code>" in text(public, "reference/settings")
    assert "<code>page_size</code>" in text(public, "reference/taxonomies")
    assert text(public, "reference/navigation").count("The same keys again") == 3


def test_the_reference_has_every_file_in_which_a_site_declares_something(public):
    listed = text(public, "reference")
    code = "".join(path.read_text() for path in (build.ROOT / "policy").glob("*.py"))
    files = set(re.findall(r'"(site/[a-z]+\.toml)"', code))
    assert len(files) > 10
    for name in (*files, "site/forms/NAME.toml", "templates/blocks/NAME.toml"):
        assert f">{name}</a>" in listed, name


def test_links_between_the_files_work_on_a_code_host_too():
    """Relative to the file, to files that are there, and to headings that are there."""
    for path in [*DOCS.rglob("*.md"), build.ROOT / "README.md", build.ROOT / "CONTRIBUTING.md"]:
        plain = re.sub(r"```.*?```|````.*?````|`[^`\n]+`", "", path.read_text(), flags=re.DOTALL)
        for link in re.findall(r"\]\(([^()\s]+)\)", plain):
            name, _, anchor = link.partition("#")
            if re.match(r"[a-z]+:|/", link):
                continue
            target = path.parent / name if name else path
            assert target.exists(), f"{path.name}: {link}"
            if anchor and target.suffix == ".md":
                headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
                ids = [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings]
                assert anchor in ids, f"{path.name}: {link}"


def test_the_examples_of_the_guide_to_templates_work(tmp_path):
    """Each block of code that names its file, in a new site."""
    site = tmp_path / "site"
    runner = CliRunner()
    assert runner.invoke(build.main, ["new", "site", str(site)]).exit_code == 0
    guide = (DOCS / "templates.md").read_text(encoding="utf-8")
    examples = re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', guide, re.MULTILINE | re.DOTALL)
    assert len(examples) >= 3
    for name, code in examples:
        (site / name).write_text(code, encoding="utf-8")
    result = runner.invoke(build.main, ["--root", str(site)])
    assert result.exit_code == 0, result.output
    page = (site / "public/landing/index.html").read_text(encoding="utf-8")
    assert '<a href="/news/first/">We have a new site</a>' in page


def test_the_guide_to_templates_names_what_templates_see():
    """Every attribute of a page and of a section, and what the site declares."""
    guide = (DOCS / "templates.md").read_text(encoding="utf-8")
    known = {*vars(OwnView), *OwnView.__dataclass_fields__, *vars(Section), *SHARED}
    missing = [name for name in known if name[0] != "_" and f"`{name}`" not in guide]
    assert missing == []
