"""What an earlier audit found already: a pipeline fails of what is new."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

from audit.rules.findings import Finding

__all__ = ["NoBaseline", "fingerprint", "read_baseline"]

NUMBER = re.compile(r"\d+(?:\.\d+)?")


class NoBaseline(Exception):
    """A file is no report of an earlier audit. What it says is a whole sentence."""


def fingerprint(finding: Finding) -> str:
    """The same for the same difference, whatever it was measured to be: 32 hexadecimal digits."""
    words = "\n".join((finding.rule, finding.subject, finding.message))
    return sha256(NUMBER.sub("#", words).encode()).hexdigest()[:32]


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints in a `report.json`. Raises NoBaseline."""
    try:
        told = json.loads(path.read_bytes())
        return frozenset(each["fingerprint"] for each in told["findings"])
    except OSError as error:
        raise NoBaseline(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError):
        raise NoBaseline(f"{path} is no report.json of an audit") from None
