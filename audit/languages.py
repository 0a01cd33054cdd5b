"""What a site says, as its pages in each language say it."""

from __future__ import annotations

from policy import Register, Site
from policy.localized import in_language

__all__ = ["Languages"]


class Languages:
    """The languages of a site's pages."""

    def __init__(self, site: Site) -> None:
        self._all = site.settings.all_languages
        self._registers = {
            tag: in_language(site, tag, lambda address: address).register for tag in self._all.tags
        }

    def register(self, page: str) -> Register:
        """The register in the words of the page at this address."""
        return self._registers[self._all.of_address(page)]

    def addresses(self, page: str, address: str) -> frozenset[str]:
        """Where the page at `page` may lead for what is at `address` in the default language:
        there, as not every page is translated, or to the page in its own."""
        home = self._all.home(self._all.of_address(page))
        return frozenset((address, f"{home}{address.removeprefix('/')}"))
