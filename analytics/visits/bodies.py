"""What the scripts of a visit send, each in a model that checks it and describes it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from policy.referrers import MOST_CHARACTERS

__all__ = ["BODIES", "Body", "ConsentBody", "EngagedBody", "ViewBody"]

LONGEST_MS = 4 * 3_600 * 1_000


class Body(BaseModel):
    """What a script sends: exactly these keys, of exactly these types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _whole(number: object) -> object:
    # To JSON, and to JSON Schema, 5.0 is a whole number too.
    return int(number) if isinstance(number, float) and number.is_integer() else number


WHOLE = BeforeValidator(_whole)


class ConsentBody(Body):
    """The version of the register that the page asked about, and whether the visitor said yes
    just now, rather than when the browser was last open."""

    version: Annotated[int, WHOLE]
    given: bool


class ViewBody(Body):
    """A page that was opened, and the host that linked to it ("" for none, or our own)."""

    page: str
    referrer: Annotated[str, Field(alias="from", max_length=MOST_CHARACTERS)]


class EngagedBody(Body):
    """Milliseconds for which a page was visible and focused, since it last said so."""

    page: str
    # The bounds come first, so that the JSON Schema has them too.
    ms: Annotated[int, Field(gt=0, le=LONGEST_MS), WHOLE]
    leaving: bool


BODIES: dict[str, type[Body]] = {
    "visits.consent": ConsentBody,
    "visits.count_view": ViewBody,
    "visits.count_engaged": EngagedBody,
}
"""What each address takes."""
