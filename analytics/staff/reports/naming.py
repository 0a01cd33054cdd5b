"""What the cells of panels are called, and which page of the site one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.visits.countries import names
from analytics.visits.model import Dimension
from analytics.visits.user_agents import BROWSERS, DEVICES, SYSTEMS
from analytics.visits.versions import LANGUAGES
from policy import Site
from policy.manifest import Page

__all__ = ["Naming", "is_declared"]


KINDS = {
    Dimension.BROWSER: BROWSERS,
    Dimension.SYSTEM: SYSTEMS,
    Dimension.DEVICE: DEVICES,
}


@dataclass(frozen=True)
class Naming:
    """`labels` are those of `labels_of`; `pages` are served now, by their address."""

    labels: Mapping[str, str]
    pages: Mapping[str, Page]

    def name(self, dimension: Dimension, cell: str) -> str:
        """A cell in the words of people."""
        if label := self.labels.get(f"{dimension}/{cell}"):
            return label
        if dimension == Dimension.FLOW:
            return " → ".join(self.page(part) for part in cell.split(" "))
        if dimension == Dimension.PAGE_LANGUAGE:
            return LANGUAGES.get(cell.partition("-")[0], cell)
        if dimension == Dimension.COUNTRY:
            return names().get(cell, cell)
        if dimension in (Dimension.CHANNEL, Dimension.AUDIENCE):
            return cell[:1].upper() + cell[1:]
        return self.page(cell)

    def page(self, cell: str) -> str:
        """The title of a page, where it is one; else the cell."""
        return self.pages[cell].title if cell in self.pages else cell

    def address(self, dimension: Dimension, cell: str) -> str:
        """Where the page of a cell is; "" where it is none of ours."""
        return cell if cell in self.pages and dimension != Dimension.FLOW else ""


def is_declared(dimension: Dimension, cell: str, naming: Naming, site: Site) -> bool:
    """Whether a cell is one that visits to the site can be counted by: a page that it has, a name
    in its files, or a kind of browser that is known."""
    match dimension:
        case Dimension.PAGE | Dimension.ENTRY:
            return cell in naming.pages
        case Dimension.SOURCE:
            return cell in site.sources.names
        case Dimension.BROWSER | Dimension.SYSTEM | Dimension.DEVICE:
            return cell in KINDS[dimension]
        case Dimension.CAMPAIGN:
            return cell in site.campaigns.names
        case Dimension.PAGE_LANGUAGE:
            return cell in site.settings.all_languages.tags
    return f"{dimension}/{cell}" in naming.labels
