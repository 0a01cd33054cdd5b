"""Grounds: why a message may be sent to a contact. Without one, nothing can enter the outbox (P8).

There are three: a permission that was given and not withdrawn, the submission that the message
answers directly, and the person's own request to see what is held about them. A ground names the
row that proves it, and is looked up again just before the message leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, Table, select

__all__ = ["LegalBasis", "Unfounded", "stands"]

CHANNEL = "email"


class Unfounded(Exception):
    """There is no ground on which this contact may be written to. Nothing was queued."""


@dataclass(frozen=True)
class LegalBasis:
    """`row` is the ID of the permission or submission; empty for a request, which has no row."""

    kind: Literal["permission", "submission", "request"]
    row: str = ""


def stands(
    connection: Connection, tables: Mapping[str, Table], contact: str, ground: LegalBasis
) -> bool:
    """Whether the ground holds now, for this contact."""
    if ground.kind == "request":
        contacts = tables["contacts"]
        found = connection.execute(select(contacts.c.id).where(contacts.c.id == contact))
        return found.first() is not None
    sent, given = tables["submissions"], tables["permissions"]
    if ground.kind == "submission":
        query = select(sent.c.id).where(sent.c.id == ground.row, sent.c.contact == contact)
    else:
        query = (
            select(given.c.id)
            .join(sent, sent.c.id == given.c.submission)
            .where(
                given.c.id == ground.row,
                given.c.contact == contact,
                given.c.channel == CHANNEL,
                given.c.withdrawn_on.is_(None),
                sent.c.doubt.is_(None),
            )
        )
    return connection.execute(query).first() is not None
