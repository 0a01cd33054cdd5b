"""All that `content/` holds, read into frozen values."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from generator.content.block_values import block_values
from generator.content.blocks import AUDIENCE, FORM, VARIANT, Blocks, block_faults, read_blocks
from generator.content.data import DataFile
from generator.content.feature_blocks import as_on, feature_faults
from generator.content.files import KINDS, PAGE, Listing, list_files
from generator.content.front_matter import (
    FrontMatter,
    line_with,
    read_front_matter,
    text_of,
    unreadable,
)
from generator.content.languages import address_of, in_folder, named
from generator.content.own_keys import SiteKeys
from generator.content.pages import Origin, Page, parent_of
from generator.content.taken import address_faults
from generator.content.terms import Classified, layout_for
from generator.content.timetable import Timetable
from generator.content.urls import NOT_FOUND, permalink
from generator.marks import NONCHARACTERS
from generator.workers import spread
from policy import Fault, Faults, Site
from policy.block_schemas import FOLDER as BLOCKS
from policy.experiments import FILE as EXPERIMENTS
from policy.site import AUDIENCES, FORMS, SETTINGS
from policy.site_files import is_file
from policy.toml_source import read_text

FOLDER = "content"
_ADDS = 'to publish such files, write downloads = ["{}"] in site/settings.toml'


@dataclass(frozen=True)
class Content:
    """What `content/` holds: pages by address; files by address, with their paths relative to the
    root; the pages that wait (drafts, what comes later, and what is over), and the files that wait
    with them; the addresses of pages whose features are off; what was left out, as warnings."""

    pages: Mapping[str, Page]
    files: Mapping[str, str] = field(default_factory=dict)
    waiting: tuple[Page, ...] = ()
    waiting_files: Mapping[str, str] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    timed: frozenset[str] = frozenset()
    """The addresses of pages that wait for their moment, or had it."""

    gone: frozenset[str] = frozenset()
    """The addresses of pages that are over, and the old addresses that led to them."""

    left_out: tuple[Fault, ...] = ()
    read: Sequence[Page] = ()
    """Every page that was written, published or not."""

    listing: Listing | None = None
    classified: Classified | None = None
    """The terms of its pages, on a site that has taxonomies."""

    data: Mapping[str, DataFile] = field(default_factory=dict)
    """What templates show of data files, by name."""

    told: tuple[Fault, ...] = ()
    """What those who write should know of their terms."""

    @property
    def published(self) -> Mapping[str, bool]:
        """Of each page's path, whether it is published."""
        waiting = {page.path: False for page in self.waiting}
        return {page.path: True for page in self.pages.values()} | waiting


@dataclass(frozen=True)
class Others:
    """What a site has besides: the pages that are made of something else, by address, and the
    addresses that neither page nor file may have."""

    pages: Mapping[str, Page] = field(default_factory=dict)
    reserved: Collection[str] = ()


@dataclass(frozen=True)
class Known:
    """What an earlier build read and found without a fault: the pages whose files are as they were,
    by path; and the listing, where every name is."""

    pages: Mapping[str, Page] = field(default_factory=dict)
    listing: Listing | None = None


def load_content(
    site: Site,
    *,
    drafts: bool,
    now: datetime.datetime,
    others: Others,
    known: Known | None = None,
) -> tuple[Content, tuple[Fault, ...]]:
    """Read `content/`, as it is at the moment `now`. Drafts, pages that come later and those that
    are over wait, unless `drafts`.

    The pages of `others` are among its pages.
    Faults are returned, not raised, so that the rest can be checked in the same run.
    """
    known = known or Known()
    listing = known.listing or list_files(site.root, FOLDER, _kinds(site), adds=_ADDS)
    faults = list(listing.faults)
    languages = site.settings.all_languages
    meant = {to: name for name, to in listing.misnamed.items() if to not in listing.files}
    addresses = {
        meant.get(name, name): known.pages[name].url
        if name in known.pages
        else address_of(languages, name.removeprefix(f"{FOLDER}/"))
        for name in (*listing.files, *meant)
    }
    misnamed = {name: to for to, name in meant.items()}
    files = {
        url: name
        for name, url in addresses.items()
        if not name.endswith(PAGE) and name not in misnamed
    }
    if known.listing is None:
        faults.extend(address_faults(addresses, others.pages, others.reserved))
    pages = []
    for page, found in _read_pages(site, addresses, misnamed, known.pages):
        faults.extend(found)
        pages.append(page)
    off = frozenset(page.url for page in pages if page.layout in site.off.layouts)
    shown = [page for page in pages if page.url not in off] if off else pages
    pace = Timetable(shown, now, site.settings.zone)
    waiting = () if drafts else pace.waiting
    hidden = {page.url for page in waiting}
    published = {page.url: page for page in shown if page.url not in hidden}
    left_out = tuple(listing.left_out)
    content = Content(
        {**published, **others.pages},
        files,
        waiting,
        off=off,
        timed=frozenset() if drafts else pace.timed,
        gone=frozenset() if drafts else pace.gone,
        left_out=left_out,
        read=pages,
        listing=listing,
    )
    return content, tuple(faults)


def _kinds(site: Site) -> set[str]:
    return {PAGE, *KINDS, *(f".{ending}" for ending in site.settings.downloads)}


def _read_pages(
    site: Site,
    addresses: Mapping[str, str],
    misnamed: Mapping[str, str],
    known: Mapping[str, Page],
) -> Iterator[tuple[Page, Sequence[Fault]]]:
    """Each page, in the order of their names; the pages that are known are not read again."""
    unread = [
        (name, url)
        for name, url in addresses.items()
        if (name.endswith(PAGE) and name not in known) or name in misnamed
    ]
    reader = _Reader(site, misnamed)
    read = dict(spread(reader.read, unread))
    for name in addresses:
        if name in known:
            yield known[name], ()
        elif name in read:
            yield read[name]


class _Reader:
    """Reads one page after another of one site. Those that are `misnamed` are what they were meant
    as, so that nothing that leads there is told besides."""

    def __init__(self, site: Site, misnamed: Mapping[str, str]) -> None:
        self._site = site
        self._misnamed = misnamed
        self._audiences = (*site.audiences.names, site.audiences.default)
        self._languages = site.settings.all_languages
        self._zone = site.settings.zone
        self._layouts: dict[str, bool] = {}
        self._keys = SiteKeys(site)

    def read(self, place: tuple[str, str]) -> tuple[str, tuple[Page, Sequence[Fault]]]:
        """(its name, the page, what is wrong with it), by the name and the address. What stands in
        for one that cannot be read has its address, and no text."""
        name, url = place
        try:
            text = page_text(self._site.root, name)
            parsed = read_front_matter(name, text, self._keys.of(name), self._zone)
        except Faults as error:
            parsed = unreadable("", error.faults)
        unknown = [*feature_faults(name, parsed.text)]
        parsed = replace(parsed, text=as_on(parsed.text, self._site.register.features))
        blocks = read_blocks(parsed.text)
        origin = self._origin(name, url, parsed.front)
        layout = parsed.front.layout or _usual_layout(self._site, origin, parsed.front.section)
        page = Page(name, url, parsed, layout, blocks, origin)
        faults = [*parsed.faults, *unknown]
        faults.extend(self._block_faults(name, url, blocks))
        dated = page.front.date is not None or "date" in parsed.lines
        knows_languages = self._site.knows(SETTINGS, "language", "languages")
        if parsed.front.translation_of and not origin.language and knows_languages:
            hint = "remove the line: only a page in another language is a translation"
            line, said = parsed.lines.get("translation_of"), self._site.settings.language
            faults.append(
                Fault(name, line, f"this page is in the site's own language, {said}", hint)
            )
        if page.layout == "article" and parsed.readable and not dated:
            hint = f"add a line: {line_with(parsed.fence, 'date', '2026-11-24')}"
            faults.append(Fault(name, 1, 'an article needs the key "date"', hint))
        if not self._is_layout(page.layout):
            line = parsed.lines.get("layout")
            hint = f"make templates/{page.layout}.html, or choose another layout"
            faults.append(Fault(name, line, f'there is no layout "{page.layout}"', hint))
        page.forget_text()
        return name, (page, faults)

    def _block_faults(self, name: str, url: str, blocks: Blocks) -> Iterator[Fault]:
        site = self._site
        known: dict[str, Sequence[str] | None] = {
            AUDIENCE: self._audiences if site.knows(AUDIENCES, "audience", "default") else None,
            FORM: [*site.forms, *site.wrong_in(FORMS)],
            VARIANT: site.experiments.variants(url)
            if site.knows(EXPERIMENTS, "experiment")
            else None,
        }
        yield from block_faults(name, blocks, known, (*site.blocks, *site.wrong_in(BLOCKS)))
        for line in blocks.lines:
            if line.name in site.blocks:
                yield from block_values(name, line, site.blocks[line.name], self._keys.address)[1]

    def _origin(self, name: str, url: str, front: FrontMatter) -> Origin:
        translation_of, section = front.translation_of, front.section
        if not self._languages:
            return Origin("", self._misnamed.get(name, name), url, section)
        meant = self._misnamed.get(name, name)
        language, plain = named(self._languages, meant.removeprefix(f"{FOLDER}/"))
        original = permalink(translation_of.lstrip("/") if language and translation_of else plain)
        section = section and in_folder(self._languages, language, section)
        return Origin(language, f"{FOLDER}/{plain}", original, section)

    def _is_layout(self, name: str) -> bool:
        if name not in self._layouts:
            self._layouts[name] = is_file(self._site.root, f"templates/{name}.html")
        return self._layouts[name]


def page_text(root: Path, name: str) -> str:
    """The whole text of a page's file. Raises `Faults`."""
    text = read_text(root, name)
    return text if text.isascii() else NONCHARACTERS.sub("", text)


def written(site: Site, page: Page) -> tuple[str, Blocks]:
    """A page's text, with blank lines for its front matter and for what is not there without a
    feature that is off, and its blocks. Raises `Faults`."""
    if page.written is None:
        text = text_of(page_text(site.root, page.path))
        text = as_on(text, site.register.features)
        page.written = text, read_blocks(text)
    return page.written


def _usual_layout(site: Site, origin: Origin, section: str) -> str:
    """A translation looks like its original."""
    feed = f"/{site.settings.feed}/" if site.settings.feed else None
    if origin.original == NOT_FOUND:
        return "404"
    if origin.original == feed:
        return "resources"
    if site.taxonomies.taxonomies and (layout := layout_for(site, origin.original)):
        return layout
    if origin.plain.endswith("/index.md"):
        return "section"
    return "article" if feed and (section or parent_of(origin.original)) == feed else "page"
