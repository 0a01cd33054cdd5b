"""Whether the pages of experiments are there, are counted, and have words for each variant."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from generator.content.audience_blocks import select
from generator.content.blocks import VARIANT, Block, names
from generator.content.library import Content, written
from generator.content.moments import beginning
from generator.content.pages import Page
from generator.content.timetable import comes, goes
from generator.content.urls import closest
from generator.graph.all_made import AllMade
from policy import Fault, Site
from policy.experiments import FILE, Experiment

__all__ = ["experiment_page_faults", "experiment_warnings"]


def experiment_page_faults(
    site: Site, content: Content, made: AllMade, now: datetime.datetime
) -> Iterator[Fault]:
    """A fault for each experiment that is not over and cannot be shown or counted."""
    for index, each in enumerate(site.experiments.experiments):
        if each.ends < now.date():
            continue
        place = site.line(FILE, "experiment", index, "page")
        page = content.pages.get(each.page)
        if page is None:
            if each.page not in content.timed:
                hint = closest(each.page, content.pages) or "name a page of this site"
                message = f'experiment "{each.name}": there is no page "{each.page}"'
                yield Fault(FILE, place, message, hint)
        elif each.page in made and each.page not in made.counted:
            yield Fault(FILE, place, *_not_counted(site, each, page, made))
        else:
            yield from _without_words(site, each, index, page)


def _not_counted(site: Site, each: Experiment, page: Page, made: AllMade) -> tuple[str, str]:
    """The message and the hint: why its page is not counted."""
    message = f'experiment "{each.name}": {each.page} is not counted'
    if any(form.thanks == each.page for form in site.forms.values()):
        return message, "name a page that visitors can come in by"
    lines = "docs/templates.md has the lines under “What features show”"
    if not made.counted:
        return f"{message}, as no page of this site is", f"let templates/base.html count: {lines}"
    template = f"templates/{page.layout}.html"
    return message, f"name another page, or let {template} say data-page in <html>: {lines}"


def _blocks(site: Site, page: Page) -> tuple[Block, ...]:
    """Those of variants in a page's text; a page that is made of something else has none."""
    if not page.path.endswith(".md"):
        return ()
    blocks = written(site, page)[1].for_variants
    page.forget_text()
    return blocks


def _without_words(site: Site, each: Experiment, index: int, page: Page) -> Iterator[Fault]:
    path, blocks = page.path, _blocks(site, page)
    shown = {name for block in blocks for name in names(block.opening.argument)}
    for variant in each.variants:
        if variant not in shown:
            line = site.line(FILE, "experiment", index, "variants")
            message = f'experiment "{each.name}": {path} has no words for "{variant}"'
            hint = f"write them there between /// {VARIANT} | {variant} and ///"
            yield Fault(FILE, line, message, hint)


def experiment_warnings(site: Site, content: Content, now: datetime.datetime) -> Iterator[Fault]:
    """Pages that show the first of their variants for good; experiments that show too little."""
    last = {
        each.page: each
        for each in sorted(site.experiments.experiments, key=lambda each: each.ends)
        if each.page in content.pages
    }
    for url, each in last.items():
        if each.ends >= now.date():
            continue
        page = content.pages[url]
        for block in _blocks(site, page)[:1]:
            message = f'experiment "{each.name}" is over, and the page shows "{each.variants[0]}"'
            hint = "keep the words of one variant, and remove the lines of /// variant"
            yield Fault(page.path, block.opening.line + 1, message, hint)
    written_pages = {page.url: page for page in content.waiting} | dict(content.pages)
    for index, each in enumerate(site.experiments.experiments):
        if each.ends >= now.date() and (found := written_pages.get(each.page)):
            line = site.line(FILE, "experiment", index, "variants")
            for message, hint in (*_the_same(site, each, found), *_away(site, each, found)):
                yield Fault(FILE, line, message, hint)


def _the_same(site: Site, each: Experiment, page: Page) -> Iterator[tuple[str, str]]:
    """Variants that differ for nobody would show what chance does."""
    if not page.path.endswith(".md"):
        return
    text, blocks = written(site, page)
    seen: dict[tuple[str, ...], str] = {}
    for variant in each.variants:
        audiences = (site.audiences.default, *site.audiences.names)
        shown = tuple("".join(select(text, blocks, name, variant).split()) for name in audiences)
        if shown in seen:
            message = f'experiment "{each.name}": "{variant}" has the words of "{seen[shown]}"'
            yield message, f"write other words in {page.path}, or try fewer variants"
        seen.setdefault(shown, variant)
    page.forget_text()


def _away(site: Site, each: Experiment, page: Page) -> Iterator[tuple[str, str]]:
    """Days of an experiment on which its page is not there."""
    zone = site.settings.zone
    first = beginning(each.begins, zone)
    after = beginning(each.ends + datetime.timedelta(days=1), zone)
    publish, expire = comes(page), goes(page)
    late = publish is not None and beginning(publish, zone) > first
    early = expire is not None and beginning(expire, zone) < after
    if late or early:
        message = f'experiment "{each.name}": {page.path} is not there on all of its days'
        yield message, "choose other days, or other ones of publish or expire on the page"
