"""What a service does to the machine that it runs on: files that it writes, machines that it
speaks with, programs that it starts.

Python tells of each in the thread that does it (PEP 578). A thread acts for the service for which
the thread acted that started it. What a library does below Python is not told: SQLite's files are
known by the database that is opened.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

from audit.stored import MachineDeed

__all__ = ["Watched", "acting_for"]

CONNECTS = ("socket.connect", "socket.sendto", "socket.sendmsg")
ASKS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
OWN_NAME = ("socket.gethostbyaddr", "socket.gethostbyname")
RUNS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork")
MAKES = {"os.mkdir": 0, "os.rename": 1, "os.link": 1, "os.symlink": 1, "os.setxattr": 0}
"""What makes a file or gives it a name, and which argument says where."""
KINDS_OF_DEEDS = {
    **dict.fromkeys(CONNECTS, "speaks with another program or machine"),
    **dict.fromkeys(ASKS, "asks which machine has a name"),
    **dict.fromkeys(RUNS, "starts another program"),
    "syslog.syslog": "writes to the log of the machine",
}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
IN_MEMORY = ("", ":memory:")
ENDING = re.compile(r"(-journal|-wal|-shm|\.new|\.[0-9a-f]{8})$")
"""Of a journal of SQLite, or of a draft that takes a file's place when it is whole."""


@dataclass(frozen=True)
class Watched:
    """One service, and what it did beside writing files of these names, and drafts and journals of
    them, in its folder."""

    folder: Path
    names: frozenset[str]
    relay: tuple[str, int]
    """Whom it hands letters to, as is declared."""
    deeds: list[MachineDeed] = field(default_factory=list)

    def owns(self, path: str) -> bool:
        """Whether a file is the service's own."""
        found = Path(os.path.realpath(path))
        if found == self.folder.resolve():
            return True
        return found.parent == self.folder.resolve() and ENDING.sub("", found.name) in self.names

    def note(self, event: str, args: tuple[object, ...]) -> None:
        """Keep what is not its own, by where in the code it was done."""
        if what := KINDS_OF_DEEDS.get(event):
            if not self._is_for_mail(event, args):
                self.deeds.append(MachineDeed(what, _place()))
        elif (path := _written(event, args)) and not self.owns(path) and not _is_cache_of_python():
            self.deeds.append(MachineDeed("writes a file", _place(), is_file=True))

    def _is_for_mail(self, event: str, args: tuple[object, ...]) -> bool:
        """Whether it connects to the relay, and tells that by which name this machine goes."""
        return (
            (event == "socket.connect" and args[1] == self.relay)
            or (event == "socket.getaddrinfo" and args[:2] == self.relay)
            or (event in OWN_NAME and args == (socket.gethostname(),))
        )


_of_thread: WeakKeyDictionary[threading.Thread, Watched] = WeakKeyDictionary()
_lock = threading.Lock()
_hearing: list[bool] = []
_plain_start = threading.Thread.start


class _Here(threading.local):
    watched: Watched | None = None


_here = _Here()


@contextmanager
def acting_for(watched: Watched | None) -> Iterator[None]:
    """What this thread does meanwhile, and the threads that it starts do ever after, is the
    service's."""
    with _lock:
        if not _hearing:  # Both stay as long as the process.
            _hearing.append(True)
            sys.addaudithook(_hear)
            threading.Thread.start = _start  # type: ignore[assignment, method-assign]  # no event tells
    before, _here.watched = _here.watched, watched
    try:
        yield
    finally:
        _here.watched = before


def _start(thread: threading.Thread) -> None:
    if (watched := _acting()) is not None:
        _of_thread[thread] = watched
    _plain_start(thread)


def _hear(event: str, args: tuple[object, ...]) -> None:
    if event in _TOLD and (watched := _acting()) is not None:
        watched.note(event, args)


def _acting() -> Watched | None:
    return _here.watched or _of_thread.get(threading.current_thread())


def _written(event: str, args: tuple[object, ...]) -> str:
    """The file that is written or named; empty where none is."""
    if event == "open":
        path, _, flags = args
        return _text(path) if isinstance(flags, int) and flags & WRITING else ""
    if event == "sqlite3.connect":
        path = _text(args[0])
        path = unquote(urlsplit(path).path) if path.startswith("file:") else path
        return "" if path in IN_MEMORY else path
    return _text(args[MAKES[event]])


def _text(path: object) -> str:
    """A path as text; empty where it is a file that is open already."""
    if not isinstance(path, str | bytes | os.PathLike):
        return ""
    found = os.fsdecode(path)
    return "" if found == os.devnull else found


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") != __name__:
            yield frame
        frame = frame.f_back


def _is_cache_of_python() -> bool:
    """Whether Python itself keeps what it made of a module."""
    name = next(_frames()).f_globals.get("__name__")
    return name in ("importlib._bootstrap_external", "_frozen_importlib_external")


def _place() -> str:
    """The module and line that did it, and no library's where another called it."""
    frames = list(_frames())
    ours = (frame for frame in frames if not _is_library(frame))
    frame = next(ours, frames[0])
    return f"{frame.f_globals.get('__name__')}:{frame.f_lineno}"


def _is_library(frame: FrameType) -> bool:
    top = str(frame.f_globals.get("__name__")).partition(".")[0]
    return top in sys.stdlib_module_names or "site-packages" in frame.f_code.co_filename


_TOLD = frozenset((*KINDS_OF_DEEDS, *MAKES, "open", "sqlite3.connect"))
