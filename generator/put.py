"""What was made is put into `public/`, beside what stays there as it is."""

from __future__ import annotations

import datetime
from dataclasses import replace

from generator.content.lists import term_feed
from generator.graph.state import State
from generator.outputs.addresses import all_addresses, terms_with_feeds
from generator.outputs.manifest import about, asset_outputs, file_outputs, sources_of
from generator.outputs.pictures import PictureOutputs
from generator.prepare import Ready
from generator.publish import Keeping, Output, Publisher, Staged, Written

__all__ = ["put"]


def put(site: Publisher, ready: Ready, before: State | None, pictures: PictureOutputs) -> Written:
    """Publish a site that was prepared. Raises Unpublished and Unfinished; and `Faults`, before
    anything is published."""
    today = ready.state.today
    made: list[Staged] = [each.staged for each in ready.outcomes]
    made.append(site.stage(file_outputs(ready.files)))
    made.append(site.stage(pictures.outputs()))
    remade = {each.url for each in ready.outcomes} | ready.files.keys() | pictures.missing
    if before is None or ready.assets is not before.assets:
        made.append(site.stage(asset_outputs(ready.assets)))
        remade |= ready.assets.files.keys()
    if _are_listed_anew(site, ready, before, today):
        files = _for_programs(site, ready, before)
        made.append(site.stage(Output(url, url.lstrip("/"), data) for url, data in files.items()))
        remade |= files.keys()
    index = frozenset[str]()
    if ready.site.register.has("search"):
        # No other site needs it.
        from generator.outputs.search import SearchIndex  # noqa: PLC0415  (as said)

        ready.state.index, staged = SearchIndex(site, ready, before).made()
        made.append(staged)
        index = ready.state.index.addresses
        remade |= {address for address, _ in staged.files}
    whole = {
        *ready.content.pages,
        *ready.content.files,
        *ready.assets.files,
        *pictures.wanted,
        *index,
        *all_addresses(ready.site, ready.content),
    }
    keeping = Keeping(ready.site.settings.keep_assets.days, today)
    is_said = before and not ready.is_listed_anew and not _are_counted_anew(ready, before)
    made_now = None if is_said else ready.state.made
    stated = about(ready.site, ready.content, ready.assets, made_now, ready.state.next_change)
    sources = sources_of(ready.content, (each.url for each in ready.outcomes))
    return site.commit(made, whole - remade, replace(stated, sources=sources), keeping)


def _are_listed_anew(
    site: Publisher, ready: Ready, before: State | None, today: datetime.date
) -> bool:
    """Whether what programs read may be another: it lists all pages, and has a month in it."""
    return (
        before is None
        or ready.is_listed_anew
        or (before.today.year, before.today.month) != (today.year, today.month)
        or any(each.url in ready.fed for each in ready.outcomes)
        or not all(map(site.intact, all_addresses(ready.site, ready.content)))
    )


def _are_counted_anew(ready: Ready, before: State) -> bool:
    """Whether a page that was made is counted now, and was not, or the other way round."""
    return any(
        each.made and each.made.counted != (each.url in before.made.counted)
        for each in ready.outcomes
    )


def _for_programs(site: Publisher, ready: Ready, before: State | None) -> dict[str, bytes]:
    # An edit of a page's text needs none of it.
    from generator.outputs.for_programs import files_for_programs  # noqa: PLC0415  (as said)

    terms = terms_with_feeds(ready.site, ready.content)
    if before is not None and before.site is ready.site:
        made = frozenset(each.url for each in ready.outcomes)
        terms = (url for url in terms if _is_fed_anew(site, ready, before, url, made))
    return files_for_programs(ready.site, ready.content, ready.state.today, terms, ready.body_of)


def _is_fed_anew(
    site: Publisher, ready: Ready, before: State, url: str, made: frozenset[str]
) -> bool:
    """Whether the feed of the term at `url` is another, or not where it was; the pages `made` were
    made again."""
    old, new = before.content.classified, ready.content.classified
    was = old.terms.get(url) if old else None
    now = new.terms[url] if new else None
    return (
        was is None
        or was != now
        or not made.isdisjoint(was.urls)
        or not site.intact(term_feed(url), "")
    )
