"""A large site may have the visit cookie name the section in which a visit began, not its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.staff.reports.report import KINDS, cells_of, kinds_of
from analytics.visits.model import Total
from policy import read_site
from policy.differences import differences
from policy.material_terms import digest
from policy.sections import section_of
from tests.fixtures.small_site import Visitor
from tests.fixtures.whole_site import Served, served, use, whole_site

PAGE = """---
title: {title}
description: A page of a section, for a site on which the visit cookie names sections only.
---
Words.
"""


def with_entry(root: Path, entry: str) -> Path:
    """The whole site with pages in a section, by whose register the cookie names `entry`; by
    default what the first site has."""
    whole_site(root)
    register = root / "site" / "policy.toml"
    text = register.read_text(encoding="utf-8")
    register.write_text(text.replace('entry = "section"\n', entry), encoding="utf-8")
    (root / "content" / "shop").mkdir()
    for name, title in (("index", "The shop"), ("hats", "Hats"), ("coats", "Coats")):
        page = root / "content" / "shop" / f"{name}.md"
        page.write_text(PAGE.format(title=title), encoding="utf-8")
    return root


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    site = served(with_entry(tmp_path / "site", 'entry = "section"\n'))
    yield site
    site.close()


def cells(site: Served, dimension: str) -> dict[str, int]:
    rows = site.app.extensions["plainsite"].counters.totals(dimension, 0, 10**9, 10)
    return {row.cell: row.visits for row in rows}


@pytest.mark.parametrize(
    ("page", "section"),
    [("/", "/"), ("/ask/", "/ask/"), ("/shop/hats/", "/shop/"), ("/a/b/c/", "/a/")],
)
def test_the_section_is_the_first_folder(page: str, section: str) -> None:
    assert section_of(page) == section


def test_the_site_works(site: Served) -> None:
    assert use(site) == []


@pytest.mark.promise("P4")
def test_the_cookie_names_the_section_and_so_do_the_counters(site: Served) -> None:
    """Two browsers that came in by two pages of one section hold the same bytes."""
    cookies = set()
    for page in ("/shop/hats/", "/shop/coats/"):
        visitor = Visitor(site.app.test_client())
        assert visitor.consent().status_code == 204
        assert visitor.view(page).status_code == 204
        assert visitor.view("/ask/").status_code == 204
        assert visitor.engaged("/ask/", 100).status_code == 204
        assert visitor.cookie is not None
        assert "&entry=/shop/&" in visitor.cookie
        cookies.add(visitor.cookie)
    assert len(cookies) == 1
    assert cells(site, "entry") == {"/shop/": 2}
    assert set(cells(site, "page")) == {"/shop/hats/", "/shop/coats/", "/ask/"}


def test_a_cookie_that_names_a_page_is_none_of_this_register(site: Served) -> None:
    writer = site.app.extensions["plainsite"].cookies
    values = {
        "version": 1,
        "seen": 0,
        "began": 8,
        "source": "Direct",
        "campaign": "None",
    }
    held = {"entry": "/shop/hats/"}
    with pytest.raises(ValueError, match="entry cannot be"):
        writer.encode("visit", {name: (values | held)[name] for name in ORDER})
    assert writer.encode("visit", {name: (values | {"entry": "/shop/"})[name] for name in ORDER})


ORDER = ("version", "seen", "began", "entry", "source", "campaign")


def test_the_privacy_page_and_the_choices_say_it(site: Served) -> None:
    for page in ("privacy/cookies/index.html", ".well-known/privacy.json"):
        said = (site.public / page).read_text(encoding="utf-8")
        assert "The section of this site you came in by" in said
        assert "The first folder in the address of a page on this site" in said
        assert "The page you came in by" not in said
    visitor = Visitor(site.app.test_client())
    visitor.consent()
    visitor.view("/shop/hats/")
    shown = visitor.client.get("/visit/cookies", headers={"Sec-Fetch-Site": "same-origin"})
    assert "The shop" in shown.get_data(as_text=True)


def test_the_report_has_sections_and_adds_what_was_counted_by_page(site: Served) -> None:
    """What was counted before the site chose sections is not lost among them."""
    register = site.app.extensions["plainsite"].site.register
    (kind,) = (each for each in kinds_of(register) if each.dimension == "entry")
    assert (kind.title, kind.heading) == ("Entry sections", "Section")
    rows = [
        Total("/shop/", visits=2, views=3),
        Total("/shop/hats/", visits=1),
        Total("/", visits=1),
    ]
    cells = cells_of(kind, rows)
    assert [(cell.cell, cell.visits, cell.views) for cell in cells] == [
        ("/shop/", 3, 3),
        ("/", 1, 0),
    ]


def test_only_a_site_that_chooses_it_has_other_terms(tmp_path: Path) -> None:
    """Its visitors are asked again, as for any change of what a cookie says."""
    chosen = [
        read_site(with_entry(tmp_path / name, entry)).register
        for name, entry in (
            ("none", ""),
            ("page", 'entry = "page"\n'),
            ("s", 'entry = "section"\n'),
        )
    ]
    by_default, by_page, by_section = chosen
    assert by_default == by_page
    declared = {"goal", "funnel", "event", "segment"}  # Which this site has not.
    assert kinds_of(by_default) == tuple(each for each in KINDS if each.dimension not in declared)
    assert digest(by_default) != digest(by_section)
    assert differences(by_default, by_section) == (
        "The cookie __Secure-visit: part “entry” changed from “The address of a page on this site” "
        "to “The first folder in the address of a page on this site”.",
    )
