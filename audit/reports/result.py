"""An audit that is done, and what each report says of it."""

from __future__ import annotations

import datetime
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from audit.any_site.register import SiteRegister
from audit.observations import Observed, Untold
from audit.reports.baseline import fingerprint
from audit.rules.findings import Finding
from audit.rules.outcome import Outcome, outcome_of, passed_over, untold_of
from policy import Site
from policy.audited import Unknown
from policy.material_terms import digest

__all__ = ["Result", "grouped", "tool_version", "unknowns"]

OWN = "site/policy.toml"
BEHIND = "forms, staff's pages and what the server keeps: the site is at an address"


@dataclass(frozen=True)
class Result:
    """What was seen of a site, and what differs. `commit` is that of the site's sources, or of the
    register's for a site at an address; empty where git does not know it."""

    site: Site | SiteRegister
    observed: Observed
    findings: tuple[Finding, ...]
    at: datetime.datetime
    commit: str = ""
    baseline: frozenset[str] = frozenset()
    """Fingerprints of what an earlier audit found: known, and no reason to fail."""

    @cached_property
    def untold(self) -> tuple[Untold, ...]:
        """Everything of which it could not be told whether it differs."""
        return untold_of(self.observed)

    @cached_property
    def passed_over(self) -> tuple[str, ...]:
        """What is not looked at by this kind of audit, or not by one of the browsers."""
        notes = tuple(str(each) for each in passed_over(self.observed))
        return notes if self.observed.local else (*notes, BEHIND)

    @cached_property
    def new(self) -> tuple[Finding, ...]:
        """What differs and is not in the baseline."""
        return tuple(each for each in self.findings if not self.is_known(each))

    def is_known(self, finding: Finding) -> bool:
        """Whether the baseline has it."""
        return fingerprint(finding) in self.baseline

    @cached_property
    def known(self) -> str:
        """What the baseline has, in a sentence; empty without one."""
        number = len(self.findings) - len(self.new)
        gone = len(self.baseline - {fingerprint(each) for each in self.findings})
        told = _count(number, "difference is", "differences are") + " known from the baseline"
        more = f", {gone} of it seen no more" if gone else ""
        return f" {told}{more}." if self.baseline else ""

    @property
    def outcome(self) -> Outcome:
        """Which of the three results it is."""
        return outcome_of(self.new, self.untold)

    @property
    def address(self) -> str:
        """Where the site was."""
        return self.observed.origin or "built and served for the audit"

    @property
    def name(self) -> str:
        """What the site is called."""
        return self.site.settings.name if isinstance(self.site, Site) else self.site.register.url

    @property
    def register_version(self) -> int:
        """As the register says it."""
        return self.site.register.version

    @property
    def register_file(self) -> str:
        """The file that what is not declared would be declared in."""
        return OWN if isinstance(self.site, Site) else self.site.file

    @property
    def register_hash(self) -> str:
        """That of the register's material terms, as `/.well-known/privacy.json` has it; of the file
        where the site is not made by Plainsite."""
        return digest(self.site.register) if isinstance(self.site, Site) else self.site.digest

    @property
    def snapshots(self) -> int:
        """How many snapshots were looked at."""
        return sum(len(journey.snapshots) for journey in self.observed.journeys)

    @property
    def verdict(self) -> str:
        """The result in a sentence or two."""
        journeys = len({journey.name for journey in self.observed.journeys if journey.snapshots})
        browsers = " and ".join(f"{n.capitalize()} {v}" for n, v in self.observed.browsers)
        seen = f"{journeys} journeys, {self.snapshots} snapshots, {browsers or 'no browser'}"
        unknown = _count(len(self.untold), "thing could not be told", "things could not be told")
        if self.outcome is Outcome.NOTHING_DIFFERS:
            more = "else " if self.baseline and self.findings else ""
            return f"Nothing {more}differs from the register: {seen}.{self.known}"
        if self.outcome is Outcome.COULD_NOT_TELL:
            told = f"It could not be told whether anything differs: {unknown}. Seen: {seen}."
            return told + self.known
        differ = _count(len(self.new), "thing differs", "things differ")
        rest = (f" {unknown}." if self.untold else "") + self.known
        return f"{differ} from the register: {seen}.{rest}"

    @property
    def facts(self) -> dict[str, str]:
        """What was audited, by what and when: every report holds these."""
        return {
            "address": self.address,
            "time": self.at.isoformat(timespec="seconds"),
            "commit": self.commit or "not known",
            "register version": str(self.register_version),
            "register hash": self.register_hash,
            "tool": f"Plainsite {tool_version()}",
            "browsers": ", ".join(f"{n} {v}" for n, v in self.observed.browsers) or "none",
        }


def grouped(untold: tuple[Untold, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each reason once, with the browsers and journeys that it kept from going on."""
    reasons = Counter(each.why for each in untold)
    return tuple(
        (why, tuple(", ".join(filter(None, each.place)) for each in untold if each.why == why))
        for why in reasons
    )


def unknowns(untold: tuple[Untold, ...]) -> tuple[Unknown, ...]:
    """The same as pages show it, by browser."""
    return tuple(
        Unknown(why=why, journeys=tuple(filter(None, places))) for why, places in grouped(untold)
    )


def tool_version() -> str:
    """Plainsite's own version."""
    path = Path(__file__).parents[2] / "pyproject.toml"
    return str(tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"])


def _count(number: int, one: str, more: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {more}"
