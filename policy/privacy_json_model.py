"""The form of `/.well-known/privacy.json`. Its JSON Schema is made from these models."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]


class _Published(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Controller(_Published):
    """Who answers for it."""

    type: Annotated[Literal["dpv:DataController"], Field(alias="@type")] = "dpv:DataController"
    name: Text
    url: Text
    email: Text
    phone: Text
    address: Text


class PublishedPurpose(_Published):
    """A purpose and its legal basis."""

    name: Text
    text: Text
    purpose: Annotated[Text, Field(alias="dpv:hasPurpose")]
    basis: Annotated[Text, Field(alias="dpv:hasLegalBasis")]


class PublishedPart(_Published):
    """One part of a value, and every value that it can have."""

    name: Text
    holds: Text
    values: Text


class Kept(_Published):
    """A cookie or storage key. `bits` is the most that its value can carry."""

    name: Text
    where: Literal["cookie", "localStorage", "sessionStorage"]
    purpose: Text
    holds: Text
    set_when: Annotated[Text, Field(alias="setWhen")]
    lifetime: Text
    duration: Annotated[str | None, Field(alias="dpv:hasDuration")] = None
    path: str | None = None
    same_site: Annotated[Literal["Strict", "Lax"] | None, Field(alias="sameSite")] = None
    bits: Annotated[float, Field(ge=0)]
    parts: list[PublishedPart]


class PublishedField(_Published):
    """A column of a table."""

    name: Text
    holds: Text
    source: Annotated[Text, Field(alias="dpv:hasDataSource")]
    category: str | None = None


class Stored(_Published):
    """A table on the server, who may read it, and how long a row is kept."""

    name: Text
    purpose: Text
    holds: Text
    keep: Text
    duration: Annotated[str | None, Field(alias="dpv:hasDuration")] = None
    readers: list[str]
    fields: list[PublishedField]


class PublishedEvent(_Published):
    """Something that is counted, and where it is added."""

    name: Text
    purpose: Text
    when: Text
    adds: list[str]
    to: list[str]


class PublishedLog(_Published):
    """A line of the log, and the kind of each of its values."""

    name: Text
    purpose: Text
    says: Text
    fields: dict[str, str]


class PublishedBackup(_Published):
    """Copies of the databases, and how long each is kept."""

    purpose: Text
    holds: Text
    keep: Text
    duration: Annotated[str, Field(alias="dpv:hasDuration")]


class PublishedWindow(_Published):
    """What the files of a database tell besides its rows, and for how long at most."""

    name: Text
    purpose: Text
    holds: Text
    keep: Text
    duration: Annotated[str, Field(alias="dpv:hasDuration")]


class PublishedException(_Published):
    """What the security headers let one page do, and no other."""

    name: Text
    page: Text
    purpose: Text
    allows: list[str]
    holds: Text


class PublishedConnection(_Published):
    """A machine that the service itself connects to."""

    name: Text
    purpose: Text
    to: Text
    carries: Text


class PublishedRecipient(_Published):
    """Somebody outside who receives something."""

    name: Text
    origin: Text
    purpose: Text
    receives: Text


class PublishedVersion(_Published):
    """A version that was released."""

    number: Annotated[int, Field(ge=1)]
    date: datetime.date
    url: Text
    substance: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    changes: list[str]


class Published(_Published):
    """The whole policy."""

    context: Annotated[dict[str, str], Field(alias="@context")]
    type: Annotated[Literal["dpv:Process"], Field(alias="@type")] = "dpv:Process"
    schema_url: Annotated[Text, Field(alias="$schema")]
    version: Annotated[int, Field(ge=1)]
    date: datetime.date
    substance: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    policy: Text
    controller: Annotated[Controller, Field(alias="dpv:hasDataController")]
    purposes: list[PublishedPurpose]
    kept: list[Kept]
    stored: list[Stored]
    windows: list[PublishedWindow]
    backups: PublishedBackup | None
    counted: list[PublishedEvent]
    logged: list[PublishedLog]
    headers: dict[str, str]
    exceptions: list[PublishedException]
    connections: list[PublishedConnection]
    recipients: Annotated[list[PublishedRecipient], Field(alias="dpv:hasRecipient")]
    versions: list[PublishedVersion]
