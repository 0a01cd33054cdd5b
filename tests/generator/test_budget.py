"""A cookie that names a page has room for so many pages, and the build says so in time."""

from __future__ import annotations

from dataclasses import replace

import pytest

import build
from generator.budget import budget_faults, budget_warnings
from generator.content.front_matter import FrontMatter, Parsed
from generator.content.library import Content
from generator.content.pages import Page
from policy import Site, read_site
from policy.register import Cookie, Part
from tests.generator.test_build_faults import run


def content(pages: int) -> Content:
    made = (Page("", f"/{n}/", Parsed(FrontMatter(title="T"), ""), "page") for n in range(pages))
    return Content({page.url: page for page in made})


def with_room(site: Site, *, bits: int, others: int = 1) -> Site:
    """The site with one cookie that names a page, beside a number of `others` values."""
    parts = (
        Part(name="entry", kind="page", holds="The first page"),
        Part(name="others", kind="number", least=1, most=others, holds="A number"),
    )
    (cookie,) = (each for each in site.register.cookies if each.name == "visit")
    cookie = Cookie.model_validate({**cookie.model_dump(by_alias=True), "parts": parts})
    cookie = cookie.model_copy(update={"most_bits": bits})
    return replace(site, register=site.register.model_copy(update={"cookies": (cookie,)}))


def test_ten_thousand_pages_are_within_the_default():
    """The first site's register as it is."""
    assert list(budget_faults(read_site(build.ROOT), content(10_000))) == []


@pytest.mark.parametrize(("bits", "others", "room"), [(3, 1, 8), (10, 2, 512), (10, 3, 341)])
def test_the_fault_says_how_many_pages_and_what_helps(bits, others, room):
    site = with_room(read_site(build.ROOT), bits=bits, others=others)
    assert list(budget_faults(site, content(room))) == []
    (fault,) = budget_faults(site, content(room + 1))
    assert fault.message == (
        f'{room + 1} pages are too many for cookie "visit": it has room for {room}'
    )
    assert f"write cookie.visit.most_bits = {bits + 1} under [limits], with room for" in fault.hint
    wider = with_room(read_site(build.ROOT), bits=bits + 1, others=others)
    assert list(budget_faults(wider, content(room + 1))) == []


def test_from_four_fifths_each_build_warns():
    site = with_room(read_site(build.ROOT), bits=10)
    assert list(budget_warnings(site, content(819))) == []
    for pages in (820, 1024):
        (warning,) = budget_warnings(site, content(pages))
        assert warning.message == f'{pages} pages, and cookie "visit" has room for 1024'
        assert warning.hint == (
            "write cookie.visit.most_bits = 11 under [limits], with room for 2048"
        )
    assert list(budget_warnings(site, content(1025))) == []  # A fault by now.


def test_no_hint_leads_past_the_highest_budget():
    site = with_room(read_site(build.ROOT), bits=40, others=2**38)
    (fault,) = budget_faults(site, content(5))
    assert "most_bits" not in fault.hint
    (warning,) = budget_warnings(site, content(4))
    assert "most_bits" not in warning.hint


def in_sections(pages: int, sections: int) -> Content:
    """Pages in so many folders."""
    urls = [f"/{n % sections}/{n}/" for n in range(pages)]
    about = Parsed(FrontMatter(title="T"), "")
    return Content({url: Page("", url, about, "page") for url in urls})


def by_section(site: Site) -> Site:
    """The site after `entry = "section"`."""
    (cookie,) = site.register.cookies
    entry, *others = cookie.parts
    parts = (entry.model_copy(update={"kind": "section"}), *others)
    cookie = cookie.model_copy(update={"parts": parts})
    return replace(site, register=site.register.model_copy(update={"cookies": (cookie,)}))


def test_naming_sections_is_a_mend_where_it_helps() -> None:
    """Beside a higher budget, and by itself where that is at its end; each of the two works."""
    pages, helps = in_sections(2_000, 20), 'write entry = "section" below features, by which'
    for bits, others, wider in ((10, 1, "most_bits = 11 under [limits], "), (40, 2**30, "")):
        site = with_room(read_site(build.ROOT), bits=bits, others=others)
        (fault,) = budget_faults(site, pages)
        assert helps in fault.hint
        assert wider in fault.hint
        assert ("most_bits" in fault.hint) == bool(wider)
        assert list(budget_faults(by_section(site), pages)) == []
    (warning,) = budget_warnings(with_room(read_site(build.ROOT), bits=11), pages)
    assert helps in warning.hint


def test_naming_sections_is_no_mend_where_they_are_as_many_as_pages():
    site = with_room(read_site(build.ROOT), bits=10)
    for pages in (in_sections(1_025, 1_025), in_sections(1_024, 1_000)):
        for fault in (*budget_faults(site, pages), *budget_warnings(site, pages)):
            assert "section" not in fault.hint


def test_where_only_both_help_both_are_named():
    """40 bits are the most, and its pages need more."""
    site, pages = with_room(read_site(build.ROOT), bits=30, others=2**28), in_sections(9_000, 20)
    (fault,) = budget_faults(site, pages)
    assert fault.hint == (
        'write entry = "section" below features, and cookie.visit.most_bits = 33 under [limits]; '
        "or publish fewer pages"
    )
    wider = with_room(read_site(build.ROOT), bits=33, others=2**28)
    assert list(budget_faults(by_section(wider), pages)) == []


def test_a_cookie_that_names_no_page_has_room_for_any_number():
    site = read_site(build.ROOT)
    others = tuple(each for each in site.register.cookies if each.name != "visit")
    site = replace(site, register=site.register.model_copy(update={"cookies": others}))
    assert list(budget_faults(site, content(10_000))) == []
    assert list(budget_warnings(site, content(10_000))) == []


def test_the_warning_reaches_the_terminal(root):
    """Thirteen pages of fifteen; the build goes on."""
    policy = root / "site" / "policy.toml"
    policy.write_text(f"{policy.read_text()}cookie.visit.most_bits = 24\n")
    for number in range(6):
        (root / "content" / f"{number}.md").write_text((root / "content" / "about.md").read_text()
            .replace("aliases: [/us/]\n", ""))  # fmt: skip
    result = run(root)
    assert result.exit_code == 0
    assert 'warning: site/policy.toml:15: 13 pages, and cookie "visit" has room for 15' in (
        result.output
    )
