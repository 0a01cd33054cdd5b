"""What of a site is as it was in the build before, and need not be read or made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from generator.asked import Asked
from generator.assets import ASSETS_FOLDER, Assets
from generator.check.whole import Offers, lost, needing
from generator.content.library import FOLDER, Content, Known
from generator.content.pages import Page
from generator.fates import Uses
from generator.files import PlainFile
from generator.graph.all_made import AllMade
from generator.graph.changes import Inputs, changed_pages, page_keys
from generator.graph.reads import Key
from generator.graph.scan import is_plain
from generator.graph.state import Made, State
from generator.make import Outcome
from generator.outputs.addresses import all_addresses
from policy import Fault, Site
from policy.block_schemas import FOLDER as BLOCKS
from policy.navigation import Item, changed

__all__ = ["EVERYTHING", "NOTHING", "Since", "Standing", "without_pages_that_are_off"]


class Standing(Protocol):
    """What was published. `intact`: at an address, for an audience (or ""), it is still there;
    `is_whole`: all of it is."""

    def intact(self, address: str, audience: str = "", /) -> bool: ...
    def is_whole(self) -> bool: ...


@dataclass(frozen=True)
class Assumed:
    """All that was published is in its place, or nothing, without a look."""

    is_there: bool

    def intact(self, _address: str, _audience: str = "", /) -> bool:
        """See `Standing`."""
        return self.is_there

    def is_whole(self) -> bool:
        """See `Standing`."""
        return self.is_there


NOTHING = Assumed(is_there=False)
EVERYTHING = Assumed(is_there=True)


class Since:
    """What is asked for, beside the build `before`. Where there was none, nothing is as it was."""

    def __init__(self, asked: Asked, before: State | None, standing: Standing) -> None:
        if before and before.originals != asked.originals:
            before = None
        self._asked = asked
        self._before = before
        self._standing = standing
        self._changed: frozenset[str] = frozenset()
        """Names of files that came, went, or have another stamp."""

        self._changed_pages: set[str] | None = None
        if before:
            old, new = before.scan, asked.scan
            other = {name for name, stamp in new.items() if old.get(name) != stamp}
            self._changed = frozenset(other | (old.keys() - new.keys()))

    def uses(self, site: Site, content: Content) -> Uses:
        """The addresses in the texts of pages that waited; which of them are pictures, the files
        tell."""
        before = self._before
        if before is None or site is not before.site:
            return {}
        files = {**before.content.files, **before.content.waiting_files}
        return before.uses if files == content.files else {}

    def site(self) -> Site | None:
        """The declarations; None where they are to be read."""
        if self._before is None or self._touched("site/", f"{BLOCKS}/"):
            return None
        return self._before.site

    def assets(self, site: Site) -> Assets | None:
        """The assets; None where they are to be read."""
        before = self._before
        if (
            before is None
            or self._touched(f"{ASSETS_FOLDER}/", "site/audit/")
            or before.site.off != site.off
            or before.site.settings.output != site.settings.output
            or not all(map(self._standing.intact, before.assets.files))
        ):
            return None
        return before.assets

    def known(self, context: bytes) -> Known:
        """The pages whose files are as they were, and the listing, where every name is, and still
        that of an ordinary file.

        `context` is what reading a page depends on besides.
        """
        before, scan = self._before, self._asked.scan
        if before is None or before.context != context:
            return Known()
        pages = {page.path: page for page in before.content.read if page.path not in self._changed}
        are_plain = all(
            is_plain(each.get(name, ()))
            for name in self._changed
            if name.startswith(f"{FOLDER}/")
            for each in (before.scan, scan)
        )
        return Known(pages, before.content.listing if are_plain else None)

    def known_pages(self) -> Mapping[str, Page]:
        """All pages of the build before, by address."""
        return self._before.content.pages if self._before else {}

    def known_inputs(self) -> Mapping[Key, bytes]:
        """The fingerprints of files that nobody touched."""
        return {
            key: value
            for key, value in (self._before.inputs if self._before else {}).items()
            if key[0] == "file" and key[1] not in self._changed
        }

    def dirty(self, site: Site, content: Content, inputs: Inputs) -> list[Page]:
        """The pages to be made: new ones, others than they were, those that read what has changed,
        and those that are not where they were published."""
        before = self._before
        if before is None or _is_searched_anew(before.site, site):
            return list(content.pages.values())
        changed = self._changed_pages = changed_pages(before.content.pages, content.pages)
        was = without_pages_that_are_off(before.site, before.content)
        keys: set[Key] = set(page_keys(changed, (was, before.content), (site, content)))
        now = inputs.of(before.inputs)
        keys |= {key for key, value in before.inputs.items() if now[key] != value}
        dirty = {*changed, *(content.pages.keys() - before.made.packed.keys())}
        dirty.update(before.made.readers(keys))
        if not self._standing.is_whole():
            dirty.update(url for url, made in before.made.items() if not self._are_there(url, made))
        return [page for url, page in content.pages.items() if url in dirty]

    def all_made(self, content: Content, outcomes: Sequence[Outcome]) -> AllMade:
        """How each page was made, now or before, in the order of the pages."""
        # One that has a fault now was made in no build that is remembered.
        faulty = {each.url for each in outcomes if each.made is None}
        new = {each.url: each.made for each in outcomes if each.made is not None}
        old = self._before.made if self._before else AllMade()
        urls = (url for url in content.pages if url not in faulty) if faulty else content.pages
        return old.followed_by(new, urls)

    def inputs(self, outcomes: Sequence[Outcome]) -> set[Key]:
        """What pages read that is no page; also what one read before that was made again."""
        keys = {key for each in outcomes for key in each.inputs}
        return keys | (self._before.inputs.keys() if self._before else set())

    def is_same_file(self, address: str, name: str) -> bool:
        """Whether a file beside pages is as it was, and where it was published.

        An HTML file never is: its links may lead nowhere now.
        """
        return (
            self._before is not None
            and self._before.content.files.get(address) == name
            and not name.lower().endswith(".html")
            and name not in self._changed
            and self._standing.intact(address)
        )

    def told_of_files(
        self, content: Content, files: Mapping[str, PlainFile]
    ) -> dict[str, Sequence[Fault]]:
        """What the owner of each file should know, where there is anything; `files` were read."""
        told = {address: file.warnings for address, file in files.items()}
        before = self._before.told_of_files if self._before else {}
        return {
            address: found
            for address in content.files
            if (found := told.get(address, before.get(address, ())))
        }

    def is_listed_anew(self, site: Site, content: Content) -> bool:
        """Whether what lists all pages may be another: feeds, the sitemap, the manifest's pages."""
        before = self._before
        return (
            before is None
            or self._changed_pages is None
            or site is not before.site
            or content.files != before.content.files
            or content.off != before.content.off
            or (content.timed, content.gone) != (before.content.timed, before.content.gone)
            or any(
                (was := before.content.pages.get(url)) is None
                or (page := content.pages.get(url)) is None
                or was.given != page.given
                for url in self._changed_pages
            )
        )

    def bereft(self, offers: Offers) -> Iterator[str]:
        """The addresses of pages that need what was there before and is not any more."""
        before = self._before
        if before is None:
            return iter(())
        reserved = (*all_addresses(before.site, before.content), *before.assets.files)
        offered = Offers(before.site, before.content, before.made, reserved)
        return needing(lost(offered, offers), offered.service - offers.service, offers.made)

    def _touched(self, *folders: str) -> bool:
        """Whether anything in these folders is not as it was."""
        return any(name.startswith(folders) for name in self._changed)

    def _are_there(self, url: str, made: Made) -> bool:
        """Whether every variant of a page is where it was published."""
        return all(self._standing.intact(url, audience) for audience in made.summaries)


def _is_searched_anew(before: Site, site: Site) -> bool:
    """Whether there is a search page now and was none: what can be found of a page is noted only
    where there is one."""
    return site.register.has("search") and not before.register.has("search")


def without_pages_that_are_off(site: Site, content: Content) -> Site:
    """The site with menus that lack what no feature that is on has a page for, and pages whose
    moment has not come, or is over."""

    def shown(item: Item) -> Item | None:
        return None if item.address in content.off or item.address in content.timed else item

    return replace(site, navigation=changed(site.navigation, shown))
