"""Findings about what browsers keep: cookies, storage, and everything else that stays."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.web.guard import is_declared
from audit.observations import Journey, KeptCookie, KeptItem, Observed, SetCookie, Snapshot
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from policy.register import Cookie
from policy.values import wrong_cookie, wrong_item

TOLERANCE = 15 * 60
"""Seconds since a cookie was set, within a journey, that its end may seem too early by."""

REGISTER = "declare it in policy/features/, or stop setting it"


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Everything kept that the register does not allow, or not so, or not yet, or no more."""
    for journey in observed.journeys:
        lately: frozenset[str] = frozenset()
        for snapshot, before in _with_before(journey):
            for finding in (
                *_cookies(declared, snapshot, before),
                *_items(declared, snapshot, before),
                *_set_cookies(declared, snapshot, before, lately),
            ):
                yield at(finding, journey, snapshot)
            lately = snapshot.agreed
    yield from _paired_runs(declared, observed)


def _with_before(journey: Journey) -> Iterator[tuple[Snapshot, frozenset[str]]]:
    """Each snapshot, with the purposes that were agreed at any snapshot until then."""
    before: frozenset[str] = frozenset()
    for snapshot in journey.snapshots:
        before |= snapshot.agreed
        yield snapshot, before


def untimely(purpose: str, snapshot: Snapshot, before: frozenset[str]) -> str:
    """When something of a purpose that is not agreed came; empty where it is agreed."""
    if purpose in snapshot.agreed:
        return ""
    return "after it was withdrawn" if purpose in before else "before it was agreed"


def _cookies(declared: Declared, snapshot: Snapshot, before: frozenset[str]) -> Iterator[Finding]:
    for kept in snapshot.cookies:
        cookie = declared.cookies.get(kept.name)
        if cookie is None:
            message = f"the browser keeps a cookie {kept.name}, which is not declared"
            yield Finding("undeclared cookie", kept.name, message, "P4", REGISTER)
            continue
        if when := untimely(cookie.purpose, snapshot, before):
            message = f"the cookie {kept.name}, for “{cookie.purpose}”, is kept {when}"
            yield _without_consent(declared, cookie, message)
        for key, what in _differences(declared, cookie, kept, snapshot):
            message = f"the cookie {kept.name} is kept otherwise than declared: {what}"
            mend = "let policy.cookies write it, or declare what is true"
            origin = declared.origin("cookie", cookie.name, key)
            promise = _promise(cookie)
            yield Finding("cookie otherwise", kept.name, message, promise, mend, origin=origin)


def _without_consent(declared: Declared, cookie: Cookie, message: str) -> Finding:
    mend = "set it only in answer to the act that agrees to it, and delete it on withdrawal"
    origin = declared.origin("cookie", cookie.name, "purpose")
    promise, name = _promise(cookie), cookie.cookie
    return Finding("cookie without consent", name, message, promise, mend, origin=origin)


def _promise(cookie: Cookie) -> str:
    if cookie.idle_minutes is not None:
        return "P3"
    return "P5" if cookie.lifetime_seconds else "P4"


def _differences(
    declared: Declared, cookie: Cookie, kept: KeptCookie, snapshot: Snapshot
) -> Iterator[tuple[str, str]]:
    """Each with the key of the entry that says otherwise."""
    if kept.path != cookie.path:
        yield "path", f"its path is {kept.path}, not {cookie.path}"
    if kept.domain.startswith("."):
        yield "cookie", f"it is for all of {kept.domain}"
    if not kept.secure:
        yield "cookie", "it is not Secure"
    if not kept.http_only:
        yield "cookie", "scripts can read it"
    if kept.same_site != cookie.same_site:
        yield "same_site", f"its SameSite is {kept.same_site}, not {cookie.same_site}"
    if wrong := _lifetime(cookie, kept, snapshot):
        yield "lifetime", wrong
    part = wrong_cookie(cookie, kept.value, declared.register.version, declared.named)
    if part:
        yield part, f"{part} cannot be what it is"


def _lifetime(cookie: Cookie, kept: KeptCookie, snapshot: Snapshot) -> str:
    declared = cookie.lifetime_seconds
    if declared is None or kept.expires is None:
        if (declared is None) == (kept.expires is None):
            return ""
        return "it outlives the browser" if declared is None else "it ends with the browser"
    left = kept.expires - snapshot.at
    if declared - TOLERANCE <= left <= declared + 60:
        return ""
    return f"it lives {left / 86_400:.1f} days, not {declared / 86_400:.0f}"


def _items(declared: Declared, snapshot: Snapshot, before: frozenset[str]) -> Iterator[Finding]:
    for item in snapshot.items:
        storage = declared.storages.get((item.where, item.key))
        if storage is None:
            yield _undeclared(item)
            continue
        when = untimely(storage.purpose, snapshot, before)
        if when:
            message = f"{item.where} keeps {item.key}, for “{storage.purpose}”, {when}"
            mend = "write it only when the visitor answers"
            origin = declared.origin("storage", storage.name, "purpose")
            yield Finding("storage without consent", item.key, message, "P4", mend, origin=origin)
        part = wrong_item(storage, item.value, declared.register.version, declared.named)
        if part:
            message = f"{item.where} {item.key} is otherwise than declared: {part} is not as it is"
            mend = "write what is declared, or declare what is true"
            origin = declared.origin("storage", storage.name, part)
            yield Finding("storage otherwise", item.key, message, "P4", mend, origin=origin)


def _undeclared(item: KeptItem) -> Finding:
    name = f"{item.where} {item.key}".strip()
    message = f"the browser keeps {name}, which is not declared"
    return Finding("undeclared storage", name, message, "P4", REGISTER)


def _set_cookies(
    declared: Declared, snapshot: Snapshot, before: frozenset[str], lately: frozenset[str]
) -> Iterator[Finding]:
    """What answers set, though it may be gone when the browser is looked at. What was agreed at
    the snapshot before, `lately`, may have come before it was withdrawn."""
    for sent in snapshot.set_cookies:
        name = sent.header.partition("=")[0]
        if not is_declared(sent.header, declared.cookies):
            message = f"an answer sets the cookie {name} otherwise than any that is declared"
            mend = "let policy.cookies write it; the guard around the service takes out others"
            origin = declared.browser_origin(name)
            yield Finding("undeclared Set-Cookie", name, message, "P4", mend, origin=origin)
        elif not _in_its_place(declared.cookies[name], sent):
            message = f"{sent.path} sets the cookie {name}, but is not declared to"
            mend = "add the address to set_by in policy/features/, or set it elsewhere"
            origin = declared.origin("cookie", declared.cookies[name].name, "set_by")
            yield Finding("cookie set elsewhere", name, message, "P4", mend, origin=origin)
        elif not _deletes(sent) and declared.cookies[name].purpose not in lately:
            cookie = declared.cookies[name]
            if when := untimely(cookie.purpose, snapshot, before):
                message = f"{sent.path} sets the cookie {name}, for “{cookie.purpose}”, {when}"
                yield _without_consent(declared, cookie, message)


def _deletes(sent: SetCookie) -> bool:
    return "max-age=0" in sent.header.lower()


def _in_its_place(cookie: Cookie, sent: SetCookie) -> bool:
    return _deletes(sent) or any(sent.path.startswith(address) for address in cookie.set_by)


def _paired_runs(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Of two browsers that did the same, each keeps only bytes that the other was given too, but
    for declared random values. On a busy machine, one may be given them a step later."""
    made = {(journey.browser, journey.name): journey for journey in observed.journeys}
    for journey in observed.journeys:
        pair = made.get((journey.browser, journey.paired_with))
        if pair is None:
            continue
        wrong = {*_not_given(declared, journey, pair), *_not_given(declared, pair, journey)}
        for name in sorted(wrong):
            message = f"two browsers that did the same keep different bytes in {name}"
            mend = "leave out what differs: a random value, a serial number, a fine time"
            origin = declared.browser_origin(name)
            yield at(Finding("identifier", name, message, "P4", mend, origin=origin), journey)


def _not_given(declared: Declared, journey: Journey, other: Journey) -> Iterator[str]:
    """The names of what one keeps that the other never was given, in the steps that both did."""
    given = {each for snapshot in other.snapshots for each in _given(declared, snapshot)}
    for snapshot, same in zip(journey.snapshots, other.snapshots, strict=False):
        if snapshot.step != same.step:
            break  # One was stopped here.
        yield from (
            name for name, value in _values(declared, snapshot) if (name, value) not in given
        )


def _given(declared: Declared, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    yield from _values(declared, snapshot)
    for sent in snapshot.set_cookies:
        name, _, rest = sent.header.partition("=")
        yield name.strip(), rest.partition(";")[0].strip()


def _values(declared: Declared, snapshot: Snapshot) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in sorted(
            [(cookie.name, cookie.value) for cookie in snapshot.cookies]
            + [(item.key, item.value) for item in snapshot.items]
        )
        if name not in declared.cookies or declared.cookies[name].signed
    ]
