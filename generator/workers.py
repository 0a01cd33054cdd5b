"""One function over many items, on all cores.

Workers are forks: they have the whole site in memory without a copy, and send back only results.
A worker that dies ends the build; nothing it made is published. A worker whose build dies ends when
it has something to say, since nobody listens.
"""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import signal
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

__all__ = ["WorkerDied", "spread"]

Item = TypeVar("Item")
Result = TypeVar("Result")

CHUNK = 16
"""How many items a worker takes at once, where each takes little."""

_FEW = 3
"""Up to so many chunks, forking would cost more than it saves."""

_KEPT = 4 << 20

_LENGTH = struct.Struct("<I")


class WorkerDied(Exception):
    """A worker process ended before its work was done: killed, or out of memory."""


def spread(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int | None = None,
    chunk: int = CHUNK,
) -> Iterator[Result]:
    """The result of each item, in no order. Results must be picklable.

    `jobs` is the number of workers, by default that of the cores; 1 takes none. `chunk` is how many
    items one takes at once: 1, where each takes long. A process with other threads forks none
    either: a fork could stop at a lock that one of them held. Raises what `function` raises, and
    WorkerDied.
    """
    jobs = min(jobs or _cores(), -(-len(items) // chunk))
    few = _FEW * chunk if chunk > 1 else 1
    if len(items) <= few or jobs < 2 or threading.active_count() > 1:
        yield from map(function, items)
        return
    gc.freeze()  # No worker's collection touches, and so copies, what they share.
    pipes: dict[int, int] = {}
    try:
        for number in range(jobs):
            share = [
                items[at : at + chunk] for at in range(number * chunk, len(items), jobs * chunk)
            ]
            pipe, pid = _fork(function, share, tuple(pipes))
            pipes[pipe] = pid
        yield from _gathered(pipes)
    finally:
        gc.unfreeze()
        for pipe, pid in pipes.items():
            os.close(pipe)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def keep_freed_memory() -> None:
    """Let the C library keep a little of what is freed: parsing a page takes and frees as much as
    it gives back to the system else, and each of those pages of memory costs as much as parsing."""
    # What it took from the system for one block of this size, it takes from then on from its own,
    # and gives back only what is more than twice that (mallopt(3), M_MMAP_THRESHOLD).
    bytes(_KEPT)


def _fork(
    function: Callable[[Item], Result],
    share: Sequence[Sequence[Item]],
    others: Sequence[int],
) -> tuple[int, int]:
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        _work(function, share, writing, (reading, *others))
    os.close(writing)
    return reading, pid


def _work(
    function: Callable[[Item], Result],
    share: Sequence[Sequence[Item]],
    writing: int,
    others: Sequence[int],
) -> NoReturn:
    status = 1
    try:
        keep_freed_memory()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # The build itself hears Ctrl-C, and ends us.
        for pipe in others:
            os.close(pipe)
        for items in share:
            _send(writing, [function(item) for item in items])
        _send(writing, None)
        status = 0
    except BrokenPipeError:
        pass
    except BaseException as error:
        with suppress(Exception):
            _send(writing, _picklable(error))
            status = 0
    finally:
        os._exit(status)


def _cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _picklable(error: BaseException) -> BaseException:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  (our own)
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _send(pipe: int, value: object) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    view = memoryview(_LENGTH.pack(len(data)) + data)
    while view:
        view = view[os.write(pipe, view) :]


def _gathered(pipes: dict[int, int]) -> Iterator[Result]:
    buffers = {pipe: bytearray() for pipe in pipes}
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while buffers:
            for key, _ in selector.select():
                pipe = key.fd
                data = os.read(pipe, 1 << 20)
                if not data:
                    raise WorkerDied
                buffers[pipe] += data
                value: Any
                for value in _whole(buffers[pipe]):
                    if value is None:
                        selector.unregister(pipe)
                        del buffers[pipe]
                        break
                    if isinstance(value, BaseException):
                        raise value
                    yield from value


def _whole(buffer: bytearray) -> Iterator[Any]:
    while len(buffer) >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(buffer)
        end = _LENGTH.size + length
        if len(buffer) < end:
            return
        value = pickle.loads(buffer[_LENGTH.size : end])  # noqa: S301  (our own workers’)
        del buffer[:end]
        yield value
