"""The relay: the one mail server that messages are handed to, and nobody else (P9)."""

from __future__ import annotations

import os
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from policy import Fault, Faults

__all__ = ["Relay", "Transport", "read_relay"]

VARIABLE = "PLAINSITE_RELAY"
PORTS = {"smtp": 587, "smtps": 465}
SECONDS = 30


class Transport(Protocol):
    """Whatever takes messages: a relay, or what stands for one."""

    def send(self, message: EmailMessage) -> None:
        """Take a message. Raises `smtplib.SMTPException` or `OSError` where it cannot."""


@dataclass(frozen=True)
class Relay:
    """A mail server (RFC 5321). Except on this machine, it is only spoken to over TLS."""

    host: str
    port: int
    wrapped: bool
    user: str = ""
    password: str = ""

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Returns once the relay has taken it.

        Raises `smtplib.SMTPException`, or `OSError` where it cannot be reached.
        """
        context = ssl.create_default_context()
        if self.wrapped:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        with server:
            if not self.wrapped and not _is_here(self.host):
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)


def read_relay() -> Relay | None:
    """The relay that the environment names; None where it names none. Raises `Faults`.

    `PLAINSITE_RELAY` is like `smtp://name:password@mail.example.org:587`, or begins with `smtps:`
    where the relay speaks TLS from the start.
    """
    given = os.environ.get(VARIABLE, "")
    if not given:
        return None
    try:
        parts = urlsplit(given)
        return _relay(parts)
    except ValueError:
        hint = "write it like smtp://name:password@mail.example.org:587"
        raise Faults([Fault(VARIABLE, None, "this is not the address of a relay", hint)]) from None


def _relay(parts: SplitResult) -> Relay:
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/"):
        raise ValueError(parts.scheme)
    return Relay(
        parts.hostname,
        parts.port or PORTS[parts.scheme],
        parts.scheme == "smtps",
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
