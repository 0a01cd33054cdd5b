"""What differs between two registers, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policy.material_terms import material_terms
from policy.register import Register

Entries = Mapping[str, Mapping[str, str]]


def differences(old: Register, new: Register) -> tuple[str, ...]:
    """One sentence for each difference of the material terms; none where only words differ."""
    before, after = material_terms(old), material_terms(new)
    return tuple(
        sentence for kind in after for sentence in _of_kind(kind, before[kind], after[kind], new)
    )


def _of_kind(kind: str, before: Entries, after: Entries, register: Register) -> Iterator[str]:
    for name, facts in after.items():
        if name in before:
            yield from _changes(f"The {kind} {name}", before[name], facts)
        else:
            yield f"New {kind}: {name}{_why(facts, register)}."
    for name in before:
        if name not in after:
            yield f"No longer a {kind}: {name}."


def _why(facts: Mapping[str, str], register: Register) -> str:
    known = {purpose.name: purpose.text for purpose in register.purposes}
    text = known.get(facts.get("purpose", ""), "")
    return f". {text}" if text else ""


def _changes(what: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for fact in {**before, **after}:
        old, new = before.get(fact), after.get(fact)
        if old is None:
            yield f"{what}: {fact} is new, and is “{new}”."
        elif new is None:
            yield f"{what}: {fact} is gone."
        elif old != new:
            yield f"{what}: {fact} changed from “{old}” to “{new}”."
