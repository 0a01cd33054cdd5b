"""Keep an audit in `site/audit/`, from where the generator publishes it beside the policy."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from audit.reports.result import Result, unknowns
from audit.rules.kinds import KINDS
from policy.audited import FILE, FOLDER, Audited, Difference, Made, Picture

__all__ = ["audited", "publish"]

BROWSER = "chromium"
"""Whose pictures are published: one browser shows each state."""


def publish(result: Result, pictures: Path, root: Path) -> None:
    """Replace what is published. `pictures` is the folder of the screenshots.

    The new folder is whole before the old one goes.
    """
    folder = root / FOLDER
    new, old = folder.with_name(".audit-new"), folder.with_name(".audit-old")
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    new.mkdir(parents=True)
    told = audited(result, pictures)
    for picture in told.pictures:
        shutil.copyfile(pictures / picture.file, new / picture.file)
    text = told.model_dump_json(indent=2, exclude_defaults=True) + "\n"
    (new / Path(FILE).name).write_text(text, encoding="utf-8")
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def audited(result: Result, pictures: Path) -> Audited:
    """What is published of an audit."""
    return Audited(
        at=result.at.replace(microsecond=0),
        commit=result.commit,
        register_version=result.register_version,
        register_hash=result.register_hash,
        tool=result.facts["tool"],
        address=result.address,
        browsers=dict(result.observed.browsers),
        verdict=result.verdict,
        journeys=tuple(_made(result)),
        differences=tuple(
            Difference(
                promise=finding.promise,
                message=finding.message,
                mend=finding.mend,
                seen=tuple(str(place) for place in finding.places),
            )
            for finding in result.findings
        ),
        untold=unknowns(result.untold),
        looked_for=tuple(KINDS.values()),
        skipped=result.passed_over,
        pictures=tuple(_pictures(result, pictures)),
    )


def _made(result: Result) -> Iterator[Made]:
    journeys = result.observed.journeys
    for name in dict.fromkeys(journey.name for journey in journeys):
        made = [journey for journey in journeys if journey.name == name]
        yield Made(
            name=name,
            snapshots={journey.browser: len(journey.snapshots) for journey in made},
            stopped={journey.browser: journey.stopped for journey in made if journey.stopped},
        )


def _pictures(result: Result, folder: Path) -> Iterator[Picture]:
    """One of each state: what looks the same to the byte is shown once."""
    shown = set()
    for journey in result.observed.journeys:
        for snapshot in journey.snapshots if journey.browser == BROWSER else ():
            if not snapshot.picture:
                continue
            digest = hashlib.sha256((folder / snapshot.picture).read_bytes()).digest()
            if digest not in shown:
                shown.add(digest)
                words = f"{journey.name[:1].upper()}{journey.name[1:]}: {snapshot.step}"
                yield Picture(file=snapshot.picture, words=words)
