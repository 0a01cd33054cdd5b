"""All that is told of a site as a whole, and stops nothing."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from generator.assets import Assets
from generator.budget import budget_warnings
from generator.check.experiments import experiment_warnings
from generator.check.of_templates import lost_text_warnings
from generator.check.passing import passing_warnings
from generator.check.shown import shown_warnings
from generator.check.site_files import misnamed_warnings
from generator.check.translations import translation_warnings
from generator.check.warnings import description_warnings, missing_page_warnings
from generator.content.library import Content
from generator.content.pages import Page
from generator.content.timetable import goes
from generator.graph.all_made import AllMade
from generator.outputs.redirects import later_redirects
from generator.recorded import Rendered
from policy import Fault, Site

__all__ = ["site_warnings"]

Render = Callable[[Page], Rendered]
"""Renders a page once more, with the place of each thing that it holds."""


def site_warnings(  # noqa: PLR0913, PLR0917  (all that is looked at)
    site: Site,
    content: Content,
    made: AllMade,
    assets: Assets,
    now: datetime.datetime,
    render: Render,
) -> Iterator[Fault]:
    """The warnings of a site at the moment `now`, by kind."""
    yield from content.left_out
    yield from content.told
    yield from description_warnings(content)
    yield from lost_text_warnings(content, made)
    yield from missing_page_warnings(site, content)
    yield from translation_warnings(site, content)
    yield from shown_warnings(site, content, made, assets)
    yield from experiment_warnings(site, content, now)
    yield from _leaving(site, content, made, render)
    yield from misnamed_warnings(site)
    yield from passing_warnings(site, content)
    yield from budget_warnings(site, content)


def _leaving(site: Site, content: Content, made: AllMade, render: Render) -> Iterator[Fault]:
    if not content.gone and not any(map(goes, content.pages.values())):
        return iter(())
    # Many sites need none of it.
    from generator.check.leaving import leaving_warnings  # noqa: PLC0415  (as said)

    return leaving_warnings(site, content, made, later_redirects(site, content), render)
