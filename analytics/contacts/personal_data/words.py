"""What is asked and answered on the page of one's own data."""

from __future__ import annotations

from policy.fields import Field
from policy.sentences import mark, mark_number, sentence

__all__ = ["CHANNELS", "LATER", "OFTEN", "SENT", "asked", "other"]

CHANNELS = (mark("email"),)
"""How a permission lets us write, as the database has it."""

LATER = mark(
    "Our database could not do it, and nothing was changed. Please try again in a few minutes."
)
OFTEN = mark_number(
    "You asked many times. Please ask again in %(number)s minute.",
    "You asked many times. Please ask again in %(number)s minutes.",
)
"""About one minute, and about several."""

SENT = mark_number(
    "Somebody asked for this address many times just now. If we hold something about it, the "
    "link is in our newest email, perhaps among your junk mail. Or ask again in %(number)s minute.",
    "Somebody asked for this address many times just now. If we hold something about it, the link "
    "is in our newest email, perhaps among your junk mail. Or ask again in %(number)s minutes.",
)


def asked() -> Field:
    """The question for an address."""
    return Field(
        name="email",
        label=sentence("Email address"),
        kind="email",
        required=True,
        most_characters=254,
    )


def other() -> Field:
    """For an answer to a form that is no longer declared."""
    return Field(name="other", label=sentence("This"), kind="textarea", most_characters=5_000)
