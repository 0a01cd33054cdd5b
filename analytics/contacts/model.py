"""What is known about contacts, as values: what was sent, what is allowed, what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal

__all__ = ["AddressTaken", "Ask", "Contact", "LegalBasis", "Listed", "NoLegalBasis"]
__all__ += [
    "NotStored",
    "NotSuspected",
    "Permission",
    "PermissionState",
    "Received",
    "Rows",
    "Submission",
]


@dataclass(frozen=True)
class Submission:
    """A valid answer to a form.

    `wording` is what stood beside the permission box, if it was checked.

    `only_to_ask` says that it was sent for nothing but the permission, as a sign-up is: then it is
    kept no longer than the ask, unless the answer is yes. `suspected_spam` says why a program may
    have sent it; empty when nothing does.
    """

    form: str
    values: Mapping[str, str]
    channel: str = ""
    wording: str = ""
    only_to_ask: bool = False
    suspected_spam: str = ""


@dataclass(frozen=True)
class Ask:
    """The question whether a ticked box was meant, which is put to the address by email."""

    id: str
    contact: str
    wording: str


@dataclass(frozen=True)
class Listed:
    """A contact in the list, with what its newest submission that is not suspected says.

    `answers` are those of the columns that the register lists.
    """

    id: str
    email: str
    day: date
    form: str
    answers: Mapping[str, str]
    submissions: int


@dataclass(frozen=True)
class Received:
    """What was sent with a form. `answers` maps the register's columns to what was given;
    `unasked_wording` stood beside a box that was checked and not asked about yet."""

    id: str
    form: str
    day: date
    suspected_spam: str | None
    unasked_wording: str | None
    answers: Mapping[str, str]


class PermissionState(StrEnum):
    """Whether a permission counts: only one that was given does."""

    ASKED = "asked"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Permission:
    """What a contact allowed, or was asked to allow. `since` is the day of the first state."""

    channel: str
    wording: str
    state: PermissionState
    since: date
    withdrawn_on: date | None = None


@dataclass(frozen=True)
class Contact:
    """Everything that is kept about a contact, newest first."""

    id: str
    email: str
    submissions: tuple[Received, ...]
    permissions: tuple[Permission, ...]


@dataclass(frozen=True)
class Rows:
    """Every row about a contact, by table."""

    email: str
    rows: tuple[tuple[str, Mapping[Any, Any]], ...]


@dataclass(frozen=True)
class LegalBasis:
    """Why a message may be sent to a contact (P8): a permission, a submission that it answers, the
    ask whether a box was meant, or the person's own request. `row` is the ID of what proves it;
    empty for a request, which has none."""

    kind: Literal["permission", "submission", "ask", "request"]
    row: str = ""


class NoLegalBasis(Exception):
    """Nothing lets us write to this contact. Nothing was queued."""

    def __init__(self, contact: str, basis: LegalBasis) -> None:
        self.contact = contact
        self.basis = basis
        super().__init__(f"no {basis.kind} lets us write to this contact")


class AddressTaken(Exception):
    """Another contact has this address already. Nothing was changed."""


class NotSuspected(Exception):
    """There is no such submission, or nobody suspects it any more. Nothing was changed."""


class NotStored(Exception):
    """The records database could not be read or written: nothing was changed. `kind` names the
    driver's error."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)
