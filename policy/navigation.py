"""The menus of a site, `site/navigation.toml`: entries that lead to pages or out of the site, and
that can have entries of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydantic import model_validator

from policy.names import Name
from policy.toml_source import Declared

__all__ = ["FILE", "Entry", "Item", "Navigation", "changed"]

FILE = "site/navigation.toml"
MOST_LEVELS = 3
"""What lies deeper is found by nobody."""


Location = tuple[int | str, ...]


class Item(Declared):
    """One entry of a menu: the words, and what they lead to, a page or an address elsewhere, such
    as `https://status.example.org/`. It can have `items` of its own, and is then a heading of them
    where it leads nowhere itself."""

    label: Name
    page: str = ""
    items: tuple[Item, ...] = ()

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Item:
        if not self.page and not self.items:
            raise ValueError("an entry needs a page, or items of its own")
        if self.levels > MOST_LEVELS:
            raise ValueError(f"a menu has {MOST_LEVELS} levels at most: bring it up one")
        return self

    @property
    def levels(self) -> int:
        """How deep it is: 1 without items."""
        return 1 + max((each.levels for each in self.items), default=0)

    @property
    def address(self) -> str:
        """What it leads to, without the heading that is named behind `#`."""
        return self.page.partition("#")[0] if self.page.startswith("/") else self.page

    @property
    def alone(self) -> Item:
        """The same without its items: what it leads to itself, as the first of them."""
        return self.model_copy(update={"items": ()})

    def holds(self, address: str) -> bool:
        """Whether it leads to the address, or an entry in it does."""
        return self.page == address or any(each.holds(address) for each in self.items)


class Entry(NamedTuple):
    """An entry, and where it stands in the file."""

    location: Location
    item: Item


class Navigation(Declared):
    """The menus at the head and foot of every page, and the one button."""

    header: tuple[Item, ...] = ()
    footer: tuple[Item, ...] = ()
    action: Item | None = None

    @model_validator(mode="after")
    def _is_a_button(self) -> Navigation:
        if self.action and not (self.action.page and not self.action.items):
            raise ValueError("the button leads to one page, and has no items")
        return self

    @property
    def entries(self) -> Iterator[Entry]:
        """All of them, at every level; the button is the last."""
        yield from _entries(("header",), self.header)
        yield from _entries(("footer",), self.footer)
        if self.action:
            yield Entry(("action",), self.action)


def _entries(place: Location, items: tuple[Item, ...]) -> Iterator[Entry]:
    for index, item in enumerate(items):
        here = (*place, index)
        yield Entry(here, item)
        yield from _entries((*here, "items"), item.items)


def changed(menus: Navigation, change: Callable[[Item], Item | None]) -> Navigation:
    """The menus with each entry as `change` gives it, and without those for which it gives None.
    A heading without entries goes, too; one whose page goes stays, while it has any."""
    action = menus.action and change(menus.action)
    return menus.model_copy(
        update={
            "header": tuple(_changed(menus.header, change)),
            "footer": tuple(_changed(menus.footer, change)),
            "action": action,
        }
    )


def _changed(items: tuple[Item, ...], change: Callable[[Item], Item | None]) -> Iterator[Item]:
    for item in items:
        inner = tuple(_changed(item.items, change))
        made = change(item) if item.page else item
        if made is None and inner:
            made = item.model_copy(update={"page": ""})
        if made is not None and (made.page or inner):
            yield made if inner == made.items else made.model_copy(update={"items": inner})
