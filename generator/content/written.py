"""What front matter holds, as it was written, in whichever language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from policy import Faults

__all__ = ["UNSHOWN", "Entry", "Unreadable"]

UNSHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no page can show: half of one, or a code that steered old terminals."""


class Unreadable(Faults):
    """Nothing can be read in it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The value of a key: text, a list or a group of keys; and the line on which the key stands."""

    value: Any
    line: int
