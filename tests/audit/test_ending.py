"""A browser's process ends, whatever it thinks of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest

from audit.browsers import ending

Result = TypeVar("Result")

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); "
HEARS = "import time; print(flush=True); "


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Its result. Another test's browser may have left a loop that runs in this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@pytest.mark.parametrize("before", [DEAF, HEARS], ids=["deaf", "hears"])
def test_a_browser_ends_and_leaves_no_folder(tmp_path, monkeypatch, before):
    monkeypatch.setattr(ending, "PATIENCE_SECONDS", 0.5)
    folder = tmp_path / "profile"
    folder.mkdir()

    async def begin_and_end() -> int | None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", f"{before}time.sleep(60)"), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout
        await process.stdout.readline()
        await asyncio.wait_for(ending.end(process, folder), 30)
        return process.returncode

    assert run(begin_and_end()) == (-9 if before is DEAF else -15)
    assert not folder.exists()


def test_one_that_is_gone_already_is_no_fault(tmp_path):
    async def begin_and_end() -> None:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
        await process.wait()
        await ending.end(process, tmp_path)

    run(begin_and_end())
