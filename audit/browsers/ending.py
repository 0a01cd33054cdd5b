"""The end of a browser's process and of its folder."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

__all__ = ["end"]

PATIENCE_SECONDS = 10


async def end(process: asyncio.subprocess.Process, folder: Path) -> None:
    """End a browser and remove its folder. One that does not go when it is asked is killed."""
    with suppress(ProcessLookupError):  # It may have crashed, or ended itself.
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    shutil.rmtree(folder, ignore_errors=True)
