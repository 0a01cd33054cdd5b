"""To whom figures are mailed: the tables `digest_asks` and `digest_addresses`.

An address counts once the link that was sent there was followed: nobody can sign another person up.
The link works once, for a day, and the table holds a hash of it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Select, Table, delete, insert, select, update

from analytics.contacts.model import LegalBasis
from analytics.staff.accounts import AccountError, Staff
from analytics.staff.by_mail.model import Address, Ask, Sent, Wish, in_order
from analytics.staff.roles import COUNTERS, may_read
from analytics.storage.schema import metadata
from policy import Register

__all__ = ["COLUMNS", "Addresses"]

COLUMNS = {Wish.WEEK: "week_sent", Wish.MONTH: "month_sent", Wish.UNUSUAL: "day_judged"}
"""Which column says until when each was sent."""

SECONDS = 24 * 3_600
CLOCK_MAY_GO_BACK_SECONDS = 3_600


@dataclass(frozen=True)
class Addresses:
    """Both tables, in the records database. Whatever reads or writes raises SQLAlchemyError."""

    engine: Engine
    asks: Table
    confirmed: Table
    staff: Table
    register: Register

    @classmethod
    def of(cls, records: Engine, register: Register) -> Addresses | None:
        """Those of a site; None where nothing is counted that could be mailed."""
        tables = metadata(register, "records").tables
        if "digest_addresses" not in tables:
            return None
        asks, confirmed = tables["digest_asks"], tables["digest_addresses"]
        return cls(records, asks, confirmed, tables["staff"], register)

    def address(self, connection: Connection, receiver: str, basis: LegalBasis) -> str | None:
        """Where an account is written to on this legal basis; None where it does not hold now, or
        the account may not read figures any more, or does not want what it is any more."""
        of = {"request": self.asks, "permission": self.confirmed}[basis.kind]
        proof, _, wish = basis.row.partition(" ")
        query = select(of.c.email, of.c.wishes, self.staff.c.roles).join_from(of, self.staff)
        row = connection.execute(
            query.where(of.c.id == proof, of.c.account == receiver)
        ).one_or_none()
        if row is None or (wish and wish not in row.wishes.split()):
            return None
        return row.email if self.may_read(row.roles.split()) else None

    def may_read(self, roles: Iterable[str]) -> bool:
        """Whether whoever has these roles may be mailed figures."""
        return may_read(self.register, roles, COUNTERS)

    # ---------------------------------------------------------------------- how an address comes

    def ask(
        self, connection: Connection, staff: Staff, email: str, wishes: Iterable[Wish], now: int
    ) -> tuple[Ask, str]:
        """Keep an address that is to be confirmed in the place of an earlier one, and the secret of
        the link, within the caller's transaction."""
        secret = secrets.token_urlsafe(32)
        made = Ask(secrets.token_hex(16), staff.id, staff.username, email, in_order(wishes))
        connection.execute(delete(self.asks).where(self.asks.c.account == staff.id))
        row = {"id": made.id, "account": staff.id, "email": email, "secret_hash": _hash(secret)}
        new = insert(self.asks).values(**row, wishes=" ".join(made.wishes), asked_at=now)
        connection.execute(new)
        return made, secret

    def asked(self, secret: str, now: int) -> Ask | None:
        """What the link with this secret confirms; None where it works no more."""
        with self.engine.connect() as connection:
            return self._asked(connection, secret, now)

    def _asked(self, connection: Connection, secret: str, now: int) -> Ask | None:
        works = self.asks.c.asked_at.between(now - SECONDS, now + CLOCK_MAY_GO_BACK_SECONDS)
        query = self._asks().where(self.asks.c.secret_hash == _hash(secret), works)
        row = connection.execute(query).mappings().one_or_none()
        return _ask(row) if row and self.may_read(row["roles"].split()) else None

    def confirm(
        self, connection: Connection, secret: str, now: int, today: date, closed: Sent
    ) -> Ask | None:
        """Let the address count from now on, within the caller's transaction: in the place of the
        one that the account had, whose row it takes, with what was sent and what waits. None where
        the link works no more, or the account may not read figures any more.

        `closed` is what ended before now: none of it is sent that was not to be sent already."""
        ask = self._asked(connection, secret, now)
        gone = delete(self.asks).where(self.asks.c.secret_hash == _hash(secret))
        if ask is None or not connection.execute(gone).rowcount:
            return None
        columns = self.confirmed.c
        query = self._addresses().where(columns.account == ask.account)
        row = connection.execute(query).mappings().one_or_none()
        values = {"email": ask.email, "confirmed_on": today}
        if row:
            old = _address(row)
            values |= _wanted(ask.wishes, old, closed)
            connection.execute(update(self.confirmed).where(columns.id == old.id).values(values))
        else:
            values |= {"id": secrets.token_hex(16), "account": ask.account}
            values |= {"wishes": " ".join(ask.wishes), **_sent(closed)}
            connection.execute(insert(self.confirmed).values(values))
        return ask

    def change(
        self, connection: Connection, address: Address, wishes: Iterable[Wish], closed: Sent
    ) -> None:
        """Mail something else to the same address, within the caller's transaction, and to one that
        is to take its place. `closed` as for `confirm`."""
        values = _wanted(wishes, address, closed)
        this = update(self.confirmed).where(self.confirmed.c.id == address.id)
        connection.execute(this.values(values))
        asked = update(self.asks).where(self.asks.c.account == address.account)
        connection.execute(asked.values(wishes=values["wishes"]))

    def take(
        self, connection: Connection, address: Address, column: str, before: date, now: date
    ) -> bool:
        """Note that something was sent, within the caller's transaction, where `before` is still
        noted; whether it was: another service may have been first."""
        columns = self.confirmed.c
        this = update(self.confirmed).where(columns.id == address.id, columns[column] == before)
        return bool(connection.execute(this.values({column: now})).rowcount)

    # ------------------------------------------------------------------------ how it ends

    def stop(self, connection: Connection, address: str) -> Address | None:
        """Forget an address, within the caller's transaction; None where that was done already."""
        query = self._addresses().where(self.confirmed.c.id == address)
        row = connection.execute(query).mappings().one_or_none()
        connection.execute(delete(self.confirmed).where(self.confirmed.c.id == address))
        return _address(row) if row else None

    def take_back(self, connection: Connection, ask: str) -> None:
        """Forget an address that is not confirmed yet, within the caller's transaction."""
        connection.execute(delete(self.asks).where(self.asks.c.id == ask))

    # ------------------------------------------------------------------------ what there is

    def of_account(self, account: str) -> Address | None:
        """The one that an account confirmed."""
        return next((each for each in self.all() if each.account == account), None)

    def asked_by(self, account: str, now: int) -> Ask | None:
        """The one that an account is still to confirm."""
        works = self.asks.c.asked_at > now - SECONDS
        query = self._asks().where(self.asks.c.account == account, works)
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return _ask(row) if row else None

    def all(self) -> tuple[Address, ...]:
        """Every one that was confirmed, by the name of its account."""
        query = self._addresses().order_by(self.staff.c.username)
        with self.engine.connect() as connection:
            return tuple(_address(row) for row in connection.execute(query).mappings())

    def named(self, username: str) -> Address:
        """That of an account. Raises AccountError where it has none."""
        found = {each.username: each for each in self.all()}
        if username not in found:
            hint = f"there are addresses of {', '.join(found)}" if found else "nobody has one"
            raise AccountError(f'no figures are mailed to "{username}"', hint)
        return found[username]

    def _asks(self) -> Select[Any]:
        who = (self.staff.c.username, self.staff.c.roles)
        return select(self.asks, *who).join_from(self.asks, self.staff)

    def _addresses(self) -> Select[Any]:
        who = (self.staff.c.username, self.staff.c.roles)
        return select(self.confirmed, *who).join_from(self.confirmed, self.staff)


def _ask(row: RowMapping) -> Ask:
    named = (row["id"], row["account"], row["username"], row["email"])
    return Ask(*named, in_order(row["wishes"].split()))


def _address(row: RowMapping) -> Address:
    named = (row["id"], row["account"], row["username"], tuple(row["roles"].split()))
    sent = Sent(row["week_sent"], row["month_sent"], row["day_judged"])
    return Address(*named, row["email"], in_order(row["wishes"].split()), row["confirmed_on"], sent)


def _sent(sent: Sent) -> dict[str, date]:
    return {"week_sent": sent.week, "month_sent": sent.month, "day_judged": sent.day}


def _wanted(wishes: Iterable[Wish], before: Address, closed: Sent) -> dict[str, Any]:
    """The columns of an address at which something else is wanted: what was not wanted before
    begins with what ends from now on."""
    chosen = in_order(wishes)
    sent, fresh = _sent(before.sent), _sent(closed)
    begins = {COLUMNS[wish] for wish in chosen if wish not in before.wishes}
    return {
        "wishes": " ".join(chosen),
        **{name: fresh[name] if name in begins else day for name, day in sent.items()},
    }


def _hash(secret: str) -> str:
    """It has 256 random bits, so that a quick hash cannot be turned round."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
