"""Whether all that pages need is there: quickly for a whole site, closely where something lacks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property

from generator.check.doubts import may_be_there
from generator.check.links import Addresses, file_faults, link_faults, seen_by
from generator.check.needs import Summary
from generator.check.places import menu_links, place_faults
from generator.content.library import FOLDER, Content
from generator.content.urls import file_address, service_addresses
from generator.files import PlainFile
from generator.graph.all_made import AllMade
from generator.graph.state import Made
from generator.recorded import Rendered
from policy import Fault, Site

__all__ = ["Offers", "lost", "needing"]

MANY = 200


class Offers:
    """All that a link or a load can lead to."""

    def __init__(
        self, site: Site, content: Content, made: AllMade, reserved: Collection[str]
    ) -> None:
        self._site = site
        self.content = content
        self.made = made
        self.service = frozenset(service_addresses(site.register))
        self._prefixes = tuple(self.service)
        self._reserved = reserved

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Of pages and their pictures, of files, and of what is there besides."""
        pictures = (each.address for named in self.made.pictures.values() for each in named)
        content = self.content
        # A link to a page that is over is told before, and may stand: its address answers.
        there = (*content.pages, *content.files, *self._reserved, *content.gone)
        return frozenset((*there, *pictures))

    def lack(self, audience: str, summary: Summary) -> bool:
        """Whether a page needs what is not there, or may need it."""
        loads = [each for each in summary.loads if each not in self.addresses]
        if summary.odd or not all(each.startswith(self._prefixes) for each in loads):
            return True
        links = [each for each in summary.links if each not in self.addresses]
        return not all(
            each.startswith(self._prefixes) or self._has_id(each, audience) for each in links
        )

    def unmet(
        self,
        looked_at: Iterable[str],
        render: Callable[[str], Rendered],
        documents: Mapping[str, PlainFile],
    ) -> Iterator[Fault]:
        """What the pages `looked_at` need that is not there, and what is wrong in HTML files.

        `render` renders a page once more, with marks that tell the lines.
        """
        suspects = [
            url
            for url in looked_at
            if any(self.lack(name, each) for name, each in self.made[url].summaries.items())
        ]
        recorded = {
            address: file.recorded
            for address, file in documents.items()
            if file.recorded and address.lower().endswith(".html")
        }
        content = self.content
        yield from place_faults(self._site, content, self._ids)
        if not suspects and not recorded:
            return
        addresses = self._closely()
        pages = [render(url) for url in self._differing(suspects)]
        yield from link_faults(pages, addresses, menu_links(self._site, content))
        yield from file_faults(recorded, addresses)

    def _differing(self, suspects: Collection[str]) -> Iterator[str]:
        """The suspects; of the many that lack the same, as by a template, not all."""
        seen: dict[frozenset[str], int] = {}
        for url in suspects:
            lacking = frozenset(
                need
                for each in self.made[url].summaries.values()
                for need in (*each.links, *each.loads)
                if need.partition("#")[0] not in self.addresses
            )
            seen[lacking] = seen.get(lacking, 0) + 1
            if seen[lacking] <= MANY:
                yield url

    def _ids(self, address: str) -> Collection[str] | None:
        """The ids that everybody sees at an address; None where nobody knows them."""
        made = self.made.get(address)
        return made.summaries[""].ids if made and made.summaries[""].whole else None

    def _has_id(self, link: str, audience: str) -> bool:
        address, _, anchor = link.partition("#")
        if not anchor or address not in self.addresses:
            return False
        made = self.made.get(address)
        if made is None:
            return True  # A file's places are its own.
        seen = seen_by(made.summaries, audience)
        return all(anchor in each.ids or not each.whole for each in seen)

    def _closely(self) -> Addresses:
        """The same, to tell what is wrong and how to mend it."""
        content = self.content
        waits = {page.url: page.path for page in content.waiting} | dict(content.waiting_files)
        left_out = {
            file_address(each.path.removeprefix(f"{FOLDER}/")): each for each in content.left_out
        }
        return Addresses(
            known=self.addresses,
            anchors={
                url: {key: summary.ids for key, summary in made.summaries.items()}
                for url, made in self.made.items()
                if all(summary.whole for summary in made.summaries.values())
            },
            waiting={
                **{
                    address: f"{each.path} is {each.message}; {each.hint}"
                    for address, each in left_out.items()
                },
                **{address: f"publish {path} first" for address, path in waits.items()},
            },
            service=self._prefixes,
            may_be_there=may_be_there(self._site, content),
        )


def lost(before: Offers, now: Offers) -> set[str]:
    """What an earlier build offered and this one does not: addresses, and ids with theirs."""
    gone = set(before.addresses - now.addresses)
    for url in now.made.other_than(before.made):
        made, after = before.made.get(url), now.made[url]
        if made is not None:
            for audience in {**made.summaries, **after.summaries}:
                there = made.summaries.get(audience, made.summaries[""]).ids
                left = after.summaries.get(audience, after.summaries[""]).ids
                gone |= {f"{url}#{name}" for name in set(there) - set(left)}
    return gone


def needing(gone: set[str], beginnings: Collection[str], made: Mapping[str, Made]) -> Iterator[str]:
    """The addresses of pages that need something that is gone, or that begins with one of
    `beginnings`."""
    if not gone and not beginnings:
        return
    prefixes = tuple(beginnings)
    addresses = {each for each in gone if "#" not in each}

    def is_gone(need: str) -> bool:
        return need in gone or need.partition("#")[0] in addresses or need.startswith(prefixes)

    for url, each in made.items():
        if any(is_gone(need) for one in each.summaries.values() for need in one.links + one.loads):
            yield url
