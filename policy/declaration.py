"""`site/policy.toml`: which features of the engine are on, and what is the site's own.

It is short, since all that the engine does is declared in `policy/features/`. `policy.sum` adds
the two up to the register.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from policy.features import FeatureName
from policy.names import Name as Words
from policy.origin_addresses import OriginAddress
from policy.register import Basis, Category, Use
from policy.texts import Text
from policy.toml_source import Declared

__all__ = ["REGISTER", "Declaration", "OwnField", "OwnPurpose", "OwnRecipient"]

REGISTER = "site/policy.toml"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", examples=["phone", "postal_code"])]


class OwnField(Declared):
    """A question that the site's forms may ask: a column of the submissions."""

    category: Category
    label: Words
    holds: Text
    listed: bool = False
    formerly: str = ""


class OwnPurpose(Declared):
    """A purpose that the engine does not know."""

    text: Text
    use: Use
    basis: Basis


class OwnRecipient(Declared):
    """Somebody outside who receives something."""

    origin: OriginAddress
    purpose: str
    receives: Text


class NoticeWords(Declared):
    """The site's own words of the notice, as many as it wants."""

    title: Text | None = None
    text: Text | None = None
    accept: Text | None = None
    reject: Text | None = None
    more: Text | None = None
    accepted: Text | None = None
    rejected: Text | None = None
    hide: Text | None = None
    signal: Text | None = None


class Declaration(Declared):
    """The whole file.

    `entry` is what the visit cookie names of where a visit began: the page, unless it says
    `section`. `words` and `limits` change texts and times of the features' entries, each under the
    entry's address, as `cookie.audience.lifetime`.
    """

    version: Annotated[int, Field(ge=1)]
    date: datetime.date
    features: tuple[FeatureName, ...] = ()
    entry: Literal["page", "section"] | None = None
    notice: NoticeWords = NoticeWords()
    fields: Annotated[dict[Name, OwnField], Field(default_factory=dict)]
    purposes: Annotated[dict[Name, OwnPurpose], Field(default_factory=dict)]
    recipients: Annotated[dict[Words, OwnRecipient], Field(default_factory=dict)]
    browser_features: Annotated[dict[str, str], Field(default_factory=dict)]
    words: Annotated[dict[str, Any], Field(default_factory=dict)]
    limits: Annotated[dict[str, Any], Field(default_factory=dict)]

    @field_validator("features")
    @classmethod
    def _once(cls, names: tuple[FeatureName, ...]) -> tuple[FeatureName, ...]:
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f'name each feature once: "{twice[0]}" stands there twice')
        return names
