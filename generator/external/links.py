"""Which links of a site lead to others, and what is to be said of those that do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from generator.content.urls import path_of
from generator.external.asking import GONE, Answer
from generator.recorded import Place
from policy import Fault

if TYPE_CHECKING:
    from generator.prepare import Ready

__all__ = ["external_links", "told"]


def external_links(ready: Ready) -> dict[str, list[Place]]:
    """The addresses on other sites, and the places that name them, each once."""
    found: dict[str, dict[Place, None]] = {}
    for page in ready.content.pages.values():
        for recorded in ready.rendered(page).recorded.values():
            for link in recorded.links:
                address = f"https:{link.value}" if link.value.startswith("//") else link.value
                if not address.lower().startswith(("http://", "https://")):
                    continue
                if not _is_own(address, ready):
                    found.setdefault(address.partition("#")[0], {})[link.place] = None
    return {address: list(places) for address, places in found.items()}


def _is_own(address: str, ready: Ready) -> bool:
    """Whether that is a page of this site, by its whole address, as templates say it of each."""
    origin = ready.site.settings.url
    return address.startswith(f"{origin}/") and path_of(address, origin) in ready.content.pages


def told(
    links: Mapping[str, Iterable[Place]], answers: Mapping[str, Answer]
) -> tuple[list[Fault], list[Fault]]:
    """(links to what is gone, what else is worth a look), each at its file and line."""
    faults, warnings = [], []
    for address, places in links.items():
        answer = answers[address]
        for place in places:
            if answer.status in GONE:
                hint = "correct or remove the link; web.archive.org may have what was there"
                message = f"{address} is gone ({answer.status})"
                faults.append(Fault(place.path, place.line, message, hint, address))
            elif not answer.is_well:
                why = answer.reason or f"the answer is {answer.status}"
                message = f"{address} cannot be looked at: {why}"
                hint = "open it in a browser: some servers answer nobody else"
                warnings.append(Fault(place.path, place.line, message, hint, address))
            elif answer.moved:
                message = f"{address} has moved for good"
                hint = f"write {answer.moved}"
                warnings.append(Fault(place.path, place.line, message, hint, address))
    return faults, warnings
