"""What a page says was done on it, held against what this site has: its forms, events, files and
links. What nobody could do there is refused."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from analytics.visits.bodies import ActionBody, EngagedBody
from analytics.visits.deeds import Told, form_steps, is_download
from analytics.visits.page_links import PageLinks
from analytics.web.problems import Reason, Refused
from analytics.web.static_files import Pages
from policy import Site

__all__ = ["deed_of", "told_of"]


def told_of(site: Site, body: EngagedBody) -> Told:
    """What a page tells beside its time. Raises Refused where that is of a form that the site has
    not, or of no field of it."""
    for step in body.forms:
        name = step.partition("/")[0]
        if name not in site.forms or step not in form_steps(site.forms[name]):
            raise Refused(Reason.UNKNOWN_DEED)
    steps = tuple(dict.fromkeys(body.forms))
    return Told(body.before, (body.deep[0], body.deep[1]), (*body.speed.items(),), steps)


def deed_of(
    site: Site, pages: Pages, body: ActionBody, audience: str
) -> tuple[str, Mapping[str, str]]:
    """What was done, as it is counted, with its properties; `audience` is whose pages the browser
    gets. Raises Refused."""
    found: str | None = None
    properties: Mapping[str, str] = {}
    if body.deed == "event" and (read := site.events.read(body.what)):
        found, properties = read[0].name, read[1]
    elif body.deed == "form" and body.what in site.forms:
        found = body.what
    elif body.deed == "download":
        address = unquote(body.what)
        file = pages.build.files.get(address)
        found = address if file and is_download(address, file.type) else None
    elif body.deed == "outbound":
        found = PageLinks(pages).cell_of(body.page, body.what, audience)
    if found is None:
        raise Refused(Reason.UNKNOWN_DEED)
    return found, properties
