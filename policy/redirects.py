"""`site/redirects.toml`: old addresses, and where each leads now. A site that moved has many of
them; those of a single page may stand in the page, as its `aliases`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote, unquote

from pydantic import Field

from policy.toml_source import Declared

__all__ = ["FILE", "Redirects", "as_asked", "as_target", "leads_on"]

FILE = "site/redirects.toml"


class Redirects(Declared):
    """The whole file: `"/old/" = "/new/"`, one a line, under `[redirects]`."""

    redirects: Annotated[dict[str, str], Field(default_factory=dict)]


def as_asked(address: str) -> str:
    """An old address as the service looks it up: its path decoded, what follows a question mark as
    it is."""
    path, mark, query = address.partition("?")
    try:
        path = unquote(path, errors="strict")
    except UnicodeDecodeError:
        return address
    return unicodedata.normalize("NFC", path) + mark + query


def leads_on(leads: Mapping[str, str], address: str) -> str | None:
    """Where an address leads by `leads`, whose keys are as `as_asked` has them: with its last slash
    or without, as the service looks it up."""
    asked = as_asked(address)
    return leads.get(asked) or leads.get(asked[:-1] if asked.endswith("/") else f"{asked}/")


def as_target(address: str, query: str = "") -> str:
    """Where a redirect leads, as a header says it, with the query that was asked with; the heading
    of a page stands behind that."""
    path, mark, place = address.partition("#")
    return quote(path) + (f"?{query}" if query else "") + mark + quote(place)
