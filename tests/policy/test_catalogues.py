"""Catalogues: a site's go before the engine's, plural forms work, and what is missing is told."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

from generator.texts import lacking, site_texts, updated
from policy import read_site
from policy.catalogues import read_catalogues
from policy.languages import Language, Languages
from policy.sentences import ENGLISH, Speech, day, number, sentence, sentence_of, speaking
from tests.fixtures.small_site import ROOT

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'


def catalogue(tmp_path: Path, tag: str, text: str, *, of: str = "") -> Speech:
    folder = tmp_path / "site/locale"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{of or tag}.po").write_text(HEAD + text, encoding="utf-8")
    languages = Languages("en", {tag: Language()})
    return Speech(read_catalogues(tmp_path, languages)[tag], tag)


def test_a_site_s_own_sentence_goes_before_the_engine_s(tmp_path):
    own = catalogue(tmp_path, "es", '\nmsgid "Home"\nmsgstr "Portada"\n')
    with speaking(own):
        assert (sentence("Home"), sentence("Erase it")) == ("Portada", "Borrarlo")
    assert (sentence("Home"), sentence("Erase it")) == ("Home", "Erase it")


def test_a_language_of_a_region_has_the_sentences_of_the_language(tmp_path):
    wide = catalogue(tmp_path, "pt-BR", '\nmsgid "Home"\nmsgstr "Início"\n', of="pt")
    with speaking(wide):
        assert sentence("Home") == "Início"
    close = catalogue(tmp_path, "pt-BR", '\nmsgid "Home"\nmsgstr "Página inicial"\n')
    with speaking(close):
        assert sentence("Home") == "Página inicial"


def test_plural_forms_are_those_of_the_language(tmp_path):
    """Arabic has six."""
    rule = (
        "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 "
        ": n%100>=11 ? 4 : 5;"
    )
    forms = "".join(f'msgstr[{each}] "form {each} of %(number)s"\n' for each in range(6))
    text = f'"Plural-Forms: {rule}\\n"\n\nmsgid "one"\nmsgid_plural "%(number)s many"\n{forms}'
    with speaking(catalogue(tmp_path, "ar", text)):
        said = [sentence_of("one", "%(number)s many", count)[5] for count in (0, 1, 2, 3, 11, 100)]
    assert said == list("012345")


def test_a_fuzzy_sentence_is_not_said(tmp_path):
    text = '\n#, fuzzy\nmsgid "Home office"\nmsgstr "Inicio"\n'
    with speaking(catalogue(tmp_path, "es", text)):
        assert sentence("Home office") == "Home office"


@pytest.mark.parametrize(
    ("locale", "date", "amount"),
    [
        ("en", "November 6, 2026", "1,200.5"),
        ("en-US", "November 6, 2026", "1,200.5"),
        ("es-US", "6 de noviembre de 2026", "1,200.5"),
        ("es", "6 de noviembre de 2026", "1.200,5"),
        ("de", "6. November 2026", "1.200,5"),
        ("pt-BR", "6 de novembro de 2026", "1.200,5"),
        ("zh-Hant-TW", "2026年11月6日", "1,200.5"),
        ("tlh", "November 6, 2026", "1,200.5"),
    ],
)
def test_dates_and_numbers_are_written_by_the_locale(locale, date, amount):
    with speaking(Speech(None, locale)):
        assert day(datetime.date(2026, 11, 6)) == date
        assert number(1200.5) == amount


def test_english_needs_no_catalogue_and_no_babel(tmp_path):
    assert read_catalogues(tmp_path, Languages("en", {})) == {}
    assert ENGLISH.sentences.ngettext("one", "many", 2) == "many"


def test_the_report_tells_a_sentence_where_it_stands(tmp_path):
    root = Path(shutil.copytree(ROOT / "tests/sites/base", tmp_path / "site"))
    settings = root / "site/settings.toml"
    settings.write_text(f"{settings.read_text()}\n[languages.es]\nlocale = 'es-US'\n")
    found = site_texts(read_site(root))
    told = {(each.path, each.message) for each in lacking(root, "site/locale/es.po", "es", found)}
    assert ("site/navigation.toml", 'not in site/locale/es.po: "News"') in told
    (root / "site/locale").mkdir()
    (root / "site/locale/es.po").write_bytes(updated(root, "site/locale/es.po", "es", found))
    again = list(lacking(root, "site/locale/es.po", "es", found))
    assert {each.path for each in again} == {"site/locale/es.po"}
    assert all(each.line for each in again)
