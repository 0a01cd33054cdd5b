"""What the scripts of a visit send, each in a model that checks it and describes it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from policy.campaigns import MOST_CHARACTERS, Key

__all__ = ["BODIES", "ActionBody", "Body", "EngagedBody", "ViewBody"]

LONGEST_MS = 15 * 60 * 1_000
"""A page says every ten minutes of use for how long it was used, and stops the clock five minutes
after that."""

LONGEST_PATH = 2_000


DAY_MS = 24 * 3_600 * 1_000


class Body(BaseModel):
    """What a script sends: exactly these keys, of exactly these types. `width` is that of the
    screen, in CSS pixels; 0 where it is not said."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    page: str
    width: Annotated[float, Field(ge=0, le=100_000)] = 0


def _whole(number: object) -> object:
    # To JSON, and to JSON Schema, 5.0 is a whole number too.
    return int(number) if isinstance(number, float) and number.is_integer() else number


WHOLE = BeforeValidator(_whole)
Share = Annotated[float, Field(ge=0, le=1_000)]
"""Of a page that was in view; more than 1 where a page is shorter than the window."""

Measured = Literal["LCP", "INP", "CLS"]


class ViewBody(Body):
    """A page that was opened, with the consent that it rests on.

    `page` is "" for one that is not counted, on which the visitor agreed. `referrer` is the host of
    another site that led there, the path of a page of ours, "*" for one that is not known, or "".
    `utm` are the keys of its address that name a campaign.
    `version` is that of the register that was agreed to; `given` says that this was just now,
    rather than when the browser was last open.
    """

    referrer: Annotated[str, Field(alias="from", max_length=LONGEST_PATH)]
    utm: dict[Key, Annotated[str, Field(max_length=MOST_CHARACTERS)]]
    version: Annotated[int, WHOLE]
    given: bool


class EngagedBody(Body):
    """Milliseconds for which a page was in view and in use, since it last said so. One that
    `renews` is still in use.

    `before` are those that it had said already of this view, `deep` the shares of the page that
    had been in view then, and have been now. `speed` is how fast it was: milliseconds, and of CLS
    a share (https://web.dev/articles/vitals); `forms` what became of its forms, such as
    "ask/left/phone".
    """

    # The bounds come first, so that the JSON Schema has them too.
    ms: Annotated[int, Field(ge=0, le=LONGEST_MS), WHOLE]
    renews: bool
    before: Annotated[int, Field(ge=0, le=DAY_MS), WHOLE] = 0
    deep: Annotated[list[Share], Field(min_length=2, max_length=2)] = [0, 0]
    speed: dict[Measured, Annotated[float, Field(ge=0, le=DAY_MS)]] = {}
    forms: Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50)] = []


class ActionBody(Body):
    """Something that was done on a page: an event, such as "played?video=tour"; a file or a link to
    another site that was opened; or a form that was sent, told by its page of thanks, which is no
    page that is counted (`page` is "")."""

    deed: Literal["form", "event", "download", "outbound"]
    what: Annotated[str, Field(max_length=LONGEST_PATH)]


BODIES: dict[str, type[Body]] = {
    "visits.count_view": ViewBody,
    "visits.count_engaged": EngagedBody,
    "visits.count_action": ActionBody,
}
"""What each address takes."""
