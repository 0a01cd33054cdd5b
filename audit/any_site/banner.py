"""Finds what asks for consent on the page that is open, in whichever of its frames it stands."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from audit.any_site.register import Consent
from audit.any_site.words import INTEREST, KINDS, TOPIC, WORDS
from audit.banners import Banner, Box, Control
from audit.browsers.errors import STOPS
from audit.browsers.visitor import Frame, Tab, function_in

__all__ = ["found", "look", "press", "untick"]

SCRIPT = function_in(Path(__file__).with_name("banner.js"))
COVERED = """() => {
  let covered = 0;
  for (let i = 0; i < 8; i += 1) for (let j = 0; j < 8; j += 1)
    if (document.elementFromPoint((i + 0.5) / 8 * innerWidth, (j + 0.5) / 8 * innerHeight)?.localName === "iframe") covered += 1;
  return covered / 64;
}"""  # noqa: E501  (JavaScript)
AGAIN_SECONDS = 0.15


async def look(tab: Tab, consent: Consent, *, expected: bool = False) -> Banner | None:
    """The banner that is there now, or the way back to it where only that is there.

    `expected` says that something was pressed that opens the settings: any dialog is theirs.
    """
    frames = await tab.frames()
    seen = [await _in(frame, index, consent, expected) for index, frame in enumerate(frames)]
    asking = next((each for each in seen if each and each.asks), None)
    banner = asking or next(filter(None, seen), None)
    if banner is None or not banner.frame:
        return banner
    with suppress(*STOPS):
        covers = float(await tab.evaluate(COVERED))
        return Banner(banner.frame, banner.controls, banner.ticked, covers, asks=banner.asks)
    return banner


async def found(
    tab: Tab, consent: Consent, *, seconds: float, expected: bool = False
) -> Banner | None:
    """The banner, once it is there, or what there is after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        banner = await look(tab, consent, expected=expected)
        if (banner and banner.asks) or time.monotonic() > end:
            asks = banner is not None and banner.asks
            return await _still(tab, consent, banner, expected=expected) if asks else banner
        await asyncio.sleep(AGAIN_SECONDS)


async def press(tab: Tab, banner: Banner, control: Control) -> None:
    """Press a control of the banner, as a person points at it."""
    frame = (await tab.frames())[banner.frame]
    await frame.click(control.x + control.width / 2, control.y + control.height / 2)
    await tab.settle()


async def untick(tab: Tab, banner: Banner) -> None:
    """Put off every box that is on."""
    frame = (await tab.frames())[banner.frame]
    for box in banner.ticked:
        await frame.click(box.x, box.y)


async def _still(
    tab: Tab, consent: Consent, banner: Banner | None, *, expected: bool
) -> Banner | None:
    """The banner when it has come to rest: many slide in. For two seconds at most."""
    for _ in range(10):
        await asyncio.sleep(AGAIN_SECONDS)
        now = await look(tab, consent, expected=expected)
        if now is None or now == banner:
            return now
        banner = now
    return banner


async def _in(frame: Frame, index: int, consent: Consent, expected: bool) -> Banner | None:
    given = {
        "words": [(kind, WORDS[kind]) for kind in KINDS],
        "own": consent.words(),
        "topic": TOPIC,
        "interest": INTEREST,
        "within": frame.within,
        "expected": expected,
    }
    with suppress(*STOPS):  # A frame that went away meanwhile asks for nothing.
        seen = await frame.evaluate(SCRIPT, given)
        return _banner(index, seen) if seen else None
    return None


def _banner(index: int, seen: dict[str, Any]) -> Banner:
    return Banner(
        frame=index,
        controls=tuple(Control(**each) for each in seen["controls"]),
        ticked=tuple(Box(**each) for each in seen["ticked"]),
        covers=seen["covers"],
        locked=seen["locked"],
        asks=seen["asks"],
    )
