"""Receipts: a signed record of what a visitor agreed to, for the visitor to keep.

It is the same for everybody who agreed to the same on the same day, so it names nobody. We keep no
copy: the signature shows later that it is ours and unchanged. The shape is that of ISO/IEC TS
27560 in the terms of the W3C Data Privacy Vocabulary (https://w3id.org/dpv/guides/consent-27560).
"""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any

from itsdangerous import Signer

from policy.material_terms import digest
from policy.privacy_json import BASES, CONTEXT, USES
from policy.register import Register
from policy.settings import Settings
from policy.versions import page_of

__all__ = ["is_ours", "receipt"]

SHAPE = "https://w3id.org/dpv/schema/dpv-27560#receipt"
SIGNATURE = "signature"


def receipt(
    register: Register,
    settings: Settings,
    purpose: str,
    day: datetime.date,
    keys: tuple[bytes, ...],
) -> dict[str, Any]:
    """That a browser held consent to `purpose` on `day`, signed."""
    agreed = register.purpose(purpose)
    record = {
        "@context": CONTEXT,
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": SHAPE,
        "dct:created": day.isoformat(),
        "dct:publisher": settings.organization.name,
        "dpv:hasRecordOfActivity": {
            "@type": "dpv:ConsentRecord",
            "dpv:hasConsentStatus": "dpv:ConsentGiven",
            "dpv:hasDataController": settings.organization.name,
            "dpv:hasNotice": settings.url + page_of(register.version),
            "dct:hasVersion": register.version,
            "substance": digest(register),
            "dpv:hasProcess": {
                "@type": "dpv:Process",
                "dpv:hasPurpose": USES[agreed.use],
                "dpv:hasLegalBasis": BASES[agreed.basis],
                "dct:description": agreed.text,
                "dpv:hasRecipient": [recipient.name for recipient in register.recipients],
            },
        },
    }
    return {**record, SIGNATURE: _signer(keys).get_signature(_bytes(record)).decode("ascii")}


def is_ours(given: dict[str, Any], keys: tuple[bytes, ...]) -> bool:
    """Whether a receipt was signed here and is unchanged; its order and spaces do not matter."""
    record = {key: value for key, value in given.items() if key != SIGNATURE}
    signature = given.get(SIGNATURE)
    return isinstance(signature, str) and _signer(keys).verify_signature(_bytes(record), signature)


def _bytes(record: dict[str, Any]) -> bytes:
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _signer(keys: tuple[bytes, ...]) -> Signer:
    return Signer(keys, salt=b"receipt", key_derivation="hmac", digest_method=hashlib.sha256)
