"""Which address each page of a site of Hugo has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from generator.moving.clocks import in_addresses, read_written
from generator.moving.dates import DATES, UPDATES, first_of
from generator.moving.front import title_of
from generator.moving.old_site import slug
from generator.moving.source import Source, truth

__all__ = ["PAGE", "AddressesOfHugo", "joined"]

PAGE = re.compile(r"\.(?:md|markdown|html)$", re.IGNORECASE)


class AddressesOfHugo:
    """By the configuration of a language, and by what each page says."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config

    def of(self, page: Source) -> str:
        """That of a page. One that begins with a slash is written without its language."""
        given = page.front.get("url")
        if isinstance(given, str) and given.strip():
            given = given.strip()
            return given if given.startswith("/") else f"{page.home}/{given}"
        return f"{page.home}{self._by_file(page)}"

    def _by_file(self, page: Source) -> str:
        *folders, name = page.inside.split("/")
        name = PAGE.sub("", name)
        if name == "_index" and (pattern := self.pattern(folders, "section")):
            return self._permalink(page, pattern, folders, folders[-1])
        if name == "_index" or (name == "index" and not folders):
            return self._address(folders)
        if name == "index":  # The page of a folder, which has its name.
            *folders, name = folders
        last = str(page.front.get("slug") or name)
        if pattern := self.pattern(folders):
            address = self._permalink(page, pattern, folders, name)
        else:
            address = self._address([*folders, last])
        ugly = self._config.get("uglyurls")
        is_ugly = ugly.get(folders[0]) if isinstance(ugly, dict) and folders else ugly
        return f"{address.rstrip('/')}.html" if truth(is_ugly) and address != "/" else address

    def _address(self, steps: list[str]) -> str:
        """An address of steps, in small letters unless the site kept its capitals."""
        return joined(steps, keeps_capitals=truth(self._config.get("disablepathtolower")))

    def pattern(self, folders: list[str], kind: str = "page") -> str:
        """The pattern of addresses of pages, or of lists, in that folder; "" without one."""
        permalinks = self._config.get("permalinks")
        if not isinstance(permalinks, dict) or not folders:
            return ""
        for patterns in (permalinks.get(kind), permalinks if kind == "page" else None):
            if isinstance(patterns, dict) and isinstance(patterns.get(folders[0]), str):
                return str(patterns[folders[0]])
        return ""

    def _permalink(self, page: Source, pattern: str, folders: list[str], name: str) -> str:
        written = read_written(first_of(page.front, (*DATES, *UPDATES)))
        title = slug(title_of(page))
        values = {
            **(in_addresses(written.at) if written else {}),
            "section": folders[0],
            "sections": "/".join(folders),
            "title": title,
            "slug": str(page.front.get("slug") or title),
            "filename": name,
            "contentbasename": name,
            "slugorcontentbasename": str(page.front.get("slug") or name),
        }
        return self._address(re.sub(r":(\w+)", lambda f: values.get(f[1], ""), pattern).split("/"))


def joined(steps: list[str], *, keeps_capitals: bool = False) -> str:
    """An address of steps, as Hugo writes it: small letters, hyphens for blanks."""
    found = (re.sub(r"[ ]+", "-", each.strip()) for each in steps if each.strip(". "))
    address = "/" + "".join(f"{each}/" for each in found)
    return address if keeps_capitals else address.lower()
