"""The evidence of an audit: what Chromium sent and got (HAR), when each cookie came and by which
act, and a digest of every file, by which it shows later that none was changed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from audit.observations import Journey, Observed, Snapshot

__all__ = ["FOLDER", "SUMS", "Moment", "har_path", "timeline", "write_evidence"]

FOLDER, SUMS = "evidence", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Moment:
    """A change of what a browser keeps, between two looks at it."""

    browser: str
    journey: str
    at: str
    """When it was looked at (ISO 8601, UTC)."""
    act: str
    """What the visitor had just done."""
    page: str
    what: str
    """A cookie, or where else it is kept."""
    name: str
    where: str
    change: str
    """appeared, changed, disappeared."""
    by: str
    """The answer, or the script with its line, as far as the browser told."""


def timeline(observed: Observed) -> tuple[Moment, ...]:
    """Every change, in the order of each journey."""
    return tuple(each for journey in observed.journeys for each in _moments(journey))


def _moments(journey: Journey) -> Iterator[Moment]:
    before: dict[tuple[str, str, str], str] = {}
    for snapshot in journey.snapshots:
        now = _kept(snapshot)
        for key in sorted(before.keys() | now.keys()):
            if before.get(key) == now.get(key):
                continue
            change = "changed" if key in before and key in now else ""
            change = change or ("appeared" if key in now else "disappeared")
            yield _moment(journey, snapshot, key, change)
        before = now


def _kept(snapshot: Snapshot) -> dict[tuple[str, str, str], str]:
    found = {("cookie", each.name, each.domain): each.value for each in snapshot.cookies}
    return found | {(each.where, each.key, each.origin): each.value for each in snapshot.items}


def _moment(journey: Journey, snapshot: Snapshot, key: tuple[str, str, str], change: str) -> Moment:
    what, name, where = key
    return Moment(
        browser=journey.browser,
        journey=journey.name,
        at=datetime.fromtimestamp(snapshot.at, UTC).isoformat(timespec="milliseconds"),
        act=snapshot.step,
        page=snapshot.page,
        what=what,
        name=name,
        where=where,
        change=change,
        by="; ".join(dict.fromkeys(_setters(snapshot, what, name))),
    )


def _setters(snapshot: Snapshot, what: str, name: str) -> Iterator[str]:
    for sent in snapshot.set_cookies if what == "cookie" else ():
        if sent.header.partition("=")[0].strip() == name:
            yield f"answer {sent.origin}{sent.path}"
    for act in snapshot.acts:
        cookie = act.what in ("document.cookie", "cookieStore.set")
        if (what == "cookie" and cookie and act.detail.partition("=")[0].strip() == name) or (
            act.what == "Storage.setItem" and act.detail.startswith(f"{what} {name} ")
        ):
            yield f"script {act.where}".strip()


def har_path(output: Path, browser: str, journey: str) -> Path:
    """Where the record of a journey's requests goes."""
    return output / FOLDER / f"{browser}-{journey.replace(' ', '-')}.har"


def write_evidence(observed: Observed, output: Path) -> None:
    """Write the timeline beside the records, and the digests of all that is in `output`."""
    folder = output / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    moments = [asdict(each) for each in timeline(observed)]
    text = json.dumps(moments, ensure_ascii=False, indent=1) + "\n"
    (folder / "timeline.json").write_text(text, encoding="utf-8")
    table = io.StringIO()
    writer = csv.DictWriter(table, fieldnames=list(Moment.__slots__))
    writer.writeheader()
    writer.writerows(moments)
    (folder / "timeline.csv").write_text(table.getvalue(), encoding="utf-8")
    files = sorted(path for path in output.rglob("*") if path.is_file() and path.name != SUMS)
    lines = (f"{_digest(path)}  {path.relative_to(output).as_posix()}\n" for path in files)
    (output / SUMS).write_text("".join(lines), encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
