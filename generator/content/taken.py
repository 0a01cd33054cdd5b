"""Addresses that two files would have, or that none may have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from generator.content.pages import Page
from generator.content.urls import awkward, is_reserved
from policy import Fault

__all__ = ["address_faults"]


def address_faults(
    addresses: Mapping[str, str], others: Mapping[str, Page], reserved: Collection[str]
) -> Iterator[Fault]:
    """What is wrong with the `addresses` of files, by name, beside those of pages that are made of
    `others`; nobody may have one that is `reserved`."""
    places = {_place(url): page.path for url, page in others.items()}
    for name, url in addresses.items():
        yield from _place_faults(name, url, places, reserved)
        places.setdefault(_place(url), name)
    yield from _folder_faults(places)


def _place(url: str) -> str:
    """Where an address is published. On some systems capitals make no difference."""
    return f"{url}index.html".lower() if url.endswith("/") else url.lower()


def _place_faults(
    name: str, url: str, taken: Mapping[str, str], reserved: Collection[str]
) -> Iterator[Fault]:
    if letter := awkward(name):
        hint = "rename the file: letters, digits and hyphens are best"
        yield Fault(name, None, f"{letter!r} cannot stand in an address", hint)
    if _place(url) in taken:
        hint = "rename or remove one of them"
        yield Fault(name, None, f"{taken[_place(url)]} has the same address, {url}", hint)
    if is_reserved(url) or url in reserved:
        yield Fault(name, None, f"the address {url} is taken by the service", "rename the file")


def _folder_faults(places: Mapping[str, str]) -> Iterator[Fault]:
    fine: set[str] = set()
    for place, name in places.items():
        folder, above = place.rpartition("/")[0], []
        while folder and folder not in fine:
            above.append(folder)
            folder = folder.rpartition("/")[0]
        taken = [places[each] for each in above if each in places]
        for file in taken:
            message = f"{file} is published where its folder would be"
            yield Fault(name, None, message, "rename or remove one of them")
        if not taken:
            fine.update(above)
