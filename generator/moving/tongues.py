"""What menus say in the other languages, in the catalogues of the new site."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.old_site import MenuEntry, OldSite, OtherLanguage
from generator.texts import new_catalogue
from policy.catalogues import FOLDER
from policy.navigation import FILE
from policy.texts import is_visible

__all__ = ["write_catalogues"]

_OTHER = "a menu has an entry in one language alone, which did not come over"


def write_catalogues(old: OldSite, into: Path, by_hand: ByHand) -> None:
    """Write what each entry of the menus is called in the languages that say it otherwise. One
    that the default language has not is told."""
    navigation = tomllib.loads((into / FILE).read_text(encoding="utf-8"))
    labels = {each["label"] for items in navigation.values() for each in _items(items)}
    original = _originals(old)
    for language in old.others:
        said: dict[str, str] = {}
        for mine, other in ((old.header, language.header), (old.footer, language.footer)):
            known = list(_flat(mine))
            for entry in _flat(other):
                same = _same(entry, known, original)
                if same is None:
                    what = f"{language.tag}: {entry.words} {entry.address}"
                    by_hand.add(_OTHER, "the menu", 0, what)
                elif same.words in labels and any(map(is_visible, entry.words)):
                    said.setdefault(same.words, entry.words)
        _write({key: each for key, each in said.items() if key != each}, language, into)


def _write(said: dict[str, str], language: OtherLanguage, into: Path) -> None:
    if not said:
        return
    path = into / FOLDER / f"{language.tag}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(new_catalogue(language.tag, said, FILE))


def _same(
    entry: MenuEntry, known: list[MenuEntry], original: Callable[[str], str]
) -> MenuEntry | None:
    """The entry of the default language that is called the same, or leads to the same page."""
    by_name = (each for each in known if each.name == entry.name)
    here = original(entry.address) if entry.address else ""
    by_place = (each for each in known if here and original(each.address) == here)
    return next(by_name, None) or next(by_place, None)


def _originals(old: OldSite) -> Callable[[str], str]:
    """What gives the address of the original of a page by an old address of the page."""
    new = old.addresses.pages
    by_file = {page.file: new[page.url] for page in old.pages if page.url in new}
    translated = {new[page.url]: by_file.get(page.original, "") for page in old.pages}

    def original(address: str) -> str:
        found = old.addresses.page(address) or address
        return translated.get(found) or found

    return original


def _flat(entries: list[MenuEntry]) -> Iterator[MenuEntry]:
    for each in entries:
        yield each
        yield from _flat(each.entries)


def _items(items: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for each in items:
        yield each
        yield from _items(each.get("items", ()))
