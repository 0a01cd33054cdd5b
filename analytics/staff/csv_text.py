"""Tables for spreadsheets, as CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

__all__ = ["csv_text"]

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for a formula (OWASP, CSV Injection)."""


def csv_text(columns: Iterable[str], rows: Iterable[Iterable[str | int | None]]) -> str:
    """A table with a line of headings. No text in it is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def _harmless(cell: str | int | None) -> str | int:
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell
