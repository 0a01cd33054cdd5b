"""Links that will lead to a page that is over: told before that is so, and while it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from generator.check.links import target_of
from generator.content.library import Content, written
from generator.content.moments import beginning, told
from generator.content.pages import Page
from generator.content.timetable import ends
from generator.graph.state import Made
from generator.recorded import Rendered, split_address
from policy import Fault, Site
from policy.redirects import leads_on

__all__ = ["leaving_warnings"]


def leaving_warnings(
    site: Site,
    content: Content,
    made: Mapping[str, Made],
    leads: Mapping[str, str],
    render: Callable[[Page], Rendered],
) -> Iterator[Fault]:
    """Links in the texts of pages to others that are over sooner, where these lead nowhere then.
    `leads` are old addresses, and where they lead; `render` renders a page with its lines."""
    zone = site.settings.zone
    leaving = ends(content.pages.values(), zone)
    over = content.gone - content.pages.keys() - content.files.keys()
    doomed = {each for each in leaving.keys() | over if not leads_on(leads, each)}
    if not doomed:
        return
    for url, page in content.pages.items():
        if page.is_derived or not _may_link(site, page, made.get(url), doomed):
            continue
        own = leaving.get(url)
        for target, place in _own_links(render(page)):
            end = leaving.get(target)
            is_sooner = not (own and end and beginning(own, zone) <= beginning(end, zone))
            if target in doomed and is_sooner:
                when = f"is over from {told(end)} on" if end else "is over"
                message = f"the page {target} {when}, and this links to it"
                hint = f'take the link out by then, or say where it leads then: "{target}" = "/" '
                hint += "in site/redirects.toml under [redirects]"
                yield Fault(*place, message, hint)


def _may_link(site: Site, page: Page, made: Made | None, doomed: frozenset[str] | set[str]) -> bool:
    """Whether the text of a page may link there: its template does for lists and menus."""
    if made is None or not page.path.endswith(".md"):
        return False
    links = {each.partition("#")[0] for one in made.summaries.values() for each in one.links}
    if not (near := links & doomed):
        return False
    text = written(site, page)[0]
    return any(url.rstrip("/").rpartition("/")[2] in text for url in near)


def _own_links(rendered: Rendered) -> Iterator[tuple[str, tuple[str, int | None]]]:
    """Where the links in the page's own text lead, and where they stand; each once."""
    seen = set()
    for recorded in rendered.recorded.values():
        for found in recorded.links:
            parts = split_address(found.value) if found.place.own else None
            if parts and not parts.scheme and not parts.netloc:
                link = target_of(rendered.page.url, parts), (found.place.path, found.place.line)
                if link not in seen:
                    seen.add(link)
                    yield link
