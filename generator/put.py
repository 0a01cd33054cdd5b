"""What was made is put into `public/`, beside what stays there as it is."""

from __future__ import annotations

import datetime

from generator.content.lists import term_feed
from generator.graph.state import State
from generator.outputs.addresses import all_addresses, in_other_languages, terms_with_feeds
from generator.outputs.manifest import about, asset_outputs, file_outputs
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
    stated = about(ready.site, ready.content, ready.assets, None if is_said else ready.state.made)
    return site.commit(made, whole - remade, stated, keeping)


def _are_listed_anew(
    site: Publisher, ready: Ready, before: State | None, today: datetime.date
) -> bool:
    """Whether what programs read may be another: it lists all pages, and has a month in it."""
    return (
        before is None
        or ready.is_listed_anew
        or (before.today.year, before.today.month) != (today.year, today.month)
        or _is_in_a_feed(ready)
        or not all(map(site.intact, all_addresses(ready.site, ready.content)))
    )


def _is_in_a_feed(ready: Ready) -> bool:
    """Whether a page was made that a feed has whole."""
    if not ready.site.settings.feed or not ready.outcomes:
        return False
    # As for what lists all pages.
    from generator.outputs.feeds import pages_in_feed  # noqa: PLC0415  (as said)

    sites = (ready.site, *in_other_languages(ready.site, ready.content))
    whole = {page.url for each in sites for page in pages_in_feed(each, ready.content)}
    return any(each.url in whole for each in ready.outcomes)


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
        terms = (url for url in terms if _is_fed_anew(site, ready, before, url))
    return files_for_programs(ready.site, ready.content, ready.state.today, terms, ready.body_of)


def _is_fed_anew(site: Publisher, ready: Ready, before: State, url: str) -> bool:
    """Whether the feed of the term at `url` is another, or not where it was."""
    old, new = before.content, ready.content
    was = old.classified.terms.get(url) if old.classified else None
    now = new.classified.terms[url] if new.classified else None
    return (
        was is None
        or was != now
        or any(old.pages[each].source != new.pages[each].source for each in was.urls)
        or not site.intact(term_feed(url), "")
    )
