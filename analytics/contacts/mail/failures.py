"""What a failure to send means: the message waits for another try, or it never can be sent."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass

__all__ = ["LATE", "Failure", "judge"]

FOR_GOOD = 500
"""From this code on, a mail server says that trying again is of no use (RFC 5321, 4.2.1)."""


@dataclass(frozen=True)
class Failure:
    """`reason` is a word for the log and for staff; `code` the relay's, where it gave one."""

    reason: str
    for_good: bool
    code: int = 0

    @property
    def words(self) -> str:
        """For staff."""
        return f"{self.reason} {self.code}" if self.code else self.reason


LATE = Failure("LinkRanOut", for_good=True)
"""The link in a message has run out before it could be sent."""


def judge(error: smtplib.SMTPException | OSError, *, international: bool) -> Failure:
    """What the relay's answer, or its silence, means for one message.

    `international` says that the address has letters beyond ASCII, which not every relay takes.
    """
    name = type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((code for code, _ in error.recipients.values()), default=0)
        return Failure(name, code >= FOR_GOOD, code)
    if isinstance(error, smtplib.SMTPDataError):
        return Failure(name, error.smtp_code >= FOR_GOOD, error.smtp_code)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Failure(name, international)
    # A refused sender, a password, a line that broke: it is so for every message, and is mended.
    return Failure(name, for_good=False)
