"""The links, in the table `shared_links`: what of the reports each shows, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import Engine

from analytics.staff.grants import Grant, GrantError, Grants
from analytics.staff.reports.tabs import TABS, Tab
from analytics.storage.schema import metadata
from policy import Register

__all__ = ["NOTES", "SharedLink", "SharedLinks"]

NOTES = "notes"
"""What stands beside the tabs: what staff noted of days, and when experiments begin and end."""


@dataclass(frozen=True)
class SharedLink(Grant):
    """One link, without its secret."""

    THING: ClassVar[str] = "link"

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """Those of the reports that it shows, in their order."""
        return tuple(tab for tab in TABS if tab.key in self.parts)

    @property
    def has_notes(self) -> bool:
        """Whether it shows what staff noted."""
        return NOTES in self.parts


@dataclass(frozen=True)
class SharedLinks(Grants[SharedLink]):
    """The table `shared_links` of the records database."""

    KIND: ClassVar[type[Grant]] = SharedLink
    COLUMN: ClassVar[str] = "shows"

    @classmethod
    def of(cls, records: Engine, register: Register) -> SharedLinks | None:
        """Those of a site; None where nothing is counted that they could show."""
        table = metadata(register, "records").tables.get("shared_links")
        return None if table is None else cls(records, table, register)

    def check_parts(self, parts: tuple[str, ...]) -> None:
        """Tabs of the reports: one at least."""
        known = [tab.key for tab in TABS]
        for part in parts:
            if part not in (*known, NOTES):
                hint = f"choose from {', '.join(known)}"
                raise GrantError(f'the reports have no part "{part}"', hint)
        if not set(parts) & set(known):
            raise GrantError("the link would show nothing", "choose one part at least")
