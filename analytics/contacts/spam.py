"""Suspected spam: why a program may have sent something. It is kept apart, never thrown away."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence

from policy.fields import Field
from policy.forms import EXTRAS, HONEYPOT, SECONDS, Form

__all__ = ["suspect_spam"]

FEWEST_SECONDS = 3
MOST_LINKS = 3
LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
OF_A_PERSON = ("name", "given-name", "additional-name", "family-name", "nickname")
"""Fields that hold a person's name (HTML, "autofill detail tokens")."""


def suspect_spam(form: Form, posted: Mapping[str, Sequence[str]], values: Mapping[str, str]) -> str:
    """Why a program may have sent this; empty when nothing says so.

    `posted` is all that came, by name; `values` are the cleaned answers to the form's fields.
    """
    if any(posted.get(HONEYPOT, ())):
        return "A field that nobody sees was filled in"
    seconds = next(iter(posted.get(SECONDS, ())), "")
    if re.fullmatch(r"[0-9]{1,9}", seconds) and int(seconds) < FEWEST_SECONDS:
        return f"It was filled in within {FEWEST_SECONDS} seconds"
    names = {field.name for field in form.fields}.union(EXTRAS)
    if not names.issuperset(posted) or any(len(answers) > 1 for answers in posted.values()):
        return "It came with fields that the form does not have"
    links = {field.name: _links(values[field.name]) for field in form.fields}
    if any(links[field.name] > _most_links(field) for field in form.fields):
        return "It has a link where none belongs"
    if sum(links.values()) > MOST_LINKS:
        return f"It holds {sum(links.values())} links"
    return ""


def _most_links(field: Field) -> int:
    """A school may give its website where it is asked which school it is; nobody is called by a
    link."""
    if field.kind == "textarea":
        return sys.maxsize  # all of a form's links are counted together
    return 0 if field.kind != "text" or field.autocomplete in OF_A_PERSON else 1


def _links(text: str) -> int:
    return len(LINK.findall(text.replace("://www.", "://")))
