"""Which of the files beside pages are published: each shares the fate of its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from generator.check.links import addresses_used
from generator.check.needs import Summary, needed_addresses
from generator.content.fates import waits_for
from generator.content.library import Content
from generator.render import Renderer
from policy import Fault

__all__ = ["Uses", "with_fates"]

Uses = Mapping[str, tuple[bytes, frozenset[str]]]
"""Of pages that wait, by path: what they were made of, and the addresses in their text."""


@dataclass(frozen=True)
class Fated:
    """The content with only those of its files that are published, and what waiting pages use."""

    content: Content
    uses: Uses


def with_fates(
    content: Content, renderer: Renderer, summaries: Iterable[Summary], known: Uses
) -> Fated:
    """Part the files of `content` (`generator.content.fates`). `known` is from an earlier build."""
    if not content.waiting or not content.files:
        return Fated(content, {})
    uses = {page.path: known.get(page.path, (b"", frozenset())) for page in content.waiting}
    for page in content.waiting:
        if uses[page.path][0] != page.source:
            used = {
                address
                for recorded in renderer.record_text(page)
                for address in addresses_used(page.url, (*recorded.links, *recorded.loads))
            }
            uses[page.path] = page.source, frozenset(used)
    used_by_waiting = {
        address: page.path for page in content.waiting for address in uses[page.path][1]
    }
    used = set(needed_addresses(summaries))
    published = content.published
    waits = {
        address: path
        for address, name in content.files.items()
        if (path := waits_for(name, address, published, used, used_by_waiting))
    }
    fated = replace(
        content,
        files={address: path for address, path in content.files.items() if address not in waits},
        left_out=(*content.left_out, *_told(content, waits)),
        waiting_files={address: content.files[address] for address in waits},
    )
    return Fated(fated, uses)


def _told(content: Content, waits: Mapping[str, str]) -> Iterator[Fault]:
    for address, page in waits.items():
        message = f"not published: it belongs to {page}, which is not published yet"
        hint = "nothing to do: it is published with that page, or with a page that shows it"
        yield Fault(content.files[address], None, message, hint)
