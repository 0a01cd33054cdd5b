"""Findings about what pages show: the question, its two answers, forms, the privacy page."""

from __future__ import annotations

from collections.abc import Iterator

from audit.observations import Button, Journey, Observed, PageFacts, Snapshot
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from policy.headers import security_headers
from policy.origins import Origin
from policy.privacy_pages import PRIVACY, details_of, where
from policy.register import Notice

SILENT = ("Sec-GPC", "DNT", "scripts off")
"""Journeys in which nobody is asked."""

SETTINGS = "site/settings.toml"
CHOICES, STAFF = "/cookies/", "/staff/"


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Everything that a page shows otherwise than it must."""
    for journey in observed.journeys:
        for snapshot in journey.snapshots:
            if snapshot.facts is None:
                continue
            for finding in (
                *_headers(declared, journey, snapshot),
                *_hints(journey, snapshot.facts),
                *_forms(declared, snapshot, snapshot.facts),
                *_asking(declared, journey, snapshot, snapshot.facts),
                *_privacy(declared, snapshot, snapshot.facts),
            ):
                yield at(finding, journey, snapshot)
    for name, state in observed.styled:
        message = f"{name} loads something only with “{state}”, which tells who is in that state"
        mend = "have it loaded by everybody, or use what the style itself holds (data:)"
        yield Finding("loaded by a state", name, message, "P4", mend)


def _headers(declared: Declared, journey: Journey, snapshot: Snapshot) -> Iterator[Finding]:
    tls = journey.origin.startswith("https:")
    allowed = {header.name.lower() for header in declared.register.headers}
    for headers in snapshot.headers:
        if headers.origin != journey.origin:
            continue
        wanted = security_headers(declared.register, tls=tls, path=headers.path)
        allowed |= {"set-cookie", *(name.lower() for name in wanted)}
        given = dict(headers.values)
        for name in given.keys() - allowed:
            message = f"{headers.path} is answered with the header {name}, which is not declared"
            mend = "declare a [[header]] in policy/features/, or stop sending it"
            yield Finding("undeclared header", name, message, "P6", mend)
        for name, value in wanted.items() if headers.page else ():
            if given.get(name.lower()) != value:
                message = f"{name} is not what follows from the register"
                mend = "let the guard set it, and let no proxy change it"
                yield Finding("security header", name, message, "P6", mend)


def _hints(journey: Journey, facts: PageFacts) -> Iterator[Finding]:
    """A connection that carries no request is seen by nobody but its other end."""
    for hint in facts.hints:
        if not hint.startswith(f"{journey.origin}/"):
            message = f"a page has browsers connect to {hint}"
            mend = "remove the link with preconnect, prefetch or the like"
            yield Finding("undeclared connection", hint, message, "P6", mend)


def _forms(declared: Declared, snapshot: Snapshot, facts: PageFacts) -> Iterator[Finding]:
    if snapshot.page.startswith(STAFF):
        return
    for name in set(facts.forms) - declared.fields:
        message = f"a form asks for “{name}”, which is not declared"
        mend = "declare it under [fields] in site/policy.toml, or remove the field"
        yield Finding("undeclared field", name, message, "P1", mend)
    for name in facts.ticked:
        message = f"the box “{name}” is ticked beforehand"
        yield Finding("box ticked beforehand", name, message, "P5", "leave it for the visitor")


def _asking(
    declared: Declared, journey: Journey, snapshot: Snapshot, facts: PageFacts
) -> Iterator[Finding]:
    if snapshot.page.startswith(STAFF) or declared.register.notice is None:
        return
    if not declared.languages.addresses(snapshot.page, CHOICES) & {*facts.links}:
        message = f"{snapshot.page} has no link to {CHOICES}, where a choice is withdrawn"
        mend = "put it in the foot of every page"
        yield Finding("no way to withdraw", snapshot.page, message, "P4", mend)
    answered = declared.answering <= snapshot.agreed or journey.name in SILENT
    if facts.notice == answered:
        happens = "asks again, though the visitor answered" if answered else "does not ask"
        message = f"{snapshot.page} {happens}"
        mend = "ask once, and only where no answer stands"
        origin = declared.origin("notice")
        yield Finding("question", "the notice", message, "P4", mend, origin=origin)
    if facts.notice:
        words = declared.languages.register(snapshot.page).question
        for what in _unequal(words, [button for button in facts.buttons if button.shown]):
            message = f"to reject is not as easy as to accept: {what}"
            mend = "give both the same element, size, weight and colours, side by side"
            origin = declared.origin("notice")
            yield Finding("unequal buttons", "the notice", message, "P4", mend, origin=origin)


def _unequal(words: Notice, buttons: list[Button]) -> Iterator[str]:
    accept = next((button for button in buttons if button.name == words.accept), None)
    reject = next((button for button in buttons if button.name == words.reject), None)
    if accept is None or reject is None:
        yield f"“{words.reject if accept else words.accept}” is not on the first layer"
        return
    if accept.tag != reject.tag:
        yield f"one is <{accept.tag}>, the other <{reject.tag}>"
    if abs(accept.width - reject.width) > 1 or abs(accept.height - reject.height) > 1:
        yield f"{_size(accept)} against {_size(reject)} pixels"
    if (accept.weight, accept.size) != (reject.weight, reject.size):
        yield "the letters differ in weight or size"
    if accept.colours != reject.colours:
        yield "the colours differ"
    apart = abs(accept.x - reject.x) + abs(accept.y - reject.y) - accept.width
    if accept.parent != reject.parent or apart > 60:
        yield "they do not stand side by side"


def _size(button: Button) -> str:
    return f"{button.width:.0f} × {button.height:.0f}"


def _privacy(declared: Declared, snapshot: Snapshot, facts: PageFacts) -> Iterator[Finding]:
    for page, words, promise, origin in _needed(declared):
        if snapshot.page == page and words not in facts.text:
            message, mend = f"{page} does not say “{words}”", "make it from the register"
            yield Finding("privacy page", words, message, promise, mend, origin=origin)


def _needed(declared: Declared) -> Iterator[tuple[str, str, str, Origin | None]]:
    """All that the privacy page and its details must say: on which page, the words, the promise,
    and where it is declared."""
    register, site = declared.register, declared.site
    cookies, stored = where(site, "cookies"), where(site, "stored")
    for cookie in register.cookies:
        yield cookies, cookie.cookie, "P4", declared.origin("cookie", cookie.name, "cookie")
        lifetime = declared.origin("cookie", cookie.name, "lifetime")
        yield cookies, cookie.lifetime_words, "P4", lifetime
    for storage in register.storages:
        yield cookies, storage.key, "P4", declared.origin("storage", storage.name, "key")
    for purpose in register.purposes:
        yield PRIVACY, purpose.text, "P2", declared.origin("purpose", purpose.name, "text")
    for table in register.tables:
        for column in table.columns:
            if column.label:
                place = declared.origin("table", table.name, column.name)
                yield stored, column.label, "P1", place
    for detail in details_of(site):
        yield PRIVACY, detail.title, "P12", None
    for key in ("phone", "email", "street"):
        line = site.line(SETTINGS, "organization", key) or 1
        yield PRIVACY, getattr(site.settings.organization, key), "P12", Origin(SETTINGS, line)
