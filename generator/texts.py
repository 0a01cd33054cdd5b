"""The sentences of a site that can be translated, from where they stand, and their catalogues.

They are what its templates say by `_("…")` and `{% trans %}`, and the words in what it declares; of
the engine, those of its code, features and templates.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

from policy import Fault, Faults, Site
from policy.catalogues import ENGINE, read_po
from policy.counted import COUNTED
from policy.declaration import Declaration
from policy.declared_texts import texts
from policy.features import FEATURES, read_features
from policy.origins import Origins
from policy.register import Basis, Category, Register, Use
from policy.sum import add_up
from policy.toml_lines import Lines
from policy.toml_source import read_text

__all__ = ["Text", "engine_texts", "lacking", "new_catalogue", "site_texts", "updated"]

_KEYWORDS = {
    "sentence": None,
    "sentence_of": (1, 2),
    "mark": None,
    "mark_number": (1, 2),
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
}
_OPTIONS = {"trimmed": "true", "silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
_WIDTH = 100
_FEATURES = "policy/features/"
_DECLARATIONS = {
    "navigation": "site/navigation.toml",
    "audiences": "site/audiences.toml",
    "taxonomies": "site/taxonomies.toml",
}


class Text(NamedTuple):
    """A sentence and its form for several, "" where it has none, and where it stands."""

    one: str
    many: str
    path: str
    line: int

    @property
    def key(self) -> str | tuple[str, str]:
        """What names it in a catalogue."""
        return (self.one, self.many) if self.many else self.one


def site_texts(site: Site) -> list[Text]:
    """The sentences of a site that are not the engine's."""
    known = {text.one for text in engine_texts()}
    found = [*_declared(site), *_of_templates(site.root)]
    return [text for text in found if text.one not in known]


def engine_texts() -> list[Text]:
    """The sentences of the engine, and of the templates that it comes with."""
    from policy import read_site  # noqa: PLC0415  (only here)

    root = ENGINE.parents[1]
    site = read_site(root)
    found = [*_of_features(site.register, site.origins), *_with_all_on()]
    for folder in ("policy", "generator", "analytics"):
        for path in sorted((root / folder).rglob("*.py")):
            found += _extracted(root, path, "python")
    return [*dict.fromkeys(found), *_of_templates(root)]


def _declared(site: Site) -> Iterator[Text]:
    for place, words in texts(site.register):
        origin = site.origins.of(place)
        if not origin.path.startswith(_FEATURES):
            yield Text(words, "", origin.path, origin.line)
    values = [(path, getattr(site, name)) for name, path in _DECLARATIONS.items()]
    values += [(f"site/forms/{name}.toml", form) for name, form in site.forms.items()]
    for path, value in values:
        for place, words in texts(value):
            yield Text(words, "", path, site.line(path, *place) or 1)


def _with_all_on() -> Iterator[Text]:
    """What features say where they are on, and where a site has more counted: this one may not."""
    terms = {"version": 1, "date": datetime.date(2000, 1, 1), "features": FEATURES}
    features, lines = read_features(), Lines("")
    declared = Declaration.model_validate(terms)
    whole = add_up(declared, lines, features, frozenset(COUNTED))
    yield from _of_features(whole.register, whole.origins)


def _of_features(register: Register, origins: Origins) -> Iterator[Text]:
    for place, words in texts(register):
        origin = origins.of(place)
        if origin.path.startswith(_FEATURES):
            yield Text(words, "", origin.path, origin.line)
    yield from _names(register, origins)


def _names(register: Register, origins: Origins) -> Iterator[Text]:
    """What the privacy page shows of the register besides sentences: uses, kinds and names."""
    fixed = [*(f"To {use}" for use in get_args(Use)), *get_args(Basis), *get_args(Category), "none"]
    for words in fixed:
        yield Text(f"{words[:1].upper()}{words[1:]}", "", "policy/register.py", 1)
    for index, table in enumerate(register.tables):
        origin = origins.of(("table", index))
        names = [table.name, *(each.name for each in table.columns if not each.label)]
        for name in names:
            yield Text(name.replace("_", " ").capitalize(), "", origin.path, origin.line)


def _of_templates(root: Path) -> Iterator[Text]:
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in (".html", ".txt") and path.is_file():
            yield from _extracted(root, path, "jinja2")


def _extracted(root: Path, path: Path, kind: str) -> Iterator[Text]:
    name = path.relative_to(root).as_posix()
    source = io.BytesIO(read_text(root, name).encode())
    method: Any = babel_extract if kind == "jinja2" else "python"
    options = _OPTIONS if kind == "jinja2" else {}
    for line, said, _, _ in extract(method, source, _KEYWORDS, (), options):
        one, many = said if isinstance(said, tuple) else (said, "")
        yield Text(one, many, name, line)


def updated(root: Path, name: str, tag: str, found: Iterable[Text]) -> bytes:
    """The catalogue in the file `name` with all that was found; what is there stays, what nothing
    says any more is kept at its end, commented out. Raises `Faults`."""
    there = _there(root, name, tag)
    wanted = Catalog(locale=None)
    for text in found:
        wanted.add(text.key, locations=[(text.path, text.line)])
    there.update(wanted, update_creation_date=False)
    return _written(tag, there)


def new_catalogue(tag: str, said: Mapping[str, str], path: str) -> bytes:
    """A catalogue that says what the file `path` says, in the language of that tag."""
    catalogue = _empty(tag)
    for words, other in said.items():
        catalogue.add(words, other, locations=[(path, 0)])
    return _written(tag, catalogue)


def _written(tag: str, there: Catalog) -> bytes:
    there.header_comment = ""
    data = io.BytesIO()
    write_po(data, there, width=_WIDTH, omit_header=True, include_lineno=False, sort_output=False)
    return _head(tag, there).encode() + data.getvalue()


def _there(root: Path, name: str, tag: str) -> Catalog:
    try:
        return read_po(root, name)
    except Faults as error:
        if (root / name).exists():
            raise
        del error
        return _empty(tag)


def _empty(tag: str) -> Catalog:
    """One without sentences, with the plural forms of the language as far as these are known."""
    try:
        return Catalog(locale=Locale.parse(tag, sep="-"), fuzzy=False)
    except (ValueError, UnknownLocaleError):
        return Catalog(fuzzy=False)


def _head(tag: str, there: Catalog) -> str:
    """Without a time and without names: two that say the same have the same bytes."""
    plural = there.plural_forms
    return (
        f'msgid ""\nmsgstr ""\n"Language: {tag}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {plural.rstrip(";")};\\n"\n\n'
    )


def lacking(root: Path, name: str, tag: str, found: Iterable[Text]) -> Iterator[Fault]:
    """The sentences that a catalogue does not translate, each where it stands in the catalogue, or
    else where it is said."""
    hint = f"write it in {name}"
    there = _there(root, name, tag)
    lines = _lines(root, name)
    for text in {each.one: each for each in found}.values():
        message = there.get(text.one)
        shown = re.sub(r"\s+", " ", text.one)[:60]
        if message is None:
            yield Fault(text.path, text.line, f'not in {name}: "{shown}"', "run build.py texts")
        elif message.fuzzy:
            said = f'the original has changed: "{shown}"'
            yield Fault(name, lines.get(text.one), said, "correct it, and remove the word fuzzy")
        elif not all(message.string) if isinstance(message.string, tuple) else not message.string:
            yield Fault(name, lines.get(text.one), f'not translated: "{shown}"', hint)


def _lines(root: Path, name: str) -> dict[str, int]:
    if not (root / name).exists():
        return {}
    catalogue = read_po(root, name)
    ids = ((m.id[0] if isinstance(m.id, list | tuple) else m.id, m.lineno) for m in catalogue)
    return {key: line for key, line in ids if line is not None}
