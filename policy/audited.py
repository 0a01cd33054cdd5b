"""The audit that a site publishes beside its policy: what `build.py audit --publish` keeps in
`site/audit/`, and the generator makes a page of."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from policy.faults import Fault, Faults
from policy.material_terms import digest
from policy.register import Register
from policy.site_files import is_file, read_bytes
from policy.toml_source import Declared

__all__ = ["FILE", "FOLDER", "Audited", "Difference", "Made", "Picture", "Unknown", "read_audited"]

FOLDER = "site/audit"
FILE = f"{FOLDER}/audit.json"
AGAIN = "make it again: python build.py audit --publish"

Text = Annotated[str, Field(min_length=1)]


class Made(Declared):
    """A journey, how many snapshots of it each browser saw, and what kept a browser from it."""

    name: Text
    snapshots: dict[str, int]
    stopped: dict[str, str] = Field(default_factory=dict)


class Difference(Declared):
    """Something that was seen otherwise than declared."""

    promise: Text
    message: Text
    mend: Text
    seen: tuple[str, ...]


class Unknown(Declared):
    """Something of which it could not be told whether it differs, and the journeys it stopped."""

    why: Text
    journeys: tuple[str, ...] = ()
    """Each as "firefox, reject"; of a browser as a whole, "firefox"."""

    @property
    def by_browser(self) -> Mapping[str, tuple[str, ...]]:
        """The journeys of each browser; none where it is the browser as a whole."""
        pairs = [each.partition(", ") for each in self.journeys]
        return {
            name: tuple(journey for browser, _, journey in pairs if browser == name and journey)
            for name in dict.fromkeys(browser for browser, _, _ in pairs)
        }


class Picture(Declared):
    """A screenshot, `file` in `site/audit/`; 1280 × 800 pixels."""

    file: Annotated[str, Field(pattern=r"^[a-z0-9_-]+\.jpg$")]
    words: Text


class Audited(Declared):
    """An audit: when, of which sources (a commit) and version of the register, and its result."""

    at: datetime.datetime
    commit: Text
    register_version: Annotated[int, Field(ge=1)]
    register_hash: str = ""
    tool: str = ""
    address: str = ""
    browsers: dict[str, str]
    verdict: Text
    journeys: tuple[Made, ...]
    differences: tuple[Difference, ...]
    untold: tuple[Unknown, ...] = ()
    looked_for: tuple[str, ...]
    skipped: tuple[str, ...]
    pictures: tuple[Picture, ...]

    def is_of(self, register: Register) -> bool:
        """Whether these terms were audited. One of before hashes were kept tells by its version."""
        if not self.register_hash:
            return self.register_version == register.version
        return self.register_hash == digest(register)

    @property
    def browser_names(self) -> tuple[str, ...]:
        """The browsers that made journeys, or were to: also one that never started."""
        made = (
            name for journey in self.journeys for name in (*journey.snapshots, *journey.stopped)
        )
        return tuple(dict.fromkeys((*self.browsers, *made)))

    @property
    def outcome(self) -> str:
        """Which of the audit's three results it is."""
        if self.differences:
            return "differs"
        return "could not tell" if self.untold else "nothing differs"


def read_audited(root: Path) -> Audited | None:
    """The audit that the site in `root` publishes; None where there is none. Raises Faults."""
    if not os.path.lexists(root / FILE):
        return None
    try:
        audited = Audited.model_validate_json(read_bytes(root, FILE))
    except ValidationError:
        raise Faults([Fault(FILE, None, "this is no audit", AGAIN)]) from None
    missing = [each.file for each in audited.pictures if not is_file(root, f"{FOLDER}/{each.file}")]
    if missing:
        raise Faults([Fault(FILE, None, f'the picture "{missing[0]}" is missing', AGAIN)])
    return audited
