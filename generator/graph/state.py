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
    """A build of `root` into `out`, as asked for at `when`: at the moment `now`. At `next_change` a
    page comes or goes; None where none does.

    `scan` has the stamps of the files that were read, `context` what reading a page depends on
    besides; `inputs` are the fingerprints of what was read and is no page.
    """

    root: str
    out: str
    drafts: bool
    originals: bool
    when: datetime.date
    now: datetime.datetime
    next_change: datetime.datetime | None
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

    @property
    def today(self) -> datetime.date:
        """The day, in the site's time zone."""
        return self.now.date()

    def change_after(self, moment: datetime.datetime) -> datetime.datetime | None:
        """The next moment after `moment` at which a page comes or goes; None where none does."""
        # A build that finds nothing changed waits for neither of these.
        from generator.content.timetable import next_change  # noqa: PLC0415  (as said)

        return next_change(self.content.read, moment, self.site.settings.zone)

    @property
    def until(self) -> datetime.datetime:
        """When it will be another site: at the latest at midnight, when old assets may go."""
        from generator.content.moments import beginning  # noqa: PLC0415  (as above)

        midnight = beginning(self.today + datetime.timedelta(days=1), self.site.settings.zone)
        return min(self.next_change or midnight, midnight)


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
    when: str
    now: float
    until: float
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
            _day(state.when),
            state.now.timestamp(),
            state.until.timestamp(),
            len(state.made),
            state.warnings,
        )

    def holds(self, asked: Asked, compression: int) -> bool:
        """Whether what is asked for would be the same.

        On another day it is asked anew which old assets may go.
        """
        when = asked.when
        is_same_time = self.when == _day(when)
        if isinstance(when, datetime.datetime):
            is_same_time &= self.now <= when.timestamp() < self.until
        return (
            (self.drafts, self.originals) == (asked.drafts, asked.originals)
            and is_same_time
            and self.compression >= compression
            and self.scan == digest_of_scan(asked.scan)
        )


def _day(when: datetime.date) -> str:
    """The day that was asked for; "" for a moment."""
    return "" if isinstance(when, datetime.datetime) else when.isoformat()


def digest_of_scan(scan: Scan) -> bytes:
    """32 bytes for all names and stamps, in the order in which the system lists them: where that is
    another one, only time is lost."""
    return hashlib.blake2b(marshal.dumps(list(scan.items()), 2), digest_size=32).digest()
