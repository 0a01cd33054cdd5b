"""Email addresses: which can be written to, and in which form they are kept.

A form must not take an address that no message can be built for: it would be found out only when
the answer is due. So an address is put into a message and read back, besides being checked.
"""

from __future__ import annotations

from email import message_from_string
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Any

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

__all__ = ["NotMailable", "as_kept", "as_written", "smtp_policy"]

# A longer line is lawful up to here (RFC 5322, section 2.1.1); folded, a link in a header would be
# written as an encoded word, which no mail program takes for a link.
ASCII: EmailPolicy[Any] = SMTP.clone(max_line_length=998)
UTF8: EmailPolicy[Any] = ASCII.clone(utf8=True)


class NotMailable(Exception):
    """No message can be sent to this address. `reads_as_one` where it has an address's form."""

    def __init__(self, address: str, *, reads_as_one: bool) -> None:
        self.address = address
        self.reads_as_one = reads_as_one
        super().__init__("no message can be sent to this address")


def as_kept(address: str) -> str:
    """The form in which an address is stored, so that two spellings of it are one contact.

    Letters of ASCII become small, since hardly any server tells them apart; others stay, as their
    small form may be another address. Raises `NotMailable`.
    """
    found = _checked(address)
    local = "".join(each.lower() if each.isascii() else each for each in found.local_part)
    return f"{local}@{found.domain}"


def as_written(address: str) -> str:
    """The form for a message's header: a domain of other scripts is spelled in ASCII (RFC 5891),
    as long as the part before it is ASCII. Every relay takes that. Raises `NotMailable`."""
    found = _checked(address)
    return found.ascii_email or found.normalized


def smtp_policy(written: str) -> EmailPolicy[Any]:
    """How a message to the address travels: with UTF-8 headers where it must (RFC 6532)."""
    return ASCII if written.isascii() else UTF8


def _checked(address: str) -> ValidatedEmail:
    try:
        found = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        raise NotMailable(address, reads_as_one=False) from None
    if not _travels(found.ascii_email or found.normalized):
        raise NotMailable(address, reads_as_one=True)
    return found


def _travels(written: str) -> bool:
    """Whether a message to the address can be built, and says the same when it is read back."""
    policy = smtp_policy(written)
    message = EmailMessage(policy)
    try:
        message["To"] = written
        # Read from a string: from bytes, the parser takes no UTF-8 in a header for what it is.
        again = message_from_string(message.as_bytes().decode(), policy=policy)
        header: Any = again["To"]
        return [each.addr_spec for each in header.addresses] == [written]
    except (ValueError, LookupError, MessageError):
        # "=?utf-8?q?x=0ay?=" is a lawful name, which the header's parser takes for an encoded word.
        return False
