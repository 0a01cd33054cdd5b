"""A Chromium of our own start, whose profiles keep what a person's does.

A context that Playwright makes is one of those "incognito" windows in which Chromium turns other
sites' cookies and storage away. Here a preference lets them, as in the window that a person opens.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from contextlib import suppress
from pathlib import Path

from audit.browsers.chromium_features import without
from audit.browsers.ending import end
from audit.browsers.errors import CannotGoOn

__all__ = ["ChromiumProcess"]

ALLOWS_OTHERS = {"profile": {"cookie_controls_mode": 0}}
QUIET = (
    "--headless",
    "--remote-debugging-port=0",
    "--no-first-run",
    "--no-default-browser-check",
    "--mute-audio",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-breakpad",
    "--disable-component-extensions-with-background-pages",
    "--disable-default-apps",
    "--disable-extensions",
    without("Translate", "OptimizationHints", "MediaRouter"),
    "--password-store=basic",
)
"""So that it asks nobody for anything by itself, and does not slow down what is not shown."""


class ChromiumProcess:
    """A running process, with a folder of its own."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, address: str) -> None:
        self._process = process
        self._folder = folder
        self.address = address
        """Where it speaks its protocol."""

    @classmethod
    async def start(cls, path: str, arguments: tuple[str, ...]) -> ChromiumProcess:
        """Start the Chromium at `path`. Raises CannotGoOn where it does not come up."""
        folder = Path(tempfile.mkdtemp(prefix="plainsite-audit-"))
        preferences = folder / "Default" / "Preferences"
        preferences.parent.mkdir()
        preferences.write_text(json.dumps(ALLOWS_OTHERS), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            *(path, *QUIET, *arguments, f"--user-data-dir={folder}", "about:blank"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            return cls(process, folder, await _address(folder, process))
        except CannotGoOn:
            await end(process, folder)
            raise

    async def end(self) -> None:
        """End it, and remove its folder."""
        await end(self._process, self._folder)


async def _address(folder: Path, process: asyncio.subprocess.Process) -> str:
    """Where it says, in a file of its folder, that it listens."""
    for _ in range(600):
        if process.returncode is not None:
            raise CannotGoOn(f"Chromium ended with status {process.returncode} as it started")
        with suppress(OSError, IndexError):
            return f"http://127.0.0.1:{(folder / 'DevToolsActivePort').read_text().split()[0]}"
        await asyncio.sleep(0.1)
    raise CannotGoOn("Chromium did not start within a minute")
