"""Where the judges are. `make test` installs those of Node where it has npm; one that is missing
is skipped, with what to install."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import close_all

import generator
from analytics.app import create_app
from tests.browser.conftest import chromium

__all__ = ["Running", "chromium"]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LONGEST_SECONDS = 240


@dataclass
class Running:
    """The first site, served from `public` at `address` by `app`; its databases are in `var`."""

    address: str
    app: Flask
    public: Path
    var: Path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The first site, built and served."""
    folder = tmp_path_factory.mktemp("judged")
    public, var = folder / "public", folder / "var"
    generator.build(ROOT, public)
    app = create_app(ROOT, public, var)
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield Running(f"http://127.0.0.1:{server.effective_port}", app, public, var)
    # In its own thread, which is waiting on what is closed: connections that a browser left too.
    server.trigger.pull_trigger(lambda: close_all(server._map, ignore_all=True))
    thread.join()
    server.task_dispatcher.shutdown()
    app.extensions["plainsite"].close()


def judge(*command: str | Path, **environment: str) -> str:
    """What a judge writes to its output. Skips where it is not installed."""
    program = shutil.which(str(command[0]))
    if program is None:
        pytest.skip(f"needs {command[0]}")
    if not (HERE / "node_modules").is_dir():
        pytest.skip("needs: npm ci --ignore-scripts --prefix tests/validators")
    told = subprocess.run(
        [program, *command[1:]],
        cwd=HERE,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert told.stdout, told.stderr
    return told.stdout


def lines_of_json(text: str) -> list[dict[str, Any]]:
    """One value from each line."""
    return [json.loads(line) for line in text.splitlines()]
