"""A program that asks for every address of a site, as search engines do: pages and what they are
made of, feeds, and what stands in no page."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

from audit.browsers.errors import CannotGoOn
from audit.journeys.journey_run import JourneyRun

__all__ = ["asking_for_all"]

SECONDS = 30.0
PROGRAM = {"User-Agent": "Mozilla/5.0 (compatible; audit)", "Accept-Encoding": "identity"}


async def asking_for_all(run: JourneyRun) -> None:
    """Read the first page, and have a program ask for all that is published, for what changed since
    then, and for the headers alone."""
    await run.open_tab()
    await run.go("/")
    service = run.instance.service
    addresses = service.pages.build.files if service else ()
    try:
        await asyncio.to_thread(_ask, run.instance.origin, addresses)
    except (OSError, HTTPException) as error:
        raise CannotGoOn(f"not every address answers: {type(error).__name__}") from None
    await run.keep("ask for every address")


def _ask(origin: str, addresses: Collection[str]) -> None:
    connection = HTTPConnection(urlsplit(origin).netloc, timeout=SECONDS)
    for address in addresses:
        tag = _answered(connection, "GET", address, PROGRAM)
        if tag:
            _answered(connection, "GET", address, {**PROGRAM, "If-None-Match": tag})
        _answered(connection, "HEAD", address, PROGRAM)
    connection.close()


def _answered(
    connection: HTTPConnection, method: str, address: str, headers: dict[str, str]
) -> str:
    """The tag of what is answered."""
    connection.request(method, address, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.headers.get("ETag", "")
