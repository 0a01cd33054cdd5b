"""The outbox: messages that wait for the relay. A message that was sent is deleted at once."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Table, delete, insert, select

from analytics.contacts.mail.legal_basis import LegalBasis, Unfounded, stands
from analytics.storage.retention import forget_log
from analytics.storage.schema import metadata
from policy import Register

__all__ = ["Outbox", "Waiting"]


@dataclass(frozen=True)
class Waiting:
    """A message in the outbox. `email` is empty where it has no ground, now or from the start."""

    id: str
    email: str
    ground: str
    subject: str
    text: str


@dataclass(frozen=True)
class Outbox:
    """The table of that name in the records database."""

    engine: Engine
    tables: Mapping[str, Table]

    @classmethod
    def of(cls, engine: Engine, register: Register) -> Outbox:
        """The outbox of a records database."""
        return cls(engine, metadata(register, "records").tables)

    def put(  # noqa: PLR0913  (a message has these parts)
        self,
        connection: Connection,
        contact: str,
        ground: LegalBasis,
        *,
        subject: str,
        text: str,
        day: datetime.date,
    ) -> None:
        """Queue a message to a contact, within the caller's transaction. Raises `Unfounded`."""
        if not stands(connection, self.tables, contact, ground):
            raise Unfounded(f"no {ground.kind} lets us write to this contact")
        self._insert(connection, day, contact, ground, subject, text)

    def put_nothing(self, connection: Connection, day: datetime.date) -> None:
        """Queue a message to nobody, so that an unknown address costs as much as a known one."""
        self._insert(connection, day, None, LegalBasis("request"), "", "")

    def _insert(  # noqa: PLR0913, PLR0917
        self,
        connection: Connection,
        day: datetime.date,
        contact: str | None,
        ground: LegalBasis,
        subject: str,
        text: str,
    ) -> None:
        connection.execute(
            insert(self.tables["outbox"]).values(
                id=secrets.token_hex(16),
                contact=contact,
                ground=ground.kind,
                ground_row=ground.row or None,
                subject=subject,
                text=text,
                queued_on=day,
            )
        )

    def waiting(self) -> Sequence[Waiting]:
        """All messages, each with its address only where its ground still stands."""
        outbox, contacts = self.tables["outbox"], self.tables["contacts"]
        query = select(outbox, contacts.c.email).outerjoin(
            contacts, contacts.c.id == outbox.c.contact
        )
        with self.engine.connect() as connection:
            found = []
            for row in connection.execute(query).all():
                ground = LegalBasis(row.ground, row.ground_row or "")
                may = row.contact and stands(connection, self.tables, row.contact, ground)
                email = row.email if may else ""
                found.append(Waiting(row.id, email, ground.kind, row.subject, row.text))
            return found

    def remove(self, message: str) -> None:
        """Delete a message; nothing of it is left in the files."""
        outbox = self.tables["outbox"]
        with self.engine.begin() as connection:
            connection.execute(delete(outbox).where(outbox.c.id == message))
        forget_log(self.engine)
