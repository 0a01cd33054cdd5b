"""Which language a page is in, and which page it is a translation of: its path says both.

A translation of `about.md` into Spanish is `about.es.md` beside it, or `es/about.md`. Where its
name is its own, as `es/quienes-somos.md`, its key `translation_of` names the original.
"""

from __future__ import annotations

from typing import NamedTuple

from generator.content.urls import file_address, permalink
from policy.languages import Languages

__all__ = ["ENDING", "Named", "address_of", "in_folder", "named"]

ENDING = ".md"


class Named(NamedTuple):
    """What the path of a page says, relative to `content`: its language, "" for the default one,
    and the path that it would have in that one."""

    language: str
    plain: str


def named(languages: Languages, path: str) -> Named:
    """Of the page `path`."""
    if not languages:
        return Named("", path)
    first, _, rest = path.partition("/")
    folder = languages.of_folder(first) if rest else ""
    stem, _, ending = (rest if folder else path).removesuffix(ENDING).rpartition(".")
    suffix = languages.of_folder(ending) if stem and not stem.endswith("/") else ""
    if folder:
        tag, plain = folder, f"{stem}{ENDING}" if suffix == folder else rest
    elif suffix:
        tag, plain = suffix, f"{stem}{ENDING}"
    else:
        return Named("", path)
    return Named("" if tag == languages.default else tag, plain)


def address_of(languages: Languages, path: str) -> str:
    """The address of the page or file `path`."""
    if not path.endswith(ENDING):
        return file_address(path)
    language, plain = named(languages, path)
    return in_folder(languages, language, permalink(plain))


def in_folder(languages: Languages, language: str, address: str) -> str:
    """The address in the folder of a language."""
    return f"{languages.home(language)[:-1]}{address}" if language else address
