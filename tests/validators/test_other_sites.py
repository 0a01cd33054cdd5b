"""What the Nu HTML checker and Lighthouse say of a new site and of the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.other_sites import OTHERS, other_site

from .test_lighthouse import ALL, judged
from .test_nu import errors

PAGES = {
    "starter": ("/", "/news/", "/news/second/", "/tags/", "/tags/snow/", "/ar/news/second/"),
    "docs": ("/", "/guides/templates/"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_nu_finds_no_error(name: str, tmp_path: Path) -> None:
    with other_site(name, tmp_path) as served:
        assert errors(served.public) == []
        assert len(served.pages) > 10


@pytest.mark.alone
@pytest.mark.parametrize("name", OTHERS)
def test_lighthouse_gives_all_points(name: str, tmp_path: Path, chromium: str) -> None:
    with other_site(name, tmp_path) as served:
        found = judged(chromium, [[served.address + page, ""] for page in PAGES[name]])
        assert len(found) == len(PAGES[name])
        for each in found:
            assert (each["error"], each["scores"], each["shift"]) == ("", ALL, 0), each
