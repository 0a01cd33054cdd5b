"""A service that tells others, or other files, what visitors send."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import subprocess
import sys
import tempfile
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

from werkzeug.wrappers import Request

from .planting import App, seen


def posted(request: Request) -> dict[str, list[str]]:
    """What a form sends, which the service reads again."""
    body = request.get_data(cache=True)
    request.environ["wsgi.input"] = io.BytesIO(body)
    return parse_qs(body.decode())


def as_posted(tell: Callable[[str], object]) -> Callable[[App], App]:
    """A service that tells somebody the address of whoever sends a form, in a thread of its own."""

    def act(request: Request) -> None:
        if request.method == "POST" and (email := posted(request).get("email")):
            teller = threading.Thread(target=tell, args=email)
            teller.start()
            teller.join()

    return seen(act)


def elsewhere(email: str) -> None:
    """In a file of the machine that no audit would look for, so that its bytes are not searched."""
    path = Path(tempfile.gettempdir(), f"plainsite-{os.getpid()}.log")
    path.write_text(email, encoding="utf-8")
    path.unlink()


def datagram(email: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(zlib.compress(email.encode()), ("127.0.0.1", 9))


def in_a_name(email: str) -> None:
    with contextlib.suppress(OSError):
        socket.getaddrinfo(f"{email.encode().hex()[:60]}.localhost", 443)


def by_a_program(email: str) -> None:
    subprocess.run([sys.executable, "-S", "-c", "", email], check=True)
