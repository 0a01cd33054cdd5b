"""A site read, rendered and checked, as far as it is not known from an earlier build.

Nothing here writes in `public/`; what is rendered is handed over where it is made, in a worker.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generator.asked import Asked
from generator.assets import ASSETS_FOLDER, Assets, load_assets
from generator.budget import budget_faults, budget_warnings
from generator.check.cards import card_style
from generator.check.links import addresses_used
from generator.check.site_files import alias_faults, site_file_faults
from generator.check.warnings import description_warnings
from generator.check.whole import Offers, lost, needing
from generator.content.library import FOLDER, Content, Known, Others, load_content
from generator.content.pages import Page
from generator.fates import with_fates
from generator.files import PlainFile, read_file
from generator.graph.changes import Inputs, changed_pages, page_keys
from generator.graph.reads import Key
from generator.graph.scan import Scan, sure
from generator.graph.state import Made, State
from generator.make import Outcome, Stage, make_pages
from generator.outputs.addresses import addresses_for_programs
from generator.outputs.policy_pages import policy_pages
from generator.pictures.found import Pictures
from generator.recorded import Place, Rendered
from generator.render import Renderer
from generator.template_faults import each_once
from policy import Fault, Faults, Site, read_site
from policy.settings import Item

__all__ = ["Ready", "prepare"]

NEEDED = ("content", "templates")


@dataclass(frozen=True)
class Ready:
    """A site without a fault.

    `outcomes` are the pages that were made now, `files` those beside pages that were read now, by
    address; all else is as in the build before. `state` is for the next build. `place_of` tells of
    a picture's file where it is used.
    """

    site: Site
    content: Content
    assets: Assets
    files: Mapping[str, PlainFile]
    outcomes: Sequence[Outcome]
    state: State
    place_of: Callable[[str], Place | None]
    is_listed_anew: bool
    """Whether what lists all pages may be another: feeds, the sitemap, the manifest's pages."""


IsIntact = Callable[[str, str], bool]
"""Whether what was published at an address, for an audience (or ""), is still there."""


def prepare(
    asked: Asked, before: State | None, stage: Stage, is_intact: IsIntact = lambda *_: False
) -> Ready:
    """Read, render, check and stage what is not as it was in the build `before`.

    Raises `Faults` with everything that is wrong.
    """
    return _Preparation(asked, before, is_intact).ready(stage)


class _Preparation:
    def __init__(self, asked: Asked, before: State | None, is_intact: IsIntact) -> None:
        if before and before.originals != asked.originals:
            before = None
        self._asked = asked
        self._before = before
        self._is_intact = is_intact
        self._changed_names = _changed_names(before.scan, asked.scan) if before else None

    def ready(self, stage: Stage) -> Ready:
        asked, before = self._asked, self._before
        site = self._site()
        others = Others(policy_pages(site), addresses_for_programs(site))
        assets, asset_faults = self._assets(site)
        context = _context(site, asked.root)
        content, content_faults = load_content(
            site,
            drafts=asked.drafts,
            today=asked.today,
            others=others,
            known=self._known(context),
        )
        shown = _without_pages_that_are_off(site, content)
        pictures = Pictures(
            site.root, content.files, site.settings.pictures, derive=not asked.originals
        )
        style, card_faults = card_style(site, assets.urls)
        renderer = Renderer(shown, content, assets.urls, pictures, style)
        inputs = Inputs(shown, content, assets.urls, self._known_inputs())
        dirty, changed = self._dirty(shown, content, inputs)
        outcomes = list(make_pages(site, renderer, dirty, stage, asked.jobs))
        made = self._all_made(content, outcomes)
        summaries = (each for one in made.values() for each in one.summaries.values())
        fated = with_fates(content, renderer, summaries, before.uses if before else {})
        content = fated.content
        files, broken_files = self._files(site, content)
        told_of_files = self._told_of_files(content, files)
        told = {name for each in outcomes for name in each.told_of}
        offers = Offers(site, content, made, (*others.reserved, *assets.files))
        listed = self._is_listed_anew(site, content, changed)
        faults = [
            *asset_faults,
            *content_faults,
            *(fault for fault in broken_files if fault.path not in told),
            *card_faults,
            *each_once(fault for each in outcomes for fault in each.faults),
            *self._unmet(offers, outcomes, files, renderer),
        ]
        if listed:
            faults.extend(budget_faults(site, content))
            faults.extend(alias_faults(content, others.reserved))
            faults.extend(site_file_faults(site, content))
        if faults:
            raise Faults(faults)
        warnings = (*assets.left_out, *content.left_out, *description_warnings(content))
        warnings = (*warnings, *budget_warnings(site, content))
        warnings = (*warnings, *(each for told in told_of_files.values() for each in told))
        for page in content.read:
            page.forget_text()
        state = State(
            root=os.fspath(asked.root),
            out=os.fspath(asked.out),
            drafts=asked.drafts,
            originals=asked.originals,
            today=asked.today,
            scan=sure(asked.scan, asked.began),
            context=context,
            site=site,
            content=content,
            assets=replace(assets, files=dict.fromkeys(assets.files, b"")),
            inputs=inputs.of({key for each in made.values() for key in each.reads}),
            made=made,
            uses=fated.uses,
            told_of_files=told_of_files,
            warnings=warnings,
        )

        def place_of(path: str) -> Place | None:
            return next(_places(path, content, made, renderer), None)

        return Ready(site, content, assets, files, outcomes, state, place_of, listed)

    def _site(self) -> Site:
        root = self._asked.root
        if self._before and not self._touched("site/"):
            return self._before.site
        site = read_site(root)
        if missing := [folder for folder in NEEDED if not os.path.lexists(root / folder)]:
            hint = "put it back: a site has content/, templates/ and site/"
            raise Faults(Fault(folder, None, "this folder is missing", hint) for folder in missing)
        return site

    def _touched(self, *folders: str) -> bool:
        """Whether anything in these folders is not as it was."""
        if self._changed_names is None:
            return True
        return any(name.startswith(folders) for name in self._changed_names)

    def _assets(self, site: Site) -> tuple[Assets, Sequence[Fault]]:
        before = self._before
        if (
            before
            and not self._touched(f"{ASSETS_FOLDER}/", "site/audit/")
            and before.site.off == site.off
            and all(self._is_intact(address, "") for address in before.assets.files)
        ):
            return before.assets, ()
        return load_assets(site)

    def _known_inputs(self) -> Mapping[Key, bytes]:
        """The fingerprints of files that nobody touched."""
        if self._before is None or self._changed_names is None:
            return {}
        return {
            key: value
            for key, value in self._before.inputs.items()
            if key[0] == "file" and key[1] not in self._changed_names
        }

    def _known(self, context: bytes) -> Known:
        before = self._before
        if before is None or self._changed_names is None or before.context != context:
            return Known()
        changed = self._changed_names
        pages = {page.path: page for page in before.content.read if page.path not in changed}
        names = {name for name in changed if name.startswith(f"{FOLDER}/")}
        same = all(
            name in before.scan and len(self._asked.scan.get(name, ())) == len(before.scan[name])
            for name in names
        )
        return Known(pages, before.content.listing if same else None)

    def _dirty(self, site: Site, content: Content, inputs: Inputs) -> tuple[list[Page], set[str]]:
        """The pages to be made, and the addresses of those that are not what they were."""
        before = self._before
        if before is None:
            return list(content.pages.values()), set(content.pages)
        changed = changed_pages(before.content.pages, content.pages)
        was = _without_pages_that_are_off(before.site, before.content)
        keys: set[Key] = set(page_keys(changed, (was, before.content), (site, content)))
        now = inputs.of(before.inputs)
        keys |= {key for key, value in before.inputs.items() if now[key] != value}
        dirty = [
            page
            for url, page in content.pages.items()
            if url in changed
            or (known := before.made.get(url)) is None
            or not keys.isdisjoint(known.reads)
            or not self._are_intact(url, known)
        ]
        return dirty, changed

    def _are_intact(self, url: str, made: Made) -> bool:
        """Whether every variant of a page is where it was published."""
        if len(made.summaries) == 1:
            return self._is_intact(url, "")
        _, *audiences = made.summaries
        return all(self._is_intact(url, audience) for audience in ("", *audiences))

    def _all_made(self, content: Content, outcomes: Sequence[Outcome]) -> dict[str, Made]:
        new = {each.url: each.made for each in outcomes}
        old = self._before.made if self._before else {}
        found: dict[str, Made] = {}
        for url in content.pages:
            made = new[url] if url in new else old.get(url)
            if made is not None:
                found[url] = made
        return found

    def _files(self, site: Site, content: Content) -> tuple[dict[str, PlainFile], list[Fault]]:
        files: dict[str, PlainFile] = {}
        faults: list[Fault] = []
        known = self._before.content.files if self._before else {}
        for address, name in content.files.items():
            if (
                known.get(address) == name
                and not name.endswith(".html")  # Its links may lead nowhere now.
                and not self._touched(name)
                and self._is_intact(address, "")
            ):
                continue
            try:
                files[address] = read_file(site.root, name)
                faults.extend(files[address].faults)
            except Faults as error:
                faults.extend(error.faults)
        return files, faults

    def _told_of_files(
        self, content: Content, files: Mapping[str, PlainFile]
    ) -> dict[str, Sequence[Fault]]:
        """What the owner of each file should know, where there is anything."""
        told = {address: file.warnings for address, file in files.items()}
        before = self._before.told_of_files if self._before else {}
        return {
            address: found
            for address in content.files
            if (found := told.get(address, before.get(address, ())))
        }

    def _is_listed_anew(self, site: Site, content: Content, changed: set[str]) -> bool:
        before = self._before
        return (
            before is None
            or site is not before.site
            or content.files != before.content.files
            or content.off != before.content.off
            or any(
                (was := before.content.pages.get(url)) is None
                or (page := content.pages.get(url)) is None
                or was.given != page.given
                for url in changed
            )
        )

    def _unmet(
        self,
        offers: Offers,
        outcomes: Sequence[Outcome],
        files: Mapping[str, PlainFile],
        renderer: Renderer,
    ) -> Iterator[Fault]:
        look_at = [each.url for each in outcomes if each.made]
        if before := self._before:
            reserved = (*addresses_for_programs(before.site), *before.assets.files)
            offered = Offers(before.site, before.content, before.made, reserved)
            look_at = list(dict.fromkeys([*look_at, *needing(lost(offered, offers), offers.made)]))

        def render(url: str) -> Rendered:
            return renderer.render(offers.content.pages[url], marked=True)

        return offers.unmet(look_at, render, files)


def _changed_names(old: Scan, new: Scan) -> frozenset[str]:
    """The names that came, went, or have another stamp."""
    return frozenset(name for name, stamp in new.items() if old.get(name) != stamp) | (
        old.keys() - new.keys()
    )


def _places(
    path: str, content: Content, made: Mapping[str, Made], renderer: Renderer
) -> Iterator[Place]:
    """Where pages use the picture whose file that is."""
    for url, each in made.items():
        if ("file", path) not in each.reads:
            continue
        for recorded in renderer.render(content.pages[url], marked=True).recorded.values():
            for found in recorded.loads:
                used = addresses_used(url, (found,))
                if any(content.files.get(address) == path for address in used):
                    yield found.place


def _context(site: Site, root: Path) -> bytes:
    """What reading a page depends on besides its file."""
    layouts = sorted(path.name for path in (root / "templates").glob("*.html"))
    made_of = (
        site.settings.feed,
        site.settings.downloads,
        site.register.features,
        site.audiences.names,
        site.audiences.default,
        sorted(site.forms),
        layouts,
    )
    return hashlib.blake2b(repr(made_of).encode(), digest_size=16).digest()


def _without_pages_that_are_off(site: Site, content: Content) -> Site:
    """The site with menus that lack what no feature that is on has a page for."""

    def leads(item: Item) -> bool:
        return item.page not in content.off

    menus = site.navigation
    kept = menus.model_copy(
        update={
            "header": tuple(filter(leads, menus.header)),
            "footer": tuple(filter(leads, menus.footer)),
            "action": menus.action if menus.action and leads(menus.action) else None,
        }
    )
    return replace(site, navigation=kept)
