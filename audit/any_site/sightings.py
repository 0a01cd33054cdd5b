"""What a site was seen to keep and ask, each thing once: what a draft is made of. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from audit.any_site.cookie_names import guess_cookie
from audit.any_site.matching import host_of, is_for, is_message
from audit.any_site.rules import READS
from audit.banners import Banner
from audit.observations import Journey, KeptCookie, KeptItem, Observed, Snapshot

__all__ = ["BEFORE", "NO", "YES", "Sighting", "Sightings", "sightings"]

BEFORE, NO, YES, ANSWER = "before a choice", "after reject", "after accept", "after any answer"
STAGES = (BEFORE, NO, YES)
VARIES = re.compile(r"(?<![A-Za-z])[0-9a-fA-F]*[0-9][0-9a-fA-F]{2,}[0-9a-fA-F-]*|\d+")
"""A part of a name that may be another for each visitor."""


@dataclass
class Sighting:
    """A thing that was seen, with all the states of it."""

    name: str
    where: str
    """The domain of a cookie, the origin of a host or frame; empty for the site's own."""
    stages: set[str] = field(default_factory=set)
    journeys: set[str] = field(default_factory=set)
    set_by: dict[str, None] = field(default_factory=dict)
    cookies: list[tuple[KeptCookie, float]] = field(default_factory=list)
    """With the time at which it was looked at."""
    kind: str = ""
    """Where else than in a cookie it is kept."""

    @property
    def first_seen(self) -> str:
        """The first of the stages at which it was there."""
        if BEFORE not in self.stages and {NO, YES} <= self.stages:
            return ANSWER
        return next((each for each in STAGES if each in self.stages), "")

    @property
    def lifetime(self) -> str:
        """As the register writes it; "any" where it is another each time."""
        spans = [None if kept.expires is None else kept.expires - at for kept, at in self.cookies]
        if None in spans:
            return "session" if set(spans) == {None} else "any"
        longest = max(span for span in spans if span is not None)
        return _rounded(longest)


@dataclass(frozen=True)
class Sightings:
    """All that was seen of a site."""

    cookies: tuple[Sighting, ...]
    storages: tuple[Sighting, ...]
    hosts: tuple[Sighting, ...]
    messages: tuple[Sighting, ...]
    """What pages sent to the site itself, by its path."""
    reads: tuple[str, ...]
    banners: tuple[tuple[str, Banner], ...]
    """What asked, with the step at which it was answered."""


def sightings(observed: Observed) -> Sightings:
    """Everything, from all journeys of all browsers."""
    cookies: dict[tuple[str, str], Sighting] = {}
    storages: dict[tuple[str, str, str], Sighting] = {}
    hosts: dict[str, Sighting] = {}
    messages: dict[str, Sighting] = {}
    reads: dict[str, None] = {}
    for journey, snapshot, stage in _staged(observed):
        for kept in snapshot.cookies:
            _cookie(cookies, journey, snapshot, kept, stage)
        for item in snapshot.items:
            _item(storages, journey, snapshot, item, stage)
        for origin, why in _asked(journey, snapshot):
            seen = hosts.setdefault(origin, Sighting(origin, origin))
            _note(seen, journey, stage)
            seen.set_by.setdefault(why)
        for request in snapshot.requests:
            if is_message(request, journey.origin):
                sent = messages.setdefault(request.path, Sighting(request.path, ""))
                _note(sent, journey, stage)
                sent.set_by.setdefault(f"{request.kind or 'request'} on {snapshot.page}"[:120])
        reads |= dict.fromkeys(act.what for act in snapshot.acts if READS.match(act.what))
    return Sightings(
        cookies=tuple(_patterns(cookies.values())),
        storages=tuple(_patterns(storages.values())),
        hosts=tuple(hosts.values()),
        messages=tuple(_patterns(messages.values())),
        reads=tuple(sorted(reads)),
        banners=tuple(_answered(observed)),
    )


def _staged(observed: Observed) -> Iterator[tuple[Journey, Snapshot, str]]:
    for journey in observed.journeys:
        for snapshot in journey.snapshots:
            stage = YES if "consent" in snapshot.agreed else NO if snapshot.agreed else BEFORE
            if journey.name == "withdraw" and stage == NO:
                continue  # What stays there was allowed once.
            yield journey, snapshot, stage


def _note(seen: Sighting, journey: Journey, stage: str) -> None:
    seen.stages.add(stage)
    seen.journeys.add(f"{journey.browser} {journey.name}")


def _cookie(
    found: dict[tuple[str, str], Sighting],
    journey: Journey,
    snapshot: Snapshot,
    kept: KeptCookie,
    stage: str,
) -> None:
    domain = "" if is_for(kept.domain, host_of(journey.origin)) else kept.domain
    guess = guess_cookie(kept.name, kept.domain)
    name = guess.name if guess else kept.name
    seen = found.setdefault((name, domain), Sighting(name, domain))
    _note(seen, journey, stage)
    seen.cookies.append((kept, snapshot.at))
    for who in _setters(journey, kept.name):
        seen.set_by.setdefault(who)


def _setters(journey: Journey, name: str) -> Iterator[str]:
    """What set a cookie of this name anywhere in a journey."""
    for snapshot in journey.snapshots:
        for sent in snapshot.set_cookies:
            if sent.header.partition("=")[0].strip() == name:
                yield f"answer {_place(sent.origin + sent.path, journey.origin)}"
        for act in snapshot.acts:
            wrote = act.what in ("document.cookie", "cookieStore.set")
            if wrote and act.detail.partition("=")[0].strip() == name:
                yield f"script {_place(act.where, journey.origin) or 'without an address'}"


def _place(address: str, origin: str) -> str:
    """The address, without the site's own origin, and without the column."""
    return re.sub(r":(\d+):\d+$", r":\1", address.removeprefix(origin))


def _item(
    found: dict[tuple[str, str, str], Sighting],
    journey: Journey,
    snapshot: Snapshot,
    item: KeptItem,
    stage: str,
) -> None:
    where = "" if item.origin in ("", journey.origin) else item.origin
    key = item.key.replace(journey.origin, "*") if item.where == "service worker" else item.key
    seen = found.setdefault((item.where, key, where), Sighting(key, where, kind=item.where))
    _note(seen, journey, stage)
    for act in snapshot.acts:
        if act.what == "Storage.setItem" and act.detail.startswith(f"{item.where} {item.key} "):
            seen.set_by.setdefault(f"script {_place(act.where, journey.origin)}")


def _asked(journey: Journey, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    hints = snapshot.facts.hints if snapshot.facts else ()
    for request in snapshot.requests:
        yield request.origin, f"{request.kind or 'request'} {request.path}"[:120]
    for hint in hints:
        parts = urlsplit(hint)
        yield f"{parts.scheme}://{parts.netloc}", "connection"


def _patterns(found: Iterable[Sighting]) -> Iterator[Sighting]:
    """Names that are others for each visitor, as one with a star where they differ."""
    groups: defaultdict[tuple[str, str, str], list[Sighting]] = defaultdict(list)
    for seen in found:
        groups[VARIES.sub("*", seen.name), seen.where, seen.kind].append(seen)
    for (pattern, where, kind), group in groups.items():
        journeys = [journey for seen in group for journey in seen.journeys]
        if len(group) == 1 or len(set(journeys)) < len(journeys):
            yield from group  # Several that one visitor has are names of their own.
            continue
        made = Sighting(re.sub(r"\*+", "*", pattern), where, kind=kind)
        for seen in group:
            made.stages |= seen.stages
            made.journeys |= seen.journeys
            made.set_by |= seen.set_by
            made.cookies += seen.cookies
        yield made


def _answered(observed: Observed) -> Iterator[tuple[str, Banner]]:
    """What was there before each answer."""
    for journey in observed.journeys:
        before: Banner | None = None
        for snapshot in journey.snapshots:
            if snapshot.clicks and before:
                yield snapshot.step, before
            before = snapshot.banner
        if before is not None and journey.snapshots[0].banner:
            yield journey.name, journey.snapshots[0].banner


def _rounded(span: float) -> str:
    """A length of time in the largest unit that says it within a quarter of an hour."""
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        number = round(span / size)
        if number >= 1 and abs(number * size - span) <= min(15 * 60, size / 4, span * 0.25):
            return f"{number} {unit}" if number < 10_000 else "any"
    return f"{max(1, round(span))} seconds" if 1 <= span < 10_000 else "any"
