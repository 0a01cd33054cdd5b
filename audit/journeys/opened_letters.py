"""A letter that the relay got, opened: who gets it, and what is in it beside its text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from urllib.parse import urlsplit

from audit.mailbox import Posted
from audit.observations import Letter

__all__ = ["Opening"]

RECEIVERS = ("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")
LINK = re.compile(r"https?://[^\s<>\"')]+", re.IGNORECASE)
LOADS = re.compile(
    r"\b(?:src|srcset|background|poster|data|action)\s*=|<(?:link|base|meta\s+http-equiv|script)\b"
    r"|@import|url\(",
    re.IGNORECASE,
)
"""What in HTML makes a program that shows mail ask somebody for something."""

HEADERS = {
    "from": r".+",
    "to": r".+",
    "subject": r".+",
    "message-id": r"<[0-9a-f]{32}@[\w.-]+>",
    "plainsite-legal-basis": r"[a-z]+",
    "auto-submitted": r"auto-(?:replied|generated)",
    "list-unsubscribe": r"<https?://[^\s<>?#]+>",
    "list-unsubscribe-post": r"List-Unsubscribe=One-Click",
    "mime-version": r"1\.0",
    "content-type": r'text/(?:plain|html); charset="utf-8"'
    r'|multipart/alternative; boundary="[=\d]+"',
    "content-transfer-encoding": r"7bit|8bit|quoted-printable|base64",
}
"""Every header of a letter, and all that it may be."""

OWN = ("to", "message-id", "list-unsubscribe")
"""Those that are another for each receiver."""

TOKEN = re.compile(r"[\w.=-]{16,}")
"""A part of an address that is signed, and made for its receiver."""


@dataclass(frozen=True)
class Opening:
    """What is known of the visitor: the addresses that they gave, with the purposes that they
    allowed, and the form that each was given in; `homes` are the origins of this site."""

    addresses: Mapping[str, frozenset[str]]
    forms: Mapping[str, str]
    homes: Collection[str]

    def letter_of(self, posted: Posted) -> Letter:
        """What is of interest."""
        message = posted.message
        headers = [str(each) for name in RECEIVERS for each in message.get_all(name, [])]
        first, *others = [address for _, address in getaddresses(headers)] or [""]
        others += [each for each in posted.receivers if each.lower() != first.lower()]
        basis = str(message["Plainsite-Legal-Basis"] or "")
        is_plain = message.get_content_type() == "text/plain"
        kind = (self.forms.get(first, ""), basis, str(message["Subject"]))
        return Letter(
            legal_basis=basis,
            allowed=self.addresses.get(first),
            others=tuple(dict.fromkeys(others)),
            extras=tuple(dict.fromkeys((*_headers(posted), *self._parts(message)))),
            kind=kind if is_plain else (),
            says=_says(message) if is_plain else "",
            number=str(message["Message-ID"] or "").strip("<>").partition("@")[0],
        )

    def _parts(self, message: EmailMessage) -> Iterator[str]:
        for part in message.walk():
            kind = part.get_content_type()
            if part.is_multipart():
                continue
            text = _text(part)
            is_text = kind == "text/plain" or (kind == "text/html" and not LOADS.search(text))
            if not is_text or part.get_content_disposition() == "attachment":
                yield f"a part of type {kind}"
            if kind.startswith("text/"):
                yield from self._links(text)

    def _links(self, text: str) -> Iterator[str]:
        for link in LINK.findall(text):
            parts = urlsplit(link)
            if f"{parts.scheme}://{parts.netloc}" not in self.homes:
                yield f"a link to {parts.netloc}"
            elif TOKEN.search(parts.path) and (parts.query or parts.fragment):
                yield "more behind a link than the path that is signed"


def _headers(posted: Posted) -> Iterator[str]:
    """Those that no letter has, or not so, in the letter and in each part of it."""
    for part in posted.message.walk():
        for name, value in part.items():
            form = HEADERS.get(name.lower())
            if form is None:
                yield f"the header {name}"
            elif not re.fullmatch(form, str(value)):
                yield f"a header {name} that is none of a letter’s"
    _, sender = parseaddr(str(posted.message["From"] or ""))
    if posted.sender != sender:
        yield "another sender on its envelope"


def _says(message: EmailMessage) -> str:
    """All that its receiver reads, but for what is made for them alone: of that, how long it is."""
    headers = (f"{name}: {value}" for name, value in message.items() if name.lower() not in OWN)
    return "\n".join((*headers, LINK.sub(_without_token, _text(message))))


def _without_token(link: re.Match[str]) -> str:
    return TOKEN.sub(lambda token: f"({len(token[0])} letters)", link[0])


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
