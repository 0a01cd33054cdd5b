"""WebDriver BiDi over a web socket: commands with answers, and events.

Source: https://www.w3.org/TR/webdriver-bidi/, section 3.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from audit.browsers.errors import BidiError

Parameters = dict[str, Any]
LONGEST_SECONDS = 30
STARTING_SECONDS = 120
"""A session begins once the browser has started, which takes long where others start too."""


class Bidi:
    """A connection to a browser. Its session is begun by `open`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Parameters]] = {}
        self._heard: defaultdict[str, list[Callable[[Parameters], None]]] = defaultdict(list)
        self._reading = asyncio.create_task(self._read())
        self.capabilities: Parameters = {}

    @classmethod
    async def open(cls, address: str, events: tuple[str, ...]) -> Bidi:
        """Connect, begin a session and subscribe to `events`. Raises BidiError."""
        try:
            socket = await connect(f"{address}/session", max_size=None)
        except (OSError, WebSocketException) as error:
            raise BidiError(f"the browser cannot be reached: {error}") from None
        bidi = cls(socket)
        session = await bidi.send("session.new", capabilities={})
        bidi.capabilities = session["capabilities"]
        await bidi.send("session.subscribe", events=list(events))
        return bidi

    def hear(self, event: str, heard: Callable[[Parameters], None]) -> None:
        """Call `heard` with each such event."""
        self._heard[event].append(heard)

    async def send(self, method: str, **parameters: Any) -> Parameters:
        """Send a command and wait for its answer. Raises BidiError."""
        longest = STARTING_SECONDS if method == "session.new" else LONGEST_SECONDS
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": parameters}
        try:
            await self._socket.send(json.dumps(message))
            return await asyncio.wait_for(answer, longest)
        except ConnectionClosed:
            raise BidiError("the browser is gone") from None
        except TimeoutError:
            raise BidiError(f"{method} took longer than {longest} seconds") from None
        finally:
            self._answers.pop(number, None)

    async def close(self) -> None:
        """End the session and let go of the connection."""
        await self._socket.close()
        await self._reading

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                self._received(json.loads(text))
        except ConnectionClosed:
            pass
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(BidiError("the browser is gone"))

    def _received(self, message: Parameters) -> None:
        if message["type"] == "event":
            for heard in self._heard[message["method"]]:
                heard(message["params"])
            return
        answer = self._answers.pop(message["id"], None)
        if answer is None or answer.done():
            return
        if message["type"] == "success":
            answer.set_result(message["result"])
        else:
            answer.set_exception(BidiError(f"{message['error']}: {message['message']}"))
