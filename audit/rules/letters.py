"""Findings about letters: to whom they go, what lets them be sent, and whether each of a kind says
the same (P8, P9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from audit.journeys.agreements import Agreements
from audit.observations import Letter, Observed
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from audit.rules.rows import alike


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Every letter that no act of its receiver allows, or that somebody else gets."""
    bases = _purposes(declared)
    for journey in observed.journeys:
        for snapshot in journey.snapshots:
            for letter in snapshot.letters:
                for finding in _letter(bases, letter):
                    yield at(finding, journey, snapshot)
    yield from _of_a_kind(observed)


def _of_a_kind(observed: Observed) -> Iterator[Finding]:
    """Letters that one gets otherwise than another, and numbers that tell of whom they are."""
    letters = [
        letter
        for journey in observed.journeys
        for snapshot in journey.snapshots
        for letter in snapshot.letters
    ]
    said: dict[tuple[str, ...], set[str]] = {}
    for letter in letters:
        if letter.kind:
            said.setdefault(letter.kind, set()).add(letter.says)
    for kind, ways in sorted(said.items()):
        if len(ways) > 1:
            message = f"letters about “{kind[-1]}” are not the same for everybody"
            mend = "write what the template says, with nothing of the receiver but the link"
            yield Finding("letter with something else", kind[-1], message, "P9", mend)
    if what := alike([letter.number for letter in letters]):
        message, mend = f"letters have {what}", "draw the number of each at random"
        yield Finding("number not random", "Message-ID", message, "P9", mend)


def _purposes(declared: Declared) -> Mapping[str, frozenset[str]]:
    """By legal basis, the purposes of which one must have been agreed to, or begun."""
    forms = declared.site.forms.values()
    agreements = Agreements.of(declared.register, declared.site.forms)
    permitted = frozenset(form.permission.purpose for form in forms if form.permission)
    return {
        "permission": permitted | agreements.mailed,
        "ask": permitted,
        "submission": frozenset(form.purpose for form in forms),
        "request": agreements.asking | agreements.mailed,
    }


def _letter(bases: Mapping[str, frozenset[str]], letter: Letter) -> Iterator[Finding]:
    for _ in letter.others[:1]:
        message = "a letter goes to somebody else as well, openly or blind"
        yield Finding("letter to somebody else", "mail", message, "P9", "send it to nobody else")
    for extra in letter.extras:
        message = f"a letter holds {extra}"
        mend = "send text that loads nothing, and leads to this site only"
        yield Finding("letter with something else", extra, message, "P9", mend)
    if letter.allowed is None:
        message = "a letter goes to an address that the visitor did not give"
        yield Finding("letter to somebody else", "mail", message, "P9", "send it to nobody else")
        return
    purposes = bases.get(letter.legal_basis)
    if purposes is None:
        message = "a letter is sent that names no legal basis"
        mend = "let the outbox send it, which looks it up"
        yield Finding("letter without a legal basis", "mail", message, "P8", mend)
    elif not purposes & letter.allowed:
        message = f"a letter is sent on the legal basis of a {letter.legal_basis} that there is not"
        mend = "ask for the permission first, or send nothing"
        yield Finding("letter without a legal basis", letter.legal_basis, message, "P8", mend)
