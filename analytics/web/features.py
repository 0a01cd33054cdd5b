"""What belongs to a feature, where the site may have turned it off."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["FeatureOff", "on"]

Here = TypeVar("Here")


class FeatureOff(LookupError):
    """What belongs to a feature was asked for on a site that has turned it off."""

    def __init__(self, feature: str) -> None:
        self.feature = feature
        super().__init__(f'the feature "{feature}" is off')


def on(part: Here | None, feature: str) -> Here:
    """The part of a feature that is on. Raises FeatureOff."""
    if part is None:
        raise FeatureOff(feature)
    return part
