"""The audit's own relay: it takes letters as any would (RFC 5321), on this machine, and keeps each
as it came, with its envelope."""

from __future__ import annotations

import asyncio
import email
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTPUTF8

from aiosmtpd.smtp import SMTP, Envelope, Session

from analytics.contacts.mail.transport import Relay

__all__ = ["Mailbox", "Posted"]

HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter with its envelope: who sends it, and who gets it, whatever its headers say."""

    message: EmailMessage
    sender: str
    receivers: tuple[str, ...]

    @property
    def to(self) -> str:
        """The address in its header."""
        return str(self.message["To"] or "")


@dataclass
class Mailbox:
    """Where letters arrive, unless it is `away`."""

    letters: list[Posted] = field(default_factory=list)
    away: bool = False

    @contextmanager
    def listening(self) -> Iterator[Relay]:
        """The relay, until the context ends."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(self._listen(), loop).result()
        try:
            yield Relay(HERE, server.sockets[0].getsockname()[1], wrapped=False)
        finally:
            asyncio.run_coroutine_threadsafe(_let_go(server), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def _listen(self) -> asyncio.Server:
        def conversation() -> asyncio.Protocol:
            return _Away() if self.away else SMTP(self, hostname="audit", enable_SMTPUTF8=True)

        return await asyncio.get_running_loop().create_server(conversation, HERE)

    async def handle_DATA(  # noqa: N802  (as aiosmtpd calls it)
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a letter that came whole."""
        message = email.message_from_bytes(envelope.original_content or b"", policy=SMTPUTF8)
        receivers = tuple(map(str, envelope.rcpt_tos))
        self.letters.append(Posted(message, str(envelope.mail_from or ""), receivers))
        return "250 taken"


class _Away(asyncio.Protocol):
    """Says so, and goes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 away\r\n")
        transport.close()


async def _let_go(server: asyncio.Server) -> None:
    """End what is still said, whoever waits for it."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
