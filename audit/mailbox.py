"""The audit's own relay: it takes letters as any would (RFC 5321), on this machine, and keeps each
as it came, with its envelope."""

from __future__ import annotations

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTPUTF8

from analytics.contacts.mail.transport import Relay

__all__ = ["Mailbox", "Posted"]

HERE = "127.0.0.1"
CAN = ("8BITMIME", "SMTPUTF8", "SIZE 10000000")
ENDS = (b".\r\n", b"")


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
        mailbox = self

        class Conversation(_Conversation):
            def take(self, letter: Posted) -> None:
                mailbox.letters.append(letter)

            def is_away(self) -> bool:
                return mailbox.away

        with socketserver.ThreadingTCPServer((HERE, 0), Conversation) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            try:
                yield Relay(HERE, server.server_address[1], wrapped=False)
            finally:
                server.shutdown()
                thread.join()


class _Conversation(socketserver.StreamRequestHandler):
    """What one client says. A command that is not known is refused."""

    timeout = 30.0

    def take(self, letter: Posted) -> None:
        raise NotImplementedError

    def is_away(self) -> bool:
        raise NotImplementedError

    def handle(self) -> None:
        self._begin()
        if self.is_away():
            self._say("421 away")
            return
        self._say("220 audit")
        while line := self.rfile.readline():
            if not self._answer(line.decode("utf-8", "replace").strip()):
                return

    def _begin(self) -> None:
        self._sender, self._receivers = "", list[str]()

    def _answer(self, line: str) -> bool:
        """Whether it goes on."""
        command, _, rest = line.partition(" ")
        match command.upper():
            case "EHLO":
                self._say(*(f"250-{each}" for each in ("audit", *CAN[:-1])), f"250 {CAN[-1]}")
            case "MAIL":
                self._begin()
                self._sender = _address(rest)
                self._say("250 yes")
            case "RCPT":
                self._receivers.append(_address(rest))
                self._say("250 yes")
            case "DATA":
                self._say("354 go on")
                self._take_data()
            case "QUIT":
                self._say("221 goodbye")
                return False
            case "HELO" | "NOOP" | "RSET":
                self._say("250 yes")
            case _:
                self._say("502 no")
        return True

    def _take_data(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in ENDS:
            lines.append(line.removeprefix(b"."))
        message = email.message_from_bytes(b"".join(lines), policy=SMTPUTF8)
        self.take(Posted(message, self._sender, tuple(self._receivers)))
        self._say("250 taken")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


def _address(rest: str) -> str:
    """What stands between the brackets of `FROM:<ada@example.org> SIZE=1`."""
    return rest.partition("<")[2].partition(">")[0]
