"""What the figures of the report mean, and the consents by day."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import Response, url_for

from analytics.staff.context import current_context
from analytics.staff.layout import page_and_pages, reads, show
from analytics.staff.roles import CONSENTS, COUNTERS
from analytics.visits.model import Dimension
from analytics.visits.store.base import Consents

__all__ = ["consent_page", "definitions_in", "definitions_page"]

# How many days a page of the consents has.
DAYS_A_PAGE = 50


@reads(COUNTERS)
def definitions_page() -> Response:
    """What each figure of the report means, and what is not measured."""
    return definitions_in("definitions.html", report=url_for("staff.report"))


def definitions_in(
    template: str,
    report: str,
    dimensions: Collection[Dimension] = frozenset(Dimension),
    *,
    with_experiments: bool = True,
) -> Response:
    """The same in a template that extends it. `report` is where the figures are: of `dimensions`,
    whose names it may tell."""
    register = current_context().register
    entry = register.cookie("visit").part("entry").kind
    site = current_context().site
    return show(
        template,
        report=report,
        dimensions=dimensions,
        goals=site.goals,
        segments=site.segments,
        experiments=site.experiments.experiments if with_experiments else (),
        campaigns=site.campaigns.own,
        countries=current_context().countries,
        entry=entry,
        least=register.table(*COUNTERS[0]).least or 1,
    )


@reads(CONSENTS)
def consent_page() -> Response:
    """How many agreed to which version of the register, and took it back, by day."""
    context = current_context()
    days = context.counters.consents()
    page, pages = page_and_pages(len(days), DAYS_A_PAGE)
    versions = sorted({day.version for day in days}, reverse=True)
    return show(
        "consent.html",
        totals=[_of_version(version, days) for version in versions],
        days=days[DAYS_A_PAGE * (page - 1) : DAYS_A_PAGE * page],
        page=page,
        pages=pages,
        versions={version.number: version.url for version in context.site.versions},
    )


def _of_version(version: int, days: Sequence[Consents]) -> Consents:
    """All days of a version together, dated by the last."""
    own = [day for day in days if day.version == version]
    return Consents(
        max(day.day for day in own),
        version,
        sum(day.given for day in own),
        sum(day.withdrawn for day in own),
    )
