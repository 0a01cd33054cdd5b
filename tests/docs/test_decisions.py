"""Every decision has its page, in one form, and stands in the index under its title."""

from __future__ import annotations

import re

import pytest

from tests.fixtures.small_site import ROOT

FOLDER = ROOT / "docs" / "decisions"
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")
PAGES = sorted(set(FOLDER.glob("*.md")) - {FOLDER / "README.md"})
HEADINGS = ["What", "Why", "Rejected", "What it costs"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_decision_says_what_why_what_was_rejected_and_what_it_costs(page):
    text = page.read_text(encoding="utf-8")
    title, *rest = re.split(r"^#+ (.*)\n", text, flags=re.MULTILINE)[1:]
    assert rest[1::2] == HEADINGS
    assert all(part.strip() for part in rest[2::2])
    assert f"[{title}]({page.name})" in INDEX
    assert len(text.splitlines()) <= 60, "one short page"


def test_the_index_leads_to_every_page_once():
    links = re.findall(r"\]\(([^)]+)\)", INDEX)
    assert sorted(links) == [page.name for page in PAGES]


@pytest.mark.parametrize("document", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")))
def test_documents_link_to_what_is_there(document):
    """A link in the repository's own documents leads to a file, and to a heading of it."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"`[^`\n]*`", "", text)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, heading = link.partition("#")
        if "://" in link or path.startswith("/"):
            continue
        there = (document.parent / path).resolve() if path else document
        assert there.exists(), link
        if heading:
            titles = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            ids = [re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in titles]
            assert heading in ids, link
