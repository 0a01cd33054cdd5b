"""The key that signs cookies."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from policy import Fault, Faults

__all__ = ["read_secret"]

VARIABLE = "PLAINSITE_SECRET_KEY"
FEWEST_BYTES = 32


def read_secret(var: Path) -> bytes:
    """The key from the environment, or from `var/secret.key`, which the first start makes.

    Raises Faults when it is too short to be a key.
    """
    path = var / "secret.key"
    given = os.environ.get(VARIABLE, "").encode()
    secret = given or _kept(path)
    if len(secret) < FEWEST_BYTES:
        place = VARIABLE if given else str(path)
        message = f"the key has {len(secret)} bytes, fewer than {FEWEST_BYTES}"
        hint = 'make one with: python -c "import secrets; print(secrets.token_hex())"'
        raise Faults([Fault(place, None, message, hint)])
    return secret


def _kept(path: Path) -> bytes:
    # It exists after the first start; or another process made it a moment ago, and that one is it.
    with suppress(FileExistsError):
        _make(path)
    return path.read_bytes().strip()


def _make(path: Path) -> None:
    if path.exists():
        raise FileExistsError(path)
    # Written whole under another name first: nobody can read half a key.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(FEWEST_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    finally:
        draft.unlink()
