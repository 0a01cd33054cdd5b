"""Catalogues: the sentences of a language by those in English, as gettext's .po files have them.

A site's own, `site/locale/es.po`, goes before the engine's, `policy/locale/es.po`. What neither has
stays in English. A catalogue is text that reaches people and HTML, so what would break a page, or
leave a value out of a sentence, is a fault with its line.
"""

from __future__ import annotations

import gettext
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policy.faults import Fault, Faults
from policy.languages import Languages
from policy.site_files import names_in
from policy.toml_source import read_text

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

__all__ = ["ENGINE", "FOLDER", "Catalogue", "file_faults", "read_catalogues", "read_po"]

FOLDER = "site/locale"
ENGINE = Path(__file__).parent / "locale"
"""The engine's own, one file for each language but English, in which it is written."""

_LINE = re.compile(
    r'\s*|\s*#.*|\s*(?:msg(?:id|id_plural|ctxt|str(?:\[\d\])?)\s+)?"(?:[^"\\]|\\.)*"\s*'
)
_WRITTEN = 'each text stands in straight quotes: msgid "…" and msgstr "…"'

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--")
_UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef]")


@dataclass(frozen=True)
class Catalogue:
    """All sentences of a language, as gettext's machine form (`mo`) has them."""

    tag: str
    mo: bytes
    _read: dict[str, gettext.GNUTranslations] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def sentences(self) -> gettext.NullTranslations:
        """What looks them up."""
        if not self._read:
            self._read[""] = gettext.GNUTranslations(io.BytesIO(self.mo))
        return self._read[""]

    def __getstate__(self) -> dict[str, Any]:
        return {"tag": self.tag, "mo": self.mo, "_read": {}}


def read_catalogues(root: Path, languages: Languages) -> Mapping[str, Catalogue]:
    """The catalogue of each language that has one. Raises `Faults` with all that is wrong in the
    site's own."""
    own = _own(root)
    found: dict[str, Catalogue] = {}
    faults: list[Fault] = []
    for tag in languages.tags:
        paths = [(ENGINE.parents[1], f"policy/locale/{name}.po") for name in _names(tag)]
        files = [each for each in reversed(paths) if (each[0] / each[1]).exists()]
        files += [(root, f"{FOLDER}/{name}") for name in _files(tag, own)]
        if files:
            found[tag] = _merged(tag, files, faults)
    faults += _strangers(own, languages)
    if faults:
        raise Faults(faults)
    return found


def _own(root: Path) -> list[str]:
    try:
        return names_in(root, FOLDER, ".po")
    except Faults:
        if (root / FOLDER).exists():
            raise
        return []


def _names(tag: str) -> list[str]:
    """The languages that may stand in for one, the closest first: "pt-BR", "pt"."""
    parts = tag.split("-")
    return ["-".join(parts[:size]) for size in range(len(parts), 0, -1)]


def _files(tag: str, own: list[str]) -> list[str]:
    by_name = {name.removesuffix(".po").lower(): name for name in own}
    found = (by_name.get(name.lower()) for name in reversed(_names(tag)))
    return [name for name in found if name]


def _strangers(own: list[str], languages: Languages) -> Iterator[Fault]:
    """Catalogues of languages that the site does not speak."""
    spoken = {name.lower() for tag in languages.tags for name in _names(tag)}
    for name in own:
        if name.removesuffix(".po").lower() not in spoken:
            tag = name.removesuffix(".po")
            hint = f"add [languages.{tag}] to site/settings.toml, or remove the file"
            yield Fault(f"{FOLDER}/{name}", None, f'the site has no language "{tag}"', hint)


def _merged(tag: str, files: list[tuple[Path, str]], faults: list[Fault]) -> Catalogue:
    """Of these files, the last goes before those in front of it."""
    texts: list[tuple[str, str]] = []
    for root, name in files:
        try:
            texts.append((name, read_text(root, name)))
        except Faults as error:
            faults.extend(error.faults)
    catalogue, found = _compiled(tag, tuple(texts))
    faults.extend(found)
    return catalogue


@lru_cache(maxsize=32)
def _compiled(tag: str, texts: tuple[tuple[str, str], ...]) -> tuple[Catalogue, tuple[Fault, ...]]:
    """The catalogue of these files, each its name and its text, and what is wrong in them."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415  (only other languages need it)

    merged: Catalog | None = None
    faults: list[Fault] = []
    for name, text in texts:
        try:
            catalogue = _parsed(name, text)
        except Faults as error:
            faults.extend(error.faults)
            continue
        faults.extend(file_faults(name, catalogue))
        if merged is None:
            merged = catalogue
            continue
        for message in catalogue:
            if message.id and _is_translated(message):
                merged.delete(message.id)  # Babel would keep the text that is there.
                merged[message.id] = message
    data = io.BytesIO()
    if merged is not None:
        write_mo(data, merged)
    return Catalogue(tag, data.getvalue()), tuple(faults)


def _is_translated(message: Message) -> bool:
    return not message.fuzzy and all(_forms(message.string))


def _forms(text: object) -> tuple[str, ...]:
    """A text in each of its forms, of which it has one unless it tells of a number."""
    return tuple(map(str, text)) if isinstance(text, list | tuple) else (str(text or ""),)


def read_po(root: Path, name: str) -> Catalog:
    """A catalogue as it stands in a file. Raises `Faults` where it cannot be read."""
    return _parsed(name, read_text(root, name))


def _parsed(name: str, text: str) -> Catalog:
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415  (as above)

    for at, each in enumerate(text.split("\n"), 1):
        if not _LINE.fullmatch(each):
            message = "this is no line of a catalogue"
            raise Faults([Fault(name, at, message, _WRITTEN)])
    try:
        return read_po(io.StringIO(text), locale=None, abort_invalid=True)
    except PoFileError as error:
        line = (error.lineno or 0) + 1
        raise Faults([Fault(name, line, f"this is no catalogue: {error}", _WRITTEN)]) from None
    except (ValueError, LookupError) as error:
        hint = "let a program for .po files write it, or build.py texts"
        raise Faults([Fault(name, 1, f"this is no catalogue: {error}", hint)]) from None


def file_faults(name: str, catalogue: Catalog) -> Iterator[Fault]:
    """What would break a sentence or a page, in a catalogue that was read from the file `name`."""
    for message in catalogue:
        if not message.id or not _is_translated(message):
            continue
        ids, texts = _forms(message.id), _forms(message.string)
        for text in texts:
            for wrong, hint in _wrong(ids, text):
                yield Fault(name, message.lineno, wrong, hint)


def _wrong(ids: tuple[str, ...], text: str) -> Iterator[tuple[str, str]]:
    original = ids[-1]
    needed, named = set(_PLACEHOLDER.findall(original)), set(_PLACEHOLDER.findall(text))
    for place in sorted(named - needed):
        allowed = " ".join(f"%({each})s" for each in sorted(needed)) or "none"
        yield f"the original has no place %({place})s", f"these are filled in: {allowed}"
    if len(ids) == 1:
        for place in sorted(needed - named):
            yield f"the place %({place})s is missing", "write it where its value belongs"
    if not _has_odd_percent(original) and _has_odd_percent(text):
        yield "a percent sign begins no place here", 'write "%%" for the sign, or %(name)s'
    if Counter(_TAG.findall(text)) != Counter(_TAG.findall(original)):
        tags = " ".join(_TAG.findall(original)) or "none"
        yield "its HTML is not that of the original", f"keep the tags of the original: {tags}"
    elif _TAG.sub("", text).count("<") > _TAG.sub("", original).count("<"):
        yield 'a sign "<" would begin an element', "write &lt;"
    if '"' in _TAG.sub("", text) and '"' not in _TAG.sub("", original):
        yield "a straight quote could end what it stands in", "write “ and ”, or « and »"
    if found := _UNSHOWN.search(text):
        yield f"this holds a character that cannot be shown: {ascii(found[0])[1:-1]}", "remove it"


def _has_odd_percent(text: str) -> bool:
    return "%" in _PLACEHOLDER.sub("", text).replace("%%", "")
