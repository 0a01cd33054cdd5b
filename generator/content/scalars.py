"""What stands behind a key of a page, read as what the key's schema says that it is.

Every value comes as it was written: text, a list, or a group of keys. Each function raises
ValueError with how it is written, where it is not.
"""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from typing import Any

from generator.content.urls import awkward, permalink

__all__ = [
    "as_date",
    "as_feed_id",
    "as_integer",
    "as_list",
    "as_number",
    "as_section",
    "as_text",
    "as_truth",
    "day_of_numbers",
    "in_plain_characters",
]

_FEED_ID = re.compile(r"(?:/(?!/)|[a-z][a-z0-9+.-]*:)[^\s<>\"{}|\\^`\x00-\x1f\x7f-\x9f]*")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def as_date(value: Any) -> datetime.date:
    """A day, written as year-month-day."""
    written = value if isinstance(value, str) else ""
    found = _DATE.fullmatch(written)
    if not found:
        if plain := _DATE.fullmatch(in_plain_characters(written)):
            raise ValueError(f"write it with the digits 0 to 9 and plain hyphens: {plain[0]}")
        raise ValueError("write a date as year-month-day, like 2026-11-24")
    return day_of_numbers(*map(int, found.groups()))


def day_of_numbers(year: int, month: int, day: int) -> datetime.date:
    """The day with these numbers."""
    if not (year and 1 <= month <= 12):
        raise ValueError("the months of a date are 01 to 12, like 2026-11-24")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise ValueError(f"the last day of that month is {year:04}-{month:02}-{last:02}")
    return datetime.date(year, month, day)


def in_plain_characters(text: str) -> str:
    """The text with the digits of any script as 0 to 9, and any dash or minus as a hyphen."""
    return "".join(
        str(unicodedata.decimal(each, each))
        if each == "+" or unicodedata.category(each) not in ("Pd", "Sm")
        else "-"
        for each in text
    )


def as_truth(value: Any) -> bool:
    """True or false."""
    if value not in ("true", "false", "yes", "no"):
        raise ValueError("write true or false")
    return value in ("true", "yes")


def as_integer(value: Any) -> int:
    """A whole number."""
    if not (isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value)):
        raise ValueError("write a whole number, like 10")
    return int(value)


def as_number(value: Any) -> int | float:
    """A number, whole or with a point."""
    if not (isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?", value)):
        raise ValueError("write a number, like 10 or 2.5")
    return float(value) if "." in value else int(value)


def as_text(value: Any) -> str:
    """Text in which there is something."""
    if not isinstance(value, str):
        raise ValueError("write text; where it begins with a bracket, put it in quotes")
    if not value.strip():
        raise ValueError("write something after the colon, or remove the line")
    return value


def as_feed_id(value: Any) -> str:
    """What feed readers know an article by: an address of this site, or a whole one (an IRI), for
    which Atom compares letter by letter (RFC 4287, 4.2.6.1)."""
    written = as_text(value).strip()
    if not _FEED_ID.fullmatch(written):
        raise ValueError("write the address that it had first, like /news/first/, or a whole one")
    return written


def as_section(value: Any) -> str:
    """The address of a section, which may be written as that of its folder: `news`, `/news/`."""
    written = as_text(value).strip().strip("/")
    if awkward(written) or any(each in ("", ".", "..") for each in written.split("/") if written):
        raise ValueError("name the section by its address, like /news/")
    return permalink(f"{written}/index.md")


def as_list(value: Any, example: str = "/old-address/") -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f'write a list, like ["{example}"]')
    return tuple(value)
