"""Campaigns: which of those that a site declares a page's address names, by its UTM keys.

`site/campaigns.toml` has them. What an address says besides is "Another campaign": the names that
are counted, and the bits that the visit cookie needs for them, are those that the site chose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, get_args

from pydantic import Field

from policy.names import Name, Names
from policy.toml_lines import Location
from policy.toml_source import Declared

__all__ = ["ANOTHER_CAMPAIGN", "FILE", "MOST_CHARACTERS", "NO_CAMPAIGN", "UTM", "Campaigns", "Key"]
__all__ += ["campaign_faults"]

FILE = "site/campaigns.toml"

Key = Literal["source", "medium", "campaign", "term", "content"]
UTM: tuple[Key, ...] = get_args(Key)
"""The keys of an address that name a campaign, each after "utm_"."""

NO_CAMPAIGN = "None"
ANOTHER_CAMPAIGN = "Another campaign"
MOST_CHARACTERS = 100
MOST = 14
"""Four bits of the visit cookie at most, with the two names that are not declared."""

Word = Annotated[Name, Field(max_length=MOST_CHARACTERS)]


class Campaign(Declared):
    """A campaign: its name in reports, and what the links to it carry. What it does not say may be
    anything."""

    name: Annotated[Name, Field(max_length=40)]
    source: Word | None = None
    medium: Word | None = None
    campaign: Word | None = None
    term: Word | None = None
    content: Word | None = None

    @property
    def carried(self) -> Mapping[str, str]:
        """The keys that links carry, in small letters."""
        values = {key: getattr(self, key) for key in UTM}
        return {key: value.casefold() for key, value in values.items() if value}


class Campaigns(Declared):
    """What a site declares."""

    own: Annotated[tuple[Campaign, ...], Field(alias="campaign", max_length=MOST)] = ()

    def of(self, utm: Mapping[Key, str]) -> str:
        """The campaign of an address with these UTM keys: of those that fit, the one that says
        most, and of several the first. Capitals and blanks around do not matter."""
        said = {key: value.strip().casefold() for key, value in utm.items() if value.strip()}
        if not said:
            return NO_CAMPAIGN
        fitting = [each for each in self.own if each.carried.items() <= said.items()]
        return (
            max(fitting, key=lambda each: len(each.carried)).name if fitting else ANOTHER_CAMPAIGN
        )

    @property
    def names(self) -> frozenset[str]:
        """Every name that `of` can return."""
        return frozenset({NO_CAMPAIGN, ANOTHER_CAMPAIGN, *(each.name for each in self.own)})


def campaign_faults(campaigns: Campaigns) -> Iterator[tuple[Location, str, str]]:
    """The place, the message and the hint of each campaign that cannot be told from another."""
    names = Names("campaign", (NO_CAMPAIGN, ANOTHER_CAMPAIGN))
    links = dict[frozenset[tuple[str, str]], str]()
    for index, each in enumerate(campaigns.own):
        place = "campaign", index
        if wrong := names.wrong(each.name):
            yield (*place, "name"), *wrong
        carried = frozenset(each.carried.items())
        if not carried:
            hint = f"say what its links carry: one of {', '.join(UTM)}"
            yield place, f'campaign "{each.name}" fits every link', hint
        elif carried in links:
            message = f'campaign "{each.name}" has the links of "{links[carried]}"'
            yield place, message, "leave one of the two, or say what tells them apart"
        links[carried] = each.name
