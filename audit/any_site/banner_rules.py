"""Findings about what asks for consent: whether no is as easy as yes, and by how much it is not."""

from __future__ import annotations

from collections.abc import Iterator

from audit.any_site.register import SiteRegister
from audit.banners import Banner, Control
from audit.observations import Journey, Snapshot
from audit.rules.findings import Finding, at

__all__ = ["banner_findings"]

LEGIBLE = 4.5
"""The least contrast of letters, by WCAG 2.2, 1.4.3."""
BIGGER = 1.5
"""How many times as large one control may be as another, before it draws the eye: words differ in
length."""
FAINTER = 2.0
"""How many times as strong the contrast of one may be as that of another that is legible."""
WALL = 0.9
"""The share of a window that is covered where nothing else can be used."""


def banner_findings(declared: SiteRegister, journey: Journey) -> Iterator[Finding]:
    """Everything by which a banner leads visitors to a yes, or asks them again."""
    yield from _clicks(declared, journey)
    answered = False
    for snapshot in journey.snapshots:
        banner = snapshot.banner
        if banner and banner.asks:
            found = _again(declared, snapshot) if answered else _first(declared, banner, snapshot)
            for finding in found:
                yield at(finding, journey, snapshot)
        answered = answered or bool(snapshot.agreed)


def _finding(declared: SiteRegister, rule: str, message: str, mend: str) -> Finding:
    origin = declared.origin("consent") if declared.register.consent else None
    return Finding(rule, "the banner", message, "", mend, origin=origin)


def _first(declared: SiteRegister, banner: Banner, snapshot: Snapshot) -> Iterator[Finding]:
    consent = declared.register.consent
    if consent is None:
        mend = "declare [consent] in the register"
        yield _finding(declared, "question", "the site asks, which is not declared", mend)
        return
    yield from _boxes(declared, banner)
    if snapshot.step == "open the settings":
        return
    accept, reject = banner.find("accept"), banner.find("reject")
    if accept and reject:
        for what in _unequal(accept, reject):
            message = f"to reject is not as easy as to accept: {what}"
            mend = "give both the same size, letters and colours"
            yield _finding(declared, "unequal buttons", message, mend)
    if banner.covers >= WALL and not consent.wall and (reject is None or banner.locked):
        no = "and cannot be refused there" if reject is None else "and cannot be scrolled"
        message = f"the banner covers {banner.covers:.0%} of the window, {no}"
        mend = "let the site be used without an answer, or declare `wall = true`"
        yield _finding(declared, "wall", message, mend)


def _boxes(declared: SiteRegister, banner: Banner) -> Iterator[Finding]:
    for box in banner.ticked:
        rule, how = "box ticked beforehand", f"the box “{box.name}” is on beforehand"
        if box.interest:
            how = f"“{box.name}” is on beforehand, as a legitimate interest"
        yield _finding(declared, rule, how, "leave it for the visitor")


def _unequal(accept: Control, reject: Control) -> Iterator[str]:
    larger = _area(accept) / max(1, _area(reject))
    if larger > BIGGER:
        sizes = f"{_size(accept)} against {_size(reject)} pixels"
        yield f"the button is {larger:.1f} times as large ({sizes})"
    if reject.size and accept.size / reject.size > 1.15:
        yield f"the letters are {accept.size:.0f} against {reject.size:.0f} pixels high"
    if accept.contrast and reject.contrast:
        both = f"{accept.contrast:.1f} against {reject.contrast:.1f}"
        if reject.contrast < LEGIBLE < accept.contrast:
            yield f"the contrast of its letters is less than {LEGIBLE}: {both}"
        elif accept.contrast / reject.contrast > FAINTER and reject.contrast < 7:
            yield f"the contrast of the letters is {both}"
    if accept.tag != reject.tag and "a" in (accept.tag, reject.tag):
        yield f"one is a button, the other a link (<{accept.tag}> and <{reject.tag}>)"


def _clicks(declared: SiteRegister, journey: Journey) -> Iterator[Finding]:
    """Where a no took more clicks than a yes, which takes one."""
    for snapshot in journey.snapshots:
        if snapshot.step == "reject" and snapshot.clicks > 1:
            message = f"to reject takes {snapshot.clicks} clicks, to accept 1"
            mend = "put both on the first layer"
            yield at(_finding(declared, "unequal buttons", message, mend), journey, snapshot)


def _again(declared: SiteRegister, snapshot: Snapshot) -> Iterator[Finding]:
    if snapshot.step.startswith(("open the settings", "accept", "reject", "withdraw")):
        return
    message = f"the site asks again, though the visitor {_answer(snapshot)}"
    yield _finding(declared, "question", message, "keep the answer, and ask once")


def _answer(snapshot: Snapshot) -> str:
    return "accepted" if "consent" in snapshot.agreed else "refused"


def _area(control: Control) -> float:
    return control.width * control.height


def _size(control: Control) -> str:
    return f"{control.width:.0f} × {control.height:.0f}"
