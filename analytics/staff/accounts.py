"""The accounts of our own staff: the table `staff`."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, delete, insert, select, update

from analytics.staff import passwords, roles
from analytics.storage.schema import metadata
from policy import Register
from policy.failures import Refusal
from policy.faults import nearest

__all__ = ["AccountError", "Accounts", "Staff", "add_staff", "change_password", "change_roles"]
__all__ += ["check_roles", "list_staff", "remove_staff", "same_name"]

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


class AccountError(Refusal):
    """An account that cannot be made: what is wrong, and in `hint` how to mend it."""


@dataclass(frozen=True)
class Staff:
    """One account. Without its password hash, which never leaves this module."""

    id: str
    username: str
    roles: tuple[str, ...]
    added_on: date


@dataclass(frozen=True)
class Accounts:
    """The table `staff` of the records database."""

    engine: Engine
    table: Table

    def check(self, username: str, password: str) -> Staff | None:
        """The account, if there is one of that name and the password is its own.

        Takes as long when there is none. A hash with outdated parameters is made anew.
        """
        columns = self.table.c
        with self.engine.connect() as connection:
            row = connection.execute(
                select(self.table).where(columns.username == same_name(username))
            ).one_or_none()
        stored = row.password_hash if row else None
        if not passwords.is_right(stored, password) or row is None:
            return None
        if passwords.is_outdated(row.password_hash):
            with self.engine.begin() as connection:
                connection.execute(
                    update(self.table)
                    .where(columns.id == row.id)
                    .values(password_hash=passwords.hash_password(password))
                )
        return staff_of(row)

    def everyone(self) -> tuple[Staff, ...]:
        """All accounts, by name."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(self.table).order_by(self.table.c.username))
            return tuple(staff_of(row) for row in rows)


def staff_of(row: Row[Any]) -> Staff:
    """The account in a row of the table `staff`."""
    return Staff(row.id, row.username, tuple(row.roles.split()), row.added_on)


def same_name(username: str) -> str:
    """User names are compared without regard to case and to spaces around them."""
    return username.strip().lower()


def add_staff(  # noqa: PLR0913, PLR0917  (each is a fact that only the caller knows)
    engine: Engine,
    register: Register,
    username: str,
    password: str,
    roles: Iterable[str],
    today: date,
) -> Staff:
    """Make an account. Raises AccountError where the name, password or roles will not do."""
    table = metadata(register, "records").tables["staff"]
    name, chosen = same_name(username), tuple(dict.fromkeys(roles))
    _check_name(name)
    _check_password(name, password)
    check_roles(register, chosen)
    added = Staff(secrets.token_hex(16), name, chosen, today)
    password_hash = passwords.hash_password(password)
    with engine.begin() as connection:
        if connection.scalar(select(table.c.id).where(table.c.username == name)):
            raise AccountError(f'there is already an account "{name}"', "choose another user name")
        connection.execute(
            insert(table).values(
                id=added.id,
                username=name,
                password_hash=password_hash,
                roles=" ".join(chosen),
                added_on=today,
            )
        )
    return added


def list_staff(engine: Engine, register: Register) -> tuple[Staff, ...]:
    """All accounts, by name."""
    return Accounts(engine, metadata(register, "records").tables["staff"]).everyone()


def remove_staff(engine: Engine, register: Register, username: str) -> Staff:
    """Remove an account, its sessions and where it is mailed figures. Raises AccountError."""
    tables = metadata(register, "records").tables
    with engine.begin() as connection:
        found = _find(connection, tables["staff"], username)
        for table in tables.values():  # Sessions, and where figures are mailed.
            for column in table.columns:
                if any(key.column.table is tables["staff"] for key in column.foreign_keys):
                    connection.execute(delete(table).where(column == found.id))
        connection.execute(delete(tables["staff"]).where(tables["staff"].c.id == found.id))
    return found


def change_password(engine: Engine, register: Register, username: str, password: str) -> Staff:
    """Give an account another password, and end its sessions. Raises AccountError."""
    tables = metadata(register, "records").tables
    _check_password(same_name(username), password)
    password_hash = passwords.hash_password(password)
    with engine.begin() as connection:
        found = _find(connection, tables["staff"], username)
        _end_sessions(connection, tables["sessions"], found)
        _update(connection, tables["staff"], found, password_hash=password_hash)
    return found


def change_roles(
    engine: Engine, register: Register, username: str, roles: Iterable[str]
) -> tuple[str, ...]:
    """Give an account these roles instead of those it has. Raises AccountError."""
    table = metadata(register, "records").tables["staff"]
    chosen = tuple(dict.fromkeys(roles))
    check_roles(register, chosen)
    with engine.begin() as connection:
        found = _find(connection, table, username)
        _update(connection, table, found, roles=" ".join(chosen))
    return chosen


def _find(connection: Connection, table: Table, username: str) -> Staff:
    rows = connection.execute(select(table).order_by(table.c.username)).all()
    accounts = {row.username: staff_of(row) for row in rows}
    name = same_name(username)
    if name not in accounts:
        hint = nearest(name, accounts) if accounts else "add one with: build.py staff add"
        raise AccountError(f'there is no account "{name}"', hint)
    return accounts[name]


def _update(connection: Connection, table: Table, staff: Staff, **values: str) -> None:
    connection.execute(update(table).where(table.c.id == staff.id).values(values))


def _end_sessions(connection: Connection, table: Table, staff: Staff) -> None:
    connection.execute(delete(table).where(table.c.staff == staff.id))


def _check_name(name: str) -> None:
    if not USERNAME.fullmatch(name):
        raise AccountError(
            f'"{name}" cannot be a user name',
            "use 2 to 64 letters from a to z, digits, and . _ @ -",
        )


def _check_password(name: str, password: str) -> None:
    least = passwords.LEAST_CHARACTERS
    if len(password) < least:
        raise AccountError(
            f"the password has {len(password)} characters",
            f"use {least} or more; a few words that do not belong together are easy to remember",
        )
    if name in password.lower() or len(set(password)) < 5:
        raise AccountError(
            "the password is easy to guess",
            "leave out the user name, and do not repeat a few characters",
        )


def check_roles(register: Register, chosen: tuple[str, ...], of: str = "account") -> None:
    """Raise AccountError where `chosen` is empty, or names a role that no table has as a reader;
    `of` is what the roles are given to."""
    known = sorted(roles.known(register))
    if not chosen:
        raise AccountError(f"the {of} has no role", f"give one or more of {', '.join(known)}")
    for role in chosen:
        if role not in known:
            raise AccountError(f'unknown role "{role}"', nearest(role, known))
