"""Pagefind's program, as its own libraries speak with it: requests and answers in JSON, in Base64,
each ended by a comma, over its standard input and output.

Nothing goes over a disk: asked to write files, the program ends well where the disk is full, with
half of them. Its library for Python looks for an answer ten times a second, and waits for one after
each page.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from threading import Thread
from typing import IO, Any

from policy import Fault, Faults
from policy.sum import REGISTER

__all__ = ["index_of", "pagefind_version"]

_MOST = 1 << 20


def pagefind_version() -> str:
    """Another version makes another index. Raises `Faults` where there is none."""
    try:
        return version("pagefind-bin")
    except PackageNotFoundError:
        raise _failed("Pagefind is not installed") from None


def index_of(pages: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """All files of an index of pages, by their names; each page is its address and its HTML.

    The same pages in the same order give the same files. Raises `Faults`.
    """
    from pagefind.service import get_executable  # noqa: PLC0415  (only a site with search has it)

    program = get_executable()
    if program is None:
        raise _failed("Pagefind is not installed")
    try:
        running = subprocess.Popen(  # noqa: S603  (our own program, and no word of anybody else's)
            [str(program), "--service"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
    except OSError as error:
        raise _failed(f"Pagefind could not be started: {error.strerror}") from error
    with running:
        assert running.stdin is not None  # noqa: S101  (it is a pipe)
        assert running.stdout is not None  # noqa: S101  (as said)
        asking = Thread(target=_ask, args=(running.stdin, _requests(pages)))
        asking.start()
        try:
            return _files(running.stdout)
        finally:
            running.kill()
            asking.join()
            with suppress(OSError):  # What was not asked any more is still in it.
                running.stdin.close()


def _requests(pages: Iterable[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    yield {"type": "NewIndex", "config": {"keep_index_url": True}}
    for url, html in pages:
        yield {"type": "AddFile", "index_id": 0, "url": url, "file_contents": html}
    yield {"type": "GetFiles", "index_id": 0}


def _ask(to: IO[bytes], requests: Iterable[dict[str, Any]]) -> None:
    """Ask, and leave it open: at its end, the program ends without an answer."""
    with suppress(OSError):  # It is gone; who reads its answers tells.
        for number, payload in enumerate(requests, 1):
            request = json.dumps({"message_id": number, "payload": payload})
            to.write(base64.b64encode(request.encode()) + b",")
        to.flush()


def _files(answers: IO[bytes]) -> dict[str, bytes]:
    for answer in _answers(answers):
        if answer["type"] == "GetFiles":
            return {each["path"]: base64.b64decode(each["content"]) for each in answer["files"]}
        if answer["type"] == "Error":
            raise _failed(f"Pagefind made no index: {answer['message']}")
    raise _failed("Pagefind was ended from outside")


def _answers(answers: IO[bytes]) -> Iterator[dict[str, Any]]:
    pieces: list[bytes] = []
    while data := answers.read1(_MOST):  # type: ignore[attr-defined]  # a pipe is buffered
        first, *rest = data.split(b",")
        pieces.append(first)
        for piece in rest:
            yield json.loads(base64.b64decode(b"".join(pieces)))["payload"]
            pieces = [piece]


def _failed(message: str) -> Faults:
    hint = 'install the packages of requirements.lock, or take "search" out of features'
    return Faults([Fault(REGISTER, None, message, hint)])
