"""The languages of a site: the tag of each (BCP 47), what it calls itself, how it is written.

The pages of the language that `site/settings.toml` names stand at the root of the site; those of
every other one in a folder that is called as its tag, in small letters: `/es/`, `/pt-br/`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic import Field as Key

from policy.names import Name
from policy.toml_source import Declared

__all__ = [
    "Direction",
    "Language",
    "Languages",
    "Spoken",
    "Tag",
    "direction_of",
    "folder_of",
    "usual_tag",
]

Direction = Literal["ltr", "rtl"]

ANSWERING = frozenset({"audience", "form", "own", "permission", "visit"})
"""The first folders of the addresses at which the service answers visitors."""

_TAG = re.compile(
    r"(?P<language>[A-Za-z]{2,3})(?:-(?P<script>[A-Za-z]{4}))?(?:-(?P<region>[A-Za-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*)"
)
"""A language, and a script, a region and variants where they matter (RFC 5646, 2.1)."""

_RIGHT_TO_LEFT = frozenset(
    {"apc", "ar", "arc", "ary", "arz", "bal", "bgn", "bqi", "brh", "ckb", "dv", "fa", "glk", "he"}
    | {"khw", "ks", "lrc", "mzn", "nqo", "pnb", "ps", "rhg", "sd", "sdh", "skr", "syr", "trw"}
    | {"ug", "ur", "yi"}
)
"""Languages that are usually written from right to left (CLDR, character order)."""

_RIGHT_TO_LEFT_SCRIPTS = frozenset(
    {"Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}
)


def usual_tag(tag: str) -> str:
    """The tag in the usual letters, "pt-BR" for "pt-br"; "" for what is none."""
    found = _TAG.fullmatch(tag)
    if not found:
        return ""
    return "-".join(
        part
        for part in (
            found["language"].lower(),
            (found["script"] or "").title(),
            (found["region"] or "").upper(),
            found["variants"].lower().lstrip("-"),
        )
        if part
    )


def _tag(tag: str) -> str:
    usual = usual_tag(tag)
    if not usual:
        raise ValueError('write the tag of a language, like "es", "pt-BR" or "zh-Hant-TW"')
    if tag != usual:
        raise ValueError(f'write it as "{usual}"')
    return tag


Tag = Annotated[str, AfterValidator(_tag)]
"""The tag of a language, in the usual letters: "es", "pt-BR", "zh-Hant-TW"."""


class Language(Declared):
    """What a site says of one of its languages; what it leaves out follows from the tag.

    `label` is what the language calls itself, as it stands in the chooser. `locale` is that of
    dates and numbers, such as "es-US". `name` and `description` are those of the site in
    this language.
    """

    label: Name | None = None
    direction: Direction | None = None
    locale: Tag | None = None
    name: Name | None = None
    description: Annotated[str, Key(min_length=1)] | None = None


class Spoken(Declared):
    """One language of a site with all that follows from its tag."""

    tag: str
    label: str
    direction: Direction
    home: str
    """The address of its home page."""


class Languages:
    """All languages of a site: the `default` one first, then the `declared` ones in their order."""

    def __init__(self, default: str, declared: Mapping[str, Language]) -> None:
        self.default = default
        self.others = tuple(tag for tag in declared if tag != default)
        self._declared = declared
        self._folders = {folder_of(tag): tag for tag in self.others}

    def __bool__(self) -> bool:
        """Whether there are several."""
        return bool(self.others)

    @property
    def tags(self) -> tuple[str, ...]:
        """Of all of them."""
        return (self.default, *self.others)

    def of_folder(self, name: str) -> str:
        """The language whose folder, or ending of a page's name, that is; "" where it is none.

        That of the default language is no folder of an address, but files may be called so.
        """
        lower = name.lower()
        return self._folders.get(lower, self.default if lower == folder_of(self.default) else "")

    def of_address(self, address: str) -> str:
        """The language that an address of a page stands for."""
        return self._folders.get(address[1:].partition("/")[0], self.default)

    def in_service(self, path: str) -> tuple[str, str]:
        """The language in which the service answers an address, and the address without it:
        "/form/es/ask" is ("es", "/form/ask")."""
        first, _, rest = path[1:].partition("/")
        folder, _, after = rest.partition("/")
        after = after.lstrip("/")  # Else the address would be mended later, without its language.
        tag = self._folders.get(folder) if first in ANSWERING and after else None
        return (tag, f"/{first}/{after}") if tag else (self.default, path)

    def at_service(self, path: str, tag: str) -> str:
        """The address at which the service answers in a language: "/form/es/ask"."""
        first, _, rest = path[1:].partition("/")
        return path if tag == self.default else f"/{first}/{folder_of(tag)}/{rest}"

    def home(self, tag: str) -> str:
        """The address of the home page in a language."""
        return "/" if tag == self.default else f"/{folder_of(tag)}/"

    def direction(self, tag: str) -> Direction:
        """How one of them is written."""
        return self._declared.get(tag, Language()).direction or direction_of(tag)

    def locale(self, tag: str) -> str:
        """The tag by which its dates and numbers are written."""
        return self._declared.get(tag, Language()).locale or tag

    def spoken(self, tag: str) -> Spoken:
        """All about one of them."""
        said = self._declared.get(tag, Language())
        return Spoken(
            tag=tag,
            label=said.label or _own_name(tag),
            direction=self.direction(tag),
            home=self.home(tag),
        )


def folder_of(tag: str) -> str:
    """The folder of a language in addresses."""
    return tag.lower()


def direction_of(tag: str) -> Direction:
    """How a language is usually written: from left to right, or from right to left."""
    language, *parts = tag.split("-")
    scripts = [part for part in parts if len(part) == 4 and part.isalpha()]
    if scripts:
        return "rtl" if scripts[0].title() in _RIGHT_TO_LEFT_SCRIPTS else "ltr"
    return "rtl" if language.lower() in _RIGHT_TO_LEFT else "ltr"


def _own_name(tag: str) -> str:
    """What a language calls itself, with a capital: "Español". The tag, where nobody knows."""
    if tag == "en":
        return "English"
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415  (a site in English waits for it)

    try:
        name = Locale.parse(tag, sep="-").display_name
    except (ValueError, UnknownLocaleError):
        return tag
    return f"{name[:1].upper()}{name[1:]}" if name else tag
