"""Findings about lengths of time, as pages say them in each language (P11).

The words of a unit are taken from CLDR, and not from the catalogue that the page was made with.
"""

from __future__ import annotations

from collections.abc import Iterator

from babel import Locale, UnknownLocaleError
from babel.units import format_unit

from audit.observations import Observed
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from policy.durations import Duration
from policy.privacy_pages import where
from policy.register import Table

__all__ = ["findings"]

UNITS = ("second", "minute", "hour", "day", "month", "year")


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Every time that a page says in another unit than the register has it in."""
    stored = where(declared.site, "stored")
    for journey in observed.journeys:
        for snapshot in journey.snapshots:
            page, facts = snapshot.page, snapshot.facts
            if facts is None or page not in declared.languages.addresses(page, stored):
                continue
            tag = declared.site.settings.all_languages.of_address(page)
            text = " ".join(facts.text.split()).casefold()
            for table in declared.register.tables:
                for keep in _lengths(table):
                    if _is_otherwise(keep, tag, text):
                        message = f"{page} says “{keep}” in another unit of time"
                        mend = f"mend its sentence in the catalogue of “{tag}”"
                        origin = declared.origin("table", table.name, "keep")
                        finding = Finding(
                            "privacy page", str(keep), message, "P11", mend, origin=origin
                        )
                        yield at(finding, journey, snapshot)


def _lengths(table: Table) -> Iterator[Duration]:
    if isinstance(table.keep, Duration):
        yield table.keep
    if table.sooner:
        yield table.sooner.keep


def _is_otherwise(keep: Duration, tag: str, text: str) -> bool:
    """Whether the number stands there with another unit, and nowhere with its own."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    own, *others = (
        format_unit(keep.number, f"duration-{unit}", locale=locale).casefold()
        for unit in sorted(UNITS, key=lambda each: f"{each}s" != keep.unit)
    )
    return own not in text and any(each in text for each in others)
