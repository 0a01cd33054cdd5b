"""What an earlier audit found already: a pipeline fails of what is new."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

from audit.rules.findings import Finding

__all__ = ["NoBaseline", "fingerprint", "read_baseline"]

LONG = re.compile(r"\d{5,}")
"""What is as random as a number of somebody: another one each time."""

MEASURE = re.compile(r"(?<![\w.@/-])\d+(?:\.\d+)?(?![\w@/-]|\.\d)")
"""A number by itself, and none that is part of a name: `uid1` is not `uid2`."""


class NoBaseline(Exception):
    """A file is no report of an earlier audit. What it says is a whole sentence."""


def fingerprint(finding: Finding) -> str:
    """The same for the same difference, if it is measured to be about the same: as many digits
    before the point. 32 hexadecimal digits."""
    message = MEASURE.sub(_about, LONG.sub("#", finding.message))
    words = "\n".join((finding.rule, LONG.sub("#", finding.subject), message))
    return sha256(words.encode()).hexdigest()[:32]


def _about(number: re.Match[str]) -> str:
    return "#" * len(number[0].partition(".")[0])


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints in a `report.json`. Raises NoBaseline."""
    try:
        told = json.loads(path.read_bytes())
        return frozenset(each["fingerprint"] for each in told["findings"])
    except OSError as error:
        raise NoBaseline(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise NoBaseline(f"{path} is no report.json of an audit") from None
