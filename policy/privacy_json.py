"""The register as a machine reads it: `/.well-known/privacy.json`, and its JSON Schema.

The terms are those of the W3C Data Privacy Vocabulary (DPV 2, https://w3id.org/dpv) where it has
one. Cookies and storage keys have none there, and are described in words of our own.
"""

from __future__ import annotations

from policy.durations import Duration
from policy.material_terms import digest
from policy.privacy_json_model import (
    Controller,
    Kept,
    Published,
    PublishedBackup,
    PublishedConnection,
    PublishedEvent,
    PublishedException,
    PublishedField,
    PublishedLog,
    PublishedPart,
    PublishedPurpose,
    PublishedRecipient,
    PublishedVersion,
    PublishedWindow,
    Stored,
)
from policy.register import Column, Part, Purpose, Register
from policy.settings import Settings
from policy.versions import Version
from policy.well_known import SCHEMA

CONTEXT = {"dpv": "https://w3id.org/dpv#", "dct": "http://purl.org/dc/terms/"}
USES = {
    "verify accounts": "dpv:IdentityAuthentication",
    "correspond": "dpv:CommunicationManagement",
    "deliver the service": "dpv:ServiceProvision",
    "solve problems": "dpv:TechnicalServiceProvision",
    "improve the service": "dpv:ServiceOptimisation",
}
BASES = {
    "consent": "dpv:Consent",
    "contract": "dpv:Contract",
    "legal duty": "dpv:LegalObligation",
    "legitimate interest": "dpv:LegitimateInterest",
}
SOURCES = {
    "visitor": "dpv:DataSubject",
    "staff": "dpv:DataSubject",
    "service": "dpv:DataController",
}


def schema(url: str) -> dict[str, object]:
    """The JSON Schema (2020-12) of what `published` makes. `url` is the site's."""
    made = Published.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": url + SCHEMA}
    return {**head, **made}


def published(
    settings: Settings, register: Register, versions: tuple[Version, ...], bits: dict[str, float]
) -> Published:
    """The register as it is published. `bits` says what each cookie or key can carry, by name."""
    return Published(
        context=CONTEXT,
        schema_url=settings.url + SCHEMA,
        version=register.version,
        date=register.date,
        substance=digest(register),
        policy=f"{settings.url}/privacy/",
        controller=_controller(settings),
        purposes=[_purpose(each) for each in register.purposes],
        kept=_kept(register, bits),
        stored=_stored(register),
        windows=[
            PublishedWindow(
                name=each.name,
                purpose=each.purpose,
                holds=each.holds,
                keep=each.keep_words,
                duration=each.keep.iso,
            )
            for each in register.windows
        ],
        backups=_backups(register),
        counted=[
            PublishedEvent(**each.model_dump(include={"name", "purpose", "when", "adds", "to"}))
            for each in register.events
        ],
        logged=[
            PublishedLog(
                name=each.name,
                purpose=each.purpose,
                says=each.says,
                fields={field.name: field.holds for field in each.fields},
            )
            for each in register.logs
        ],
        headers={each.name: each.holds for each in register.headers},
        exceptions=[
            PublishedException(**each.model_dump(exclude={"asks"})) for each in register.exceptions
        ],
        connections=[PublishedConnection(**each.model_dump()) for each in register.connections],
        recipients=[PublishedRecipient(**each.model_dump()) for each in register.recipients],
        versions=[
            PublishedVersion(
                number=each.number,
                date=each.register.date,
                url=settings.url + each.url,
                substance=digest(each.register),
                changes=list(each.changes),
            )
            for each in versions
        ],
    )


def _controller(settings: Settings) -> Controller:
    organization = settings.organization
    return Controller(
        name=organization.name,
        url=settings.url,
        email=organization.email,
        phone=organization.phone,
        address=", ".join(
            part
            for part in (
                organization.street,
                organization.locality,
                f"{organization.region} {organization.postal_code}".strip(),
                organization.country,
            )
        ),
    )


def _purpose(purpose: Purpose) -> PublishedPurpose:
    return PublishedPurpose(
        name=purpose.name, text=purpose.text, purpose=USES[purpose.use], basis=BASES[purpose.basis]
    )


def _kept(register: Register, bits: dict[str, float]) -> list[Kept]:
    cookies = [
        Kept(
            name=each.cookie,
            where="cookie",
            purpose=each.purpose,
            holds=each.holds,
            set_when=each.set_when,
            lifetime=each.lifetime_words,
            duration=each.lifetime.iso if isinstance(each.lifetime, Duration) else None,
            path=each.path,
            same_site=each.same_site,
            bits=bits[each.name],
            parts=[_part(part) for part in each.parts],
        )
        for each in register.cookies
    ]
    keys = [
        Kept(
            name=each.key,
            where=each.where,
            purpose=each.purpose,
            holds=each.holds,
            set_when=each.set_when,
            lifetime=each.lifetime_words,
            duration=f"P{each.months}M",
            bits=bits[each.name],
            parts=[_part(part) for part in each.parts],
        )
        for each in register.storages
    ]
    return cookies + keys


def _part(part: Part) -> PublishedPart:
    return PublishedPart(name=part.name, holds=part.holds, values=part.possible)


def _stored(register: Register) -> list[Stored]:
    return [
        Stored(
            name=each.name,
            purpose=each.purpose,
            holds=each.holds,
            keep=each.keep_words,
            duration=each.keep.iso if isinstance(each.keep, Duration) else None,
            readers=list(each.readers),
            fields=[_field(column) for column in each.columns],
        )
        for each in register.tables
    ]


def _backups(register: Register) -> PublishedBackup | None:
    backup = register.backup
    if backup is None:
        return None
    return PublishedBackup(
        purpose=backup.purpose, holds=backup.holds, keep=str(backup.keep), duration=backup.keep.iso
    )


def _field(column: Column) -> PublishedField:
    return PublishedField(
        name=column.name,
        holds=column.holds,
        source=SOURCES[column.given_by],
        category=column.category,
    )
