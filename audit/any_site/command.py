"""`build.py audit URL --draft` and `--register`: any site, and a register of its own."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from audit.any_site.draft import drafted
from audit.any_site.register import UNKNOWN, Consent, SiteRegister
from audit.any_site.rules import compare, unsaid
from audit.any_site.run import Plan, visit_site
from audit.any_site.sightings import Sightings, sightings
from audit.any_site.walk import Walk
from audit.observations import Observed, Untold
from audit.reports.evidence import write_evidence
from audit.reports.formats import as_text, forget_reports, write_reports
from audit.reports.result import Result, tool_version
from audit.rules.outcome import Outcome, untold_of

__all__ = ["Drafting", "draft", "hold"]


@dataclass(frozen=True)
class Drafting:
    """A draft, and what could not be looked at for it."""

    outcome: Outcome
    untold: tuple[Untold, ...]


def draft(plan: Plan, file: Path, say: Callable[[str], None]) -> Drafting:
    """Visit a site and write the register of what was seen. Nothing differs from a draft: all could
    be looked at, or it could not be told what else there is."""
    observed, walk = visit_site(replace(plan, asks=None))
    untold = _without_answers(observed)
    seen = sightings(observed)
    if observed.journeys and any(journey.snapshots for journey in observed.journeys):
        text = drafted(
            plan.origin,
            seen,
            walk,
            file=file.name,
            tool=f"Plainsite {tool_version()}",
            day=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            notes=_notes(observed, walk, seen),
        )
        file.write_text(text, encoding="utf-8")
        say(f"\n{_summary(seen)}\nThe draft: {file}")
    for each in untold:
        say(f"could not be told: {each}")
    return Drafting(Outcome.COULD_NOT_TELL if untold else Outcome.NOTHING_DIFFERS, untold)


def _without_answers(observed: Observed) -> tuple[Untold, ...]:
    """What could not be looked at. That a site cannot be refused is seen: its draft says so."""
    lacking = {
        (journey.browser, journey.name)
        for journey in observed.journeys
        if journey.stop and journey.stop.lacking
    }
    return tuple(each for each in untold_of(observed) if each.place not in lacking)


def _notes(observed: Observed, walk: Walk, seen: Sightings) -> Iterator[str]:
    said = set()
    for journey in observed.journeys:
        if journey.stop and journey.stop.lacking and journey.stop.why not in said:
            said.add(journey.stop.why)
            yield f"the journey “{journey.name}” could not be finished: {journey.stop.why}"
    if walk.left:
        yield f"{len(walk.left)} more pages were found; --pages says how many are visited"
    for path in walk.others[:5]:
        yield f"{path} is named as a page, and shows none"
    if not seen.banners:
        yield "nothing asks for consent"


def _summary(seen: Sightings) -> str:
    parts = (
        (len(seen.cookies), "cookies"),
        (len(seen.storages), "storage keys"),
        (max(0, len(seen.hosts) - 1), "other hosts"),
    )
    asks = "it asks for consent" if seen.banners else "it does not ask for consent"
    return "Seen: " + ", ".join(f"{number} {words}" for number, words in parts) + f"; {asks}."


def hold(  # noqa: PLR0913  (what a report is of)
    plan: Plan,
    declared: SiteRegister,
    output: Path,
    say: Callable[[str], None],
    *,
    commit: str,
    baseline: frozenset[str] = frozenset(),
) -> Result:
    """Visit a site, compare it with its register, write the reports into `output`."""
    output.mkdir(parents=True, exist_ok=True)
    forget_reports(output)
    consent = declared.register.consent
    plan = replace(
        plan,
        consent=consent or Consent(wait_seconds=3),
        asks=consent is not None,
        pages=plan.pages or declared.register.pages,
        pictures=output,
    )
    observed, _ = visit_site(plan)
    findings = compare(declared, observed)
    observed = replace(observed, missed=(*observed.missed, *unsaid(declared)))
    at = datetime.datetime.now(tz=datetime.UTC)
    result = Result(declared, observed, findings, at, commit, baseline)
    write_reports(result, output)
    if plan.evidence:
        write_evidence(observed, output)
    guessed = sum(entry.guessed for entry, _ in declared.entries() if entry.purpose != UNKNOWN)
    if guessed:
        say(f"{guessed} purposes are guesses that nobody has confirmed: {declared.file}")
    say(f"\n{as_text(result)}\nThe report: {output / 'report.html'}")
    return result
