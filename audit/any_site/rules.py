"""What was seen of any site against its register, both ways: pure functions to findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from audit.any_site.banner_rules import banner_findings
from audit.any_site.identifiers import identifier_findings
from audit.any_site.matching import (
    cookie_of,
    differences,
    host_of,
    is_for,
    is_message,
    message_of,
    storage_of,
)
from audit.any_site.register import UNKNOWN, Cookie, Entry, SiteRegister, Storage
from audit.observations import (
    Headers,
    Journey,
    Observed,
    SentRequest,
    Snapshot,
    Untold,
)
from audit.rules.findings import Finding, at, merged
from audit.rules.outcome import untold_of
from policy.origins import Origin

__all__ = ["READS", "compare", "unsaid"]

DECLARE = "declare it in the register, or have the site do without it"
BEFORE, REFUSED = "before any choice", "after a refusal"
WITHDRAWN = "after it was withdrawn"
WHEN = (BEFORE, REFUSED, WITHDRAWN)
READS = re.compile(
    r"canvas\.(to|get)|webgl\.readPixels|new (Offline)?AudioContext|fonts\.check|queryLocalFonts"
    r"|navigator\.(getBattery|plugins|mimeTypes)|mediaDevices\.enumerate|speechSynthesis|sensor"
)
"""What hardly any page reads but to tell browsers apart."""


def compare(declared: SiteRegister, observed: Observed) -> tuple[Finding, ...]:
    """Every difference, each cause once.

    What was declared and never seen is a difference only where everything could be looked at.
    """
    found = [*_timed(_seen(declared, observed)), *identifier_findings(observed)]
    if not untold_of(observed):
        found.extend(_never_seen(declared, observed))
    return merged(found)


def _timed(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What came at several wrong times is one difference, which tells all of them."""
    early: dict[tuple[str, str], dict[str, list[Finding]]] = {}
    for finding in findings:
        when = next((each for each in WHEN if finding.message.endswith(f" {each}")), "")
        if when:
            early.setdefault((finding.rule, finding.subject), {}).setdefault(when, []).append(
                finding
            )
        else:
            yield finding
    for times in early.values():
        named = [each for each in WHEN if each in times]
        words = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
        for when, group in times.items():
            for finding in group:
                yield replace(finding, message=finding.message.removesuffix(when) + words)


def unsaid(declared: SiteRegister) -> tuple[Untold, ...]:
    """What nobody can hold a site to: entries of which it is not said what they are for."""
    return tuple(
        Untold(f"{origin}: it is not said what {_name(entry)} is for")
        for entry, origin in declared.entries()
        if entry.purpose == UNKNOWN
    )


def _seen(declared: SiteRegister, observed: Observed) -> Iterator[Finding]:
    for journey in observed.journeys:
        if journey.stop and journey.stop.lacking and journey.snapshots:
            message = f"the journey “{journey.name}” could not be finished: {journey.stop.why}"
            mend = "give visitors what it looks for, or declare the labels under [consent]"
            place = Finding("journey cut short", journey.name, message, "", mend)
            yield at(place, journey, journey.snapshots[-1])
        before: frozenset[str] = frozenset()
        for snapshot in journey.snapshots:
            before |= snapshot.agreed
            for finding in (
                *_cookies(declared, journey, snapshot, before),
                *_items(declared, journey, snapshot, before),
                *_requests(declared, journey, snapshot, before),
                *_messages(declared, journey, snapshot, before),
                *_headers(declared, journey, snapshot),
                *_reads(declared, snapshot),
            ):
                yield at(finding, journey, snapshot)
        yield from banner_findings(declared, journey)


def _untimely(
    declared: SiteRegister, entry: Entry, snapshot: Snapshot, before: frozenset[str]
) -> str:
    """When something came that had to wait; empty where it had not, or where nobody can tell."""
    needs = declared.needs.get(entry.purpose, "nothing")
    if needs == "nothing" or needs in snapshot.agreed:
        return ""
    if needs in before:
        return WITHDRAWN
    return REFUSED if snapshot.agreed else BEFORE


def _cookies(
    declared: SiteRegister, journey: Journey, snapshot: Snapshot, before: frozenset[str]
) -> Iterator[Finding]:
    host = host_of(journey.origin)
    for kept in snapshot.cookies:
        found = cookie_of(declared, kept, host)
        if found is None:
            name = _of(kept.name, kept.domain, host)
            message = f"the browser keeps a cookie {name}, which is not declared"
            yield Finding("undeclared cookie", name, message, "", DECLARE)
            continue
        index, cookie = found
        name = _of(cookie.name, cookie.domain or host, host)
        if when := _untimely(declared, cookie, snapshot, before):
            message = f"the cookie {name}, for “{cookie.purpose}”, is kept {when}"
            mend = "set it only once that is agreed to, and delete it when it is withdrawn"
            origin = declared.origin("cookie", index, "purpose")
            yield Finding("cookie without consent", name, message, "", mend, origin=origin)
        for key, what in differences(cookie, kept, snapshot, journey):
            message = f"the cookie {name} is kept otherwise than declared: {what}"
            origin = declared.origin("cookie", index, key)
            mend = "declare what is true, or set it as declared"
            yield Finding("cookie otherwise", name, message, "", mend, origin=origin)


def _of(name: str, domain: str, host: str) -> str:
    return name if is_for(domain, host) else f"{name} of {domain.lstrip('.')}"


def _items(
    declared: SiteRegister, journey: Journey, snapshot: Snapshot, before: frozenset[str]
) -> Iterator[Finding]:
    for item in dict.fromkeys(snapshot.items):
        found = storage_of(declared, item, journey.origin)
        where = "" if item.origin in ("", journey.origin) else f" of {item.origin}"
        if found is None:
            name = f"{item.where} {item.key}".strip() + where
            message = f"the browser keeps {name}, which is not declared"
            yield Finding("undeclared storage", name, message, "", DECLARE)
            continue
        index, storage = found
        name = f"{storage.where} {storage.key}" + where
        if when := _untimely(declared, storage, snapshot, before):
            message = f"{name}, for “{storage.purpose}”, is kept {when}"
            mend = "write it only once that is agreed to, and remove it when it is withdrawn"
            origin = declared.origin("storage", index, "purpose")
            yield Finding("storage without consent", name, message, "", mend, origin=origin)
        if storage.value and not re.fullmatch(storage.value, item.value, re.DOTALL):
            message = f"{name} is otherwise than declared: its value is none that fits"
            origin = declared.origin("storage", index, "value")
            yield Finding("storage otherwise", name, message, "", DECLARE, origin=origin)


def _requests(
    declared: SiteRegister, journey: Journey, snapshot: Snapshot, before: frozenset[str]
) -> Iterator[Finding]:
    hints = snapshot.facts.hints if snapshot.facts else ()
    hinted = (SentRequest("GET", _origin(hint), "", kind="connection") for hint in hints)
    hosts = {host.origin: index for index, host in enumerate(declared.register.hosts)}
    for origin in dict.fromkeys(each.origin for each in (*snapshot.requests, *hinted)):
        if _is_own(origin, journey.origin) or not origin.startswith(("http", "ws")):
            continue
        if origin not in hosts:
            message = f"pages ask {origin}, which is not declared"
            yield Finding("request elsewhere", origin, message, "", DECLARE)
            continue
        index = hosts[origin]
        host = declared.register.hosts[index]
        if when := _untimely(declared, host, snapshot, before):
            message = f"pages ask {origin}, for “{host.purpose}”, {when}"
            mend = "ask it only once that is agreed to, and no more when it is withdrawn"
            where = declared.origin("host", index, "purpose")
            yield Finding("request without consent", origin, message, "", mend, origin=where)


def _messages(
    declared: SiteRegister, journey: Journey, snapshot: Snapshot, before: frozenset[str]
) -> Iterator[Finding]:
    for request in snapshot.requests:
        if not is_message(request, journey.origin):
            continue
        found = message_of(declared, request)
        if found is None:
            message = f"pages send something to {request.path}, which is not declared"
            yield Finding("undeclared request", request.path, message, "", DECLARE)
            continue
        index, entry = found
        if when := _untimely(declared, entry, snapshot, before):
            message = f"pages send something to {entry.path}, for “{entry.purpose}”, {when}"
            mend = "send it only once that is agreed to, and no more when it is withdrawn"
            origin = declared.origin("message", index, "purpose")
            yield Finding("request without consent", entry.path, message, "", mend, origin=origin)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_own(origin: str, site: str) -> bool:
    return origin.replace("ws", "http", 1) == site if origin.startswith("ws") else origin == site


def _headers(declared: SiteRegister, journey: Journey, snapshot: Snapshot) -> Iterator[Finding]:
    pages = [each for each in snapshot.headers if each.page and each.origin == journey.origin]
    for index, header in enumerate(declared.register.headers):
        for answer in pages:
            given = _header(answer, header.name)
            fits_it = given is not None and re.fullmatch(header.value or ".*", given)
            if not fits_it:
                what = "is not sent" if given is None else "is otherwise than declared"
                message = f"the header {header.name} {what}"
                origin = declared.origin("header", index)
                mend = "have every page answered with it, or leave it out of the register"
                yield Finding("security header", header.name, message, "", mend, origin=origin)


def _header(answer: Headers, name: str) -> str | None:
    return next((value for key, value in answer.values if key == name.lower()), None)


def _reads(declared: SiteRegister, snapshot: Snapshot) -> Iterator[Finding]:
    for what in dict.fromkeys(act.what for act in snapshot.acts if READS.match(act.what)):
        if what not in declared.register.reads:
            message = f"a script reads {what}, which tells browsers apart"
            mend = "remove it, or declare it in `reads`"
            yield Finding("fingerprinting", what, message, "", mend)


def _never_seen(declared: SiteRegister, observed: Observed) -> Iterator[Finding]:
    snapshots = [(journey, each) for journey in observed.journeys for each in journey.snapshots]
    cookies = {
        found[0]
        for journey, each in snapshots
        for kept in each.cookies
        if (found := cookie_of(declared, kept, host_of(journey.origin)))
    }
    items = {
        kept[0]
        for journey, each in snapshots
        for item in each.items
        if (kept := storage_of(declared, item, journey.origin))
    }
    asked = {request.origin for _, each in snapshots for request in each.requests}
    asked |= {_origin(hint) for _, each in snapshots if each.facts for hint in each.facts.hints}
    for index, cookie in enumerate(declared.register.cookies):
        if index not in cookies:
            yield _absent("cookie", cookie.name, declared.origin("cookie", index))
    for index, storage in enumerate(declared.register.storages):
        if index not in items:
            yield _absent(storage.where, storage.key, declared.origin("storage", index))
    for index, host in enumerate(declared.register.hosts):
        if host.origin not in asked:
            yield _absent("host", host.origin, declared.origin("host", index))
    sent = {
        told[0]
        for journey, each in snapshots
        for request in each.requests
        if is_message(request, journey.origin) and (told := message_of(declared, request))
    }
    for index, message in enumerate(declared.register.messages):
        if index not in sent:
            yield _absent("message to", message.path, declared.origin("message", index))


def _absent(kind: str, name: str, origin: Origin) -> Finding:
    message = f"the {kind} {name} is declared, but no journey came by it"
    mend = "remove it from the register, or see why it does not come"
    return Finding("declared, never seen", name, message, "", mend, origin=origin)


def _name(entry: Entry) -> str:
    if isinstance(entry, Cookie):
        return f"the cookie {entry.name}"
    return (
        f"{entry.where} {entry.key}"
        if isinstance(entry, Storage)
        else str(getattr(entry, "origin", "") or getattr(entry, "path", ""))
    )
