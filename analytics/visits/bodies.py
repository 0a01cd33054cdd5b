"""What the scripts of a visit send, each in a model that checks it and describes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from policy.campaigns import MOST_CHARACTERS, Key

__all__ = ["BODIES", "Body", "EngagedBody", "ViewBody"]

LONGEST_MS = 4 * 3_600 * 1_000
LONGEST_PATH = 2_000


class Body(BaseModel):
    """What a script sends: exactly these keys, of exactly these types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _whole(number: object) -> object:
    # To JSON, and to JSON Schema, 5.0 is a whole number too.
    return int(number) if isinstance(number, float) and number.is_integer() else number


WHOLE = BeforeValidator(_whole)


class ViewBody(Body):
    """A page that was opened, with the consent that it rests on.

    `page` is "" for one that is not counted, on which the visitor agreed. `referrer` is the host of
    another site that led there, the path of a page of ours, "*" for one that is not known, or "".
    `utm` are the keys of its address that name a campaign.
    `version` is that of the register that was agreed to; `given` says that this was just now,
    rather than when the browser was last open.
    """

    page: str
    referrer: Annotated[str, Field(alias="from", max_length=LONGEST_PATH)]
    utm: dict[Key, Annotated[str, Field(max_length=MOST_CHARACTERS)]]
    version: Annotated[int, WHOLE]
    given: bool


class EngagedBody(Body):
    """Milliseconds for which a page was in view and in use, since it last said so. One that
    `renews` is still in use."""

    page: str
    # The bounds come first, so that the JSON Schema has them too.
    ms: Annotated[int, Field(gt=0, le=LONGEST_MS), WHOLE]
    renews: bool


BODIES: dict[str, type[Body]] = {
    "visits.count_view": ViewBody,
    "visits.count_engaged": EngagedBody,
}
"""What each address takes."""
