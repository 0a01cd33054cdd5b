"""The mail sender: a background task that hands what waits in the outbox to the relay.

No message can end it. One that cannot be built, or that the relay refuses for good, is set aside
and shown to staff; a relay that is away is tried again, more and more slowly. What waits longer
than the register allows is deleted by retention.
"""

from __future__ import annotations

import secrets
import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from typing import Literal

from analytics.background import BackgroundTask, Waits
from analytics.contacts.mail.build_message import MessageBuilder
from analytics.contacts.mail.failures import LATE, Failure, judge
from analytics.contacts.mail.outbox import Message, Outbox
from analytics.contacts.mail.transport import Transport
from analytics.web.log import ServiceLog, place_of

__all__ = ["MailSender", "Prospect"]

IDLE_SECONDS = 60.0
"""How often the outbox is looked at uncalled: another service may have left something in it."""

Prospect = Literal["now", "later", "never"]


class MailSender(BackgroundTask):
    """Sends messages, from its start until it is closed. Without a relay they stay."""

    def __init__(  # noqa: PLR0913, PLR0917  (what it works with)
        self,
        outbox: Outbox,
        relay: Transport | None,
        builder: MessageBuilder,
        log: ServiceLog,
        clock: Callable[[], float],
        name: str = "mail",
    ) -> None:
        super().__init__(name, self._send_what_waits, log, clock=clock)
        self._log = log
        self.outbox = outbox
        self._relay = relay
        self.builder = builder
        self._owner = secrets.token_hex(8)
        self._taken: set[str] = set()
        self._rounds_put_off = 0

    @property
    def prospect(self) -> Prospect:
        """When a message that is queued now will be sent, as far as is known."""
        if self._relay is None or not self.state.alive:
            return "never"
        return "later" if self._rounds_put_off or self.state.failures else "now"

    def _send_what_waits(self) -> float:
        if self.round():
            return IDLE_SECONDS
        return Waits().after(self._rounds_put_off)

    def round(self) -> bool:
        """Try every message once; whether none is left to be tried again."""
        if self._relay is None:
            return True
        done = [
            self._try(self._relay, message) for message in self.outbox.waiting() if not self.closing
        ]
        self._rounds_put_off = 0 if all(done) else self._rounds_put_off + 1
        return all(done)

    def _try(self, relay: Transport, message_id: str) -> bool:
        """Whether the message needs no other try. No address is ever logged."""
        if message_id in self._taken:  # It was sent, and could not be deleted then.
            self._remove(message_id)
            return True
        message = self.outbox.claim(message_id, self._owner)
        if message is None:
            return False  # Another sender has it: look again whether it came to an end.
        if not message.email:
            self.outbox.remove(message.id)
            return True
        failure = LATE if message.late else self._send(relay, message)
        if failure is None:
            self._taken.add(message.id)
            self._remove(message.id)
        elif failure.for_good:
            self.outbox.set_aside(message.id, self._owner, failure.words)
        else:
            self.outbox.put_off(message.id, self._owner, failure.words)
        return failure is None or failure.for_good

    def _send(self, relay: Transport, message: Message) -> Failure | None:
        try:
            built = self.builder.build(message)
            return self._hand_over(relay, built)
        # Each message is a round of the loop of its own: whatever one brings about may neither end
        # the thread nor keep the others back.
        except Exception as error:
            name = type(error).__name__
            self._log.say("message set aside", error=name, place=place_of(error))
            return Failure(name, for_good=True)

    def _hand_over(self, relay: Transport, built: EmailMessage) -> Failure | None:
        try:
            relay.send(built)
        except (smtplib.SMTPException, OSError) as error:
            failure = judge(error, international=not str(built["To"]).isascii())
            if failure.for_good:
                self._log.say("message refused", error=failure.reason, code=failure.code)
            else:
                self._log.say("message put off", reason=failure.reason)
            return failure
        return None

    def _remove(self, message: str) -> None:
        self.outbox.remove(message)
        self._taken.discard(message)
