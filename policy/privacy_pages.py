"""The pages that the privacy page is the first layer of: what each tells, and where it stands.

A site has those of which it has the template; what a missing one would tell, the privacy page does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from policy.sentences import mark
from policy.site import Site
from policy.site_files import is_file

__all__ = ["DETAILS", "PRIVACY", "Detail", "details_of", "where"]

PRIVACY = "/privacy/"

Part = Literal["cookies", "stored", "readers", "log", "versions"]


@dataclass(frozen=True, slots=True)
class Detail:
    """One of these pages. Its template is `privacy-` and the part that it tells."""

    part: Part
    title: str
    description: str

    @property
    def layout(self) -> str:
        """The name of its template."""
        return f"privacy-{self.part}"

    @property
    def url(self) -> str:
        """Its address in the default language."""
        return f"{PRIVACY}{self.part}/"


DETAILS = (
    Detail(
        "cookies",
        mark("Cookies and storage"),
        mark(
            "Every cookie and every storage key of this site: what it can hold, when it is set, "
            "for how long it stays, and who can read it."
        ),
    ),
    Detail(
        "stored",
        mark("What is stored"),
        mark(
            "Every field that this site stores, one by one: what it holds, who gives it, what it "
            "is for, who may read it, and for how long it is kept."
        ),
    ),
    Detail(
        "readers",
        mark("Who reads it"),
        mark(
            "Who may open which of the things that this site stores, which machines its server "
            "connects to, and who else receives anything."
        ),
    ),
    Detail(
        "log",
        mark("The log and the headers, for experts"),
        mark(
            "Every line that this site can write to its log, every header of its answers, and "
            "all that is read for a moment and then forgotten."
        ),
    ),
    Detail(
        "versions",
        mark("Versions and the audit"),
        mark(
            "Each version of the register behind our privacy policy, what it changed, and how "
            "real browsers check that this site keeps to it."
        ),
    ),
)


def details_of(site: Site) -> Iterator[Detail]:
    """Those that a site has."""
    return (each for each in DETAILS if is_file(site.root, f"templates/{each.layout}.html"))


def where(site: Site, part: Part) -> str:
    """The address at which a part is told."""
    return next((each.url for each in details_of(site) if each.part == part), PRIVACY)
