"""The site's own facts, `site/settings.toml`."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from policy.durations import Duration, Length
from policy.languages import Direction, Language, Languages, Tag
from policy.names import Name
from policy.origin_addresses import OriginAddress
from policy.pictures import CardSettings, PictureSettings
from policy.toml_source import Declared

SITE_NAME = re.compile(r"(?!pg_)[a-z][a-z0-9_]{0,31}")
"""A name that a schema of PostgreSQL, which keeps `pg_` for itself, and a database of ClickHouse
can have, with more behind it."""

_NEVER = frozenset(
    {"br", "css", "gz", "heic", "heif", "htm", "js", "markdown", "mjs", "svgz", "tif"}
)
_NEVER |= {"shtml", "tiff", "wasm", "xht", "xhtml", "xsl", "xslt"}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('a time zone is named like "America/Los_Angeles"') from None
    return name


def _address(email: str) -> str:
    from policy.email_addresses import NotMailable, as_kept  # noqa: PLC0415  (slow to import)

    try:
        as_kept(email)
    except NotMailable:
        raise ValueError('write an address that can be written to: "info@example.org"') from None
    return email


class Organization(Declared):
    """Who runs the site, and how to reach them (P12)."""

    name: Name
    street: Name
    locality: Name
    region: str = ""
    postal_code: str
    country: str
    phone: str
    email: Annotated[str, AfterValidator(_address)]


def _ending(ending: str) -> str:
    if not re.fullmatch(r"[a-z0-9]{1,12}", ending):
        raise ValueError('write endings without a dot and in small letters, like "docx"')
    if ending in _NEVER:
        raise ValueError(f"browsers would run or show what nobody has checked in it: {ending}")
    return ending


class OutputSettings(Declared):
    """How pages and assets are published: what is of the kinds `minify` is written in fewer bytes,
    `integrity` says the digests of scripts and style sheets on each page."""

    minify: tuple[Literal["css", "html", "js"], ...] = ()
    integrity: bool = False


def _site_name(name: str) -> str:
    if name and not SITE_NAME.fullmatch(name):
        raise ValueError('use small letters, digits and _, and do not begin with pg_: "north"')
    return name


class DatabaseSettings(Declared):
    """`site` is what this site is called on servers whose databases several sites share. `formerly`
    is the `url` that it had when a server last knew it."""

    site: Annotated[str, AfterValidator(_site_name)] = ""
    formerly: OriginAddress | Literal[""] = ""


class Settings(Declared):
    """Facts about the site. `url` is its origin, without a path; `downloads` are endings of files
    that are published besides the usual ones.

    `markdown` is the engine that reads pages (`generator.markdown`).

    `language` is that of the pages at the root, `languages` says more of it and of all others.

    `feed` is the section that has one, `feed_entries` how many articles stand in it at most.

    `keep_assets` says how long a style sheet, script or picture that no page uses any more is
    still served, for pages that were loaded before.
    """

    name: Name
    url: OriginAddress
    language: Tag = "en"
    languages: dict[Tag, Language] = Field(default_factory=dict)
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    description: str
    feed: str = ""
    feed_entries: Annotated[int, Field(ge=1, le=1000)] = 20
    downloads: tuple[Annotated[str, AfterValidator(_ending)], ...] = ()
    keep_assets: Length = Duration(7, "days")
    markdown: Literal["commonmark", "python-markdown"] = "python-markdown"
    organization: Organization
    pictures: PictureSettings = PictureSettings()
    card: CardSettings | None = None
    output: OutputSettings = OutputSettings()
    databases: DatabaseSettings = DatabaseSettings()

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose databases on servers are this site's: its own, and those of what it was before."""
        before = self.databases.formerly
        return (self.url, before) if before else (self.url,)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone, in which pages say their hours."""
        return ZoneInfo(self.timezone)

    @property
    def all_languages(self) -> Languages:
        """Every language of the site, the default one first."""
        return Languages(self.language, self.languages)

    @property
    def direction(self) -> Direction:
        """How the language is written."""
        return self.all_languages.direction(self.language)

    @property
    def locale(self) -> str:
        """The tag of the language, or of a closer one, by which dates and numbers are written."""
        return self.all_languages.locale(self.language)
