"""The privacy page and those below it say nothing of a feature that is off, in their tables and in
their own words."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

import generator
from policy.features import FEATURES, read_features
from policy.privacy_pages import DETAILS
from tests.fixtures.small_site import ROOT
from tests.fixtures.whole_site import CASES, whole_site
from tests.generator.test_build_faults import change, parts

SAYS = {
    "visits": r"\b(accept(?!-)|reject|(this|a) visit|not counted|we count|global privacy)\b",
    "audiences": r"\b(pages? (written )?for (your|a) role|audience|the role you gave)\b",
    "forms": r"\b(forms?|email you|your data|submissions?|unsubscribe|checked? (a|the) box)\b",
    "staff": r"\b(signs? in|signed in|sign-in|our (own )?staff|passwords?|accounts?)\b",
    "search": r"\bsearch",
    "drafts": r"\b(not public|unpublished|given a link|link that you were given)\b",
    "countries": r"\b(countries|(which|each|the) country)\b",
}
"""Words that a visitor would take for a feature's."""

KEEPS_NOTHING = {"drafts"}
"""On or off, there is nothing to say of it: it has an address, and neither cookies nor tables."""


PAGES = ("privacy", *(f"privacy/{detail.part}" for detail in DETAILS))


def privacy_pages(root: Path) -> dict[str, str]:
    """What each of the built pages says between its header and its foot, in small letters."""
    generator.build(root, root / "public")
    return {page: _said(root / "public" / page / "index.html") for page in PAGES}


def _said(path: Path) -> str:
    html = path.read_text(encoding="utf-8")
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).lower()


def privacy_page(root: Path) -> str:
    """What the first of them says."""
    return privacy_pages(root)["privacy"]


def with_the_first_sites_words(root: Path) -> Path:
    """The whole site, with the privacy page of the first one."""
    whole_site(root)
    shutil.copyfile(ROOT / "content" / "privacy.md", root / "content" / "privacy.md")
    return root


@pytest.mark.parametrize(
    "case", [*CASES, None], ids=lambda case: f"no {case.stem}" if case else "all on"
)
def test_it_says_nothing_of_what_is_off(tmp_path: Path, case: Path | None) -> None:
    """And leads to no page that is not there, or it would not be built."""
    root = with_the_first_sites_words(tmp_path / "site")
    policy = root / "site" / "policy.toml"
    if case is None:
        all_on = f"features = {json.dumps(FEATURES)}"
        text = policy.read_text(encoding="utf-8")
        policy.write_text(re.sub("^features = .*", all_on, text, flags=re.MULTILINE), "utf-8")
    for what, text in parts(case) if case else ():
        change(root, what, text)
    pages = privacy_pages(root)
    on = {*tomllib.loads(policy.read_text(encoding="utf-8")).get("features", ())} - KEEPS_NOTHING
    for feature in FEATURES:
        found = {page: [" ".join(said[max(0, m.start() - 60) : m.end() + 40].split())
                        for m in re.finditer(SAYS[feature], said)]
                 for page, said in pages.items()}  # fmt: skip
        assert any(found.values()) == (feature in on), (feature, found)
        # What searching does is told where the pages' powers are, with the headers.
        place = "privacy/log" if feature == "search" else "privacy"
        assert bool(found[place]) == (feature in on), (feature, found)


@pytest.mark.parametrize("name", sorted(KEEPS_NOTHING))
def test_what_needs_no_words_keeps_nothing(name: str) -> None:
    assert set(read_features()[name].entries) == {"endpoint"}


def test_it_follows_the_register_in_the_next_build(tmp_path: Path) -> None:
    """Though its own file is as it was."""
    root = with_the_first_sites_words(tmp_path / "site")
    assert re.search(SAYS["staff"], privacy_page(root))
    for what, text in parts(next(case for case in CASES if case.stem == "staff")):
        change(root, what, text)
    assert not re.search(SAYS["staff"], privacy_page(root))
