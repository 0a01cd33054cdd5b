"""The catalogues of the engine and of the first site have every sentence, and no other."""

from __future__ import annotations

import pytest

from generator.texts import engine_texts, lacking, site_texts, updated
from policy import read_site
from policy.catalogues import ENGINE, file_faults, read_po
from tests.fixtures.small_site import ROOT

TAGS = [path.stem for path in sorted(ENGINE.glob("*.po"))]


@pytest.fixture(scope="module")
def engine():
    return engine_texts()


@pytest.mark.parametrize("tag", TAGS)
def test_the_engine_s_catalogue_has_every_sentence_and_no_other(engine, tag):
    """`build.py texts --engine` changes nothing, and nothing is missing or fuzzy."""
    name = f"policy/locale/{tag}.po"
    assert list(lacking(ROOT, name, tag, engine)) == []
    assert updated(ROOT, name, tag, engine).decode() == (ROOT / name).read_text(encoding="utf-8")
    assert list(file_faults(name, read_po(ROOT, name))) == []


def test_the_first_site_s_catalogue_has_every_sentence_and_no_other():
    found = site_texts(read_site(ROOT))
    assert list(lacking(ROOT, "site/locale/es.po", "es", found)) == []
    data = updated(ROOT, "site/locale/es.po", "es", found)
    assert data == (ROOT / "site/locale/es.po").read_bytes()
