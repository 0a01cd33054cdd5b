"""A site read, rendered and checked, as far as it is not known from an earlier build.

Nothing here writes in `public/`; what is rendered is handed over where it is made, in a worker.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generator.asked import Asked
from generator.assets import Assets, load_assets
from generator.budget import budget_faults
from generator.check.cards import card_style
from generator.check.doubts import are_addresses_known
from generator.check.experiments import experiment_page_faults
from generator.check.feed_ids import feed_id_faults
from generator.check.goals import goal_address_faults
from generator.check.links import addresses_used
from generator.check.listed import listed_faults
from generator.check.redirects import redirect_faults
from generator.check.site_files import section_faults, site_file_faults
from generator.check.site_warnings import site_warnings
from generator.check.translations import translation_faults
from generator.check.whole import Offers
from generator.content.context import reading_context
from generator.content.data import read_data
from generator.content.derived import taken_by_files, with_derived
from generator.content.library import Content, Others, load_content
from generator.content.moments import end_of
from generator.content.pages import Page
from generator.content.timetable import next_change
from generator.fates import Fated, with_fates
from generator.files import PlainFile, read_file
from generator.graph.changes import Inputs
from generator.graph.scan import sure
from generator.graph.state import Made, State
from generator.make import Making, Outcome, Stage, make_pages
from generator.outputs.addresses import addresses_for_programs, all_addresses
from generator.outputs.feeds import fed_pages
from generator.outputs.finished import finisher
from generator.outputs.policy_pages import policy_pages
from generator.pictures.found import Pictures
from generator.recorded import Place, Rendered
from generator.render import Renderer
from generator.since import NOTHING, Since, Standing, without_pages_that_are_off
from generator.template_faults import each_once
from generator.timing import PageTime, counted, is_on, note, step
from policy import Fault, Faults, Site
from policy.data_schemas import FILE as DATA
from policy.reading import Misdeclared, read_as_far_as_possible
from policy.taxonomies import FILE as TAXONOMIES

__all__ = ["Ready", "prepare"]

NEEDED = ("content", "site", "templates")


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

    rendered: Callable[[Page], Rendered]
    """Renders a page once more, with the place of each thing that it holds."""

    fed: frozenset[str]
    """The addresses of pages that stand in a feed."""

    body_of: Callable[[Page], str]
    """The HTML of a page's text, as everybody reads it."""


def prepare(
    asked: Asked, before: State | None, stage: Stage, standing: Standing = NOTHING
) -> Ready:
    """Read, render, check and stage what is not as it was in the build `before`.

    Raises `Faults` with everything that is wrong.
    """
    preparation = _Preparation(asked, Since(asked, before, standing), stage)
    with step("looking at all pages together"):
        return preparation.ready()


class _Preparation:
    """One site on its way: what is known of it so far, and what was found wrong."""

    def __init__(self, asked: Asked, since: Since, stage: Stage) -> None:
        self._asked = asked
        self._since = since
        self._faults: list[Fault] = []
        with step("reading the site and its texts"):
            self._read()
        with step("making pages, and looking at each"):
            self._render(stage)

    def ready(self) -> Ready:
        """The site, with its files and checked as a whole. Raises `Faults`."""
        since, fated = self._since, self._fated()
        content = fated.content
        files = self._files(content)
        told_of_files = since.told_of_files(content, files)
        listed = since.is_listed_anew(self._site, content)
        self._check(content, files, listed=listed)
        self._refuse()
        for page in content.read:
            page.forget_text()
        state = State(
            root=os.fspath(self._asked.root),
            out=os.fspath(self._asked.out),
            drafts=self._asked.drafts,
            originals=self._asked.originals,
            when=self._asked.when,
            now=self._now,
            next_change=self._next_change(),
            scan=sure(self._asked.scan, self._asked.began),
            context=self._context,
            site=self._site,
            content=content,
            assets=self._known_assets or self._assets.remembered(),
            inputs=self._inputs.of(since.inputs(self._outcomes)),
            made=self._made,
            uses=fated.uses,
            told_of_files=told_of_files,
            warnings=(
                *self._assets.left_out,
                *site_warnings(
                    self._site, content, self._made, self._assets, self._now, self._rendered
                ),
                *(each for told in told_of_files.values() for each in told),
            ),
        )

        def place_of(path: str) -> Place | None:
            return next(_places(path, content, self._made, self._renderer), None)

        bodies = {each.url: each.body for each in self._outcomes if each.url in self._fed}

        def body(page: Page) -> str:
            return bodies.get(page.url) or self._renderer.body(page)

        return Ready(
            self._site,
            content,
            self._assets,
            files,
            self._outcomes,
            state,
            place_of,
            listed,
            self._rendered,
            self._fed,
            body,
        )

    def _rendered(self, page: Page) -> Rendered:
        """A page once more, with the place of each thing that it holds."""
        return self._renderer.render(page, marked=True)

    def _refuse(self) -> None:
        """Raise `Faults` with everything that is wrong."""
        if self._site.wrong:
            raise Misdeclared(self._faults)
        if self._faults:
            raise Faults(self._faults)

    def _read(self) -> None:
        """The site, its assets and its content."""
        asked, since = self._asked, self._since
        known = since.site()
        # What is to be done before it can be published hides nothing else that is wrong.
        gone = _gone(asked.root)
        if any(each.path == "site" for each in gone):
            raise Faults(gone)
        self._site, found = (known, ()) if known else read_as_far_as_possible(asked.root)
        if gone:
            raise Faults([*found, *gone])
        site = self._site
        self._faults.extend(found)
        self._now = end_of(asked.when, site.settings.zone).astimezone(site.settings.zone)
        self._others = Others(policy_pages(site), addresses_for_programs(site))
        self._known_assets = since.assets(site)
        self._assets, faults = (self._known_assets, ()) if self._known_assets else load_assets(site)
        self._faults.extend(faults)
        self._context = reading_context(site, self._others)
        self._content = self._load()
        site = self._site
        self._content, more = with_derived(
            site, self._content, self._others.reserved, since.known_pages()
        )
        self._faults.extend(more if site.knows(TAXONOMIES) else ())
        data, more = read_data(site)
        self._faults.extend(more if site.knows(DATA) else ())
        self._content = replace(self._content, data=data)

    def _load(self) -> Content:
        """The content. What it shows to be wrong in what is declared leaves the site in doubt."""
        while True:
            content, faults = load_content(
                self._site,
                drafts=self._asked.drafts,
                now=self._now,
                others=self._others,
                known=self._since.known(self._context),
            )
            declared = section_faults(self._site, content)
            if not (wrong := [each for each in declared if each not in self._faults]):
                self._faults.extend(faults)
                return content
            self._faults.extend(wrong)
            self._site = self._site.in_doubt(wrong)

    def _render(self, stage: Stage) -> None:
        """The pages that are not what they were."""
        asked, site, content, assets = self._asked, self._site, self._content, self._assets
        shown = without_pages_that_are_off(site, content)
        settings = site.settings.pictures
        pictures = Pictures(site.root, content.files, settings, derive=not asked.originals)
        style, faults = card_style(site, assets.urls)
        self._faults.extend(faults)
        self._renderer = Renderer(shown, content, assets.urls, pictures, style)
        self._inputs = Inputs(shown, content, assets.urls, self._since.known_inputs())
        dirty = self._since.dirty(shown, content, self._inputs)
        # A preview changes pages in place, and waits for nothing.
        finish = None if asked.originals else finisher(site.settings.output, assets.integrity)
        self._fed = fed_pages(site, content)
        how = Making(stage, finish, self._fed)
        making = make_pages(site, self._renderer, dirty, how, asked.jobs)
        made = counted(making, len(dirty))
        self._outcomes = list(made)
        for each in self._outcomes if is_on() else ():
            note(PageTime(each.url, content.pages[each.url].layout, each.seconds))
        self._faults.extend(each_once(each for one in self._outcomes for each in one.faults))
        self._made = self._since.all_made(content, self._outcomes)

    def _fated(self) -> Fated:
        summaries = (each for made in self._made.values() for each in made.summaries.values())
        uses = self._since.uses(self._site, self._content)
        return with_fates(self._content, self._renderer, summaries, uses)

    def _files(self, content: Content) -> dict[str, PlainFile]:
        """Those beside pages that are not what they were."""
        told = {name for each in self._outcomes for name in each.told_of}
        files: dict[str, PlainFile] = {}
        for address, name in content.files.items():
            if self._since.is_same_file(address, name):
                continue
            faults: Iterable[Fault]
            try:
                files[address] = read_file(self._site.root, name)
                faults = files[address].faults
            except Faults as error:
                faults = error.faults
            self._faults.extend(each for each in faults if each.path not in told)
        return files

    def _check(self, content: Content, files: Mapping[str, PlainFile], *, listed: bool) -> None:
        """Whether all that is needed is there, and each address is had once."""
        own = all_addresses(self._site, content)
        reserved = (*own, *self._assets.files)
        offers = Offers(self._site, content, self._made, reserved)
        look_at = [each.url for each in self._outcomes if each.made]
        look_at = list(dict.fromkeys([*look_at, *self._since.bereft(offers)]))

        alone = {each.url for each in self._outcomes if each.is_text_alone}

        def render(url: str) -> Rendered:
            page = content.pages[url]
            if url in alone:
                return self._renderer.text_alone(page)
            return self._rendered(page)

        unmet = offers.unmet(look_at, render, files)
        # What a template leads to may follow from what is wrong.
        self._faults.extend(
            each for each in unmet if not (self._site.wrong and each.path.startswith("templates/"))
        )
        if are_addresses_known(self._site):
            self._faults.extend(taken_by_files(content, sorted({*own} - {*self._others.reserved})))
            self._faults.extend(translation_faults(self._site, content))
            self._faults.extend(listed_faults(content))
            if listed:
                self._faults.extend(redirect_faults(self._site, content, own))
                self._faults.extend(site_file_faults(self._site, content))
                self._faults.extend(feed_id_faults(self._site, content))
                self._faults.extend(goal_address_faults(self._site, content))
        if not self._site.wrong:
            if listed:
                self._faults.extend(budget_faults(self._site, content))
            self._faults.extend(experiment_page_faults(self._site, content, self._made, self._now))

    def _next_change(self) -> datetime.datetime | None:
        if self._asked.drafts:  # All is there, at any time.
            return None
        return next_change(self._content.read, self._now, self._site.settings.zone)


def _gone(root: Path) -> list[Fault]:
    """The folders without which there is no site."""
    hint = "put it back: a site has content/, templates/ and site/"
    missing = (folder for folder in NEEDED if not os.path.lexists(root / folder))
    return [Fault(folder, None, "this folder is missing", hint) for folder in missing]


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
