"""Findings about what our own service answers, as it left: closed lists, and paired runs.

Every answer is a file of `public/`, byte for byte, or comes from an address that is declared; one
that is for a group comes to who agreed to be of it. Who does the same gets the same: bytes, and
every header.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from analytics.web.guard import is_declared
from audit.observations import Answer, Journey, Observed
from audit.rules.declared import Declared
from audit.rules.findings import Finding, at
from policy.headers import security_headers

__all__ = ["findings"]

OK, REDIRECTS = 200, 300
NOT_COMPARED = {"date", "set-cookie", "content-length"}
"""Headers of the moment; cookies are compared where browsers keep them."""

Address = tuple[str, str]


def findings(declared: Declared, observed: Observed) -> Iterator[Finding]:
    """Every answer that is no file, and all by which two that did the same can be told apart."""
    for journey in observed.journeys:
        for snapshot in journey.snapshots:
            for answer in snapshot.answers:
                for finding in (
                    *_undeclared(declared, answer),
                    *_unpublished(declared, observed.published, answer),
                    *_for_a_group(declared, observed.personal, snapshot.agreed, answer),
                ):
                    yield at(finding, journey, snapshot)
    made = {(journey.browser, journey.name): journey for journey in observed.journeys}
    for journey in observed.journeys:
        pair = made.get((journey.browser, journey.paired_with))
        if pair is not None:
            for finding in _differing(_by_address(journey), _by_address(pair)):
                yield at(finding, journey)
    yield from _numbers(observed)


def _numbers(observed: Observed) -> Iterator[Finding]:
    """A post that is taken is answered with one number, to whomever."""
    found: dict[Address, set[int]] = {}
    for journey in observed.journeys:
        for (method, path), answers in _by_address(journey).items():
            taken = {each.status for each in answers if OK <= each.status < REDIRECTS}
            if method == "POST":
                found.setdefault((method, path), set()).update(taken)
    for address, numbers in found.items():
        if len(numbers) > 1:
            yield _identifier(f"the status of {' '.join(address)}", address[1])


def _undeclared(declared: Declared, answer: Answer) -> Iterator[Finding]:
    """Headers and cookies of an answer of whatever status, and to whomever it was."""
    allowed = {header.name.lower() for header in declared.register.headers}
    allowed |= {name.lower() for name in security_headers(declared.register, tls=False)}
    for name, value in answer.headers:
        if name == "set-cookie":
            if not is_declared(value, declared.cookies):
                cookie = value.partition("=")[0]
                message = f"an answer sets the cookie {cookie} otherwise than any that is declared"
                mend = "let policy.cookies write it; the guard around the service takes out others"
                yield Finding("undeclared Set-Cookie", cookie, message, "P4", mend)
        elif name not in allowed:
            message = f"{answer.path} is answered with the header {name}, which is not declared"
            mend = "declare a [[header]] in policy/features/, or stop sending it"
            yield Finding("undeclared header", name, message, "P6", mend)


def _unpublished(
    declared: Declared, published: frozenset[str], answer: Answer
) -> Iterator[Finding]:
    asked = answer.method == "GET" and answer.status == OK
    if not published or not asked or answer.digest in published:
        return
    if declared.endpoint(answer.method, answer.path) is None:
        message = f"{answer.path} is answered with something else than was published"
        mend = "answer with the file, or declare an [[endpoint]] in policy/features/"
        yield Finding("not as published", answer.path, message, "P4", mend)


def _for_a_group(
    declared: Declared,
    personal: frozenset[tuple[str, str]],
    agreed: frozenset[str],
    answer: Answer,
) -> Iterator[Finding]:
    if (answer.path, answer.digest) not in personal:
        return
    audience = declared.register.cookie("audience")
    if audience.purpose not in agreed:
        message = f"{answer.path} is answered as for a group that nobody agreed to be of"
        mend = "let the cookie alone choose, which is set for whoever checked its box"
        yield Finding("page without consent", answer.path, message, "P4", mend)


def _by_address(journey: Journey) -> Mapping[Address, list[Answer]]:
    found: dict[Address, list[Answer]] = {}
    for snapshot in journey.snapshots:
        for answer in snapshot.answers:
            found.setdefault((answer.method, answer.path), []).append(answer)
    return found


def _differing(
    one: Mapping[Address, list[Answer]], two: Mapping[Address, list[Answer]]
) -> Iterator[Finding]:
    """What one got of an address, and the other never did."""
    for address in one.keys() & two.keys():
        names = {name for answer in (*one[address], *two[address]) for name, _ in answer.headers}
        for name in names - NOT_COMPARED:
            if _values(one[address], name) != _values(two[address], name):
                yield _identifier(f"the header {name}", name)
        if {each.status for each in one[address]} != {each.status for each in two[address]}:
            yield _identifier(f"the status of {' '.join(address)}", address[1])
        if {each.digest for each in one[address]} != {each.digest for each in two[address]}:
            yield _identifier(f"what {' '.join(address)} answers", address[1])


def _values(answers: list[Answer], name: str) -> set[tuple[str, ...]]:
    return {tuple(value for key, value in each.headers if key == name) for each in answers}


def _identifier(where: str, subject: str) -> Finding:
    message = f"two browsers that did the same get different bytes in {where}"
    mend = "leave out what differs: a random value, a serial number, a fine time"
    return Finding("identifier", subject, message, "P4", mend)
