"""Who is signed in: the table `sessions`. The browser holds a random ID, the table its hash."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Engine, Table, delete, insert, or_, select, update

from analytics.staff.accounts import Staff, staff_of
from policy.register import Cookie

__all__ = ["Ended", "Limits", "Sessions"]


class Ended(StrEnum):
    """Why somebody is not signed in. The words stand in the address of the sign-in page."""

    IDLE = "idle"
    TOO_LONG = "too-long"
    UNKNOWN = "unknown"
    SIGNED_OUT = "signed-out"


@dataclass(frozen=True)
class Limits:
    """How long a session lasts, as the register declares it for the cookie."""

    idle_minutes: int
    most_hours: int

    @classmethod
    def of(cls, cookie: Cookie) -> "Limits":
        """The limits that a cookie declares. Raises ValueError where it declares none."""
        if cookie.idle_minutes is None or cookie.most_hours is None:
            raise ValueError(f'cookie "{cookie.name}" declares no idle_minutes or no most_hours')
        return cls(cookie.idle_minutes, cookie.most_hours)

    def why_ended(self, began_at: int, seen_at: int, now: int) -> Ended | None:
        """What ended a session by now, if anything did. Times are seconds since 1970."""
        if now - began_at >= self.most_hours * 3600:
            return Ended.TOO_LONG
        return Ended.IDLE if now - seen_at >= self.idle_minutes * 60 else None


@dataclass(frozen=True)
class Sessions:
    """The table `sessions` of the records database, joined with `staff`."""

    engine: Engine
    table: Table
    staff: Table
    limits: Limits

    def begin(self, staff: Staff, now: int) -> str:
        """A new session's ID: 256 random bits. Sessions that ended are cleared away."""
        session_id = secrets.token_urlsafe(32)
        columns = self.table.c
        too_old = or_(
            columns.began_at <= now - self.limits.most_hours * 3600,
            columns.seen_at <= now - self.limits.idle_minutes * 60,
        )
        row = {"id_hash": _hash(session_id), "staff": staff.id, "began_at": now, "seen_at": now}
        with self.engine.begin() as connection:
            connection.execute(delete(self.table).where(too_old))
            connection.execute(insert(self.table).values(row))
        return session_id

    def resume(self, session_id: str, now: int) -> Staff | Ended:
        """Who the session belongs to, which counts as use of it; or why it has ended."""
        this = self.table.c.id_hash == _hash(session_id)
        with self.engine.begin() as connection:
            row = connection.execute(
                select(self.staff, self.table.c.began_at, self.table.c.seen_at)
                .join_from(self.table, self.staff)
                .where(this)
            ).one_or_none()
            if row is None:
                return Ended.UNKNOWN
            ended = self.limits.why_ended(row.began_at, row.seen_at, now)
            if ended:
                connection.execute(delete(self.table).where(this))
                return ended
            connection.execute(update(self.table).where(this).values(seen_at=now))
            return staff_of(row)

    def end(self, session_id: str) -> None:
        """Forget the session."""
        with self.engine.begin() as connection:
            connection.execute(delete(self.table).where(self.table.c.id_hash == _hash(session_id)))


def _hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()
