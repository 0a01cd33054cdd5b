"""The keys that sign cookies, links and receipts: the newest signs, retired ones are still read.

They stand in `var/secret.key`, one a line, the oldest first; a retired one has the day on which it
was. What a lost, copied or changed key means is in deploy/README.md.
"""

from __future__ import annotations

import datetime
import os
import re
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from policy import Fault, Faults, Register
from policy.durations import Duration

__all__ = ["Key", "days_read", "keys_in_use", "read_keys", "rotate"]

FILE = "secret.key"
VARIABLE = "PLAINSITE_SECRET_KEY"
FEWEST_BYTES = 32
OTHERS = 0o077
LINE = re.compile(r"(\S+)(?: retired (\d{4}-\d{2}-\d{2}))?")
DAY_SECONDS = 86_400
NEW = "python build.py data rotate-secret --copied makes a new one; visitors are asked again"


@dataclass(frozen=True)
class Key:
    """A key; `retired` is the day from which another signs in its place."""

    secret: bytes
    retired: datetime.date | None = None


def days_read(register: Register) -> int:
    """For how many days a retired key is still read: until the register keeps nothing any more
    that it signed, or that what it signed is about."""
    cookies = [cookie.lifetime_seconds or 0 for cookie in register.cookies]
    kept = [table.keep.seconds for table in register.tables if isinstance(table.keep, Duration)]
    return -(-max([DAY_SECONDS, *cookies, *kept]) // DAY_SECONDS)


def read_keys(var: Path) -> tuple[Key, ...]:
    """All keys that there are, the oldest first and the one that signs last.

    They come from the environment, or from `var/secret.key`, which the first start makes. Raises
    Faults where one is damaged or too short, or where the file is one that others can read, or that
    cannot be read or made.
    """
    given = os.environ.get(VARIABLE, "")
    if given:
        keys = [Key(secret.encode()) for secret in given.split()]
        _check(VARIABLE, keys)
        return tuple(keys)
    path = var / FILE
    with _told(path):
        if not path.exists():
            # Or another process makes it at the same time, and that one is it.
            with suppress(FileExistsError):
                _make(path)
        return tuple(_read(path))


def keys_in_use(var: Path, register: Register, today: datetime.date) -> tuple[bytes, ...]:
    """Those that are read today, as itsdangerous takes them: the last one signs. Raises Faults."""
    return tuple(key.secret for key in _unexpired(read_keys(var), register, today))


def rotate(
    var: Path, register: Register, today: datetime.date, *, copied: bool = False
) -> tuple[Key, ...]:
    """Make a new key that signs from the next start or reload on; the keys that there are then.

    The others are still read for their time, then deleted; at once where one was `copied`: whoever
    has it could sign what we would read. Raises Faults.
    """
    path = var / FILE
    if os.environ.get(VARIABLE):
        hint = f"put the new one behind the others in {VARIABLE}, with a space between"
        raise Faults([Fault(VARIABLE, None, "the key comes from the environment", hint)])
    with _told(path):
        old = [] if copied or not path.exists() else _read(path)
        kept = _unexpired(old, register, today)
        keys = (*(Key(key.secret, key.retired or today) for key in kept), Key(_new()))
        _write(path, keys)
    return keys


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Raises Faults where the system does not let us read or write the file."""
    try:
        yield
    except OSError as error:
        message = f"the signing key cannot be read or made: {error.strerror or error}"
        hint = f"let {path} be a file in a folder that the service may write to"
        raise Faults([Fault(str(path), None, message, hint)]) from None


def _unexpired(keys: Sequence[Key], register: Register, today: datetime.date) -> list[Key]:
    longest = datetime.timedelta(days=days_read(register))
    return [key for key in keys if key.retired is None or today - key.retired <= longest]


def _read(path: Path) -> list[Key]:
    """Raises Faults."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & OTHERS:
        message = f"others can read the signing key, or change it (its mode is {mode:o})"
        hint = f"chmod 600 {quote(str(path))}; if anyone may have: {NEW}"
        raise Faults([Fault(str(path), None, message, hint)])
    lines = path.read_bytes().decode("ascii", errors="replace").split("\n")
    keys = [_key(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not keys or keys[-1].retired or any(key.retired is None for key in keys[:-1]):
        message = "the last line, and only it, must be a key that is not retired"
        raise Faults([Fault(str(path), None, message, f"put back a backup's, or: {NEW}")])
    _check(str(path), keys)
    return keys


def _key(path: Path, number: int, line: str) -> Key:
    found = LINE.fullmatch(line.strip())
    try:
        if found and found[1].isascii() and found[1].isprintable():
            day = found[2]
            return Key(found[1].encode(), datetime.date.fromisoformat(day) if day else None)
    except ValueError:
        pass  # There is no such day.
    hint = f"put back a backup's, or: {NEW}"
    raise Faults([Fault(str(path), number, "this is no key: the file is damaged", hint)])


def _check(place: str, keys: Sequence[Key]) -> None:
    for number, key in enumerate(keys, 1):
        if len(key.secret) < FEWEST_BYTES:
            message = f"the key has {len(key.secret)} bytes, fewer than {FEWEST_BYTES}"
            hint = f"put back a backup's, or: {NEW}"
            if place == VARIABLE:
                hint = 'make one with: python -c "import secrets; print(secrets.token_hex())"'
            raise Faults([Fault(place, None if len(keys) == 1 else number, message, hint)])


def _new() -> bytes:
    return secrets.token_hex(FEWEST_BYTES).encode()


def _text(keys: Sequence[Key]) -> str:
    lines = (
        key.secret.decode() + (f" retired {key.retired.isoformat()}" if key.retired else "")
        for key in keys
    )
    return "\n".join(lines) + "\n"


def _make(path: Path) -> None:
    draft = _draft(path, [Key(_new())])
    try:
        path.hardlink_to(draft)
    finally:
        draft.unlink()


def _write(path: Path, keys: Sequence[Key]) -> None:
    _draft(path, keys).replace(path)


def _draft(path: Path, keys: Sequence[Key]) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written whole under another name first: nobody can read half a key.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(_text(keys))
        file.flush()
        os.fsync(file.fileno())
    return draft
