"""The privacy page says nothing of a feature that is off, in its tables and in its own words."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

import generator
from policy.features import FEATURES
from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import CASES, whole_site
from tests.generator.test_build_faults import change, parts

SAYS = {
    "visits": r"\b(accept(?!-)|reject|(this|a) visit|not counted|we count|global privacy)\b",
    "audiences": r"\b(pages? (written )?for (your|a) role|audience|the role you gave)\b",
    "forms": r"\b(forms?|email you|your data|submissions?|unsubscribe|checked? (a|the) box)\b",
    "staff": r"\b(signs? in|signed in|sign-in|our (own )?staff|passwords?|accounts?)\b",
    "search": r"\bsearch",
}
"""Words that a visitor would take for a feature's."""


def privacy_page(root: Path) -> str:
    """What the built page says between its header and its foot, in small letters."""
    generator.build(root, root / "public")
    html = (root / "public" / "privacy" / "index.html").read_text(encoding="utf-8")
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).lower()


def with_the_first_sites_words(root: Path) -> Path:
    """The whole site, with the privacy page of the first one."""
    whole_site(root)
    shutil.copyfile(ROOT / "content" / "privacy.md", root / "content" / "privacy.md")
    return root


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"no {case.stem}")
def test_it_says_nothing_of_what_is_off(tmp_path: Path, case: Path) -> None:
    """And leads to no page that is not there, or it would not be built."""
    root = with_the_first_sites_words(tmp_path / "site")
    for what, text in parts(case):
        change(root, what, text)
    said = privacy_page(root)
    policy = (root / "site" / "policy.toml").read_text(encoding="utf-8")
    on = tomllib.loads(policy).get("features", ())
    for feature in FEATURES:
        found = [" ".join(said[max(0, m.start() - 60) : m.end() + 40].split())
                 for m in re.finditer(SAYS[feature], said)]  # fmt: skip
        assert bool(found) == (feature in on), (feature, found)


def test_it_follows_the_register_in_the_next_build(tmp_path: Path) -> None:
    """Though its own file is as it was."""
    root = with_the_first_sites_words(tmp_path / "site")
    assert re.search(SAYS["staff"], privacy_page(root))
    for what, text in parts(next(case for case in CASES if case.stem == "staff")):
        change(root, what, text)
    assert not re.search(SAYS["staff"], privacy_page(root))
