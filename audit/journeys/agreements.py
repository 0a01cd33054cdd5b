"""Which purposes each act of a visitor allows, derived from the register and the forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policy import Register
from policy.forms import Form


@dataclass(frozen=True)
class Agreements:
    """Purposes by act. What no act allows, no browser may do."""

    accepting: frozenset[str]
    answering: frozenset[str]
    signing_in: frozenset[str]
    protecting: frozenset[str]
    asking: frozenset[str]
    mailed: frozenset[str]
    """Asking for figures by mail, as staff may."""

    @classmethod
    def of(cls, register: Register, forms: Mapping[str, Form]) -> Agreements:
        """Accepting allows what rests on consent and is not asked for by a form's own box."""
        boxes = [box for form in forms.values() for box in (form.permission, form.recognize)]
        asked = {purpose.name for purpose in register.purposes if purpose.basis == "consent"}
        uses = {purpose.name: purpose.use for purpose in register.purposes}
        return cls(
            accepting=frozenset(asked - {box.purpose for box in boxes if box})
            | _begun_by(register, "/visit/view"),
            answering=frozenset(storage.purpose for storage in register.storages),
            signing_in=frozenset(name for name, use in uses.items() if use == "verify accounts"),
            protecting=frozenset(name for name, use in uses.items() if use == "solve problems")
            - {name for endpoint in register.endpoints for name in endpoint.purposes},
            asking=_begun_by(register, "/own/ask"),
            mailed=frozenset(
                table.purpose for table in register.tables if table.name == "digest_asks"
            ),
        )

    def sending(self, form: Form, *, permission: bool, recognize: bool) -> frozenset[str]:
        """Sending a form with these boxes ticked."""
        allowed = {form.purpose, *self.protecting}
        if permission and form.permission:
            allowed.add(form.permission.purpose)
        if recognize and form.recognize:
            allowed.add(form.recognize.purpose)
        return frozenset(allowed)


def _begun_by(register: Register, path: str) -> frozenset[str]:
    """The purposes of sending something to an address."""
    return frozenset(
        purpose
        for endpoint in register.endpoints
        if endpoint.answers("POST", path)
        for purpose in endpoint.purposes
    )
