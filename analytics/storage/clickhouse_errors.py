"""Errors of a database, as Python's database API names them (https://peps.python.org/pep-0249/)."""

from __future__ import annotations

__all__ = [
    "OF_A_STATEMENT",
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "InterfaceError",
    "InternalError",
    "NotSupportedError",
    "OperationalError",
    "ProgrammingError",
]

OF_A_STATEMENT = {16, 36, 41, 42, 43, 44, 46, 47, 53, 60, 62, 70, 179, 215, 386}
"""Codes of errors that say nothing of the server (dbms/src/Common/ErrorCodes.cpp of 18.16)."""


class Error(Exception):
    """Any of these."""


class DatabaseError(Error):
    """The server did not do it: the one at a place `at` of the address. `code` is its own."""

    def __init__(self, message: str, code: int = 0, at: int = 0) -> None:
        self.code, self.at = code, at
        super().__init__(message)


class OperationalError(DatabaseError):
    """The server could not do it, or is away."""


class ProgrammingError(DatabaseError):
    """A statement that nobody could carry out."""


class IntegrityError(DatabaseError):
    """A row that the register does not allow."""


class DataError(DatabaseError):
    """A value that no column can hold."""


class InterfaceError(Error):
    """Of SQLAlchemy's list."""


class InternalError(DatabaseError):
    """Of SQLAlchemy's list."""


class NotSupportedError(DatabaseError):
    """Of SQLAlchemy's list."""
