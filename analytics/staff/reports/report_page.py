"""/staff/reports/: what was counted in a period, beside another one; and each part as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from flask import Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from analytics.exports.forms import is_there
from analytics.staff import format as formats
from analytics.staff.context import current_context
from analytics.staff.layout import may_read, reads, show
from analytics.staff.reports.asked import Asked, read_asked
from analytics.staff.reports.filters import PAIRED, Filter
from analytics.staff.reports.making import Report
from analytics.staff.reports.panels import Line, Panel
from analytics.staff.reports.periods import CHOICES, COMPARISONS
from analytics.staff.reports.segments import segment_text
from analytics.staff.reports.steps import INTERVALS
from analytics.staff.reports.ways import form_ways, funnel_ways, speed_bands
from analytics.staff.roles import COUNTERS, SHARED_LINKS
from analytics.visits.hours import start_of
from analytics.visits.lately import LEAST
from analytics.visits.model import Dimension

__all__ = ["Leads", "asked_report", "old_address", "page_of", "report_page"]

LINES_SHOWN = 8
"""How many lines of a panel stand among others."""

LINES_ALONE = 100
"""How many stand on its own page; a search finds the others."""


@dataclass(frozen=True)
class Leads:
    """Where a report leads besides itself: its files, by their name and form, and other pages, each
    "" where whoever reads it may not go there."""

    file: Callable[[str, str], str]
    definitions: str
    coverage: str = ""
    notes: str = ""
    shared: str = ""
    mail: str = ""
    everything: Mapping[str, str] = field(default_factory=dict)
    """Files of all figures, by how their form is called."""

    segments: bool = False
    """Whether it proposes segments, to those who can have one declared."""


def asked_report() -> Report:
    """The report that the address of this request asks for."""
    context = current_context()
    table = context.register.table(*COUNTERS[0])
    return Report(context.counted, read_asked(request.args, context.today, table))


def old_address() -> AnyResponse:
    """Where the report was before: its address is in people's bookmarks."""
    query = request.query_string.decode("ascii", "replace")
    return redirect(url_for("staff.report") + (f"?{query}" if query else ""), 308)


@reads(COUNTERS)
def report_page() -> Response:
    """The report that the address asks for."""
    pages = ("definitions", "coverage", "notes", "shared_links", "by_mail")
    definitions, coverage_, notes, shared, mail = (url_for(f"staff.{page}") for page in pages)
    shared = shared if may_read(SHARED_LINKS) else ""
    everything = {
        name: url_for("staff.report_export", form=form)
        for form, name in (("csv", "CSV"), ("parquet", "Parquet"))
        if is_there(form)
    }
    leads = Leads(_file, definitions, coverage_, notes, shared, mail, everything, segments=True)
    return page_of(asked_report(), leads, "report.html")


def page_of(made: Report, leads: Leads, template: str, **values: object) -> Response:
    """The page of a report, in a template that is, or extends, report.html."""
    context, asked = current_context(), made.asked
    if made.is_hidden:
        abort(404)
    shown = LINES_ALONE if asked.only else LINES_SHOWN
    most = None if asked.only and asked.find else shown
    panels = [_found(panel, asked) for panel in made.panels(most)]
    page = show(
        template,
        400 if asked.problem else 404 if made.unknown else 200,
        asked=asked,
        period=asked.period,
        other=asked.other,
        choices=CHOICES,
        comparisons=COMPARISONS,
        intervals=INTERVALS,
        problem=asked.problem or made.unknown,
        until=_until(made),
        is_cut=made.changes.is_cut,
        changes=made.changes,
        began=made.began if len(asked.filters) < 2 else None,
        is_nothing_before=made.is_nothing_before and len(asked.filters) < 2,
        filters=asked.filters,
        names={each: made.naming.name(each.dimension, each.cell) for each in asked.filters},
        segment=segment_text(asked.filters, made.naming) if leads.segments else "",
        figures=() if made.unknown else made.figures,
        is_withheld=made.is_withheld and not made.unknown,
        why_not=made.why_not,
        without_today=made.changes.without_today if made.changes.is_cut else (),
        both=made.both if len(asked.filters) == 2 else None,
        untold=made.total.untold,
        visits=made.total.visits,
        views=made.total.views,
        measures=made.measures,
        over=made.over_time,
        marks=made.marks,
        tabs=made.tabs,
        tab=made.tab,
        panels=panels,
        ways=_ways(made),
        history=made.history,
        is_nothing=made.is_nothing or bool(made.unknown),
        least=made.least,
        # A site that was built by an older engine has no such script yet.
        has_keys="report.js" in context.pages.build.assets,
        lines_shown=shown,
        link=partial(_link, made),
        file=lambda name, form: leads.file(name, form) + asked.address(tab="", only="", keys=""),
        leads=leads,
        **values,
        shown=made.coverage,
        unusual=made.unusual,
        today=context.today,
        lately=context.lately.told(context.now),
        least_lately=LEAST,
    )
    context.report_was_read()
    return page


def _ways(made: Report) -> Mapping[Dimension, Callable[[Panel], object]]:
    """How panels that are drawn are made into drawings."""
    site = made.context.site
    return {
        Dimension.FUNNEL: lambda panel: funnel_ways(site.goals, panel, made.naming),
        Dimension.SPEED: speed_bands,
        Dimension.FORM: lambda panel: form_ways(site.forms, panel),
    }


def _found(panel: Panel, asked: Asked) -> tuple[Panel, tuple[Line, ...]]:
    """A panel with the lines of it that are searched for."""
    words = asked.find.casefold()
    if not asked.only or not words:
        return panel, panel.lines
    lines = (
        line
        for line in panel.lines
        if words in line.name.casefold() or words in line.cell.casefold()
    )
    return panel, tuple(lines)


def _link(made: Report, panel: Panel, line: Line) -> str:
    """Where a line leads: to what has its value; "" where nothing can be filtered by it."""
    asked = made.asked
    dimension = panel.dimension
    if panel.key.startswith("flow-"):
        dimension = Dimension.PAGE
        if not line.page:
            return ""
    if panel.key.startswith("page-") or dimension not in PAIRED or dimension not in made.dimensions:
        return ""
    if Filter(dimension, line.cell) in asked.filters:
        return ""
    return asked.with_filter(dimension, line.cell)


def _file(name: str, form: str) -> str:
    return url_for("staff.report_file", name=name, form=form)


def _until(made: Report) -> str:
    """Until when today is told, where the period has it."""
    if made.now_hour + 1 >= made.hours.stop:
        return ""
    end = start_of(made.now_hour + 1, made.context.zone)
    return formats.hour(end)
