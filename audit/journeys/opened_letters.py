"""A letter that the relay got, opened: who gets it, and what is in it beside its text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from email.message import EmailMessage
from email.utils import getaddresses
from urllib.parse import urlsplit

from audit.observations import Letter

__all__ = ["letter_of"]

RECEIVERS = ("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")
LINK = re.compile(r"https?://[^\s<>\"')]+", re.IGNORECASE)
LOADS = re.compile(
    r"\b(?:src|srcset|background|poster|data|action)\s*=|<(?:link|base|meta\s+http-equiv|script)\b"
    r"|@import|url\(",
    re.IGNORECASE,
)
"""What in HTML makes a program that shows mail ask somebody for something."""


def letter_of(
    message: EmailMessage, addresses: Mapping[str, frozenset[str]], homes: Collection[str]
) -> Letter:
    """What is of interest. `addresses` are those that the visitor gave, with the purposes that they
    allowed; `homes` the origins of this site."""
    receivers = getaddresses(
        [str(each) for name in RECEIVERS for each in message.get_all(name, [])]
    )
    first, *others = [address for _, address in receivers] or [""]
    return Letter(
        legal_basis=str(message["Plainsite-Legal-Basis"] or ""),
        allowed=addresses.get(first),
        others=tuple(others),
        extras=tuple(dict.fromkeys(_extras(message, homes))),
    )


def _extras(message: EmailMessage, homes: Collection[str]) -> Iterator[str]:
    for part in message.walk():
        kind = part.get_content_type()
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        is_text = kind == "text/plain" or (kind == "text/html" and not LOADS.search(text))
        if not is_text or part.get_content_disposition() == "attachment":
            yield f"a part of type {kind}"
        if kind.startswith("text/"):
            for link in LINK.findall(text):
                parts = urlsplit(link)
                if f"{parts.scheme}://{parts.netloc}" not in homes:
                    yield f"a link to {parts.netloc}"
