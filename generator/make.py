"""Every page that must be made, on all cores: rendered, looked at, and handed over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator import timing
from generator.check.events import undeclared_events
from generator.check.html import html_faults, needs_marks
from generator.check.needs import Summary, summary
from generator.content.pages import Page
from generator.graph.all_made import Packed
from generator.graph.reads import PLACES, Key
from generator.graph.state import Made
from generator.outputs.manifest import page_outputs
from generator.publish import Output
from generator.recorded import Rendered
from generator.render import Renderer
from generator.template_faults import faults_of
from generator.workers import spread
from policy import Fault, Faults, Site
from policy.site_files import is_file

__all__ = ["Making", "Outcome", "Stage", "make_pages"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page that was made, and what was staged of it; or what is wrong with it."""

    url: str
    made: Packed | None = None
    faults: Sequence[Fault] = ()
    staged: Any = None
    seconds: float = 0.0
    """Of one core, where somebody asks (`generator.timing`)."""

    told_of: frozenset[str] = frozenset()
    """The files of pictures that its faults tell of."""

    body: str = ""
    """The HTML of its text, as everybody reads it, where a feed has the page."""

    inputs: tuple[Key, ...] = ()
    """What it read that is no page, and no page that was made before it in the same process had."""

    is_text_alone: bool = False
    """Whether nothing is known of what its template makes of it."""


Stage = Callable[[Iterable[Output]], Any]
"""Takes what is to be published of a page. It runs where the page was rendered, in a worker, and
what it returns is small and can be pickled."""


@dataclass(frozen=True, slots=True)
class Making:
    """What becomes of a page that was rendered. `finish` makes what is published of its HTML, and
    feeds have the pages at the addresses `fed`."""

    stage: Stage
    finish: Callable[[str], str] | None = None
    fed: frozenset[str] = frozenset()


def make_pages(
    site: Site,
    renderer: Renderer,
    pages: Iterable[Page],
    how: Making,
    jobs: int | None = None,
) -> Iterator[Outcome]:
    """Make these pages, in no order."""
    maker = _Maker(site, renderer, how)
    return spread(maker.make, list(pages), jobs)


class _Maker:
    def __init__(self, site: Site, renderer: Renderer, how: Making) -> None:
        self._site = site
        self._renderer = renderer
        self._how = how
        self._layouts: dict[str, bool] = {}
        self._told: set[Key] = set()

    def _has_layout(self, page: Page) -> bool:
        """Whether its template is there; where it is not, the page's own line tells."""
        if page.layout not in self._layouts:
            self._layouts[page.layout] = is_file(self._site.root, f"templates/{page.layout}.html")
        return self._layouts[page.layout]

    def make(self, page: Page) -> Outcome:
        if not timing.is_on():
            return self._made(page)
        start = time.perf_counter()
        return replace(self._made(page), seconds=time.perf_counter() - start)

    def _made(self, page: Page) -> Outcome:
        if not self._has_layout(page):
            return self._looked_at(page, ())
        try:
            rendered = self._rendered(page)
        # A template is a program of the site's: it can raise anything.
        except Exception as error:
            faults = tuple(faults_of(error, page))
            if isinstance(error, Faults):
                return Outcome(page.url, faults=faults)
            return self._looked_at(page, faults)
        page.forget_text()
        summaries = self._summaries(rendered)
        made = Packed.of(
            Made(rendered.reads, summaries, rendered.pictures), self._searchable(rendered)
        )
        wrong_events = undeclared_events(rendered, self._site.events)
        if faults := (*html_faults([rendered]), *wrong_events):
            return Outcome(page.url, made, faults, told_of=_broken(rendered))
        staged = self._how.stage(page_outputs(rendered, self._how.finish))
        inputs = {key for key in rendered.reads if key[0] not in PLACES} - self._told
        self._told |= inputs
        body = rendered.body if page.url in self._how.fed else ""
        return Outcome(page.url, made, staged=staged, body=body, inputs=tuple(inputs))

    def _looked_at(self, page: Page, faults: Sequence[Fault]) -> Outcome:
        """A page whose template is wrong, or not there: what its own text holds is told as well."""
        try:
            rendered = self._renderer.text_alone(page)
            found = (*html_faults([rendered]), *undeclared_events(rendered, self._site.events))
        except Exception as error:
            of_text = faults_of(error, page)
            return Outcome(page.url, faults=tuple(dict.fromkeys((*faults, *of_text))))
        page.forget_text()
        made = Packed.of(Made(rendered.reads, self._summaries(rendered), rendered.pictures), b"")
        told_of = _broken(rendered)
        return Outcome(page.url, made, (*faults, *found), told_of=told_of, is_text_alone=True)

    def _searchable(self, rendered: Rendered) -> bytes:
        """For everyone: what a page says to an audience is not for all to find."""
        if not self._site.register.has("search"):
            return b""
        from generator.outputs.searchable import digest_of_searchable  # noqa: PLC0415  (as said)

        return digest_of_searchable(rendered.html[""])

    def _rendered(self, page: Page) -> Rendered:
        """The page; where something is wrong, with marks that tell the line."""
        try:
            rendered = self._renderer.render(page)
        except Faults:
            return self._renderer.render(page, marked=True)
        if any(map(needs_marks, rendered.recorded.values())) or any(
            undeclared_events(rendered, self._site.events)
        ):
            return self._renderer.render(page, marked=True)
        return rendered

    def _summaries(self, rendered: Rendered) -> Mapping[str, Summary]:
        return {
            audience: summary(rendered.page.url, recorded, whole=rendered.is_whole)
            for audience, recorded in rendered.recorded.items()
        }


def _broken(rendered: Rendered) -> frozenset[str]:
    found = (each for recorded in rendered.recorded.values() for each in recorded.wrong_pictures)
    return frozenset(each.path for each in found)
