"""What makes a submission doubtful. It is then kept apart for staff, never thrown away."""

from __future__ import annotations

import re
from collections.abc import Mapping

from policy.forms import HONEYPOT, SECONDS

FEWEST_SECONDS = 3
MOST_LINKS = 3


def doubt(answers: Mapping[str, str], values: Mapping[str, str]) -> str:
    """Why a program may have sent `answers`; empty when nothing says so.

    `values` are the cleaned answers to the form's own fields.
    """
    if answers.get(HONEYPOT):
        return "A field that nobody sees was filled in"
    seconds = answers.get(SECONDS, "")
    if re.fullmatch(r"[0-9]{1,9}", seconds) and int(seconds) < FEWEST_SECONDS:
        return f"It was filled in within {FEWEST_SECONDS} seconds"
    links = sum(len(re.findall(r"https?://", value)) for value in values.values())
    if links > MOST_LINKS:
        return f"It holds {links} links"
    return ""
