"""What a build knew when it was done, for the next one."""

from __future__ import annotations

import datetime
import hashlib
import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.asked import Asked
    from generator.assets import Assets
    from generator.check.needs import Summary
    from generator.content.library import Content
    from generator.graph.all_made import AllMade
    from generator.graph.reads import Key
    from generator.graph.scan import Scan
    from generator.pictures.cards import Wanted
    from policy import Fault, Site

__all__ = ["Head", "Index", "Made", "State"]


@dataclass(slots=True)
class Made:
    """How a page was made: what it read, what was found in each variant, and which pictures they
    name that are made. The variant for everyone is "", as in the manifest."""

    reads: frozenset[Key]
    summaries: Mapping[str, Summary]
    pictures: tuple[Wanted, ...] = ()


@dataclass(frozen=True)
class Index:
    """What the search page reads: a digest of all that it was made of, and its addresses."""

    digest: bytes
    addresses: frozenset[str]


@dataclass(slots=True)
class State:
    """A build of `root` into `out` on the day `today`.

    `scan` has the stamps of the files that were read, `context` what reading a page depends on
    besides; `inputs` are the fingerprints of what was read and is no page.
    """

    root: str
    out: str
    drafts: bool
    originals: bool
    today: datetime.date
    scan: Scan
    context: bytes
    site: Site
    content: Content
    assets: Assets
    inputs: Mapping[Key, bytes]
    made: AllMade
    uses: Mapping[str, tuple[bytes, frozenset[str]]] = field(default_factory=dict)
    told_of_files: Mapping[str, Sequence[Fault]] = field(default_factory=dict)
    warnings: tuple[Fault, ...] = ()
    index: Index | None = None


@dataclass(frozen=True)
class Head:
    """The little that shows that nothing has changed: `mark` names the manifest that was published,
    `compression` how its files were packed, `scan` all that was read."""

    root: str
    out: str
    mark: str
    scan: bytes
    compression: int
    drafts: bool
    originals: bool
    today: str
    pages: int
    warnings: tuple[Fault, ...]

    @classmethod
    def of(cls, state: State, mark: str, compression: int) -> Head:
        """That of a build that was just published."""
        return cls(
            state.root,
            state.out,
            mark,
            digest_of_scan(state.scan),
            compression,
            state.drafts,
            state.originals,
            state.today.isoformat(),
            len(state.made),
            state.warnings,
        )

    def holds(self, asked: Asked, compression: int) -> bool:
        """Whether what is asked for would be the same.

        On another day it is asked anew what is due, and which old assets may go.
        """
        return (
            (self.drafts, self.originals) == (asked.drafts, asked.originals)
            and self.today == asked.today.isoformat()
            and self.compression >= compression
            and self.scan == digest_of_scan(asked.scan)
        )


def digest_of_scan(scan: Scan) -> bytes:
    """32 bytes for all names and stamps, in the order in which the system lists them: where that is
    another one, only time is lost."""
    return hashlib.blake2b(marshal.dumps(list(scan.items()), 2), digest_size=32).digest()
