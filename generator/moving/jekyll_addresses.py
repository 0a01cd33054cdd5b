"""Which address each page of a site of Jekyll has."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from generator.moving.by_hand import ByHand
from generator.moving.clocks import in_addresses, read_written
from generator.moving.dates import zone_of
from generator.moving.old_site import slug
from generator.moving.source import Source

__all__ = ["POST", "AddressesOfJekyll", "filled", "own_categories"]

POST = re.compile(r"(?:^|/)(\d{4})-(\d{1,2})-(\d{1,2})-([^/]+)\.\w+$")
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}


class AddressesOfJekyll:
    """By the configuration, and by what each page says."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        named = config.get("timezone")
        self._zone = zone_of(named, (), ByHand()) if named else None

    def page(self, page: Source) -> str:
        """The address of an ordinary page."""
        given = page.front.get("permalink") or self._config.get("permalink")
        folder, _, last = page.path.rpartition("/")
        stem = last.rpartition(".")[0]
        if isinstance(page.front.get("permalink"), str):
            return filled(str(given), {"path": folder, "basename": stem})
        path = f"/{folder}/{stem}".replace("//", "/")
        if stem == "index":
            return f"/{folder}/".replace("//", "/")
        is_pretty = given == "pretty" or (isinstance(given, str) and given.endswith("/"))
        return f"{path}/" if is_pretty else f"{path}.html"

    def collected(
        self, page: Source, collection: str, folder: str, settings: dict[str, Any]
    ) -> str:
        """The address of a post, or of a page of a collection."""
        usual = (
            self._config.get("permalink", "date")
            if collection == "posts"
            else "/:collection/:path.html"
        )
        pattern = str(page.front.get("permalink") or settings.get("permalink") or usual)
        pattern = _STYLES.get(pattern, pattern)
        inside = posixpath.relpath(page.path, folder).rpartition(".")[0]
        name = inside.rpartition("/")[2]
        if found := POST.search(page.path):
            name = found[4]
        categories = own_categories(page)
        title = str(page.front.get("slug") or name)
        return filled(
            pattern,
            {
                **self._date_in_addresses(page),
                "collection": collection,
                "path": inside,
                "name": name,
                "title": title,
                "slug": slug(title),
                "categories": "/".join(each.lower() for each in categories),
                "slugified_categories": "/".join(map(slug, categories)),
                "output_ext": ".html",
            },
        )

    def _date_in_addresses(self, page: Source) -> dict[str, str]:
        """What its date says by the clocks that gave it its address: those of the site, where the
        configuration names them."""
        written = read_written(page.front.get("date"))
        if written is None:
            return {}
        if written.zone is None or self._zone is None:
            return in_addresses(written.at)
        return in_addresses(written.at.replace(tzinfo=written.zone).astimezone(self._zone))


def own_categories(page: Source) -> list[Any]:
    """As Jekyll reads them: one text under `categories` is parted by blanks, `category` is one."""
    found = page.front.get("categories") or []
    found = found.split() if isinstance(found, str) else found
    one = page.front.get("category")
    named = [
        *([one] if isinstance(one, str | int) else []),
        *(found if isinstance(found, list) else [found]),
    ]
    return list(dict.fromkeys(str(each) for each in named if each))


def filled(pattern: str, values: dict[str, str]) -> str:
    filled = re.sub(r":(\w+)", lambda found: values.get(found[1], ""), pattern)
    return "/" + re.sub(r"//+", "/", filled).lstrip("/")
